#include <retrograd/tensor/node.h>

#include <atomic>
#include <utility>

#include <retrograd/tensor/internal/hook_list.h>
#include <retrograd/tensor/internal/hot_tls.h>
#include <retrograd/tensor/memory.h>

namespace retrograd {

namespace {

std::atomic<std::uint64_t> number_to_give{1};
std::atomic<std::uint64_t> deleted_nodes{0};

// Nodes whose count reached zero in this thread. One function deletes them in a loop: a chain of a
// million nodes must not need a stack of a million frames.
struct DeadList {
  Node* head = nullptr;
  bool draining = false;
};
RETROGRAD_HOT_TLS thread_local DeadList dead;

}  // namespace

Node::Node(const Shape& shape, DType dtype) noexcept
    : dtype_(dtype), is_leaf_(true), op_("leaf"), where_(Where::at("", 0)), shape_(shape) {
  count();
}

Node::~Node() = default;

void Node::count() noexcept {
  number_ = number_to_give.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Node::next_number() noexcept {
  return number_to_give.load(std::memory_order_relaxed);
}

void* Node::operator new(std::size_t bytes) {
  return memory::allocate(bytes);
}
void Node::operator delete(void* block, std::size_t bytes) noexcept {
  memory::deallocate(block, bytes);
}

std::int64_t Node::live_count() noexcept {
  const std::uint64_t deleted = deleted_nodes.load(std::memory_order_relaxed);
  return static_cast<std::int64_t>(number_to_give.load(std::memory_order_relaxed) - 1 - deleted);
}

void retain(Node* node) noexcept {
  node->references_.fetch_add(1, std::memory_order_relaxed);
}

void release(Node* node) noexcept {
  if (detail::drop_reference(node->references_)) {
    Node::destroy(node);
  }
}

void Node::destroy(Node* node) noexcept {
  node->next_dead_ = dead.head;
  dead.head = node;
  if (dead.draining) {
    return;
  }
  dead.draining = true;
  while (dead.head != nullptr) {
    Node* next = dead.head;
    dead.head = next->next_dead_;
    delete next;
    deleted_nodes.fetch_add(1, std::memory_order_relaxed);
  }
  dead.draining = false;
}

namespace detail {

void DeleteHooks::operator()(TensorHooks* hooks) const noexcept {
  delete hooks;
}

void set_grad_node(TensorImpl& tensor, NodePtr node) noexcept {
  if (tensor.node && node && tensor.node.get() != node.get()) {
    node->hooks_ = std::move(tensor.node->hooks_);
    node->retains_grad_ = tensor.node->retains_grad_;
    node->grad_ = std::move(tensor.node->grad_);
  }
  tensor.node = std::move(node);
}

}  // namespace detail

}  // namespace retrograd
