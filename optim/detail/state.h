// State tensors at their first use. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::optim::detail {

inline const Tensor& state_tensor(ParameterState& state, std::size_t index, const Tensor& parameter,
                                  double start = 0) {
  Tensor& tensor = state.tensors[index];
  if (!tensor.defined()) {
    tensor = index < state.unused.size() ? std::move(state.unused[index]) : Tensor();
    if (!tensor.defined()) {
      tensor = empty_like(parameter);
    }
    for_floating(tensor.dtype(), [&]<class T>() {
      std::fill_n(tensor.raw<T>(), tensor.numel(), convert<T>(start));  // takes no memory
    });
  }
  return tensor;
}

}  // namespace retrograd::optim::detail
