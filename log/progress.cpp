#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include <retrograd/log/detail/progress_line.h>
#include <retrograd/log/progress.h>

namespace retrograd::logging {

namespace {

// Whether the stream obeys control characters.
bool is_terminal(std::FILE* file) {
  const char* const term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  const std::string_view name = term != nullptr ? term : "";
  return !name.empty() && name != "dumb" && ::isatty(::fileno(file)) != 0;
}

// Columns of a terminal. The last one stays empty: some terminals begin a line after it.
std::size_t width_of(std::FILE* file) {
  winsize size = {};
  const bool known = ::ioctl(::fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return (known ? size.ws_col : 80U) - 1;
}

constexpr const char* kErase = "\r\033[K";  // the line

}  // namespace

Progress::Progress(std::string title, std::int64_t total, ProgressOptions options)
    : title_(std::move(title)),
      total_(total),
      options_(std::move(options)),
      terminal_(is_terminal(options_.file)) {}

Progress::~Progress() {
  try {
    finish();
  } catch (...) {  // NOLINT: there was no memory for a line
  }
}

void Progress::advance(std::int64_t count, NamedValues values) {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  seconds_ = std::chrono::duration<double>(elapsed).count();
  done_ += count;
  if (!terminal_ || finished_ || (drawn_ >= 0 && seconds_ - drawn_ < 0.1 && done_ != total_)) {
    return;
  }
  drawn_ = seconds_;
  const detail::ProgressState state = {title_, options_.unit, done_,
                                       total_, seconds_,      std::move(values)};
  write(kErase + detail::bar_line(state, width_of(options_.file)));
}

void Progress::finish(const NamedValues& values) {
  if (finished_) {
    return;
  }
  finished_ = true;
  const std::string line =
      detail::last_line({title_, options_.unit, done_, total_, seconds_, values}) + "\n";
  write(terminal_ ? kErase + line : line);
}

void Progress::write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), options_.file);
  std::fflush(options_.file);
}

}  // namespace retrograd::logging
