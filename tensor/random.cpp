#include <retrograd/tensor/random.h>

#include <cmath>
#include <numbers>
#include <utility>

#include <Random123/philox.h>

#include <retrograd/tensor/call_listener.h>
#include <retrograd/tensor/detail/never_destroyed.h>

namespace retrograd {

void Generator::manual_seed(std::uint64_t seed) noexcept {
  set_state({seed, 0});
}

Generator::State Generator::state() const noexcept {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void Generator::set_state(State state) noexcept {
  const std::scoped_lock lock(mutex_);
  state_ = state;
}

Generator::State Generator::take(std::uint64_t count) noexcept {
  const std::scoped_lock lock(mutex_);
  const State start = state_;
  state_.position += count;
  if (CallListener* const listener = detail::thread_calls.listener) {
    listener->drew(start);
  }
  return start;
}

namespace {
// That of the innermost guard, or null.
constinit thread_local Generator* guarded = nullptr;
}  // namespace

Generator& default_generator() noexcept {
  static detail::NeverDestroyed<Generator> generator;
  return guarded != nullptr ? *guarded : generator.value;
}

GeneratorGuard::GeneratorGuard(Generator& generator) noexcept
    : previous_(std::exchange(guarded, &generator)) {}

GeneratorGuard::~GeneratorGuard() {
  guarded = previous_;
}

void manual_seed(std::uint64_t seed) noexcept {
  default_generator().manual_seed(seed);
}

namespace {
r123::Philox4x32::ctr_type block(Generator::State start, std::uint64_t index) noexcept {
  const std::uint64_t counter = start.position + index;
  return r123::Philox4x32{}(
      {{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0U, 0U}},
      {{static_cast<std::uint32_t>(start.seed), static_cast<std::uint32_t>(start.seed >> 32)}});
}

std::uint64_t join(std::uint32_t low, std::uint32_t high) noexcept {
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

double unit(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}
}  // namespace

std::uint64_t random_bits(Generator::State start, std::uint64_t index) noexcept {
  const auto words = block(start, index);
  return join(words[0], words[1]);
}

double random_uniform(Generator::State start, std::uint64_t index) noexcept {
  return unit(random_bits(start, index));
}

// Box and Muller, "A note on the generation of random normal deviates", 1958.
double random_normal(Generator::State start, std::uint64_t index) noexcept {
  const auto words = block(start, index);
  const double radius = std::sqrt(-2.0 * std::log1p(-unit(join(words[0], words[1]))));
  return radius * std::cos(2.0 * std::numbers::pi * unit(join(words[2], words[3])));
}

}  // namespace retrograd
