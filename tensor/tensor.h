/// @file
/// Tensor: a cheap shared handle on strided memory, with optional gradient metadata.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/indexed.h>
#include <retrograd/tensor/intrusive.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/storage.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

class Frame;    // tensor/frame.h
class Node;     // autograd/node.h
class Operand;  // ops/operand.h
/// One more owner.
RETROGRAD_API void retain(Node* node) noexcept;
/// One owner less.
RETROGRAD_API void release(Node* node) noexcept;
/// A shared pointer to a node.
using NodePtr = detail::IntrusivePtr<Node>;

namespace detail {
struct TensorHooks;  // tensor/internal/hook_list.h

// What a handle points to. Two handles on one TensorImpl are one tensor; a view is another
// TensorImpl on the same Storage.
struct RETROGRAD_API TensorImpl {
  TensorImpl(IntrusivePtr<Storage> memory, const Shape& shape, const Strides& strides, DType dtype,
             std::int64_t offset);
  // The shape and strides of `model`, without gradient metadata.
  TensorImpl(const TensorImpl& model, IntrusivePtr<Storage> memory, DType of_dtype,
             std::int64_t at) noexcept
      : dtype(of_dtype),
        contiguous(model.contiguous),
        dense(model.dense),
        numel(model.numel),
        offset(at),
        shape(model.shape),
        strides(model.strides),
        storage(std::move(memory)) {}
  TensorImpl(const TensorImpl&) = delete;
  TensorImpl& operator=(const TensorImpl&) = delete;

  std::atomic<std::uint32_t> references{1};
  DType dtype;
  bool contiguous;  // row-major without gaps
  bool dense;       // every element its own place and no gaps, in some order of dimensions
  bool view_without_grad = false;  // a view taken while recording was off
  std::int64_t numel;
  std::int64_t offset;  // in elements
  Shape shape;
  Strides strides;  // in elements
  IntrusivePtr<Storage> storage;
  NodePtr node;                   // gradient metadata, or null
  IntrusivePtr<TensorImpl> base;  // the tensor that a view was taken of, never itself a view
  // The base's node that `node` leads to. When the base was written to in place since, its node is
  // another, and the view's has to be made anew.
  std::atomic<const Node*> base_node{nullptr};

  static void* operator new(std::size_t bytes);
  static void operator delete(void* block, std::size_t bytes) noexcept;
};

inline void retain(TensorImpl* impl) noexcept {
  impl->references.fetch_add(1, std::memory_order_relaxed);
}
RETROGRAD_API void destroy(TensorImpl* impl) noexcept;
inline void release(TensorImpl* impl) noexcept {
  if (drop_reference(impl->references)) {
    destroy(impl);
  }
}

}  // namespace detail

/// Options, given as {.name = value}; what is left out keeps its default.
struct BackwardOptions {
  bool retain_graph = false;  ///< Keep saved tensors, so that backward can run again.
  bool create_graph = false;  ///< Record the backward pass itself; implies retain_graph.
};

/// Threads: every const member of one tensor may be called by several at once, except while another
/// writes to it in place, sets its gradient or registers a hook.
class RETROGRAD_API Tensor {
 public:
  /// Called with a gradient; what it returns takes its place, when defined.
  using Hook = std::function<Tensor(const Tensor& grad)>;
  /// Once it has a gradient.
  using PostAccumulateGradHook = std::function<void(const Tensor& leaf)>;

  /// An undefined tensor: no memory, no shape. Tests false with defined().
  Tensor() = default;

  /// Whether there is a tensor at all.
  bool defined() const noexcept { return static_cast<bool>(impl_); }

  /// @name What it is
  /// @{

  /// Lengths of all dimensions.
  const Shape& shape() const { return impl().shape; }
  /// Steps in memory along the dimensions. In elements.
  const Strides& strides() const { return impl().strides; }
  /// Element type.
  DType dtype() const { return impl().dtype; }
  /// The number of dimensions.
  std::int64_t dim() const { return static_cast<std::int64_t>(impl().shape.size()); }
  /// The number of elements.
  std::int64_t numel() const { return impl().numel; }
  /// The length of one dimension; -1 is the last. Throws IndexError.
  std::int64_t size(std::int64_t dim, Where where = {}) const;
  /// Row-major without gaps.
  bool is_contiguous() const { return impl().contiguous; }
  /// (N, C, spatial...) with channels innermost in memory.
  bool is_channels_last() const;
  /// Whether both lie in one block of memory.
  bool shares_memory_with(const Tensor& other) const noexcept;
  /// @}

  /// @name Its values, in logical (row-major) order whatever the strides
  /// @{

  /// The only element, converted to T. Throws ShapeError unless numel() is 1.
  template <class T>
  T item(Where where = {}) const {
    return item_scalar(where).to<T>();
  }
  /// One element, as a double, by at(i, j) or at({i, j}): one index for each dimension, and -1 is
  /// the last. Throws IndexError.
  double at(const Dims& index, Where where = {}) const;
  /// One element, as a double, by at(i, j) or at({i, j}): one index for each dimension, and -1 is
  /// the last. Throws IndexError.
  template <std::integral Second, std::integral... More>
  double at(detail::FirstIndex first, Second second, More... more) const {
    static_assert(sizeof...(More) + 2 <= Dims::capacity, "tensors have at most 8 dimensions");
    return at({first.value, static_cast<std::int64_t>(second), static_cast<std::int64_t>(more)...},
              first.where);
  }
  /// All elements, converted to T.
  template <class T>
  std::vector<T> to_vector(Where where = {}) const {
    static_cast<void>(dtype_of<T>());  // refuses other types with a readable message
    return values<T>(where);
  }
  /// The memory of a contiguous tensor. Throws ShapeError when it is not contiguous (call
  /// contiguous() first), DTypeError when T is not its dtype. Writing through it is not recorded.
  template <class T>
  T* data(Where where = {}) const {
    return static_cast<T*>(data_checked(dtype_of<T>(), where));
  }
  /// @}

  /// @name Parts of it (differentiable)
  /// @{

  /// x[3], x(3, all, Slice{2, 5}) and x(mask): see ops/indexing.h. Assigning to one writes to x.
  Indexed operator[](const detail::PlainIndex& index) const;
  /// x[3], x(3, all, Slice{2, 5}) and x(mask): see ops/indexing.h. Assigning to one writes to x.
  Selection operator[](const detail::TensorIndex& index) const;
  /// Computes; errors and tapes name the line of this call.
  template <class... More>
  detail::IndexedBy<More...> operator()(const detail::PlainIndex& first, More&&... more) const;
  /// x[3], x(3, all, Slice{2, 5}) and x(mask): see ops/indexing.h. Assigning to one writes to x.
  template <class... More>
  Selection operator()(const detail::TensorIndex& first, More&&... more) const;
  /// x[3], x(3, all, Slice{2, 5}) and x(mask): see ops/indexing.h. Assigning to one writes to x.
  /// Refused.
  template <class T>
  void operator()(const detail::PlainIndex& first, std::initializer_list<T> list) const;
#ifdef __cpp_multidimensional_subscript
  /// x(...), for C++23.
  template <class Second, class... More>
  decltype(auto) operator[](const detail::PlainIndex& first, Second&& second,
                            More&&... more) const {
    return (*this)(first, std::forward<Second>(second), std::forward<More>(more)...);
  }
  /// x(...), for C++23.
  template <class Second, class... More>
  decltype(auto) operator[](const detail::TensorIndex& first, Second&& second,
                            More&&... more) const {
    return (*this)(first, std::forward<Second>(second), std::forward<More>(more)...);
  }
  /// @}
#endif

  /// @name Copies and conversions (differentiable)
  /// @{

  /// Itself when the dtype is the same. Integers keep their low bits in uint8 (300 becomes 44);
  /// floating values lose their fraction, stop at the bounds of an integer dtype, and NaN becomes
  /// 0.
  Tensor to(DType dtype, Where where = {}) const;
  /// A copy. A copy with the same layout.
  Tensor clone(Where where = {}) const;
  /// Itself when already row-major.
  Tensor contiguous(Where where = {}) const;
  /// Same memory, no history.
  Tensor detach() const;
  /// @}

  /// @name gradients
  /// @{

  /// Whether a gradient flows here.
  bool requires_grad() const noexcept;
  /// Marks a leaf. Throws DTypeError for integer dtypes, GraphError for results of operators.
  Tensor& set_requires_grad(bool value = true, Where where = {});
  /// Whether it is a leaf: made by the user, not by a recorded operator.
  bool is_leaf() const noexcept;
  /// The accumulated gradient; undefined before the first backward.
  Tensor grad() const;
  /// Takes `grad`, of this tensor's shape and dtype, as the gradient; undefined means none. Later
  /// passes add to a copy: `grad` itself is not written to.
  void set_grad(const Tensor& grad, Where where = {});
  /// Drops the gradient: grad() is undefined until the next backward.
  void zero_grad();
  /// Keeps the gradient of a result of an operator too; after a write in place, that of the tensor
  /// as it is then. Throws GraphError where no gradient is required.
  void retain_grad(Where where = {});
  /// Accumulates d(this)/d(leaf) into every leaf's grad(). Throws GraphError.
  void backward(Where where = {}) const;
  /// Accumulates d(this)/d(leaf) into every leaf's grad(). Throws GraphError.
  void backward(const Tensor& seed, BackwardOptions options = {}, Where where = {}) const;
  /// Accumulates d(this)/d(leaf) into every leaf's grad(). Throws GraphError.
  void backward(BackwardOptions options, Where where = {}) const;
  /// Calls `hook` with this tensor's gradient each time it is complete; a defined result, of the
  /// same shape and dtype, replaces it. The hook is one object that keeps its state from pass to
  /// pass. After a write in place it sees the gradient of the tensor as it is then. The number
  /// returned removes the hook, and is not given again. Throws GraphError where no gradient is
  /// required, ValueError for an empty function.
  int register_hook(Hook hook, Where where = {});
  /// Calls `hook` with this leaf each time a backward() has added to its gradient, which is
  /// complete for that pass; grad() calls none. The hook may write to the leaf, or drop its
  /// gradient, so that an optimiser can follow the pass from leaf to leaf. Recording is off unless
  /// the pass creates a graph. The number is one of register_hook()'s. Throws GraphError for
  /// anything but a leaf that requires a gradient, ValueError for an empty function.
  int register_post_accumulate_grad_hook(PostAccumulateGradHook hook, Where where = {});
  /// Removes the hook of that number.
  void remove_hook(int hook);
  /// @}

  /// @name In place; recorded, and refused where a saved value or a leaf would be destroyed
  /// @{

  /// Adds a tensor or a number, broadcast.
  Tensor& add_(const Operand& other, Where where = {});
  /// Subtracts a tensor or a number, broadcast.
  Tensor& sub_(const Operand& other, Where where = {});
  /// Multiplies by a tensor or a number, broadcast.
  Tensor& mul_(const Operand& other, Where where = {});
  /// Divides by a tensor or a number, broadcast.
  Tensor& div_(const Operand& other, Where where = {});
  /// Sets all elements to 0.
  Tensor& zero_(Where where = {});
  /// Sets all elements to a number.
  Tensor& fill_(Scalar value, Where where = {});
  /// Takes the values of `source`, broadcast and converted.
  Tensor& copy_(const Tensor& source, Where where = {});
  /// What `x(indices...) = values` does; with `accumulate` adds, also where indices are equal.
  Tensor& index_put_(const Indices& indices, const Operand& values, bool accumulate = false,
                     Where where = {});
  /// @}

  /// @name For code that builds operators
  /// @{

  /// A handle on this.
  explicit Tensor(detail::IntrusivePtr<detail::TensorImpl> impl) noexcept
      : impl_(std::move(impl)) {}
  /// What the handle points to. Throws for an undefined tensor.
  detail::TensorImpl& impl() const {
    if (!impl_) {
      fail_undefined();
    }
    return *impl_;
  }
  /// What the handle points to, or null.
  detail::TensorImpl* impl_or_null() const noexcept {
    return impl_.get();
  }
  /// First element's address, whatever the strides.
  template <class T>
  T* raw() const {
    static_assert(!std::is_same_v<T, std::byte>, "offsets count elements: raw_bytes()");
    return reinterpret_cast<T*>(impl().storage->data) + impl().offset;
  }
  /// First element's address, as bytes.
  std::byte* raw_bytes() const {
    return impl().storage->data + impl().offset * static_cast<std::int64_t>(item_size(dtype()));
  }
  /// Counts the writes in place.
  std::uint32_t version() const noexcept;
  /// @}

 private:
  [[noreturn]] static void fail_undefined();
  detail::TensorHooks& hooks_for(const Frame& call, bool is_empty) const;
  Scalar item_scalar(Where where) const;
  template <class T>
  std::vector<T> values(Where where) const;
  void* data_checked(DType wanted, Where where) const;

  detail::IntrusivePtr<detail::TensorImpl> impl_;
};

extern template RETROGRAD_API std::vector<float> Tensor::values(Where) const;
extern template RETROGRAD_API std::vector<double> Tensor::values(Where) const;
extern template RETROGRAD_API std::vector<BFloat16> Tensor::values(Where) const;
extern template RETROGRAD_API std::vector<std::int64_t> Tensor::values(Where) const;
extern template RETROGRAD_API std::vector<std::uint8_t> Tensor::values(Where) const;
extern template RETROGRAD_API std::vector<bool> Tensor::values(Where) const;

/// "tensor float32 [2, 2]" and the values; more than 1,000 elements are elided in the middle.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
/// "tensor float32 [2, 2]" and the values; more than 1,000 elements are elided in the middle.
RETROGRAD_API std::string to_string(const Tensor& tensor);

/// "float32 [2, 2]", or "undefined".
RETROGRAD_API std::string describe(const Tensor& tensor);

// --- making tensors without operators: for kernels and readers ---

/// Fresh memory, values undefined, row-major. Throws ShapeError for negative or overflowing sizes.
RETROGRAD_API Tensor empty_tensor(const Shape& shape, DType dtype, Where where = {});
/// Fresh memory in the shape and strides of `model`, which must be dense.
RETROGRAD_API Tensor empty_dense(const Tensor& model, DType dtype);
/// Fresh memory with the given strides. Throws ShapeError where the elements would overlap or leave
/// gaps.
RETROGRAD_API Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype,
                                   Where where = {});
/// A view on the memory of `tensor`, `offset` elements into its storage. Records nothing. Throws
/// ShapeError for a negative size, and where an element would lie outside the storage.
RETROGRAD_API Tensor view_of(const Tensor& tensor, const Shape& shape, const Strides& strides,
                             std::int64_t offset, Where where = {});
/// Foreign memory; `free` runs when the last view of it is gone. Strides in elements.
RETROGRAD_API Tensor from_blob(void* data, const Shape& shape, DType dtype,
                               std::function<void()> free = {}, Where where = {});
/// Foreign memory; `free` runs when the last view of it is gone. Strides in elements.
RETROGRAD_API Tensor from_blob(void* data, const Shape& shape, const Strides& strides, DType dtype,
                               std::function<void()> free = {}, Where where = {});

/// The number of elements. Throws ShapeError for negative sizes or an overflow.
RETROGRAD_API std::int64_t checked_numel(const char* op, const Shape& shape, DType dtype,
                                         Where where);

/// Turns -1 into the last dimension of `rank` and so on. Throws IndexError naming `op` and x.
RETROGRAD_API std::int64_t normalize_dim(const char* op, const Tensor& x, std::int64_t dim,
                                         std::int64_t rank, Where where);

}  // namespace retrograd
