// Seeded random numbers that do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <mutex>

#include <retrograd/tensor/api.h>

namespace retrograd {

// A counter-based generator (Philox 4x32-10): number i of a stream is a pure function of the seed
// and i, so threads can share the work without changing the result. Reference: Salmon et al.,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class RETROGRAD_API Generator {
 public:
  struct State {
    std::uint64_t seed;
    std::uint64_t position;
    friend bool operator==(const State&, const State&) = default;
  };

  explicit Generator(std::uint64_t seed = 0) noexcept : state_{seed, 0} {}

  void manual_seed(std::uint64_t seed) noexcept;
  State state() const noexcept;
  void set_state(State state) noexcept;

  // Sets aside `count` positions of the stream and says where they start.
  State take(std::uint64_t count) noexcept;

 private:
  mutable std::mutex mutex_;
  State state_;
};

// The generator that rand() and friends use when none is given.
RETROGRAD_API Generator& default_generator() noexcept;
// Seeds the default generator.
RETROGRAD_API void manual_seed(std::uint64_t seed) noexcept;

// Number `index` after `start`.
RETROGRAD_API std::uint64_t random_bits(Generator::State start, std::uint64_t index) noexcept;
RETROGRAD_API double random_uniform(Generator::State start,
                                    std::uint64_t index) noexcept;  // [0, 1)
RETROGRAD_API double random_normal(Generator::State start, std::uint64_t index) noexcept;

}  // namespace retrograd
