#include <retrograd/tensor/tensor.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>
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
  int row_major = 1;  // as is_row_major() says, in the same loop: this is a hot path
  for (std::size_t d = shape.size(); d-- > 0;) {
    row_major &= static_cast<int>(shape[d] == 1) | static_cast<int>(strides[d] == numel);
    numel *= shape[d];
  }
  contiguous = row_major != 0 || numel == 0;
  dense = contiguous || is_dense(shape, strides);
}

void* TensorImpl::operator new(std::size_t bytes) {
  return memory::allocate(bytes);
}
void TensorImpl::operator delete(void* block, std::size_t bytes) noexcept {
  memory::deallocate(block, bytes);
}

void destroy(TensorImpl* impl) noexcept {
  delete impl;
}

}  // namespace detail

std::int64_t checked_numel(const char* op, const Shape& shape, DType dtype, Where where) {
  auto bytes = static_cast<std::ptrdiff_t>(item_size(dtype));  // as many as can be addressed
  std::uint64_t count = 1;  // wraps round where the bytes overflow
  bool overflows = false;   // without the sizes of 0, too: strides must fit
  for (const std::int64_t size : shape) {
    if (size < 0) {
      check::refuse<ShapeError>({op, where}, {}, "negative size in shape {} [size-negative]",
                                shape);
    }
    overflows |= __builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes);
    count *= static_cast<std::uint64_t>(size);
  }
  if (overflows) {
    check::refuse<ShapeError>(
        {op, where}, {}, "shape {} has more elements than memory can address [too-many-elements]",
        shape);
  }
  return static_cast<std::int64_t>(count);
}

std::int64_t normalize_dim(const char* op, const Tensor& x, std::int64_t dim, std::int64_t rank,
                           Where where) {
  const std::int64_t range = rank == 0 ? 1 : rank;  // as PyTorch: 0 and -1 are fine for a scalar
  if (dim < -range || dim >= range) {
    check::refuse<IndexError>(
        {op, where}, {{"input", x}},
        "dimension {} is out of range for a tensor of {} dimensions (expected "
        "{} to {}) [dim-out-of-range]",
        dim, rank, -range, range - 1);
  }
  return dim < 0 ? dim + range : dim;
}

std::int64_t Tensor::size(std::int64_t dim, Where where) const {
  if (this->dim() == 0) {
    check::refuse<IndexError>({"size", where}, {{"input", *this}},
                              "a scalar has no dimension {} [dim-out-of-range]", dim);
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
  throw GraphError(
      "an undefined tensor has no shape, dtype or values (was it ever assigned?)  "
      "[undefined-tensor]");
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
    check::refuse<ShapeError>({"item", where}, {{"input", *this}},
                              "needs a tensor of exactly one element [not-one-element]");
  }
  return read_scalar(*this, 0);
}

double Tensor::at(const Dims& index, Where where) const {
  if (index.size() != shape().size()) {
    check::refuse<IndexError>({"at", where}, {{"input", *this}},
                              "index {} needs one number for each dimension [index-incomplete]",
                              index);
  }
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] < -shape()[d] || index[d] >= shape()[d]) {
      check::refuse<IndexError>({"at", where}, {{"input", *this}},
                                "index {} is out of range [index-out-of-range]", index);
    }
    offset += (index[d] < 0 ? index[d] + shape()[d] : index[d]) * strides()[d];
  }
  return read_scalar(*this, offset).to<double>();
}

template <class T>
std::vector<T> Tensor::values(Where where) const {
  if (!defined()) {
    check::refuse<GraphError>({"to_vector", where}, {},
                              "the tensor is undefined [undefined-tensor]");
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
    check::refuse<GraphError>({"data", where}, {}, "the tensor is undefined [undefined-tensor]");
  }
  if (dtype() != wanted) {
    check::refuse<DTypeError>({"data", where}, {{"tensor", *this}},
                              "asked for {} memory; convert with to() [dtype-unexpected]", wanted);
  }
  if (!is_contiguous()) {
    check::refuse<ShapeError>(
        {"data", where}, {{"tensor", *this}},
        "the tensor is not contiguous (strides {}); call contiguous() first [not-contiguous]",
        strides());
  }
  return impl_->storage->data + static_cast<std::size_t>(impl_->offset) * item_size(wanted);
}

}  // namespace retrograd
