/// @file
/// Nodes of the tape: a leaf, or an operator that autograd/ recorded.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

class Engine;

namespace detail {

struct TensorHooks;  // tensor/internal/hook_list.h
struct RETROGRAD_API DeleteHooks {
  void operator()(TensorHooks* hooks) const noexcept;
};

// A tensor kept for the backward pass. It is held through an alias, never the user's own handle:
// a handle that is later written to in place leads to newer nodes, which may lead back here.
struct SavedTensor {
  Tensor value;
  std::uint32_t version = 0;
  bool is_output = false;
};

// Makes `node` what the tensor's gradient flows to, after a write in place. The hooks of the tensor
// and the gradient that it keeps go along.
void set_grad_node(TensorImpl& tensor, NodePtr node) noexcept;

}  // namespace detail

/// A recorded operator or a leaf. Programs read it to walk a tape.
class RETROGRAD_API Node {
 public:
  /// Constructs a leaf for a tensor of this shape and dtype.
  Node(const Shape& shape, DType dtype) noexcept;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Allocates from the caching allocator.
  static void* operator new(std::size_t bytes);
  /// Frees to the caching allocator.
  static void operator delete(void* block, std::size_t bytes) noexcept;

  /// Returns the operator's name.
  const char* op() const noexcept { return op_; }
  /// Returns the user's line.
  Where where() const noexcept { return where_; }
  /// Returns the creation number: inputs have lower numbers than their results.
  std::uint64_t number() const noexcept { return number_; }
  /// Returns the shape of the output.
  const Shape& shape() const noexcept { return shape_; }
  /// Returns the dtype of the output.
  DType dtype() const noexcept { return dtype_; }
  /// Returns whether the node is a leaf, not a recorded operator.
  bool is_leaf() const noexcept { return is_leaf_; }
  /// Returns the producer of each input, null if no gradient flows; empty for a leaf.
  virtual std::span<const NodePtr> inputs() const noexcept { return {}; }
  /// Returns the tensors kept for the backward pass.
  virtual std::span<const detail::SavedTensor> saved() const noexcept { return {}; }
  /// Returns whether a backward pass has freed the saved tensors.
  virtual bool freed() const noexcept { return false; }

  /// Returns the number that the next node gets.
  static std::uint64_t next_number() noexcept;
  /// Returns the number of nodes alive in the program; tests compare it with its start.
  static std::int64_t live_count() noexcept;

 protected:
  /// Constructs an operator; the derived constructor ends with `count()`, which cannot fail.
  Node(const char* op, Where where, const Tensor& output) noexcept
      : dtype_(output.dtype()), is_leaf_(false), op_(op), where_(where), shape_(output.shape()) {}
  virtual ~Node();
  /// Assigns the node its number.
  void count() noexcept;

 private:
  friend class Tensor;
  friend class Engine;
  friend void retain(Node* node) noexcept;
  friend void release(Node* node) noexcept;
  static void destroy(Node* node) noexcept;
  friend void detail::set_grad_node(detail::TensorImpl& tensor, NodePtr node) noexcept;

  std::atomic<std::uint32_t> references_{1};
  DType dtype_;
  bool is_leaf_;
  bool requires_grad_ = true;  // a leaf may be switched off
  bool retains_grad_ = false;  // keep the gradient of an operator's result
  const char* op_;
  Where where_;
  std::uint64_t number_ = 0;
  Shape shape_;
  Tensor grad_;
  std::unique_ptr<detail::TensorHooks, detail::DeleteHooks> hooks_;
  Node* next_dead_ = nullptr;
};

namespace detail {

// Whether the base of a view was written to in place since the view's node was made.
inline bool is_stale_view(const TensorImpl& tensor) noexcept {
  return tensor.base && !tensor.view_without_grad &&
         tensor.base->node.get() != tensor.base_node.load(std::memory_order_acquire);
}

}  // namespace detail

}  // namespace retrograd
