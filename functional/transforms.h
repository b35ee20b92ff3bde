/// @file
/// Derivatives of functions, computed from functions of tensors. They nest to any order: where an
/// input requires a gradient, or with {.create_graph = true}, results can be differentiated
/// further.
///
/// A function f takes one tensor, or a `std::vector` of several, and gives one tensor; it is called
/// with handles of its own, so the inputs' grad() stays as it is. Integer inputs are passed through
/// and have no derivative.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct FunctionalOptions {
  bool create_graph = false;  ///< Record, so that results can be differentiated by what f captured.
};

/// The value of a function and its gradient.
struct ValueAndGradient {
  Tensor value;     ///< The function's value.
  Tensor gradient;  ///< The gradient, of the input's shape.
};
/// The value of a function and its gradients.
struct ValueAndGradients {
  Tensor value;                   ///< The function's value.
  std::vector<Tensor> gradients;  ///< One for each input, of its shape.
};
/// The value of a function and its derivative in a direction.
struct ValueAndTangent {
  Tensor value;    ///< The function's value.
  Tensor tangent;  ///< Of the value's shape.
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

/// f(x) and v^T J, where J = df/dx and v has the shape of f(x); undefined stands for ones where
/// f(x) has one element. Throws ShapeError for a v of another shape.
template <class F>
ValueAndGradient vjp(F f, const Tensor& x, const Tensor& v = {}, FunctionalOptions options = {},
                     Where where = {}) {
  auto [value, gradients] = detail::vjp("vjp", detail::of_one(f), {x}, v, options, where);
  return {value, gradients[0]};
}
/// f(x) and v^T J, where J = df/dx and v has the shape of f(x); undefined stands for ones where
/// f(x) has one element. Throws ShapeError for a v of another shape.
template <class F>
ValueAndGradients vjp(F f, const std::vector<Tensor>& inputs, const Tensor& v = {},
                      FunctionalOptions options = {}, Where where = {}) {
  return detail::vjp("vjp", f, inputs, v, options, where);
}

/// f(x) and J v, where v has the shape of x; for several inputs the sum over them. Computed by two
/// reverse passes: u -> J^T u is linear in u, and its own vjp is J v.
template <class F>
ValueAndTangent jvp(F f, const Tensor& x, const Tensor& v, FunctionalOptions options = {},
                    Where where = {}) {
  return detail::jvp(detail::of_one(f), {x}, {v}, options, where);
}
/// f(x) and J v, where v has the shape of x; for several inputs the sum over them. Computed by two
/// reverse passes: u -> J^T u is linear in u, and its own vjp is J v.
template <class F>
ValueAndTangent jvp(F f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v,
                    FunctionalOptions options = {}, Where where = {}) {
  return detail::jvp(f, inputs, v, options, where);
}

/// J[i..., j...] = df(x)[i...] / dx[j...]: the shape of f(x) followed by that of x. One reverse
/// pass for each element of f(x). Throws ShapeError above 8 dimensions in all.
template <class F>
Tensor jacobian(F f, const Tensor& x, FunctionalOptions options = {}, Where where = {}) {
  return detail::jacobian(detail::of_one(f), {x}, options, where)[0];
}
/// J[i..., j...] = df(x)[i...] / dx[j...]: the shape of f(x) followed by that of x. One reverse
/// pass for each element of f(x). Throws ShapeError above 8 dimensions in all.
template <class F>
std::vector<Tensor> jacobian(F f, const std::vector<Tensor>& inputs, FunctionalOptions options = {},
                             Where where = {}) {
  return detail::jacobian(f, inputs, options, where);
}

/// The second derivatives of an f of one element: H[i..., j...] = d^2 f / dx[i...] dx[j...]. For
/// several inputs, block [a][b] belongs to inputs a and b.
template <class F>
Tensor hessian(F f, const Tensor& x, FunctionalOptions options = {}, Where where = {}) {
  return detail::hessian(detail::of_one(f), {x}, options, where)[0][0];
}
/// The second derivatives of an f of one element: H[i..., j...] = d^2 f / dx[i...] dx[j...]. For
/// several inputs, block [a][b] belongs to inputs a and b.
template <class F>
std::vector<std::vector<Tensor>> hessian(F f, const std::vector<Tensor>& inputs,
                                         FunctionalOptions options = {}, Where where = {}) {
  return detail::hessian(f, inputs, options, where);
}

/// f(x), of one element, and H v without making H; v has the shape of x.
template <class F>
ValueAndGradient hvp(F f, const Tensor& x, const Tensor& v, FunctionalOptions options = {},
                     Where where = {}) {
  auto [value, products] = detail::hvp(detail::of_one(f), {x}, {v}, options, where);
  return {value, products[0]};
}
/// f(x), of one element, and H v without making H; v has the shape of x.
template <class F>
ValueAndGradients hvp(F f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v,
                      FunctionalOptions options = {}, Where where = {}) {
  return detail::hvp(f, inputs, v, options, where);
}

/// The function that gives f, of one element, together with its gradient:
/// @code
/// const auto loss_and_grad = value_and_grad([&](const Tensor& w) { return loss(w, x); });
/// const auto [value, gradient] = loss_and_grad(w);
/// @endcode
template <class F>
class ValueAndGrad {
 public:
  /// Constructs it from what the class and its options describe.
  explicit ValueAndGrad(F f) : f_(std::move(f)) {}

  /// Computes; errors and tapes name the line of this call.
  ValueAndGradient operator()(const Tensor& x, Where where = {}) const {
    auto [value, gradients] = detail::vjp("value_and_grad", detail::of_one(f_), {x}, {}, {}, where);
    return {value, gradients[0]};
  }
  /// Computes; errors and tapes name the line of this call.
  ValueAndGradients operator()(const std::vector<Tensor>& inputs, Where where = {}) const {
    return detail::vjp("value_and_grad", f_, inputs, {}, {}, where);
  }

 private:
  F f_;
};
/// See ValueAndGrad.
template <class F>
ValueAndGrad<F> value_and_grad(F f) {
  return ValueAndGrad<F>(std::move(f));
}

/// The gradient of each sample's loss by each parameter: element i has shape (N, parameter...).
/// loss(sample) gets slices of length 1 along dimension 0 of every tensor of `batch`, one sample
/// after another, and gives one element; the parameters are leaves that it uses.
RETROGRAD_API std::vector<Tensor> per_sample_grad(
    const std::function<Tensor(const std::vector<Tensor>& sample)>& loss,
    const std::vector<Tensor>& parameters, const std::vector<Tensor>& batch, Where where = {});

}  // namespace retrograd
