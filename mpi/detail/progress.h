// A thread that lets MPI send while the program computes. Internal.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <mpi.h>

namespace retrograd::mpi::detail {

// MPI libraries send large messages piece by piece, in calls of their functions. Between leaves of
// a backward pass there are none for milliseconds, so a thread makes them while operations are on
// their way. All calls of MPI hold the lock, which is one for all communicators of the process.
class Progress {
 public:
  Progress() noexcept;
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Starts the thread, which looks for messages of this communicator.
  void start(MPI_Comm communicator);
  // Ends it.
  void stop();

  static std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex()); }
  using Clock = std::chrono::steady_clock;
  // Of an operation, under the lock. end() takes what begin() returned.
  Clock::time_point begin();
  void end(Clock::time_point begun) noexcept;

 private:
  void run(MPI_Comm communicator);
  static std::mutex& mutex() noexcept;

  std::condition_variable changed_{};
  int in_flight_ = 0;
  Clock::duration pause_;
  bool ends_ = false;
  std::thread thread_{};
};

}  // namespace retrograd::mpi::detail
