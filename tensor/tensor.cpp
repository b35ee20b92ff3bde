#include <retrograd/tensor/tensor.h>

#include <limits>
#include <utility>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/memory.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

bool is_row_major(const Shape& shape, const Strides& strides) noexcept {
  std::int64_t expected = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] != 1 && strides[d] != expected) {
      return false;
    }
    expected *= shape[d];
  }
  return true;
}

// Whether the dimensions, sorted by stride, fill memory without gap or overlap.
bool is_dense(const Shape& shape, const Strides& strides) noexcept {
  Shape sizes;
  Strides steps;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] != 1) {
      std::size_t at = 0;
      while (at < steps.size() && steps[at] > strides[d]) {
        ++at;
      }
      sizes.insert(at, shape[d]);
      steps.insert(at, strides[d]);
    }
  }
  return is_row_major(sizes, steps);
}

}  // namespace

namespace detail {

TensorImpl::TensorImpl(IntrusivePtr<Storage> memory, const Shape& in_shape,
                       const Strides& in_strides, DType in_dtype, std::int64_t in_offset)
    : dtype(in_dtype),
      numel(1),
      offset(in_offset),
      shape(in_shape),
      strides(in_strides),
      storage(std::move(memory)) {
  for (const std::int64_t size : shape) {
    numel *= size;
  }
  contiguous = numel == 0 || is_row_major(shape, strides);
  dense = contiguous || is_dense(shape, strides);
}

void* TensorImpl::operator new(std::size_t bytes) {
  return memory::allocate(bytes);
}
void TensorImpl::operator delete(void* block, std::size_t bytes) noexcept {
  memory::deallocate(block, bytes);
}

}  // namespace detail

std::int64_t checked_numel(const char* op, const Shape& shape, DType dtype, Where where) {
  auto bytes = static_cast<std::int64_t>(item_size(dtype));
  std::int64_t count = 1;
  bool overflows = false;  // without the sizes of 0, too: strides must fit
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) {
      fail<ShapeError>(op, where, "negative size in shape " + to_string(shape));
    }
    empty = empty || size == 0;
    if (size != 0) {
      overflows = __builtin_mul_overflow(bytes, size, &bytes) || overflows;
      count = overflows ? count : count * size;
    }
  }
  if (overflows) {
    fail<ShapeError>(op, where,
                     "shape " + to_string(shape) + " has more elements than memory can address");
  }
  return empty ? 0 : count;
}

std::int64_t normalize_dim(const char* op, const Tensor& x, std::int64_t dim, std::int64_t rank,
                           Where where) {
  const std::int64_t range = rank == 0 ? 1 : rank;  // as PyTorch: 0 and -1 are fine for a scalar
  if (dim < -range || dim >= range) {
    fail<IndexError>(op, where,
                     "dimension " + std::to_string(dim) + " is out of range for a tensor of " +
                         std::to_string(rank) + " dimensions (expected " + std::to_string(-range) +
                         " to " + std::to_string(range - 1) + ")",
                     {{"input", x}});
  }
  return dim < 0 ? dim + range : dim;
}

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

std::int64_t Tensor::size(std::int64_t dim, Where where) const {
  if (this->dim() == 0) {
    fail<IndexError>("size", where, "a scalar has no dimension " + std::to_string(dim));
  }
  return shape()[static_cast<std::size_t>(normalize_dim("size", *this, dim, this->dim(), where))];
}

bool Tensor::is_channels_last() const {
  const Shape& sizes = shape();
  if (sizes.size() < 3) {
    return false;
  }
  const Strides expected = channels_last_strides(sizes);
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] != 1 && strides()[d] != expected[d]) {
      return false;
    }
  }
  return true;
}

bool Tensor::shares_memory_with(const Tensor& other) const noexcept {
  return impl_ && other.impl_ && impl_->storage == other.impl_->storage;
}

std::uint32_t Tensor::version() const noexcept {
  return impl_ ? impl_->storage->version.load(std::memory_order_relaxed) : 0;
}

void Tensor::fail_undefined() {
  throw GraphError("an undefined tensor has no shape, dtype or values (was it ever assigned?)");
}

namespace {

Scalar read_scalar(const Tensor& tensor, std::int64_t offset) {
  return for_dtype(tensor.dtype(), [&]<class T>() {
    return Scalar(convert<std::conditional_t<std::is_same_v<T, BFloat16>, float, T>>(
        tensor.raw<T>()[offset]));
  });
}

}  // namespace

Scalar Tensor::item_scalar(Where where) const {
  if (!defined() || numel() != 1) {
    fail<ShapeError>("item", where, "needs a tensor of exactly one element", {{"input", *this}});
  }
  return read_scalar(*this, 0);
}

double Tensor::at(const Dims& index, Where where) const {
  if (index.size() != shape().size()) {
    fail<IndexError>("at", where,
                     "index " + to_string(index) + " needs one number for each dimension",
                     {{"input", *this}});
  }
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] < -shape()[d] || index[d] >= shape()[d]) {
      fail<IndexError>("at", where, "index " + to_string(index) + " is out of range",
                       {{"input", *this}});
    }
    offset += (index[d] < 0 ? index[d] + shape()[d] : index[d]) * strides()[d];
  }
  return read_scalar(*this, offset).to<double>();
}

template <class T>
std::vector<T> Tensor::values(Where where) const {
  if (!defined()) {
    fail<GraphError>("to_vector", where, "the tensor is undefined");
  }
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(numel()));
  for_dtype(dtype(), [&]<class From>() {
    const From* data = raw<From>();
    detail::for_each_element(shape(), strides(), [&](std::int64_t offset) {
      values.push_back(convert<T>(data[offset]));
    });
  });
  return values;
}

template std::vector<float> Tensor::values(Where) const;
template std::vector<double> Tensor::values(Where) const;
template std::vector<BFloat16> Tensor::values(Where) const;
template std::vector<std::int64_t> Tensor::values(Where) const;
template std::vector<std::uint8_t> Tensor::values(Where) const;
template std::vector<bool> Tensor::values(Where) const;

void* Tensor::data_checked(DType wanted, Where where) const {
  if (!defined()) {
    fail<GraphError>("data", where, "the tensor is undefined");
  }
  if (dtype() != wanted) {
    fail<DTypeError>("data", where,
                     std::string("asked for ") + name(wanted) + " memory; convert with to()",
                     {{"tensor", *this}});
  }
  if (!is_contiguous()) {
    fail<ShapeError>("data", where,
                     "the tensor is not contiguous (strides " + to_string(strides()) +
                         "); call contiguous() first",
                     {{"tensor", *this}});
  }
  return impl_->storage->data + static_cast<std::size_t>(impl_->offset) * item_size(wanted);
}

}  // namespace retrograd
