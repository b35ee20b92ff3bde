// Random masks and products with them.
#pragma once

#include <retrograd/tensor/internal/batch_rows.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// 1 with probability `kept`, else 0; uint8 with the layout that element-wise results on `model`
// have. Element i in row-major order depends on its number alone.
Tensor random_mask(const Tensor& model, double kept, const retrograd::detail::Numbers& numbers);
// Reserves the numbers of a mask of this shape.
retrograd::detail::Numbers take_mask(Generator& generator, const Shape& shape);

// x * scale where the mask, uint8 in the shape of x, is not 0, and 0 elsewhere whatever x holds.
Tensor masked_product(const Tensor& x, const Tensor& mask, double scale);

}  // namespace retrograd::kernels
