// Rows of a table as a product with a matrix of ones and zeros, E[n, r] = 1 if index n is row r:
//   rows taken are E table, and their adjoint, sums of rows, is E^T rows.
// Srivastava et al., "Dropout", 2014, equation 2, with outputs scaled while training.
#include <retrograd/ops/kernels/activation/dropout.h>
#include <retrograd/ops/kernels/index/embedding.h>
#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

Array one_of_each(const Tensor& indices, std::int64_t count, std::int64_t skipped) {
  const Array index = array(indices, to_sizes({indices.numel(), 1}));
  const Integers rows = positions(count, 1, 2);
  return xt::equal(index, rows) && xt::not_equal(rows, skipped);
}

}  // namespace

Tensor take_rows(const Tensor& table, const Tensor& indices, std::int64_t skipped) {
  const Array chosen = one_of_each(indices, table.shape()[0], skipped);
  Shape shape = indices.shape();
  shape.push_back(table.shape()[1]);
  return tensor(contract(chosen, array(table), {1}, {0}), shape, table.dtype());
}

Tensor sum_rows(const Tensor& rows, const Tensor& indices, std::int64_t count,
                std::int64_t skipped) {
  const Array chosen = one_of_each(indices, count, skipped);
  const std::int64_t width = rows.shape().back();
  const Array parts = array(rows, to_sizes({indices.numel(), width}));
  return tensor(contract(chosen, parts, {0}, {0}), {count, width}, rows.dtype());
}

Tensor masked_product(const Tensor& x, const Tensor& mask, double scale) {
  const Array kept = array(mask);
  return tensor(xt::where(xt::equal(kept, 0.0), 0.0, array(x) * rounded(scale, x.dtype())),
                x.shape(), x.dtype());
}

}  // namespace retrograd::kernels::reference
