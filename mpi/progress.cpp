#include <retrograd/mpi/detail/progress.h>

#include <chrono>

#include <retrograd/tensor/internal/helper_thread.h>

namespace retrograd::mpi::detail {

namespace {

// At 1 Gbit/s 125 kB come in this time, which the buffers of a connection hold. Calls more often
// take the time of the computation.
constexpr auto kEach = std::chrono::milliseconds(1);

}  // namespace

Progress::~Progress() {
  stop();
}

std::mutex& Progress::mutex() noexcept {
  static std::mutex& one = *new std::mutex;  // threads may outlive the program's objects
  return one;
}

void Progress::start(MPI_Comm communicator) {
  thread_ = retrograd::detail::start_helper([this, communicator] { run(communicator); });
}

void Progress::stop() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::scoped_lock held(mutex());
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Progress::begin() {
  if (in_flight_++ == 0 && thread_.joinable()) {
    changed_.notify_one();
  }
}

void Progress::run(MPI_Comm communicator) {
  std::unique_lock held(mutex());
  while (!ends_) {
    if (in_flight_ == 0) {
      changed_.wait(held, [this] { return in_flight_ > 0 || ends_; });
    }
    held.unlock();
    std::this_thread::sleep_for(kEach);
    held.lock();
    if (in_flight_ > 0) {
      int there = 0;
      // An error shows in the operation that it concerns.
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator, &there, MPI_STATUS_IGNORE);
    }
  }
}

}  // namespace retrograd::mpi::detail
