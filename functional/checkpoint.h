/// @file
/// Computing a part of a model twice instead of keeping its intermediate results.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace detail {
RETROGRAD_API Tensor checkpoint(std::function<Tensor(const std::vector<Tensor>&)> f,
                                const std::vector<Tensor>& inputs, Where where);
}

/// f(inputs), of which only the inputs are kept: the backward pass runs f again, from the same
/// state of the default generator, and goes through what that records. Gradients are those of
/// f(inputs) itself, for the inputs and for whatever else f uses, such as the weights of layers. f
/// must compute the same both times; what it does beside (running statistics) happens twice.
/// Reference: T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
///
/// f is called once in the forward pass, and once more in each backward pass through the result,
/// which may run after checkpoint() returned. It is moved or copied once, never between calls, so a
/// mutable lambda keeps its state from call to call. Without recording it is called once.
template <class F>
Tensor checkpoint(F f, const Tensor& input, Where where = {}) {
  const auto kept = std::make_shared<F>(std::move(f));
  return detail::checkpoint(
      [kept](const std::vector<Tensor>& x) -> Tensor { return (*kept)(x[0]); }, {input}, where);
}
/// f(inputs), of which only the inputs are kept: the backward pass runs f again, from the same
/// state of the default generator, and goes through what that records. Gradients are those of
/// f(inputs) itself, for the inputs and for whatever else f uses, such as the weights of layers. f
/// must compute the same both times; what it does beside (running statistics) happens twice.
/// Reference: T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
///
/// f is called once in the forward pass, and once more in each backward pass through the result,
/// which may run after checkpoint() returned. It is moved or copied once, never between calls, so a
/// mutable lambda keeps its state from call to call. Without recording it is called once.
template <class F>
Tensor checkpoint(F f, const std::vector<Tensor>& inputs, Where where = {}) {
  const auto kept = std::make_shared<F>(std::move(f));
  return detail::checkpoint([kept](const std::vector<Tensor>& x) -> Tensor { return (*kept)(x); },
                            inputs, where);
}

}  // namespace retrograd
