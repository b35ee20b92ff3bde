/// @file
/// Seeded random numbers that do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <mutex>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// A counter-based generator (Philox 4x32-10): number i of a stream is a pure function of the seed
/// and i, so threads can share the work without changing the result. Reference: Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class RETROGRAD_API Generator {
 public:
  /// The state of a generator: which stream, and where in it.
  struct State {
    std::uint64_t seed;      ///< Which stream of random numbers.
    std::uint64_t position;  ///< How many numbers of the stream are used up.
    /// Whether the two are equal.
    friend bool operator==(const State&, const State&) = default;
  };

  /// Constructs it from what the class and its options describe.
  explicit Generator(std::uint64_t seed = 0) noexcept : state_{seed, 0} {}

  /// Starts the stream of this seed.
  void manual_seed(std::uint64_t seed) noexcept;
  /// The present state.
  State state() const noexcept;
  /// Goes on from a state that state() gave.
  void set_state(State state) noexcept;

  /// Sets aside `count` positions of the stream and says where they start.
  State take(std::uint64_t count) noexcept;

 private:
  mutable std::mutex mutex_;
  State state_;
};

/// The generator that rand() and friends use when none is given.
RETROGRAD_API Generator& default_generator() noexcept;
/// Seeds the default generator.
RETROGRAD_API void manual_seed(std::uint64_t seed) noexcept;

/// Number `index` after `start`.
RETROGRAD_API std::uint64_t random_bits(Generator::State start, std::uint64_t index) noexcept;
/// Uniform number `index` after `start`. [0, 1).
RETROGRAD_API double random_uniform(Generator::State start, std::uint64_t index) noexcept;
/// Standard normal number `index` after `start`.
RETROGRAD_API double random_normal(Generator::State start, std::uint64_t index) noexcept;

}  // namespace retrograd
