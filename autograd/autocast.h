/// @file
/// Mixed precision: products and convolutions in bfloat16, for the current thread.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Guard of a scope in which operators of this thread compute in bfloat16 where that is safe.
///
/// @code
/// {
///   Autocast autocast(bfloat16);
///   loss = cross_entropy(model(x), labels);
/// }
/// loss.backward();  // in the dtype of each operator, without a guard
/// @endcode
///
/// Matrix products, linear layers and convolutions downcast float32 inputs to bfloat16, add in
/// float32 and return bfloat16. The recurrent layers and the attention of `nn` do so too. Softmax,
/// losses, sums, `exp`, `log`, `pow` and vector norms upcast bfloat16 inputs and return float32.
/// Other operators, and calls with a float64 input, keep their dtypes.
///
/// Parameters stay float32. Their conversions are recorded, so their gradients are float32 too.
///
/// Guards nest: `Autocast(bfloat16, false)` switches the mode off for its scope. A parameter is
/// converted once until it changes or the outermost guard ends. Writes through `data()` are not
/// noticed. `cache_enabled = false`, in this guard or one around it, converts at each use. A guard
/// must end in the thread that made it.
///
/// The meaning is that of PyTorch's `torch.autocast`. On a processor without bfloat16 arithmetic,
/// the library computes with rounded values in float32 and says so once on stderr.
class RETROGRAD_API Autocast {
 public:
  /// Sets the mode until the end of the scope.
  /// @throws DTypeError if `dtype` is not bfloat16
  explicit Autocast(DType dtype, bool enabled = true, bool cache_enabled = true, Where where = {});
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool previous_enabled_;
  bool previous_cache_enabled_;
};

/// Returns whether operators of this thread compute in bfloat16.
RETROGRAD_API bool autocast_enabled() noexcept;

namespace detail {
// Returns x in bfloat16 if it is float32. Other tensors, undefined ones too, are returned as is.
RETROGRAD_API Tensor autocast_downcast(const Tensor& x, Where where = {});
}  // namespace detail

}  // namespace retrograd
