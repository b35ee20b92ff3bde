/// @file
/// Mixed precision: products and convolutions in bfloat16, for the current thread.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// While one is alive, matrix products, linear layers and convolutions of float32 take their inputs
/// as bfloat16, add in float32 and give bfloat16; softmax, losses, sums, exp, log, pow and norms of
/// vectors take bfloat16 as float32 and give float32; so do the recurrent layers and the attention
/// of nn. Everything else keeps what it gets, float64 too, and what stands beside it.
/// Parameters stay float32: their conversions are recorded, so their gradients are float32 too.
/// backward() needs no guard, and computes each gradient in the dtype of its operator.
///
/// Guards nest; Autocast(bfloat16, false) switches the mode off for its scope. A parameter that did
/// not change is converted once until the outermost guard ends, unless `cache_enabled` is false
/// here or in a guard around this one; a change by writing through data() is not noticed. A guard
/// must end in the thread that made it. The meaning is that of PyTorch's torch.autocast. Throws
/// DTypeError for dtypes other than bfloat16. Where the processor has no bfloat16 arithmetic, one
/// line on stderr says so, and rounded values are computed with in float32.
class RETROGRAD_API Autocast {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Autocast(DType dtype, bool enabled = true, bool cache_enabled = true, Where where = {});
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool previous_enabled_;
  bool previous_cache_enabled_;
};

/// Whether operators compute in bfloat16 in this thread.
RETROGRAD_API bool autocast_enabled() noexcept;

namespace detail {
// x in bfloat16 if it is float32; anything else, undefined tensors too, as it is.
RETROGRAD_API Tensor autocast_lowered(const Tensor& x, Where where = {});
}  // namespace detail

}  // namespace retrograd
