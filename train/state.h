/// @file
/// Named parts of a run that a checkpoint holds.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::train {

/// A part of a run, saved and loaded under its name.
struct State {
  std::string name;                                  ///< Name of the part, such as "critic".
  std::function<StateDict()> save;                   ///< Function that returns the present state.
  std::function<void(const StateDict& state)> load;  ///< Function that replaces the state.
};

/// Returns the state of an object with `state_dict()` and `load_state_dict()`, which must outlive
/// it.
/// @code
/// train::Run run("runs/gan", {.model = &generator, .loader = &loader,
///                             .states = {train::state_of("critic", critic)}});
/// @endcode
template <class T>
State state_of(std::string name, T& object) {
  return {std::move(name), [&object] { return object.state_dict(); },
          [&object](const StateDict& state) { object.load_state_dict(state); }};
}
/// Returns the state of a generator of random numbers, which must outlive it.
RETROGRAD_API State state_of(std::string name, Generator& generator);

}  // namespace retrograd::train
