// What initial values are made with. Internal.
#pragma once

#include <cstdint>

#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn::init::detail {

// The x with erf(x) = y, for y from -1 to 1.
double inverse_erf(double y);

// `rows` vectors of `columns` >= `rows` numbers, float64, orthogonal and of length 1: what
// Gram-Schmidt makes of normal numbers, so that no direction is preferred.
Tensor random_orthonormal(std::int64_t rows, std::int64_t columns, Generator& generator);

}  // namespace retrograd::nn::init::detail
