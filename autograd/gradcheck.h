/// @file
/// Proving gradients: the tape's Jacobian against finite differences.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// What is checked: any callable of (const `std::vector<Tensor>&`) that gives a Tensor or several.
/// It must compute the same each time.
class CheckedFunction {
 public:
  /// Several tensors.
  using Tensors = std::vector<Tensor>;

  /// Constructs it from what the class and its options describe.
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

  /// Computes; errors and tapes name the line of this call.
  Tensors operator()(const Tensors& inputs) const { return function_(inputs); }

 private:
  std::function<Tensors(const Tensors&)> function_;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct GradcheckOptions {
  double eps = 1e-6;   ///< Length of a step. Step of the central differences.
  double atol = 1e-5;  ///< |backward - difference| may be atol + rtol |difference|.
  double rtol = 1e-3;  ///< Relative part of the tolerance.
  bool noncontiguous_grad_outputs = false;  ///< Gradgradcheck: seeds with gaps in memory.
};

/// What a check found; true when it passed.
struct GradcheckResult {
  bool passed = true;              ///< Whether everything agreed.
  std::string message;             ///< The first thing that was wrong.
  std::vector<std::string> kinks;  ///< Places where the slopes from left and right differ.

  /// Whether it passed.
  explicit operator bool() const noexcept { return passed; }
};

/// Compares, for every element of every output and of every input that requires a gradient (those
/// must be float64), backward with (f(x + eps) - f(x - eps)) / (2 eps). Checks also that the result
/// of a second backward is the same to the bit, that a gradient of zeros gives zeros of the right
/// shape and dtype, that an undefined gradient is taken as zero, and that outputs keep their shape
/// and dtype when inputs change a little. Where the two one-sided slopes differ, the function has a
/// kink: any value between them is a right answer, and the place is noted in `kinks`. Throws
/// ValueError for inputs that cannot be checked: not float64, or with elements that share memory
/// (expanded).
RETROGRAD_API GradcheckResult gradcheck(const CheckedFunction& function,
                                        const std::vector<Tensor>& inputs,
                                        const GradcheckOptions& options = {}, Where where = {});

/// The same for the gradients themselves, as functions of the inputs and of the output gradients:
/// what second derivatives rest on. Output gradients are random unless given.
RETROGRAD_API GradcheckResult gradgradcheck(const CheckedFunction& function,
                                            const std::vector<Tensor>& inputs,
                                            const std::vector<Tensor>& grad_outputs = {},
                                            const GradcheckOptions& options = {}, Where where = {});

}  // namespace retrograd
