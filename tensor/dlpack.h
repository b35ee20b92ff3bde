/// @file
/// DLPack: tensors shared with PyTorch, NumPy and other libraries of the same process.
///
/// The structures are those of version 1.0 of the standard, so this header needs no other. A
/// pointer to one of `dlpack.h` converts by `reinterpret_cast`.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Structures of the DLPack standard, with its names.
namespace dlpack {

/// Device that holds the memory.
struct DLDevice {
  std::int32_t device_type;  ///< Kind of device; 1 is the processor.
  std::int32_t device_id;    ///< Number of the device.
};

/// Element type.
struct DLDataType {
  std::uint8_t code;    ///< 0 signed, 1 unsigned, 2 floating, 4 bfloat, 6 boolean.
  std::uint8_t bits;    ///< Size of one element.
  std::uint16_t lanes;  ///< Number of elements of a vector; 1 in tensors.
};

/// Tensor on memory that belongs to another structure.
struct DLTensor {
  void* data;                 ///< Beginning of the memory.
  DLDevice device;            ///< Device that holds it.
  std::int32_t ndim;          ///< Number of dimensions.
  DLDataType dtype;           ///< Element type.
  std::int64_t* shape;        ///< Sizes.
  std::int64_t* strides;      ///< Steps in elements; null for row-major.
  std::uint64_t byte_offset;  ///< Bytes before the first element.
};

/// Tensor with its owner, before version 1.0.
struct DLManagedTensor {
  DLTensor dl_tensor;                 ///< Memory and layout.
  void* manager_ctx;                  ///< Data of the owner.
  void (*deleter)(DLManagedTensor*);  ///< Function that releases the owner; may be null.
};

/// Version of the standard.
struct DLPackVersion {
  std::uint32_t major;  ///< Another one means another layout of the structures.
  std::uint32_t minor;  ///< Addition to the standard.
};

/// Flag of memory that must not be written.
inline constexpr std::uint64_t kReadOnly = 1;
/// Flag of memory that the producer copied for its consumer.
inline constexpr std::uint64_t kIsCopied = 2;

/// Tensor with its owner, from version 1.0 on.
struct DLManagedTensorVersioned {
  DLPackVersion version;                       ///< Version of this structure.
  void* manager_ctx;                           ///< Data of the owner.
  void (*deleter)(DLManagedTensorVersioned*);  ///< Function that releases the owner; may be null.
  std::uint64_t flags;                         ///< Sum of flags such as `kReadOnly`.
  DLTensor dl_tensor;                          ///< Memory and layout.
};

}  // namespace dlpack

/// Returns a structure that shares the memory of `tensor`, with its strides.
/// @code
/// dlpack::DLManagedTensor* shared = to_dlpack(x);  // the "dltensor" of a Python capsule
/// @endcode
/// The memory stays until the consumer calls `shared->deleter(shared)`. Writes by the consumer are
/// writes in place that the tape does not see.
/// @throws GraphError if the tensor requires a gradient: use `detach()`
RETROGRAD_API dlpack::DLManagedTensor* to_dlpack(const Tensor& tensor, Where where = {});
/// Returns the structure of version 1.0, the "dltensor_versioned" of a Python capsule, which shares
/// the memory of `tensor`. `read_only` tells the consumer not to write.
/// @throws GraphError if the tensor requires a gradient: use `detach()`
RETROGRAD_API dlpack::DLManagedTensorVersioned* to_dlpack_versioned(const Tensor& tensor,
                                                                    bool read_only = false,
                                                                    Where where = {});

/// Returns a tensor on the memory of another library, and takes over the structure.
/// The structure's deleter runs when the last view of the memory is gone.
/// @code
/// const Tensor x = from_dlpack(shared);
/// @endcode
/// Memory with negative strides or elements that are not aligned is copied, and the structure is
/// released at once. An exception leaves the structure to the caller.
/// @throws DTypeError for element types that the library does not have
/// @throws ValueError if the memory is not that of the processor
RETROGRAD_API Tensor from_dlpack(dlpack::DLManagedTensor* shared, Where where = {});
/// Returns a tensor on the memory of another library, and takes over the structure.
/// Read-only memory is copied, because tensors can be written.
/// @throws DTypeError for element types that the library does not have
/// @throws ValueError if the memory is not that of the processor, or for another major version
RETROGRAD_API Tensor from_dlpack(dlpack::DLManagedTensorVersioned* shared, Where where = {});

}  // namespace retrograd
