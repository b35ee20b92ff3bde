// The history of tensors of which a part was written in place. Internal.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// `x` with its present history, in a handle that later writes do not change: so no cycle can arise.
Tensor before_write(const Tensor& x);

// Gives the base of `view` the history of a write of `values` to the part that the view shows. The
// base holds them already, so that nothing of the base's size is computed; neither is it when a
// backward pass that is not recorded goes through many such writes.
void record_written_view(const Tensor& view, const Tensor& values);

// The node for a view of `base` that leads to the base's present node.
NodePtr view_node(const Tensor& base, const Tensor& view);

}  // namespace retrograd::detail
