// Whether a thread keeps others waiting. Internal.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace retrograd::detail {

// A thread that the system interrupts for another program while it holds a piece makes all wait. It
// stays away from shared loops for a while then, for longer each time; it comes back to see whether
// the neighbour has gone. A calling thread computes alone meanwhile: with the other threads asleep,
// the system finds it a processor of its own.
//
// The functions with arguments are told the time, and a function that tells how long the thread has
// run.
class Punctuality {
 public:
  using Clock = std::chrono::steady_clock;

  // Whether it may take part again.
  bool starts() noexcept { return starts(Clock::now(), work_time); }
  template <class WorkTime>
  bool starts(Clock::time_point now, const WorkTime& work) noexcept {
    started_ = now;
    if (started_ < back_) {
      return false;
    }
    worked_ = work();
    return true;
  }

  // How long to stay away.
  std::chrono::milliseconds ends() noexcept { return ends(Clock::now(), work_time); }
  template <class WorkTime>
  std::chrono::milliseconds ends(Clock::time_point now, const WorkTime& work) noexcept {
    const auto present = now - started_;
    if (present < kLate) {
      return std::chrono::milliseconds(0);
    }
    // In a long loop, half a processor is worth more than none.
    const auto lost = present - (work() - worked_);
    if (lost < kLate || 2 * lost < present) {
      return std::chrono::milliseconds(0);
    }
    rest_ = now - back_ < 4 * rest_ ? std::min(2 * rest_, kLongest) : kShortest;
    back_ = now + rest_;
    return rest_;
  }

 private:
  // How long this thread has run.
  static std::chrono::nanoseconds work_time() noexcept {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  static constexpr std::chrono::milliseconds kLate{1};
  static constexpr std::chrono::milliseconds kShortest{16};
  static constexpr std::chrono::milliseconds kLongest{512};
  Clock::time_point started_;
  std::chrono::nanoseconds worked_{0};
  Clock::time_point back_;
  std::chrono::milliseconds rest_{0};
};

}  // namespace retrograd::detail
