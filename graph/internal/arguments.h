// The values among a step's arguments. Internal.
#pragma once

#include <variant>
#include <vector>

#include <retrograd/graph/graph.h>

namespace retrograd::detail {

// Calls f with each value among the arguments, which f may change.
template <class SomeArguments, class F>
void for_each_id(SomeArguments& arguments, F&& f) {
  for (auto& argument : arguments) {
    if (auto* id = std::get_if<ValueId>(&argument)) {
      f(*id);
    } else if (auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
      for (auto& each : *list) {
        f(each);
      }
    }
  }
}

}  // namespace retrograd::detail
