// The threads that share the work of an operator, and how they are given it. See loops/pieces.h.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include <pthread.h>

#include <retrograd/tensor/detail/never_destroyed.h>
#include <retrograd/tensor/detail/punctuality.h>
#include <retrograd/tensor/detail/shared_loop.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/helper_thread.h>
#include <retrograd/tensor/internal/hot_tls.h>
#include <retrograd/tensor/internal/openmp.h>
#include <retrograd/tensor/internal/processors.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::detail {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Whether this thread is inside a piece, whose own loops are then not shared.
RETROGRAD_HOT_TLS thread_local bool in_piece = false;

class InPiece {
 public:
  InPiece() { in_piece = true; }
  ~InPiece() { in_piece = false; }
  InPiece(const InPiece&) = delete;
  InPiece& operator=(const InPiece&) = delete;
};

// Of this thread.
RETROGRAD_HOT_TLS thread_local Punctuality punctuality;

// Threads that are made meanwhile get none of the program's signals, which are for its own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

void compute_alone() noexcept {
  omp_set_num_threads(1);
  in_piece = true;
}

// The threads of the program that wait for pieces: made when they are first needed, and kept.
class Pool {
 public:
  void run(std::int64_t pieces, int lanes, Loop::Function f, void* context) {
    const InPiece inside;
    const bool shared = punctuality.starts() || piece_shift != 0;  // tests share on a busy machine
    Loop* const loop = shared && pieces <= Share::kMostPieces ? free_loop() : nullptr;
    if (loop == nullptr) {
      for (std::int64_t piece = 0; piece < pieces; ++piece) {
        f(context, piece, 0);
      }
      return;
    }
    loop->start(pieces, lanes, f, context);
    call(lanes);
    loop->take_part(0);
    loop->finish();
    punctuality.ends();
  }

  std::uint32_t calls() const noexcept { return calls_.load(std::memory_order_relaxed); }

  // In the child of a fork, which has none of these threads.
  void forget() noexcept {
    for (Loop& loop : loops_) {
      loop.forget();
    }
    for (int lane = 1; lane <= started_.load(); ++lane) {
      worker(lane).asleep.store(0);
    }
    started_ = 0;
    refused_ = false;
    new (&starting_) std::mutex;
  }

 private:
  // As many loops of different threads of the program are shared at a time; another one's runs in
  // its own thread alone.
  static constexpr std::size_t kLoops = 4;

  struct alignas(kLine) Worker {
    std::atomic<int> asleep{0};
  };

  Worker& worker(int lane) noexcept { return workers_[static_cast<std::size_t>(lane)]; }

  Loop* free_loop() noexcept {
    for (Loop& loop : loops_) {
      if (loop.try_take()) {
        return &loop;
      }
    }
    return nullptr;
  }

  void call(int lanes) noexcept {
    if (started_.load(std::memory_order_relaxed) < lanes - 1) {
      start(lanes - 1);
    }
    calls_.fetch_add(1);
    const int last = std::min(lanes - 1, started_.load(std::memory_order_relaxed));
    for (int lane = 1; lane <= last; ++lane) {
      std::atomic<int>& asleep = worker(lane).asleep;
      if (asleep.load() != 0 && asleep.exchange(0) != 0) {
        asleep.notify_one();
      }
    }
  }

  // Where the system makes no more threads, those that there are do the work.
  void start(int count) noexcept {
    const std::scoped_lock lock(starting_);
    const SignalsBlocked blocked;
    while (started_.load() < count && !refused_) {
      try {
        std::thread([this, lane = started_.load() + 1] { work(lane); }).detach();
        started_.fetch_add(1);
      } catch (const std::exception&) {
        refused_ = true;
      }
    }
  }

  void work(int lane) noexcept {
    compute_alone();
    const bool busily = may_wait_busily();
    for (;;) {
      const std::uint32_t seen = calls_.load();
      punctuality.starts();
      bool ran = false;
      for (Loop& loop : loops_) {
        ran = loop.take_part(lane) || ran;
      }
      if (ran) {
        if (const milliseconds rest = punctuality.ends(); rest.count() > 0) {
          std::this_thread::sleep_for(rest);
        }
      } else if (!busily || !called_soon(seen)) {
        sleep(worker(lane).asleep, seen);
      }
    }
  }

  // Waits busily for a while; whether there was a call. Waking a thread takes longer than most
  // loops.
  bool called_soon(std::uint32_t seen) const noexcept {
    constexpr microseconds kWait{200};
    const Clock::time_point end = Clock::now() + kWait;
    do {
      for (int i = 0; i < 64; ++i) {
        if (calls_.load(std::memory_order_relaxed) != seen) {
          return true;
        }
        pause();
      }
    } while (Clock::now() < end);
    return false;
  }

  void sleep(std::atomic<int>& asleep, std::uint32_t seen) noexcept {
    asleep.store(1);
    if (calls_.load() == seen) {
      asleep.wait(1);
    }
    asleep.store(0);
  }

  alignas(kLine) std::atomic<std::uint32_t> calls_{0};
  alignas(kLine) std::atomic<int> started_{0};
  bool refused_ = false;
  std::mutex starting_;
  std::array<Loop, kLoops> loops_;
  std::array<Worker, kMostThreads> workers_;
};

// Its threads live until the program ends.
constinit NeverDestroyed<Pool> pool;

void forget_threads() noexcept {
  pool.value.forget();
}

// Where it cannot be registered, a child of fork() computes in its own thread and in no other.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, forget_threads);

}  // namespace

std::atomic<int> piece_shift{0};

int lanes_for(std::int64_t pieces) noexcept {
  const int threads = get_num_threads();
  if (threads <= 1 || pieces <= 1 || in_piece || omp_in_parallel() != 0) {
    return 1;
  }
  return static_cast<int>(std::min<std::int64_t>(threads, pieces));
}

void run_pieces(std::int64_t pieces, int lanes, Loop::Function f, void* context) {
  pool.value.run(pieces, lanes, f, context);
}

std::uint32_t shared_loops() noexcept {
  return pool.value.calls();
}

std::thread start_helper(std::function<void()> work) {
  const SignalsBlocked blocked;
  return std::thread([mode = float_mode(), work = std::move(work)] {
    compute_alone();
    set_float_mode(mode);
    work();
  });
}

void FirstError::keep() noexcept {
  const std::scoped_lock lock(mutex_);
  if (!error_) {
    error_ = std::current_exception();
  }
}

void FirstError::throw_error() const {
  try {
    std::rethrow_exception(error_);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(error.bytes());
  }
}

}  // namespace retrograd::detail
