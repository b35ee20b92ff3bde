// One recorded operator, or one leaf. Read it to walk a tape.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <retrograd/autograd/record.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

class Node;

namespace detail {

// What the node's backward function makes of a gradient of its output: one for each input,
// undefined for zero or where needed[i] is false (null: all are needed). Nothing is freed, and no
// hook runs. The function may write to `grad` where the caller's is its only handle, and to what
// waits in `ready`. Throws GraphError when the node was freed, or its function gives what does not
// fit.
Gradients call_backward(const Node& node, const Tensor& grad, const bool* needed,
                        ReadyNodes* ready = nullptr);

// `root` and all nodes that lead to it, oldest first.
std::vector<Node*> nodes_before(Node* root);

class ReplacedSaved;
struct TensorHooks;  // autograd/internal/hook_list.h

// Makes `node` what the tensor's gradient flows to, after a write in place. The hooks of the tensor
// and the gradient that it keeps go along.
void set_grad_node(TensorImpl& tensor, NodePtr node) noexcept;

// An array whose length is fixed when it is made; short ones need no memory of their own.
template <class T, std::size_t N>
class InlineArray {
 public:
  explicit InlineArray(std::size_t count)
      : count_(count), many_(count > N ? std::make_unique<T[]>(count) : nullptr) {}

  std::size_t size() const noexcept { return count_; }
  T* data() noexcept { return many_ ? many_.get() : few_.data(); }
  const T* data() const noexcept { return many_ ? many_.get() : few_.data(); }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data()[i]; }
  void clear() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      data()[i] = T{};
    }
  }

 private:
  std::size_t count_;
  std::array<T, N> few_{};
  std::unique_ptr<T[]> many_;
};

// A tensor kept for the backward pass. It is held through an alias, never the user's own handle:
// a handle that is later written to in place leads to newer nodes, which may lead back here.
struct SavedTensor {
  Tensor value;
  std::uint32_t version = 0;
  bool is_output = false;
};

}  // namespace detail

class RETROGRAD_API Node {
 public:
  // A leaf for a tensor of this shape and dtype.
  Node(const Shape& shape, DType dtype) noexcept;
  // An operator; takes the record's backward function.
  explicit Node(Record&& record);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  static void* operator new(std::size_t bytes);
  static void operator delete(void* block, std::size_t bytes) noexcept;

  // --- what was recorded ---
  const char* op() const noexcept { return op_; }
  Where where() const noexcept { return where_; }
  // Later nodes have higher numbers, so inputs come before what they are used for.
  std::uint64_t number() const noexcept { return number_; }
  const Shape& shape() const noexcept { return shape_; }  // of the output
  DType dtype() const noexcept { return dtype_; }
  bool is_leaf() const noexcept { return !backward_.has_value(); }
  // One producer for each input; null where no gradient flows.
  std::span<const NodePtr> inputs() const noexcept { return {inputs_.data(), inputs_.size()}; }
  std::span<const detail::SavedTensor> saved() const noexcept {
    return {saved_.data(), saved_.size()};
  }
  // Whether the saved tensors are gone because a backward pass went through here.
  bool freed() const noexcept { return (saved_use_.load(std::memory_order_acquire) & kFreed) != 0; }

  // The number of nodes alive in the program: tests hold it to its baseline.
  static std::int64_t live_count() noexcept;

 private:
  friend class Backward;
  friend class Tensor;
  friend class Engine;
  friend void retain(Node* node) noexcept;
  friend void release(Node* node) noexcept;
  friend Tensor detail::record_node(Record&& record);
  friend Gradients detail::call_backward(const Node& node, const Tensor& grad, const bool* needed,
                                         ReadyNodes* ready);
  friend Tensor* detail::waiting_gradient(const Backward& b, std::size_t i) noexcept;
  friend void detail::set_grad_node(detail::TensorImpl& tensor, NodePtr node) noexcept;
  friend class detail::ReplacedSaved;

  ~Node();

  // Claims the saved tensors for a backward pass in this thread, which keeps or frees them. Throws
  // GraphError when they were freed, or another pass is about to free them.
  void begin_use(bool keep);
  // Ends that claim. Frees the saved tensors for a pass that frees and is `done`, as soon as no
  // other pass reads them.
  void end_use(bool keep, bool done) noexcept;
  void free_saved() noexcept;

  // In saved_use_, beside the number of passes that read the saved tensors and keep them:
  static constexpr std::uint32_t kFreeing = 1U << 31;  // a pass reads them that will free them
  static constexpr std::uint32_t kUnread = 1U << 30;   // that pass is done, others still read
  static constexpr std::uint32_t kFreed = 1U << 29;

  std::atomic<std::uint32_t> references_{1};
  std::atomic<std::uint32_t> saved_use_{0};
  bool requires_grad_ = true;  // a leaf may be switched off
  bool retains_grad_ = false;  // keep the gradient of an operator's result
  DType dtype_;
  const char* op_;
  Where where_;
  std::uint64_t number_;
  Shape shape_;
  detail::InlineArray<NodePtr, 3> inputs_;
  detail::InlineArray<detail::SavedTensor, 3> saved_;
  std::optional<detail::BackwardFunction> backward_;
  Tensor grad_;
  std::unique_ptr<detail::TensorHooks> hooks_;
  Node* next_dead_ = nullptr;
};

namespace detail {

// The node that a tensor's gradient flows to, or null. A view whose base was written to in place
// gets a new one here; several threads may ask for it at once.
RETROGRAD_API NodePtr grad_node(const Tensor& tensor);

// Whether the base of a view was written to in place since the view's node was made.
inline bool is_stale_view(const TensorImpl& tensor) noexcept {
  return tensor.base && !tensor.view_without_grad &&
         tensor.base->node.get() != tensor.base_node.load(std::memory_order_acquire);
}

// The same values and history as `tensor`, in a handle of its own.
RETROGRAD_API Tensor alias(const Tensor& tensor, NodePtr node);

// While one is alive, everything this thread records carries this line: what a backward pass
// records belongs to the line of the operator it runs through.
class RecordAt {
 public:
  explicit RecordAt(Where where) noexcept;
  ~RecordAt();
  RecordAt(const RecordAt&) = delete;
  RecordAt& operator=(const RecordAt&) = delete;

 private:
  const Where* previous_;
  Where where_;
};

// While one is alive, saved tensor `index` of a node, a defined one, is `value`, which must be like
// it. No other thread may go backward through the node meanwhile.
class ReplacedSaved {
 public:
  ReplacedSaved(Node& node, std::size_t index, const Tensor& value);
  ~ReplacedSaved();
  ReplacedSaved(const ReplacedSaved&) = delete;
  ReplacedSaved& operator=(const ReplacedSaved&) = delete;

 private:
  NodePtr node_;
  std::size_t index_;
  SavedTensor original_;
};

// Called with each operator's name when it is recorded; for the test that every operator is tested.
using RecordObserver = void (*)(const char* op);
RETROGRAD_API void set_record_observer(RecordObserver observer) noexcept;

}  // namespace detail

}  // namespace retrograd
