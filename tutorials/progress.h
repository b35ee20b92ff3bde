// Shows the progress of a pass over the data: a bar on a terminal, one line at the end elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include <unistd.h>

class Progress {
 public:
  Progress(std::string title, std::int64_t total)
      : title_(std::move(title)), total_(total), terminal_(isatty(fileno(stdout)) != 0) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  ~Progress() {
    const double seconds = elapsed();
    std::printf("%s%s  %.1f s, %.0f images/s", terminal_ ? "\r\033[K" : "", title_.c_str(), seconds,
                static_cast<double>(done_) / seconds);
  }

  void advance(std::int64_t images) {
    done_ += images;
    const double seconds = elapsed();
    if (!terminal_ || seconds - drawn_ < 0.1) {
      return;
    }
    drawn_ = seconds;
    const double part = static_cast<double>(done_) / static_cast<double>(total_);
    const double rate = static_cast<double>(done_) / seconds;
    constexpr int width = 30;
    const int full = static_cast<int>(part * width);
    std::printf("\r%s [%s%s] %3.0f%%  %.0f images/s, %.0f s left\033[K", title_.c_str(),
                std::string(static_cast<std::size_t>(full), '#').c_str(),
                std::string(static_cast<std::size_t>(width - full), '.').c_str(), part * 100, rate,
                static_cast<double>(total_ - done_) / rate);
    std::fflush(stdout);
  }

 private:
  double elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  std::string title_;
  std::int64_t total_;
  bool terminal_;
  std::int64_t done_ = 0;
  double drawn_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};
