#include <retrograd/mpi/detail/progress.h>

#include <algorithm>

#include <retrograd/tensor/internal/helper_thread.h>

namespace retrograd::mpi::detail {

namespace {

using std::chrono::milliseconds;

// Each call takes time from the computation, and a message may wait for the next one. So there are
// several calls in the time that operations take, which tells how fast the network is.
constexpr int kCalls = 3;
constexpr milliseconds kShortest(1);
constexpr milliseconds kLongest(8);  // 1 MB at 1 Gbit/s, which the buffers of a connection hold

}  // namespace

Progress::Progress() noexcept : pause_(kShortest) {}

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

Progress::Clock::time_point Progress::begin() {
  if (in_flight_++ == 0 && thread_.joinable()) {
    changed_.notify_one();
  }
  return Clock::now();
}

void Progress::end(Clock::time_point begun) noexcept {
  --in_flight_;
  pause_ = std::clamp<Clock::duration>((Clock::now() - begun) / kCalls, kShortest, kLongest);
}

void Progress::run(MPI_Comm communicator) {
  std::unique_lock held(mutex());
  while (!ends_) {
    if (in_flight_ == 0) {
      changed_.wait(held, [this] { return in_flight_ > 0 || ends_; });
    }
    const Clock::duration pause = pause_;
    held.unlock();
    std::this_thread::sleep_for(pause);
    held.lock();
    if (in_flight_ > 0) {
      int there = 0;
      // An error shows in the operation that it concerns.
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator, &there, MPI_STATUS_IGNORE);
    }
  }
}

}  // namespace retrograd::mpi::detail
