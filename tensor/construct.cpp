// Tensors made without operators.
#include <cstddef>
#include <limits>
#include <utility>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace {

// Throws OutOfMemory for more bytes than can be addressed.
std::size_t byte_count(std::int64_t count, DType dtype) {
  std::ptrdiff_t bytes = 0;
  if (__builtin_mul_overflow(count, static_cast<std::int64_t>(item_size(dtype)), &bytes)) {
    throw OutOfMemory(std::numeric_limits<std::size_t>::max());
  }
  return static_cast<std::size_t>(bytes);
}

// A tensor of these sizes whose storage is still to come.
Tensor without_storage(const Shape& shape, const Strides& strides, DType dtype,
                       std::int64_t offset = 0) {
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(
      new detail::TensorImpl({}, shape, strides, dtype, offset)));
}

// The bytes from the first element to the end of the last. Throws ShapeError for an overflow.
std::size_t checked_span(const Shape& shape, const Strides& strides, DType dtype, Where where) {
  const auto bytes = static_cast<std::ptrdiff_t>(item_size(dtype));
  std::ptrdiff_t span = bytes;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::ptrdiff_t step = 0;
    if (__builtin_mul_overflow(strides[d], bytes, &step) ||
        __builtin_mul_overflow(step, shape[d] - 1, &step) ||
        __builtin_add_overflow(span, step, &span)) {
      check::refuse<ShapeError>(
          {"from_blob", where}, {},
          "shape {} with strides {} reaches further than memory can address [too-many-elements]",
          shape, strides);
    }
  }
  return static_cast<std::size_t>(span);
}

void require_strides(const char* op, const Shape& shape, const Strides& strides, Where where) {
  if (strides.size() != shape.size()) {
    check::refuse<ShapeError>({op, where}, {}, "strides {} do not fit shape {} [strides-invalid]",
                              strides, shape);
  }
}

// Whether all elements lie in the storage of `bytes` bytes.
bool is_inside(const detail::TensorImpl& view, std::size_t bytes) noexcept {
  std::ptrdiff_t first = 0;  // the reach of the elements, in elements
  std::ptrdiff_t last = 0;
  bool overflows = __builtin_add_overflow(view.offset, 0, &first);
  last = first;
  for (std::size_t d = 0; d < view.shape.size(); ++d) {
    std::ptrdiff_t reach = 0;
    overflows |= __builtin_mul_overflow(view.strides[d], view.shape[d] - 1, &reach);
    std::ptrdiff_t& end = reach < 0 ? first : last;
    overflows |= __builtin_add_overflow(end, reach, &end);
  }
  const std::size_t elements = bytes / item_size(view.dtype);
  // A view without elements may start anywhere behind the last one.
  return view.numel == 0 ? view.offset >= 0
                         : !overflows && first >= 0 && static_cast<std::size_t>(last) < elements;
}

}  // namespace

Tensor empty_tensor(const Shape& shape, DType dtype, Where where) {
  const std::int64_t count = checked_numel("empty", shape, dtype, where);
  Tensor result = without_storage(shape, contiguous_strides(shape), dtype);
  result.impl().storage = detail::new_storage(byte_count(count, dtype));
  return result;
}

Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype, Where where) {
  const std::int64_t count = checked_numel("empty_strided", shape, dtype, where);
  require_strides("empty_strided", shape, strides, where);
  Tensor result = without_storage(shape, strides, dtype);
  if (!result.impl().dense) {
    check::refuse<ShapeError>(
        {"empty_strided", where}, {},
        "strides {} make elements of shape {} overlap or leave gaps [strides-invalid]", strides,
        shape);
  }
  result.impl().storage = detail::new_storage(byte_count(count, dtype));
  return result;
}

Tensor empty_dense(const Tensor& model, DType dtype) {
  const detail::TensorImpl& like = model.impl();
  auto storage = detail::new_storage(byte_count(like.numel, dtype));
  return Tensor(detail::IntrusivePtr<detail::TensorImpl>::adopt(
      new detail::TensorImpl(like, std::move(storage), dtype, 0)));
}

Tensor detail::view_within(const Tensor& tensor, const Shape& shape, const Strides& strides,
                           std::int64_t offset) {
  const TensorImpl& whole = tensor.impl();
  return Tensor(IntrusivePtr<TensorImpl>::adopt(
      new TensorImpl(whole.storage, shape, strides, whole.dtype, offset)));
}

Tensor view_of(const Tensor& tensor, const Shape& shape, const Strides& strides,
               std::int64_t offset, Where where) {
  checked_numel("view_of", shape, tensor.dtype(), where);
  require_strides("view_of", shape, strides, where);
  const auto& storage = tensor.impl().storage;
  Tensor view = without_storage(shape, strides, tensor.dtype(), offset);
  if (!is_inside(view.impl(), storage->bytes)) [[unlikely]] {
    check::refuse<ShapeError>({"view_of", where}, {{"tensor", tensor}},
                              "shape {} with strides {} from element {} leaves a storage of {} "
                              "elements [storage-exceeded]",
                              shape, strides, offset, storage->bytes / item_size(tensor.dtype()));
  }
  view.impl().storage = storage;
  return view;
}

Tensor from_blob(void* data, const Shape& shape, DType dtype, std::function<void()> free,
                 Where where) {
  checked_numel("from_blob", shape, dtype, where);
  return from_blob(data, shape, contiguous_strides(shape), dtype, std::move(free), where);
}

Tensor from_blob(void* data, const Shape& shape, const Strides& strides, DType dtype,
                 std::function<void()> free, Where where) {
  const std::int64_t count = checked_numel("from_blob", shape, dtype, where);
  require_strides("from_blob", shape, strides, where);
  if (data == nullptr && count > 0) {
    check::refuse<ValueError>({"from_blob", where}, {}, "null data for shape {} [null-data]",
                              shape);
  }
  for (const std::int64_t stride : strides) {
    if (stride < 0) {
      check::refuse<ShapeError>({"from_blob", where}, {}, "negative stride in {} [strides-invalid]",
                                strides);
    }
  }
  const std::size_t bytes = count == 0 ? 0 : checked_span(shape, strides, dtype, where);
  const Frame call("from_blob", where);
  Tensor result = without_storage(shape, strides, dtype);
  // Last, as a storage calls `free` when it goes.
  result.impl().storage = detail::new_foreign_storage(data, bytes, std::move(free));
  return result;
}

}  // namespace retrograd
