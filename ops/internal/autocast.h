// What Autocast asks of an operator's inputs. Internal.
//
//   if (autocast::lowers(x, weight)) {
//     return linear(autocast::lowered(x, where), autocast::lowered(weight, where), ...);
//   }
#pragma once

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/internal/autocast_off.h>
#include <retrograd/ops/internal/widen.h>

namespace retrograd::autocast {

inline bool has_dtype(const Tensor& x, DType dtype) {
  return x.defined() && x.dtype() == dtype;
}

// Whether the mode is on. float64 is kept, and what stands beside it: the two do not mix.
template <class... Inputs>
bool applies(const Inputs&... inputs) {
  return autocast_enabled() && !(has_dtype(inputs, float64) || ...);
}

// Whether any of these is float32 and should be bfloat16.
template <class... Inputs>
bool lowers(const Inputs&... inputs) {
  return applies(inputs...) && (has_dtype(inputs, float32) || ...);
}

// Whether any of these is bfloat16 and should be float32: see widened().
template <class... Inputs>
bool widens(const Inputs&... inputs) {
  return applies(inputs...) && (has_dtype(inputs, bfloat16) || ...);
}

inline Tensor lowered(const Tensor& x, Where where) {
  return detail::autocast_lowered(x, where);
}

}  // namespace retrograd::autocast
