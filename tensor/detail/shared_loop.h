// A loop whose pieces threads claim. Internal.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

inline constexpr std::size_t kLine = 64;  // what two threads should not write both

inline void pause() noexcept {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

// Rounding and denormal numbers are the calling thread's in all pieces of its loop.
#if defined(__SSE2__)
using FloatMode = unsigned;
inline FloatMode float_mode() noexcept {
  return _mm_getcsr() & ~0x3fU;  // without the flags of exceptions that have occurred
}
inline void set_float_mode(FloatMode mode) noexcept {
  if (float_mode() != mode) {
    _mm_setcsr(mode);
  }
}
#else
struct FloatMode {};
inline FloatMode float_mode() noexcept {
  return {};
}
inline void set_float_mode(FloatMode) noexcept {}
#endif

// The neighbouring pieces that a lane claims first, in one number: a claim holds only if neither
// they nor the loop's number of lanes have changed.
class alignas(kLine) Share {
 public:
  static constexpr std::int64_t kMostPieces = (std::int64_t{1} << 26) - 1;

  void set(std::int64_t begin, std::int64_t end, int lanes) noexcept {
    const auto number = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    packed_.store(number(lanes) << 52 | number(end) << 26 | number(begin),
                  std::memory_order_release);
  }

  // The lanes of the loop; 0 before the first.
  int lanes() const noexcept {
    return static_cast<int>(packed_.load(std::memory_order_relaxed) >> 52);
  }

  // A piece for `lane`, or -1 where none is left or the loop has fewer lanes.
  std::int64_t claim(int lane) noexcept {
    std::uint64_t seen = packed_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint64_t begin = seen & kMostPieces;
      const std::uint64_t end = seen >> 26 & kMostPieces;
      if (begin >= end || static_cast<std::uint64_t>(lane) >= seen >> 52) {
        return -1;
      }
      if (packed_.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire)) {
        return static_cast<std::int64_t>(begin);
      }
    }
  }

 private:
  std::atomic<std::uint64_t> packed_{0};
};

// A loop that threads share. Its members are read by those who have claimed a piece of it, and it
// ends when all that was claimed is done; so a thread that comes late finds nothing to claim, or
// pieces of the next loop.
class Loop {
 public:
  using Function = void (*)(void*, std::int64_t, int) noexcept;

  bool try_take() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }

  void start(std::int64_t pieces, int lanes, Function f, void* context) noexcept {
    function_ = f;
    context_ = context;
    mode_ = float_mode();
    left_.store(pieces, std::memory_order_relaxed);
    for (int lane = 0; lane < lanes; ++lane) {
      share(lane).set(pieces * lane / lanes, pieces * (lane + 1) / lanes, lanes);
    }
  }

  // Runs pieces until none is left to claim; whether there was one.
  bool take_part(int lane) noexcept {
    bool ran = false;
    const int lanes = share(0).lanes();
    for (int k = 0; lane < lanes && k < lanes; ++k) {
      Share& from = share(lane + k < lanes ? lane + k : lane + k - lanes);
      for (std::int64_t piece = 0; (piece = from.claim(lane)) >= 0; ran = true) {
        if (lane != 0) {
          set_float_mode(mode_);
        }
        function_(context_, piece, lane);
        left_.fetch_sub(1, std::memory_order_acq_rel);
      }
    }
    return ran;
  }

  // Waits for the pieces that others have claimed, and lets the next loop start.
  void finish() noexcept {
    for (int tries = 0; left_.load(std::memory_order_acquire) > 0; ++tries) {
      if (tries < 1000) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
    taken_.store(false, std::memory_order_release);
  }

  void forget() noexcept {
    for (Share& each : shares_) {
      if (each.lanes() == 0) {
        break;
      }
      each.set(0, 0, 0);
    }
    taken_.store(false, std::memory_order_relaxed);
  }

 private:
  Share& share(int lane) noexcept { return shares_[static_cast<std::size_t>(lane)]; }

  alignas(kLine) std::atomic<bool> taken_{false};
  Function function_ = nullptr;
  void* context_ = nullptr;
  FloatMode mode_{};
  alignas(kLine) std::atomic<std::int64_t> left_{0};
  std::array<Share, kMostThreads> shares_;
};

}  // namespace retrograd::detail
