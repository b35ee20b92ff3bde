#include <retrograd/tensor/argument.h>

namespace retrograd {

Argument ArgumentOf<Generator>::write(const Generator& value) {
  if (&value == &default_generator()) {
    return {};
  }
  const Generator::State state = value.state();
  return std::vector<std::int64_t>{static_cast<std::int64_t>(state.seed),
                                   static_cast<std::int64_t>(state.position)};
}

std::unique_ptr<Generator> ArgumentOf<Generator>::read(ArgumentReader& in) {
  if (in.is<std::monostate>()) {
    in.take<std::monostate>();
    return {};
  }
  auto generator = std::make_unique<Generator>();
  const auto* const state = in.take<std::vector<std::int64_t>>();
  if (state != nullptr && state->size() == 2) {
    generator->set_state(
        {static_cast<std::uint64_t>((*state)[0]), static_cast<std::uint64_t>((*state)[1])});
  }
  return generator;
}

}  // namespace retrograd
