#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <retrograd/log/detail/progress_line.h>
#include <retrograd/log/progress.h>

#include "unit/io_temp_files.h"

namespace logging = retrograd::logging;

namespace {

// A terminal of some columns: what a program writes to it can be read.
class Terminal {
 public:
  explicit Terminal(unsigned short columns, const char* term = "xterm") {
    ::setenv("TERM", term, 1);  // NOLINT(concurrency-mt-unsafe)
    main_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(main_ >= 0);
    REQUIRE(::grantpt(main_) == 0);
    REQUIRE(::unlockpt(main_) == 0);
    const winsize size = {24, columns, 0, 0};
    REQUIRE(::ioctl(main_, TIOCSWINSZ, &size) == 0);
    file = std::fopen(::ptsname(main_), "w");  // NOLINT(concurrency-mt-unsafe)
    REQUIRE(file != nullptr);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    std::fclose(file);
    ::close(main_);
  }

  std::string read() const {
    std::string text;
    pollfd waiting = {main_, POLLIN, 0};
    while (::poll(&waiting, 1, 200) > 0) {  // it comes in parts
      std::array<char, 4096> part{};
      const auto count = ::read(main_, part.data(), part.size());
      if (count <= 0) {
        break;
      }
      text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  std::FILE* file;

 private:
  int main_;
};

const logging::detail::ProgressState kMiddle = {
    "epoch 1/3", "images", 500, 2000, 10, {{"loss", 0.25}, {"accuracy", 0.5}}};

}  // namespace

TEST_CASE("Progress: a bar with values, rate and the time left") {
  CHECK(logging::detail::bar_line(kMiddle, 200) ==
        "epoch 1/3 [#######.......................]  25%  loss 0.2500  accuracy 0.5000  "
        "50 images/s  30 s left");
  CHECK(logging::detail::last_line(kMiddle) ==
        "epoch 1/3  10.0 s, 50 images/s, stopped at 500 of 2000  loss 0.2500  accuracy 0.5000");
}

TEST_CASE("Progress: no line is wider than the terminal") {
  for (std::size_t width = 0; width < 120; ++width) {
    CHECK(logging::detail::bar_line(kMiddle, width).size() <= width);
  }
  CHECK(logging::detail::bar_line(kMiddle, 70) ==
        "epoch 1/3  25%  loss 0.2500  accuracy 0.5000  50 images/s  30 s left");
  CHECK(logging::detail::bar_line(kMiddle, 50) == "epoch 1/3  25%  loss 0.2500  accuracy 0.5000");
  CHECK(logging::detail::bar_line(kMiddle, 12) == "epoch 1/3  2");
  auto umlauts = kMiddle;
  umlauts.title = "\xc3\xa4\xc3\xb6\xc3\xbc";
  CHECK(logging::detail::bar_line(umlauts, 2) == "\xc3\xa4\xc3\xb6");
}

TEST_CASE("Progress: odd counts, values and titles") {
  auto state = kMiddle;
  state.done = 0;
  state.seconds = 0;
  state.values = {{"loss", 1e-7}, {"n", 1e9}, {"nan", std::stod("nan")}};
  CHECK(logging::detail::bar_line(state, 100) ==
        "epoch 1/3 [..............................]   0%  loss 1e-07  n 1e+09  nan nan  0.0 "
        "images/s");
  state = kMiddle;
  state.total = 0;
  CHECK(logging::detail::bar_line(state, 100) ==
        "epoch 1/3  500 images  loss 0.2500  accuracy 0.5000  50 images/s");
  state = kMiddle;
  state.total = 3'000'000;
  test::check_contains(logging::detail::bar_line(state, 100), "16:39:50 h left");
  state.done = 3'000'001;
  test::check_contains(logging::detail::bar_line(state, 100), "100%");
  state.title = "a\x1b[31m\nb";
  CHECK(logging::detail::last_line(state).find('\x1b') == std::string::npos);
  CHECK(logging::detail::last_line(state).find('\n') == std::string::npos);
}

TEST_CASE("Progress: on a terminal, bars are replaced by one line") {
  const Terminal terminal(60);
  {
    logging::Progress progress("epoch 1/3", 100, {.file = terminal.file});
    for (int i = 0; i < 10; ++i) {
      progress.advance(10, {{"loss", 0.5}});
    }
    progress.finish({{"loss", 0.25}});
    progress.finish();
  }
  const std::string text = terminal.read();
  CHECK(text.starts_with("\r\033[Kepoch 1/3"));
  test::check_contains(text, "100%");
  CHECK(text.ends_with("images/s  loss 0.2500\r\n"));
  std::size_t column = 0;
  for (const char letter : text) {
    column = letter == '\r' ? 0 : column + 1;
    CHECK(column < 60 + 3);  // with those of the control sequence
  }
}

TEST_CASE("Progress: a dumb terminal and a pipe get the last line alone") {
  const Terminal terminal(60, "dumb");
  const test::TempFolder folder;
  std::FILE* const pipe = std::fopen(folder.file("output").c_str(), "w");
  for (std::FILE* file : {terminal.file, pipe}) {
    logging::Progress progress("pass", 30, {.unit = "lines", .file = file});
    progress.advance(10);
    progress.advance(20);
  }
  std::fclose(pipe);
  const std::string text = test::read_file(folder.file("output"));
  CHECK(text.find_first_of("\r\033[#") == std::string::npos);
  CHECK(text.starts_with("pass  0.0 s, "));
  CHECK(text.ends_with(" lines/s\n"));
  CHECK(terminal.read().find_first_of("\033[#") == std::string::npos);
}

TEST_CASE("Progress: an exception leaves a line that says how far the loop came") {
  const test::TempFolder folder;
  std::FILE* const file = std::fopen(folder.file("output").c_str(), "w");
  try {
    logging::Progress progress("pass", 30, {.file = file});
    progress.advance(10);
    throw std::runtime_error("a fault");
  } catch (const std::runtime_error&) {
  }
  std::fclose(file);
  test::check_contains(test::read_file(folder.file("output")), ", stopped at 10 of 30");
}
