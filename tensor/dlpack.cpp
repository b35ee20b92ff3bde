#include <retrograd/tensor/dlpack.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

using dlpack::DLDataType;
using dlpack::DLTensor;

constexpr std::int32_t kProcessor = 1;
constexpr std::uint32_t kMajor = 1;

struct Code {
  DType dtype;
  DLDataType code;
};
constexpr std::array<Code, 6> kCodes{{{float32, {2, 32, 1}},
                                      {float64, {2, 64, 1}},
                                      {bfloat16, {4, 16, 1}},
                                      {int64, {0, 64, 1}},
                                      {uint8, {1, 8, 1}},
                                      {boolean, {6, 8, 1}}}};

// A structure for a consumer, and what it points to.
template <class Managed>
struct Exported {
  Tensor tensor;
  Dims shape;
  Strides strides;
  Managed managed = {};

  static void release(Managed* managed) { delete static_cast<Exported*>(managed->manager_ctx); }
};

template <class Managed>
Managed* exported(const Frame& call, const Tensor& tensor) {
  check::defined(call, "tensor", tensor);
  check::require<GraphError>(call, !tensor.requires_grad(), {{"tensor", tensor}},
                             "the tensor requires a gradient, which another library would not "
                             "compute; use detach() [not-a-leaf]");
  auto made = std::make_unique<Exported<Managed>>();
  made->tensor = tensor;
  made->shape = tensor.shape();
  made->strides = tensor.strides();
  const auto code = std::find_if(kCodes.begin(), kCodes.end(),
                                 [&](const Code& each) { return each.dtype == tensor.dtype(); });
  made->managed.manager_ctx = made.get();
  made->managed.deleter = Exported<Managed>::release;
  made->managed.dl_tensor = {.data = tensor.raw_bytes(),
                             .device = {kProcessor, 0},
                             .ndim = static_cast<std::int32_t>(tensor.dim()),
                             .dtype = code->code,
                             .shape = made->shape.begin(),
                             .strides = made->strides.begin(),
                             .byte_offset = 0};
  return &made.release()->managed;
}

DType dtype_of(const Frame& call, const DLDataType& type) {
  const auto found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& each) {
    return each.code.code == type.code && each.code.bits == type.bits && type.lanes == 1;
  });
  check::require<DTypeError>(
      call, found != kCodes.end(), {},
      "elements of {} bits, {} lanes and type code {} are none of the library's dtypes; convert "
      "them before [dtype-unexpected]",
      int{type.bits}, int{type.lanes}, int{type.code});
  return found->dtype;
}

Dims dims(const Frame& call, const DLTensor& from, const std::int64_t* values) {
  check::require<ShapeError>(call, from.ndim >= 0 && from.ndim <= 8, {},
                             "{} dimensions; at most 8 are possible [too-many-dims]", from.ndim);
  Dims dims;
  for (std::int32_t d = 0; d < from.ndim; ++d) {
    dims.push_back(values[d]);
  }
  return dims;
}

// What a structure describes, without its owner.
struct Described {
  const std::byte* data;
  DType dtype;
  Shape shape;
  Strides strides;

  bool can_be_shared() const {
    return std::all_of(strides.begin(), strides.end(), [](auto step) { return step >= 0; }) &&
           reinterpret_cast<std::uintptr_t>(data) % item_size(dtype) == 0;
  }
  Tensor copy(Where where) const {
    Tensor result = empty_tensor(shape, dtype, where);
    std::byte* to = result.raw_bytes();
    const std::size_t item = item_size(dtype);
    detail::for_each_element(shape, strides, [&](std::int64_t offset) {
      std::memcpy(to, data + offset * static_cast<std::int64_t>(item), item);
      to += item;
    });
    return result;
  }
};

Described described(const Frame& call, const DLTensor& from) {
  check::require<ValueError>(call, from.device.device_type == kProcessor, {},
                             "memory of device type {}; only that of the processor, 1, can be read "
                             "[value-out-of-range]",
                             from.device.device_type);
  Described result{.data = static_cast<const std::byte*>(from.data) + from.byte_offset,
                   .dtype = dtype_of(call, from.dtype),
                   .shape = dims(call, from, from.shape),
                   .strides = {}};
  const std::int64_t count = check::numel(call, result.shape, result.dtype);
  check::require<ValueError>(call, from.data != nullptr || count == 0, {},
                             "null data for shape {} [null-data]", result.shape);
  result.strides =
      from.strides == nullptr ? contiguous_strides(result.shape) : dims(call, from, from.strides);
  if (count == 0) {  // their strides are anything, and mean nothing
    result.strides = contiguous_strides(result.shape);
  }
  return result;
}

template <class Managed>
void release(Managed* shared) {
  if (shared->deleter != nullptr) {
    shared->deleter(shared);
  }
}

template <class Managed>
Tensor imported(const Frame& call, Managed* shared, bool is_read_only) {
  const Described from = described(call, shared->dl_tensor);
  if (is_read_only || !from.can_be_shared()) {
    Tensor copy = from.copy(call.where());
    release(shared);
    return copy;
  }
  return from_blob(
      const_cast<std::byte*>(from.data), from.shape, from.strides, from.dtype,
      [shared] { release(shared); }, call.where());
}

}  // namespace

dlpack::DLManagedTensor* to_dlpack(const Tensor& tensor, Where where) {
  const Frame call("to_dlpack", where);
  return exported<dlpack::DLManagedTensor>(call, tensor);
}

dlpack::DLManagedTensorVersioned* to_dlpack_versioned(const Tensor& tensor, bool read_only,
                                                      Where where) {
  const Frame call("to_dlpack_versioned", where);
  auto* shared = exported<dlpack::DLManagedTensorVersioned>(call, tensor);
  shared->version = {kMajor, 0};
  shared->flags = read_only ? dlpack::kReadOnly : 0;
  return shared;
}

Tensor from_dlpack(dlpack::DLManagedTensor* shared, Where where) {
  const Frame call("from_dlpack", where);
  check::require<ValueError>(call, shared != nullptr, {}, "no structure [null-data]");
  return imported(call, shared, false);
}

Tensor from_dlpack(dlpack::DLManagedTensorVersioned* shared, Where where) {
  const Frame call("from_dlpack", where);
  check::require<ValueError>(call, shared != nullptr, {}, "no structure [null-data]");
  check::require<ValueError>(call, shared->version.major == kMajor, {},
                             "a structure of version {}.{}; version 1 can be read "
                             "[value-out-of-range]",
                             shared->version.major, shared->version.minor);
  return imported(call, shared, (shared->flags & dlpack::kReadOnly) != 0);
}

}  // namespace retrograd
