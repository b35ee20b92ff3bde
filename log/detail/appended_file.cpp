#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <retrograd/log/detail/appended_file.h>
#include <retrograd/tensor/internal/within_memory.h>

namespace retrograd::logging::detail {

namespace {

using retrograd::detail::InputFile;
using retrograd::detail::OutputFile;
using retrograd::detail::write_some;

constexpr std::string_view kEvents = "events.out.tfevents.";
constexpr std::string_view kStep = R"({"step":)";

// The seconds that an event file has in its name; 0 for other files.
std::int64_t time_in_name(const std::string& name) {
  std::int64_t seconds = 0;
  if (name.starts_with(kEvents)) {
    std::from_chars(name.data() + kEvents.size(), name.data() + name.size(), seconds);
  }
  return seconds;
}

std::int64_t time_of_next(const FileCall& call, const std::string& folder) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  while (!error && entries != std::filesystem::directory_iterator()) {
    seconds = std::max(seconds, time_in_name(entries->path().filename().string()) + 1);
    entries.increment(error);
  }
  if (error) {
    call.fail_system("cannot read its folder: {} [file-unreadable]", error.value());
  }
  return seconds;
}

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name = host.data();
  std::replace(name.begin(), name.end(), '/', '_');
  return name.empty() ? "host" : name;
}

// Whether a line is of a step before `purge_step`, or of none.
bool is_before(std::string_view line, std::int64_t purge_step) {
  std::int64_t step = 0;
  return !line.starts_with(kStep) ||
         std::from_chars(line.data() + kStep.size(), line.data() + line.size(), step).ec !=
             std::errc{} ||
         step < purge_step;
}

// The lines that stay.
std::string kept_lines(const std::string& text, std::int64_t purge_step) {
  std::string kept;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    const std::string_view line(text.data() + start, end + 1 - start);
    if (purge_step < 0 || is_before(line, purge_step)) {
      kept += line;
    }
    start = end + 1;
  }
  return kept;
}

void clean(const FileCall& call, std::int64_t purge_step) {
  std::string text;
  {
    InputFile file(call);
    text.resize(file.size());
    text.resize(file.read_some(text.data(), text.size()));
  }
  const std::string kept = kept_lines(text, purge_step);
  if (kept.size() != text.size()) {
    OutputFile file(call);
    file.append(kept.data(), kept.size());
    file.commit();
  }
}

}  // namespace

std::string& AppendedFile::end() {
  if (is_full()) {
    flush();
  }
  return waiting_;
}

void AppendedFile::flush() {
  while (written_ < waiting_.size()) {
    const std::ptrdiff_t count =
        write_some(file_.get(), std::string_view(waiting_).substr(written_));
    if (count > 0) {
      written_ += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      const int error = count == 0 ? ENOSPC : errno;
      const FileCall call("flush", path_, {});
      call.fail_system("cannot write it: {} [file-unwritable]", error);
    }
  }
  waiting_.clear();
  written_ = 0;
}

void AppendedFile::close() {
  flush();
  if (const int error = file_.close()) {
    const FileCall call("close", path_, {});
    call.fail_system("cannot write it to disk: {} [file-unwritable]", error);
  }
}

AppendedFile next_event_file(const std::string& folder) {
  for (int attempt = 0;; ++attempt) {
    const FileCall in_folder("open", folder, {});
    const std::string path =
        fmt::format("{}/{}{:010}.{}.{}.{}", folder, kEvents, time_of_next(in_folder, folder),
                    host_name(), ::getpid(), attempt);
    const FileCall call("open", path, {});
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
    if (file.is_open()) {
      return {std::move(file), path};
    }
    if ((errno != EEXIST && errno != EINTR) || attempt == 100) {
      call.fail_system("cannot create it: {} [file-unwritable]", errno);
    }
  }
}

AppendedFile metrics_file(const std::string& folder, std::int64_t purge_step) {
  const std::string path = folder + "/metrics.jsonl";
  const FileCall call("open", path, {});
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    retrograd::detail::within_memory([&] { clean(call, purge_step); });
  }
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    call.fail_system("cannot open it: {} [file-unwritable]", errno);
  }
  return {std::move(file), path};
}

}  // namespace retrograd::logging::detail
