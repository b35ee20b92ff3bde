// The kernels: they get checked shapes and dtypes and return fresh tensors. They know nothing of
// gradients.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <retrograd/tensor/loops/copy.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// --- element-wise: results have the layout of the first dense input ---

enum class Unary : std::uint8_t {
  neg,
  abs,
  sign,
  exp,
  log,
  log1p,
  sqrt,
  square,
  tanh,
  sigmoid,
  relu,
  expm1,
  log2,
  rsqrt,
  reciprocal,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  erf,
  floor,
  ceil,
  round  // half to even
};
Tensor unary(Unary op, const Tensor& x);

enum class Binary : std::uint8_t {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  fmod,
  remainder,
  floor_divide
};
// Equal shapes and dtypes. Integers are divided by other numbers than 0.
Tensor binary(Binary op, const Tensor& a, const Tensor& b);
Tensor binary(Binary op, const Tensor& a, Scalar b);
Tensor binary(Binary op, Scalar a, const Tensor& b);
// a = a op b; b has the shape and dtype of a, or is a number.
void binary_in_place(Binary op, const Tensor& a, const Tensor& b);
void binary_in_place(Binary op, const Tensor& a, Scalar b);

enum class Compare : std::uint8_t { eq, ne, lt, le, gt, ge };
// Equal shapes and dtypes; boolean result.
Tensor compare(Compare op, const Tensor& a, const Tensor& b);
Tensor compare(Compare op, const Tensor& a, Scalar b);

// Equal shapes, condition boolean, a and b of one dtype.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// a + weight (b - a), exact at weights 0 and 1. Equal shapes and floating dtypes.
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);

// --- copies ---

using detail::contiguous_copy;
using detail::copy;
using detail::fill;
// A fresh channels-last copy.
Tensor channels_last_copy(const Tensor& x);
// x itself when it is that already.
Tensor as_contiguous(const Tensor& x);
Tensor as_channels_last(const Tensor& x);

// --- reductions: reduced[d] says which dimensions go; they stay as 1 in the result ---

using detail::DimMask;
Tensor sum(const Tensor& x, const DimMask& reduced);
Tensor amax(const Tensor& x, const DimMask& reduced);
Tensor amin(const Tensor& x, const DimMask& reduced);
// Indices of the first largest along dim, kept as 1; int64.
Tensor argmax(const Tensor& x, std::size_t dim);

// --- indices: checked by the caller ---

Tensor gather(const Tensor& x, std::size_t dim, const Tensor& index);
Tensor scatter_add(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source);
// The smallest and largest value of an int64 tensor that is not empty.
std::pair<std::int64_t, std::int64_t> index_range(const Tensor& index);

// --- softmax along dim ---

Tensor softmax(const Tensor& x, std::size_t dim);
Tensor log_softmax(const Tensor& x, std::size_t dim);
// The gradient of x from that of the result y.
Tensor softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim);
Tensor log_softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim);

// --- matrices: a (batch, n, k), b (batch, k, m), a batch of 1 repeats; gives (batch, n, m) ---

Tensor matmul(const Tensor& a, const Tensor& b);

}  // namespace retrograd::kernels
