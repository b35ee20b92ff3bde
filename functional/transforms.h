/// @file
/// Transforms: derivatives of functions of tensors.
///
/// A function takes one tensor, or a `std::vector` of several, and returns one tensor. It is called
/// with new handles, so `grad()` of the inputs does not change. Integer inputs are passed through
/// and have no derivative.
///
/// Transforms nest to any order. Their results can be differentiated if an input requires a
/// gradient or with `{.create_graph = true}`.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of transforms.
struct FunctionalOptions {
  /// Records the result when true, for derivatives by tensors that f captured.
  bool create_graph = false;
};

/// Value of a function and its gradient.
struct ValueAndGradient {
  Tensor value;     ///< Value of the function.
  Tensor gradient;  ///< Gradient, of the input's shape.
};
/// Value of a function and its gradients.
struct ValueAndGradients {
  Tensor value;                   ///< Value of the function.
  std::vector<Tensor> gradients;  ///< Gradient for each input, of its shape.
};
/// Value of a function and its derivative in a direction.
struct ValueAndTangent {
  Tensor value;    ///< Value of the function.
  Tensor tangent;  ///< Derivative, of the value's shape.
};

namespace detail {
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

template <class F>
Function of_one(F f) {
  return [f = std::move(f)](const Tensors& x) -> Tensor { return f(x[0]); };
}
RETROGRAD_API ValueAndGradients vjp(const char* name, const Function& f, const Tensors& inputs,
                                    const Tensor& v, FunctionalOptions options, Where where);
RETROGRAD_API ValueAndTangent jvp(const Function& f, const Tensors& inputs, const Tensors& v,
                                  FunctionalOptions options, Where where);
RETROGRAD_API Tensors jacobian(const Function& f, const Tensors& inputs, FunctionalOptions options,
                               Where where);
RETROGRAD_API std::vector<Tensors> hessian(const Function& f, const Tensors& inputs,
                                           FunctionalOptions options, Where where);
RETROGRAD_API ValueAndGradients hvp(const Function& f, const Tensors& inputs, const Tensors& v,
                                    FunctionalOptions options, Where where);
}  // namespace detail

/// Returns `f(x)` and `v^T J` with `J = df/dx`, in one backward pass.
/// @code
/// auto [value, gradient] = vjp([](const Tensor& x) { return x * x; }, x, v);  // 2 x v
/// @endcode
/// `v` has the shape of `f(x)`. It may be undefined, for ones, if `f(x)` has one element.
/// @throws ShapeError if `v` has another shape or dtype than `f(x)`
template <class F>
ValueAndGradient vjp(F f, const Tensor& x, const Tensor& v = {}, FunctionalOptions options = {},
                     Where where = {}) {
  auto [value, gradients] = detail::vjp("vjp", detail::of_one(f), {x}, v, options, where);
  return {value, gradients[0]};
}
/// Returns `f(inputs)` and `v^T J` for each input, in one backward pass.
/// @throws ShapeError if `v` has another shape or dtype than `f(inputs)`
template <class F>
ValueAndGradients vjp(F f, const std::vector<Tensor>& inputs, const Tensor& v = {},
                      FunctionalOptions options = {}, Where where = {}) {
  return detail::vjp("vjp", f, inputs, v, options, where);
}

/// Returns `f(x)` and `J v` with `J = df/dx`; `v` has the shape of `x`.
/// @code
/// auto [value, tangent] = jvp([](const Tensor& x) { return exp(x); }, x, v);  // exp(x) v
/// @endcode
/// Two backward passes compute it: `u -> J^T u` is linear in `u`, and its own vjp is `J v`.
/// @throws ShapeError if `v` has another shape or dtype than `x`
template <class F>
ValueAndTangent jvp(F f, const Tensor& x, const Tensor& v, FunctionalOptions options = {},
                    Where where = {}) {
  return detail::jvp(detail::of_one(f), {x}, {v}, options, where);
}
/// Returns `f(inputs)` and the sum of `J v` over the inputs; each `v` has the shape of its input.
/// @throws ShapeError if a `v` has another shape or dtype than its input, or one is missing
template <class F>
ValueAndTangent jvp(F f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v,
                    FunctionalOptions options = {}, Where where = {}) {
  return detail::jvp(f, inputs, v, options, where);
}

/// Returns `J[i..., j...] = df(x)[i...] / dx[j...]`, of the shape of `f(x)` followed by that of
/// `x`.
/// @code
/// Tensor J = jacobian([&](const Tensor& x) { return matmul(W, x); }, x);  // W
/// @endcode
/// It takes one backward pass for each element of `f(x)`.
/// @throws ShapeError if the result would have more than 8 dimensions
template <class F>
Tensor jacobian(F f, const Tensor& x, FunctionalOptions options = {}, Where where = {}) {
  return detail::jacobian(detail::of_one(f), {x}, options, where)[0];
}
/// Returns the Jacobian of `f(inputs)` by each input.
/// @throws ShapeError if a result would have more than 8 dimensions
template <class F>
std::vector<Tensor> jacobian(F f, const std::vector<Tensor>& inputs, FunctionalOptions options = {},
                             Where where = {}) {
  return detail::jacobian(f, inputs, options, where);
}

/// Returns `H[i..., j...] = d^2 f / dx[i...] dx[j...]` of an `f` of one element.
/// @code
/// Tensor H = hessian([](const Tensor& x) { return sum(x * x * x); }, x);  // diagonal, 6 x
/// @endcode
/// @throws ShapeError if `f(x)` has several elements, or the result would have more than 8
/// dimensions
template <class F>
Tensor hessian(F f, const Tensor& x, FunctionalOptions options = {}, Where where = {}) {
  return detail::hessian(detail::of_one(f), {x}, options, where)[0][0];
}
/// Returns the Hessian of an `f` of one element: block `[a][b]` is for inputs a and b.
/// @throws ShapeError if `f(inputs)` has several elements, or a block would have more than 8
/// dimensions
template <class F>
std::vector<std::vector<Tensor>> hessian(F f, const std::vector<Tensor>& inputs,
                                         FunctionalOptions options = {}, Where where = {}) {
  return detail::hessian(f, inputs, options, where);
}

/// Returns `f(x)`, of one element, and `H v` without computing the Hessian; `v` has the shape of
/// `x`.
/// @code
/// auto [value, product] = hvp([](const Tensor& x) { return sum(x * x * x); }, x, v);  // 6 x v
/// @endcode
/// @throws ShapeError if `f(x)` has several elements, or `v` another shape or dtype than `x`
template <class F>
ValueAndGradient hvp(F f, const Tensor& x, const Tensor& v, FunctionalOptions options = {},
                     Where where = {}) {
  auto [value, products] = detail::hvp(detail::of_one(f), {x}, {v}, options, where);
  return {value, products[0]};
}
/// Returns `f(inputs)`, of one element, and `H v` without computing the Hessian.
/// Each `v` has the shape of its input.
/// @throws ShapeError if `f(inputs)` has several elements, or a `v` another shape or dtype than its
/// input
template <class F>
ValueAndGradients hvp(F f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v,
                      FunctionalOptions options = {}, Where where = {}) {
  return detail::hvp(f, inputs, v, options, where);
}

/// Function that returns an `f` of one element together with its gradient.
/// @code
/// const auto loss_and_grad = value_and_grad([&](const Tensor& w) { return loss(w, x); });
/// const auto [value, gradient] = loss_and_grad(w);
/// @endcode
template <class F>
class ValueAndGrad {
 public:
  /// Wraps `f`.
  explicit ValueAndGrad(F f) : f_(std::move(f)) {}

  /// Returns `f(x)` and its gradient.
  /// @throws ShapeError if `f(x)` has several elements
  ValueAndGradient operator()(const Tensor& x, Where where = {}) const {
    auto [value, gradients] = detail::vjp("value_and_grad", detail::of_one(f_), {x}, {}, {}, where);
    return {value, gradients[0]};
  }
  /// Returns `f(inputs)` and its gradient for each input.
  /// @throws ShapeError if `f(inputs)` has several elements
  ValueAndGradients operator()(const std::vector<Tensor>& inputs, Where where = {}) const {
    return detail::vjp("value_and_grad", f_, inputs, {}, {}, where);
  }

 private:
  F f_;
};
/// Returns the function that computes `f` together with its gradient.
template <class F>
ValueAndGrad<F> value_and_grad(F f) {
  return ValueAndGrad<F>(std::move(f));
}

/// Returns the gradients of each sample's loss: element i has shape (N, parameter...).
/// `loss` is called for one sample after another and returns one element. Its argument holds slices
/// of length 1 along dimension 0 of the tensors of `batch`. The parameters are leaves that `loss`
/// uses.
/// @throws ShapeError if `batch` is empty or its tensors differ in length along dimension 0
RETROGRAD_API std::vector<Tensor> per_sample_grad(
    const std::function<Tensor(const std::vector<Tensor>& sample)>& loss,
    const std::vector<Tensor>& parameters, const std::vector<Tensor>& batch, Where where = {});

}  // namespace retrograd
