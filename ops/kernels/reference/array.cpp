#include <retrograd/ops/kernels/reference/array.h>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/xtensor.h>
#include <xtensor-blas/xlinalg.hpp>

namespace retrograd::kernels::reference {

namespace {

Tensor filled(const Tensor& result, Array values) {
  values.reshape(to_sizes(result.shape()));
  for_dtype(result.dtype(), [&]<class T>() {
    auto elements = as_xtensor<T>(result);
    elements = xt::cast<T>(values);
  });
  return result;
}

}  // namespace

Array array(const Tensor& x) {
  return for_dtype(x.dtype(),
                   [&]<class T>() -> Array { return xt::cast<double>(as_xtensor<T>(x)); });
}

Array array(const Tensor& x, const Sizes& shape) {
  Array values = array(x);
  values.reshape(shape);
  return values;
}

Tensor tensor(const Array& values, const Shape& shape, DType dtype) {
  return filled(empty_tensor(shape, dtype), values);
}

Tensor channels_last(const Array& values, const Shape& shape, DType dtype) {
  return filled(empty_strided(shape, channels_last_strides(shape), dtype), values);
}

Array contract(const Array& a, const Array& b, const Sizes& of_a, const Sizes& of_b) {
  return xt::linalg::tensordot(a, b, of_a, of_b);
}

}  // namespace retrograd::kernels::reference
