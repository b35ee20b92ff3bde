// Sharing a loop between threads. Internal.
//
// Work is cut into pieces whose size is a function of the work alone, never of the number of
// threads. Threads claim pieces as they come, each the neighbouring ones first. A loop waits only
// for threads that hold one of its pieces, so one that the system gives no time costs at most that
// piece. What pieces add up goes into parts of their own, which are added in a fixed order.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <type_traits>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

// So many elements of a simple loop take about as long as waking a thread. Below twice as many, a
// loop is one piece.
inline constexpr std::int64_t kGrain = 32768;

// Tests of small tensors raise it: what is worth a thread or a piece is divided by 2 to the power
// of it.
extern RETROGRAD_API std::atomic<int> piece_shift;
// So much work as a piece needs.
inline std::int64_t worth(std::int64_t work) noexcept {
  return std::max<std::int64_t>(work >> piece_shift.load(std::memory_order_relaxed), 1);
}

// The first exception of pieces, which must not leave their thread.
class RETROGRAD_API FirstError {
 public:
  // Only inside a catch clause.
  void keep() noexcept;
  // OutOfMemory is thrown anew: the thread that ran out does not know the operator.
  void rethrow() const {
    if (error_) {
      throw_error();
    }
  }

 private:
  [[noreturn]] void throw_error() const;

  std::mutex mutex_;
  std::exception_ptr error_;
};

// How many threads may take part in `pieces` pieces; one inside a piece of another loop. A loop's
// lanes are its threads: the piece that lane l runs may use the l-th part of scratch memory.
RETROGRAD_API int lanes_for(std::int64_t pieces) noexcept;

// Calls f(context, piece, lane) for each piece in 0 .. pieces - 1 and lane in 0 .. lanes - 1, where
// lane 0 is the calling thread. Returns when all have run. lanes is at least 2, f must not throw.
RETROGRAD_API void run_pieces(std::int64_t pieces, int lanes,
                              void (*f)(void* context, std::int64_t piece, int lane) noexcept,
                              void* context);

// How many loops the threads of the pool were called for, for tests.
RETROGRAD_API std::uint32_t shared_loops() noexcept;

// a / b and n to a multiple of `step`, rounded up; of numbers that are not negative.
constexpr std::int64_t divided_up(std::int64_t a, std::int64_t b) noexcept {
  return (a + b - 1) / b;
}
constexpr std::int64_t rounded_up(std::int64_t n, std::int64_t step) noexcept {
  return divided_up(n, step) * step;
}

// Into how many pieces `count` things are cut, of which `grain` are worth a thread: pieces of a
// quarter of that, of four times that where there are many.
inline std::int64_t pieces_of(std::int64_t count, std::int64_t grain) noexcept {
  grain = worth(grain);
  if (count / 2 < grain) {
    return 1;
  }
  constexpr std::int64_t kMany = 64;
  const std::int64_t least = std::max<std::int64_t>(grain / 4, 1);
  const std::int64_t size = std::clamp(count / kMany, least, std::max(least, 4 * grain));
  return divided_up(count, size);
}

// Calls f(piece, lane) for the pieces. What f throws first is thrown when all have run.
template <class F>
void for_each_piece_of(std::int64_t pieces, int lanes, F&& f) {
  if (lanes <= 1) {
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
      f(piece, 0);
    }
    return;
  }
  struct Context {
    std::remove_reference_t<F>* f;
    FirstError error;
  } context{std::addressof(f), {}};
  run_pieces(
      pieces, lanes,
      [](void* given, std::int64_t piece, int lane) noexcept {
        Context& own = *static_cast<Context*>(given);
        try {
          (*own.f)(piece, lane);
        } catch (...) {
          own.error.keep();
        }
      },
      &context);
  context.error.rethrow();
}

// Calls f(begin, end, lane) for `pieces` pieces of [0, count), which must not depend on each other.
// A single lane makes one call, so that f must not care where the pieces begin.
template <class F>
void for_pieces(std::int64_t count, std::int64_t pieces, int lanes, F&& f) {
  if (lanes <= 1) {
    f(std::int64_t{0}, count, 0);
    return;
  }
  for_each_piece_of(pieces, lanes, [&](std::int64_t piece, int lane) {
    f(count * piece / pieces, count * (piece + 1) / pieces, lane);
  });
}

// Calls f(begin, end) for pieces of [0, count), in several threads when there is enough to do.
template <class F>
void parallel_ranges(std::int64_t count, std::int64_t grain, F&& f) {
  const std::int64_t pieces = pieces_of(count, grain);
  for_pieces(count, pieces, pieces <= 1 ? 1 : lanes_for(pieces),
             [&](std::int64_t begin, std::int64_t end, int) { f(begin, end); });
}

// Calls f(part) for each of `parts` parts whose number is fixed, as of sums.
template <class F>
void parallel_parts(std::int64_t parts, bool worth_it, F&& f) {
  for_each_piece_of(parts, worth_it ? lanes_for(parts) : 1,
                    [&](std::int64_t part, int) { f(part); });
}

}  // namespace retrograd::detail
