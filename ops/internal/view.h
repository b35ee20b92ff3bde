// Making views, which know what they are a view of. Internal.
#pragma once

#include <optional>

#include <retrograd/autograd/call.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// A view of x whose base is remembered, so that writes in place can be recorded.
Tensor tracked_view(const Tensor& x, const Shape& shape, const Strides& strides,
                    std::int64_t offset);

// The strides that show a tensor under another shape of as many elements, or nothing where only a
// copy can.
std::optional<Strides> reshaped_strides(const Tensor& x, const Shape& shape);

// All of x as a view with a node of its own, recorded as the call: the result of an operator that
// has nothing to do, so that hooks on it concern this use alone.
Tensor whole_view(const Call& call, const Tensor& x);

// The order that undoes permute(x, order), which names dimensions from 0 on.
Dims inverse(const Dims& order);

// The sizes of a batch of matrices, (..., rows, columns), without the last two.
Shape leading(const Tensor& x);

// Whether a tensor of the first shape broadcasts to the second one.
bool broadcasts_to(const Shape& shape, const Shape& full);

// x itself if it has the shape, else expand(): for operands, which are not handed out.
Tensor expand_operand(const Tensor& x, const Shape& shape);
// The same with sum_to(): for gradients.
Tensor sum_gradient_to(const Tensor& grad, const Shape& shape);

}  // namespace retrograd
