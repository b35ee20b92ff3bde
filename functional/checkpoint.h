/// @file
/// Checkpoints: recomputing a part of a model instead of keeping its intermediate results.
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

/// Returns `f(input)` and keeps only the input; the backward pass runs `f` again.
/// @code
/// Tensor y = checkpoint([&](const Tensor& x) { return block(x); }, x);
/// @endcode
/// The second run starts from the same state of the default generator. Gradients are those of
/// `f(input)`, for the input and for tensors that `f` uses, such as weights. `f` must compute the
/// same result each time. Its side effects, such as updates of running statistics, happen each
/// time.
///
/// `f` is called once in the forward pass, and once in each backward pass, which may be after
/// `checkpoint()` returned. It is moved or copied once, so a mutable lambda keeps its state between
/// calls.
///
/// Reference: T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
template <class F>
Tensor checkpoint(F f, const Tensor& input, Where where = {}) {
  const auto kept = std::make_shared<F>(std::move(f));
  return detail::checkpoint(
      [kept](const std::vector<Tensor>& x) -> Tensor { return (*kept)(x[0]); }, {input}, where);
}
/// Returns `f(inputs)` and keeps only the inputs; the backward pass runs `f` again.
/// @code
/// Tensor y = checkpoint([&](const std::vector<Tensor>& x) { return block(x[0], x[1]); }, {x,
/// mask});
/// @endcode
/// See the overload of one input.
template <class F>
Tensor checkpoint(F f, const std::vector<Tensor>& inputs, Where where = {}) {
  const auto kept = std::make_shared<F>(std::move(f));
  return detail::checkpoint([kept](const std::vector<Tensor>& x) -> Tensor { return (*kept)(x); },
                            inputs, where);
}

}  // namespace retrograd
