// Tensors made without operators.
#include <utility>

#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace {

Tensor allocated(std::int64_t count, const Shape& shape, const Strides& strides, DType dtype) {
  auto storage = detail::new_storage(static_cast<std::size_t>(count) * item_size(dtype));
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(
      new detail::TensorImpl(std::move(storage), shape, strides, dtype, 0)));
}

// The bytes from the first element to the end of the last. Throws ShapeError for an overflow.
std::size_t checked_span(const Shape& shape, const Strides& strides, DType dtype, Where where) {
  const auto bytes = static_cast<std::int64_t>(item_size(dtype));
  std::int64_t span = bytes;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::int64_t step = 0;
    if (__builtin_mul_overflow(strides[d], bytes, &step) ||
        __builtin_mul_overflow(step, shape[d] - 1, &step) ||
        __builtin_add_overflow(span, step, &span)) {
      fail<ShapeError>("from_blob", where,
                       "shape " + to_string(shape) + " with strides " + to_string(strides) +
                           " reaches further than memory can address");
    }
  }
  return static_cast<std::size_t>(span);
}

}  // namespace

Tensor empty_tensor(const Shape& shape, DType dtype, Where where) {
  const std::int64_t count = checked_numel("empty", shape, dtype, where);
  return allocated(count, shape, contiguous_strides(shape), dtype);
}

Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype, Where where) {
  const std::int64_t count = checked_numel("empty", shape, dtype, where);
  return allocated(count, shape, strides, dtype);
}

Tensor empty_dense(const Tensor& model, DType dtype) {
  const detail::TensorImpl& like = model.impl();
  auto storage = detail::new_storage(static_cast<std::size_t>(like.numel) * item_size(dtype));
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(
      new detail::TensorImpl(like, std::move(storage), dtype, 0)));
}

Tensor view_of(const Tensor& tensor, const Shape& shape, const Strides& strides,
               std::int64_t offset) {
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(
      new detail::TensorImpl(tensor.impl().storage, shape, strides, tensor.dtype(), offset)));
}

Tensor from_blob(void* data, const Shape& shape, DType dtype, std::function<void()> free,
                 Where where) {
  checked_numel("from_blob", shape, dtype, where);
  return from_blob(data, shape, contiguous_strides(shape), dtype, std::move(free), where);
}

Tensor from_blob(void* data, const Shape& shape, const Strides& strides, DType dtype,
                 std::function<void()> free, Where where) {
  const std::int64_t count = checked_numel("from_blob", shape, dtype, where);
  if (strides.size() != shape.size()) {
    fail<ShapeError>("from_blob", where,
                     "strides " + to_string(strides) + " do not fit shape " + to_string(shape));
  }
  if (data == nullptr && count > 0) {
    fail<ValueError>("from_blob", where, "null data for shape " + to_string(shape));
  }
  for (const std::int64_t stride : strides) {
    if (stride < 0) {
      fail<ShapeError>("from_blob", where, "negative stride in " + to_string(strides));
    }
  }
  const std::size_t bytes = count == 0 ? 0 : checked_span(shape, strides, dtype, where);
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(new detail::TensorImpl(
      detail::new_foreign_storage(data, bytes, std::move(free)), shape, strides, dtype, 0)));
}

}  // namespace retrograd
