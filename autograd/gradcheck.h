/// @file
/// Gradient checks: the tape's Jacobian against finite differences.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Function to check: any callable of `const std::vector<Tensor>&` that returns one Tensor or
/// several.
/// It must compute the same result each time.
class CheckedFunction {
 public:
  /// Several tensors.
  using Tensors = std::vector<Tensor>;

  /// Wraps a callable, such as a lambda.
  template <class F>
  requires std::is_invocable_v<F&, const Tensors&> CheckedFunction(
      F function)  // NOLINT: a lambda is what one passes
      : function_([function = std::move(function)](const Tensors& inputs) mutable -> Tensors {
          if constexpr (std::is_convertible_v<std::invoke_result_t<F&, const Tensors&>, Tensor>) {
            return {function(inputs)};
          } else {
            return function(inputs);
          }
        }) {}

  /// Calls the function.
  Tensors operator()(const Tensors& inputs) const { return function_(inputs); }

 private:
  std::function<Tensors(const Tensors&)> function_;
};

/// Options of `gradcheck()` and `gradgradcheck()`.
struct GradcheckOptions {
  double eps = 1e-6;   ///< Step of the central differences.
  double atol = 1e-5;  ///< Tolerance: `|backward - difference| <= atol + rtol |difference|`.
  double rtol = 1e-3;  ///< Relative part of the tolerance.
  /// Seeds `gradgradcheck()` with gaps in memory when true.
  bool noncontiguous_grad_outputs = false;
};

/// Result of a check; true when it passed.
struct GradcheckResult {
  bool passed = true;              ///< Whether everything agreed.
  std::string message;             ///< First disagreement.
  std::vector<std::string> kinks;  ///< Positions where the slopes from left and right differ.

  /// Returns `passed`.
  explicit operator bool() const noexcept { return passed; }
};

/// Compares the backward pass with `(f(x + eps) - f(x - eps)) / (2 eps)`.
///
/// @code
/// GradcheckResult ok = gradcheck([](const auto& in) { return sigmoid(in[0]); }, {x});
/// @endcode
///
/// Each element of each output is compared for each element of the inputs that require a gradient.
/// These inputs must be float64.
///
/// Further checks: A second backward pass gives the same bits. A gradient of zeros gives zeros of
/// the right shape and dtype. An undefined gradient counts as zero. Outputs keep shape and dtype
/// when inputs change a little.
///
/// A point where the two one-sided slopes differ is a kink. Any value between them is right there,
/// and `kinks` lists the position.
/// @throws ValueError if an input is not float64 or has elements that share memory, as after
/// `expand()`
RETROGRAD_API GradcheckResult gradcheck(const CheckedFunction& function,
                                        const std::vector<Tensor>& inputs,
                                        const GradcheckOptions& options = {}, Where where = {});

/// Compares second derivatives with finite differences of the gradients.
/// The gradients are functions of the inputs and of the output gradients, which are random unless
/// given.
/// @throws ValueError if an input is not float64 or has elements that share memory, as after
/// `expand()`
RETROGRAD_API GradcheckResult gradgradcheck(const CheckedFunction& function,
                                            const std::vector<Tensor>& inputs,
                                            const std::vector<Tensor>& grad_outputs = {},
                                            const GradcheckOptions& options = {}, Where where = {});

}  // namespace retrograd
