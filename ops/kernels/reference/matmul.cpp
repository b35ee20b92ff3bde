// Products of matrices, https://numpy.org/doc/1.24/reference/generated/numpy.matmul.html:
//   y[n, i, j] = sum over k of a[n, i, k] b[n, k, j]
#include <retrograd/ops/kernels/linalg/matmul.h>

#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

Tensor product_of(const Tensor& a, const Tensor& b, DType dtype) {
  const std::int64_t batch = a.shape()[0] == 1 ? b.shape()[0] : a.shape()[0];
  return with_values(
      [&]<class A>(const A& left, const A& right) {
        const A terms = xt::expand_dims(left, 3) * xt::expand_dims(right, 1);
        return tensor(total(terms, {2}), {batch, a.shape()[1], b.shape()[2]}, dtype);
      },
      a, b);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  return product_of(a, b, a.dtype());
}

Tensor matmul_wide(const Tensor& a, const Tensor& b) {
  return product_of(a, b, float32);
}

}  // namespace retrograd::kernels::reference
