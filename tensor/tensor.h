/// @file
/// The `Tensor` type: a cheap shared handle on strided memory, with optional gradient metadata.
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
/// Adds an owner to `node`.
RETROGRAD_API void retain(Node* node) noexcept;
/// Removes an owner from `node`; the last one destroys it.
RETROGRAD_API void release(Node* node) noexcept;
/// Shared pointer to a node of the tape.
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
  bool dense;       // no gaps, and no elements share memory, in some order of dimensions
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

/// Options of a backward pass.
struct BackwardOptions {
  bool retain_graph = false;  ///< Keeps saved tensors when true, so that backward can run again.
  bool create_graph = false;  ///< Records the backward pass when true; implies `retain_graph`.
};

/// Shared handle on strided memory: copies of a handle are the same tensor.
///
/// @code
/// Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}}, {.requires_grad = true});
/// sum(x * x).backward();
/// Tensor g = x.grad();  // 2 x
/// @endcode
///
/// Several threads may call const members of one tensor at once. Meanwhile, no thread may write to
/// it in place, set its gradient or register a hook.
class RETROGRAD_API Tensor {
 public:
  /// Function of a gradient; a defined result replaces the gradient.
  using Hook = std::function<Tensor(const Tensor& grad)>;
  /// Function of a leaf whose gradient is complete.
  using PostAccumulateGradHook = std::function<void(const Tensor& leaf)>;

  /// Constructs an undefined tensor, without memory or shape; `defined()` is false.
  Tensor() = default;

  /// Returns whether the handle refers to a tensor.
  bool defined() const noexcept { return static_cast<bool>(impl_); }

  /// @name Properties
  /// @{

  /// Returns the lengths of all dimensions.
  const Shape& shape() const { return impl().shape; }
  /// Returns the steps in memory along the dimensions, in elements.
  const Strides& strides() const { return impl().strides; }
  /// Returns the element type.
  DType dtype() const { return impl().dtype; }
  /// Returns the number of dimensions.
  std::int64_t dim() const { return static_cast<std::int64_t>(impl().shape.size()); }
  /// Returns the number of elements.
  std::int64_t numel() const { return impl().numel; }
  /// Returns the length of dimension `dim`; -1 is the last.
  /// @throws IndexError if there is no such dimension
  std::int64_t size(std::int64_t dim, Where where = {}) const;
  /// Returns whether the elements are row-major without gaps.
  bool is_contiguous() const { return impl().contiguous; }
  /// Returns whether a tensor (N, C, spatial...) has channels innermost in memory.
  bool is_channels_last() const;
  /// Returns whether both tensors use the same block of memory.
  bool shares_memory_with(const Tensor& other) const noexcept;
  /// @}

  /// @name Values, in logical (row-major) order for any strides
  /// @{

  /// Returns the only element, converted to T.
  /// @code
  /// float loss = cross_entropy(logits, labels).item<float>();
  /// @endcode
  /// @throws ShapeError unless `numel()` is 1
  template <class T>
  T item(Where where = {}) const {
    return item_scalar(where).to<T>();
  }
  /// Returns the element at `index`, one number for each dimension: `x.at({0, -1})`.
  /// Negative numbers count from the end.
  /// @throws IndexError if an index is out of range or their count is not `dim()`
  double at(const Dims& index, Where where = {}) const;
  /// Returns the element at the given indices: `x.at(0, -1)`.
  /// @throws IndexError if an index is out of range or their count is not `dim()`
  template <std::integral Second, std::integral... More>
  double at(detail::FirstIndex first, Second second, More... more) const {
    static_assert(sizeof...(More) + 2 <= Dims::capacity, "tensors have at most 8 dimensions");
    return at({first.value, static_cast<std::int64_t>(second), static_cast<std::int64_t>(more)...},
              first.where);
  }
  /// Returns all elements, converted to T.
  template <class T>
  std::vector<T> to_vector(Where where = {}) const {
    static_cast<void>(dtype_of<T>());  // refuses other types with a readable message
    return values<T>(where);
  }
  /// Returns the memory of a contiguous tensor. Writes through it are not recorded.
  /// @throws ShapeError if the tensor is not contiguous; call `contiguous()` first
  /// @throws DTypeError if T is not its dtype
  template <class T>
  T* data(Where where = {}) const {
    return static_cast<T*>(data_checked(dtype_of<T>(), where));
  }
  /// @}

  /// @name Parts (differentiable)
  /// @{

  /// Returns a part such as `x[3]` or `x[Slice{2, 5}]`; assigning to it writes to this tensor.
  /// See ops/indexing.h.
  Indexed operator[](const detail::PlainIndex& index) const;
  /// Returns the elements that a tensor of indices or a mask selects: `x[mask] = 0`.
  /// See ops/indexing.h.
  Selection operator[](const detail::TensorIndex& index) const;
  /// Returns a part such as `x(3, all, Slice{2, 5})`; assigning to it writes to this tensor.
  /// See ops/indexing.h.
  template <class... More>
  detail::IndexedBy<More...> operator()(const detail::PlainIndex& first, More&&... more) const;
  /// Returns the elements that indices of several dimensions select: `x(rows, columns)`.
  /// See ops/indexing.h.
  template <class... More>
  Selection operator()(const detail::TensorIndex& first, More&&... more) const;
  /// Refuses a list in braces as an index, at compile time.
  template <class T>
  void operator()(const detail::PlainIndex& first, std::initializer_list<T> list) const;
#ifdef __cpp_multidimensional_subscript
  /// Returns `x(first, second, more...)`, for C++23.
  template <class Second, class... More>
  decltype(auto) operator[](const detail::PlainIndex& first, Second&& second,
                            More&&... more) const {
    return (*this)(first, std::forward<Second>(second), std::forward<More>(more)...);
  }
  /// Returns `x(first, second, more...)`, for C++23.
  template <class Second, class... More>
  decltype(auto) operator[](const detail::TensorIndex& first, Second&& second,
                            More&&... more) const {
    return (*this)(first, std::forward<Second>(second), std::forward<More>(more)...);
  }
  /// @}
#endif

  /// @name Copies and conversions (differentiable)
  /// @{

  /// Returns the values converted to `dtype`, or this tensor if it has that dtype.
  /// Integers keep their low bits in uint8: 300 becomes 44. In an integer dtype, floating values
  /// lose their fraction and stop at its bounds; NaN becomes 0.
  Tensor to(DType dtype, Where where = {}) const;
  /// Returns a copy with the same layout.
  Tensor clone(Where where = {}) const;
  /// Returns a row-major copy, or this tensor if it is row-major.
  Tensor contiguous(Where where = {}) const;
  /// Returns a tensor on the same memory, without history.
  Tensor detach() const;
  /// @}

  /// @name Gradients
  /// @{

  /// Returns whether a backward pass computes a gradient for this tensor.
  bool requires_grad() const noexcept;
  /// Marks a leaf, or unmarks it if `value` is false.
  /// @throws DTypeError if the dtype is not floating
  /// @throws GraphError if the tensor is the result of an operator
  Tensor& set_requires_grad(bool value = true, Where where = {});
  /// Returns whether this tensor is a leaf: not the result of a recorded operator.
  bool is_leaf() const noexcept;
  /// Returns the accumulated gradient, undefined before the first backward pass.
  Tensor grad() const;
  /// Sets the gradient to `grad`; an undefined tensor drops it.
  /// Later passes add to a copy and do not write to `grad`.
  /// @throws ShapeError if the shapes differ
  /// @throws DTypeError if the dtypes differ
  void set_grad(const Tensor& grad, Where where = {});
  /// Drops the gradient: `grad()` is undefined until the next backward pass.
  void zero_grad();
  /// Keeps the gradient of an operator's result, which only leaves do otherwise.
  /// After a write in place, it is the gradient of the tensor as it is then.
  /// @throws GraphError if the tensor does not require a gradient
  void retain_grad(Where where = {});
  /// Adds d(this)/d(leaf) to the gradient of every leaf. This tensor has one element.
  /// @throws GraphError if it has no history or needs a seed
  void backward(Where where = {}) const;
  /// Adds d(sum(this * seed))/d(leaf) to the gradient of every leaf.
  /// @throws GraphError if the tensor has no history
  /// @throws ShapeError if `seed` has another shape
  /// @throws DTypeError if `seed` has another dtype
  void backward(const Tensor& seed, BackwardOptions options = {}, Where where = {}) const;
  /// Adds d(this)/d(leaf) to the gradient of every leaf, with options.
  /// @throws GraphError if it has no history or needs a seed
  void backward(BackwardOptions options, Where where = {}) const;
  /// Registers a function of this tensor's gradient and returns its number.
  /// `hook` runs each time the gradient is complete. A defined result, of the same shape and dtype,
  /// replaces the gradient.
  ///
  /// The hook is one object, which keeps its state from pass to pass. After a write in place, it
  /// gets the gradient of the tensor as it is then. The number is not used again.
  /// @throws GraphError if the tensor does not require a gradient
  /// @throws ValueError if the function is empty
  int register_hook(Hook hook, Where where = {});
  /// Registers a function of this leaf and returns its number for `remove_hook()`.
  /// `hook` runs each time `backward()` has completed the leaf's gradient; `grad()` does not run
  /// it. The hook may write to the leaf or drop its gradient: an optimiser can step leaf by leaf.
  /// Recording is off unless the pass creates a graph.
  /// @throws GraphError if the tensor is not a leaf that requires a gradient
  /// @throws ValueError if the function is empty
  int register_post_accumulate_grad_hook(PostAccumulateGradHook hook, Where where = {});
  /// Removes the hook of this number.
  void remove_hook(int hook);
  /// @}

  /// @name Writes in place (recorded; refused if they would destroy a saved value or a leaf)
  /// @{

  /// Adds a tensor or a number, which is broadcast.
  Tensor& add_(const Operand& other, Where where = {});
  /// Subtracts a tensor or a number, which is broadcast.
  Tensor& sub_(const Operand& other, Where where = {});
  /// Multiplies by a tensor or a number, which is broadcast.
  Tensor& mul_(const Operand& other, Where where = {});
  /// Divides by a tensor or a number, which is broadcast.
  Tensor& div_(const Operand& other, Where where = {});
  /// Sets all elements to 0.
  Tensor& zero_(Where where = {});
  /// Sets all elements to `value`.
  Tensor& fill_(Scalar value, Where where = {});
  /// Copies the values of `source`, broadcast and converted.
  Tensor& copy_(const Tensor& source, Where where = {});
  /// Assigns `values` to the selected elements, as `x(indices...) = values` does.
  /// With `accumulate`, adds them instead, once for each of equal indices.
  Tensor& index_put_(const Indices& indices, const Operand& values, bool accumulate = false,
                     Where where = {});
  /// @}

  /// @name Access for operators
  /// @{

  /// Constructs a handle on `impl`.
  explicit Tensor(detail::IntrusivePtr<detail::TensorImpl> impl) noexcept
      : impl_(std::move(impl)) {}
  /// Returns the data that the handle refers to.
  /// @throws GraphError if the tensor is undefined
  detail::TensorImpl& impl() const {
    if (!impl_) {
      fail_undefined();
    }
    return *impl_;
  }
  /// Returns the data that the handle refers to, or null.
  detail::TensorImpl* impl_or_null() const noexcept {
    return impl_.get();
  }
  /// Returns the address of the first element, for any strides.
  template <class T>
  T* raw() const {
    static_assert(!std::is_same_v<T, std::byte>, "offsets count elements: raw_bytes()");
    return reinterpret_cast<T*>(impl().storage->data) + impl().offset;
  }
  /// Returns the address of the first element as bytes.
  std::byte* raw_bytes() const {
    return impl().storage->data + impl().offset * static_cast<std::int64_t>(item_size(dtype()));
  }
  /// Returns the number of writes in place so far.
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

/// Prints `tensor float32 [2, 2]`, the tape and the values, in the form that `tensor/print.h`
/// describes. Neither locales nor the flags of the stream change it.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
/// Returns the text that `operator<<` prints.
RETROGRAD_API std::string to_string(const Tensor& tensor);

/// Returns `float32 [2, 2]`, or `undefined`.
RETROGRAD_API std::string describe(const Tensor& tensor);

// --- making tensors without operators: for kernels and readers ---

/// Returns a row-major tensor of fresh memory with undefined values.
/// @throws ShapeError if a size is negative or the number of elements overflows
RETROGRAD_API Tensor empty_tensor(const Shape& shape, DType dtype, Where where = {});
/// Returns fresh memory in the shape and strides of `model`, which must be dense.
RETROGRAD_API Tensor empty_dense(const Tensor& model, DType dtype);
/// Returns fresh memory with the given strides.
/// @throws ShapeError if elements would overlap or leave gaps
RETROGRAD_API Tensor empty_strided(const Shape& shape, const Strides& strides, DType dtype,
                                   Where where = {});
/// Returns a view on the memory of `tensor`, `offset` elements into its storage. The view has no
/// history.
/// @throws ShapeError if a size is negative or an element would be outside the storage
RETROGRAD_API Tensor view_of(const Tensor& tensor, const Shape& shape, const Strides& strides,
                             std::int64_t offset, Where where = {});
/// Returns a row-major tensor on foreign memory; `free` runs when its last view is gone.
/// @throws ShapeError if a size is negative
/// @throws ValueError if `data` is null and the shape has elements
RETROGRAD_API Tensor from_blob(void* data, const Shape& shape, DType dtype,
                               std::function<void()> free = {}, Where where = {});
/// Returns a tensor on foreign memory with strides in elements; `free` runs when its last view is
/// gone.
/// @throws ShapeError if a size or stride is negative, or there is not one stride for each
/// dimension
/// @throws ValueError if `data` is null and the shape has elements
RETROGRAD_API Tensor from_blob(void* data, const Shape& shape, const Strides& strides, DType dtype,
                               std::function<void()> free = {}, Where where = {});

/// Returns the number of elements of `shape`.
/// @throws ShapeError if a size is negative or the number of bytes overflows
RETROGRAD_API std::int64_t checked_numel(const char* op, const Shape& shape, DType dtype,
                                         Where where);

/// Returns the dimension from 0 that `dim` means among `rank`: -1 is the last.
/// @throws IndexError if there is none, with `op` and `x` in the message
RETROGRAD_API std::int64_t normalize_dim(const char* op, const Tensor& x, std::int64_t dim,
                                         std::int64_t rank, Where where);

}  // namespace retrograd
