/// @file
/// Seeded random numbers that are the same for any number of threads.
#pragma once

#include <cstdint>
#include <mutex>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Counter-based generator, Philox 4x32-10.
/// Number i of a stream is a function of the seed and i only. Threads share the work without
/// changing the result. Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
/// 2011.
class RETROGRAD_API Generator {
 public:
  /// State of a generator: a stream and a position in it.
  struct State {
    std::uint64_t seed;      ///< Seed, which selects the stream.
    std::uint64_t position;  ///< Number of random numbers drawn from the stream.
    /// Returns whether both states are the same.
    friend bool operator==(const State&, const State&) = default;
  };

  /// Constructs a generator at the start of the stream of `seed`.
  explicit Generator(std::uint64_t seed = 0) noexcept : state_{seed, 0} {}

  /// Restarts the generator with the stream of `seed`.
  void manual_seed(std::uint64_t seed) noexcept;
  /// Returns the present state.
  State state() const noexcept;
  /// Resumes from a state that `state()` returned.
  void set_state(State state) noexcept;

  /// Reserves `count` positions of the stream and returns the state before them.
  State take(std::uint64_t count) noexcept;

 private:
  mutable std::mutex mutex_;
  State state_;
};

/// Returns the generator of `rand()` and other functions that were given none: the one of the whole
/// program, or that of this thread's innermost GeneratorGuard.
RETROGRAD_API Generator& default_generator() noexcept;

/// Guard under which `default_generator()` of this thread is another generator, until the end of
/// the scope. Guards nest, and must end in the thread that made them.
/// @code
/// Generator own(7);
/// {
///   const GeneratorGuard guard(own);
///   Tensor noise = randn({3, 3});  // drawn from `own`
/// }
/// @endcode
class RETROGRAD_API GeneratorGuard {
 public:
  /// Makes `generator`, which must outlive the guard, this thread's default.
  explicit GeneratorGuard(Generator& generator) noexcept;
  /// Makes the default what it was before.
  ~GeneratorGuard();
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  Generator* previous_;
};

/// Seeds `default_generator()`.
RETROGRAD_API void manual_seed(std::uint64_t seed) noexcept;

/// Returns 64 random bits: number `index` after `start`.
RETROGRAD_API std::uint64_t random_bits(Generator::State start, std::uint64_t index) noexcept;
/// Returns a uniform number in [0, 1): number `index` after `start`.
RETROGRAD_API double random_uniform(Generator::State start, std::uint64_t index) noexcept;
/// Returns a standard normal number: number `index` after `start`.
RETROGRAD_API double random_normal(Generator::State start, std::uint64_t index) noexcept;

}  // namespace retrograd
