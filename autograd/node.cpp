#include <retrograd/autograd/node.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>

#include <retrograd/autograd/detail/operator_node.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/engine.h>
#include <retrograd/autograd/internal/view_history.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

std::atomic<detail::RecordObserver> record_observer{nullptr};

const Tensor kUndefined;

}  // namespace

detail::OperatorNode::OperatorNode(Record& record)
    : Node(record.op, users_line(record.where), record.output),
      inputs_(record.inputs.size()),
      saved_(record.saved.size()),
      backward_(std::move(record.backward)) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i] = detail::grad_node(record.inputs[i]);
  }
  for (std::size_t i = 0; i < saved_.size(); ++i) {
    const Tensor& tensor = record.saved[i];
    if (!tensor.defined()) {
      continue;
    }
    const bool is_output = tensor.impl_or_null() == record.output.impl_or_null();
    const bool keeps_handle = tensor.is_leaf() && tensor.requires_grad();
    saved_[i].value =
        keeps_handle ? tensor
                     : detail::alias(tensor, is_output ? NodePtr() : detail::grad_node(tensor));
    saved_[i].version = tensor.version();
    saved_[i].is_output = is_output;
  }
  count();
}

void detail::OperatorNode::begin_use(bool keep) {
  if (saved_.size() == 0) {
    return;
  }
  std::uint32_t state = saved_use_.load(std::memory_order_relaxed);
  do {
    if ((state & kFreed) != 0) {
      detail::fail_freed(*this);
    }
    check::require<GraphError>(
        {op(), where()}, (state & kFreeing) == 0, {},
        "its saved tensors are about to be freed by a backward pass that is going on; pass "
        "{{.retain_graph = true}} to each of several passes at once [graph-freed]");
  } while (!saved_use_.compare_exchange_weak(state, keep ? state + 1 : state | kFreeing,
                                             std::memory_order_acq_rel));
}

void detail::OperatorNode::end_use(bool keep, bool done) noexcept {
  if (saved_.size() == 0) {
    return;
  }
  if (keep) {
    if (saved_use_.fetch_sub(1, std::memory_order_acq_rel) == (kFreeing | kUnread | 1)) {
      free_saved();
    }
  } else if (!done) {
    saved_use_.fetch_and(~kFreeing, std::memory_order_acq_rel);
  } else if (saved_use_.load(std::memory_order_acquire) == kFreeing ||
             saved_use_.fetch_or(kUnread, std::memory_order_acq_rel) == kFreeing) {
    free_saved();  // no pass can begin to read them any more
  }
}

void detail::OperatorNode::free_saved() noexcept {
  saved_.clear();
  saved_use_.store(kFreed, std::memory_order_release);
}

Tensor Backward::saved(std::size_t i) const {
  const detail::SavedTensor& entry = node_.saved_[i];
  const Tensor& value = entry.value;
  if (!value.defined()) {
    return value;
  }
  const detail::Storage& storage = *value.impl().storage;
  const auto version = storage.version.load(std::memory_order_relaxed);
  if (version != entry.version) {
    check::refuse<GraphError>(
        {node_.op(), node_.where()}, {{"saved", value}},
        "its backward needs {}, but that was overwritten in place by {} at {} (version {}, saved "
        "at version {}); use the out-of-place operator, or clone() first "
        "[overwritten-in-place]",
        entry.is_output ? "its output" : "an input", storage.last_write, storage.last_write_at,
        version, entry.version);
  }
  if (entry.is_output && grad_enabled()) {
    return detail::alias(value, NodePtr(const_cast<detail::OperatorNode*>(&node_)));
  }
  return value;
}

bool Backward::needs(std::size_t i) const noexcept {
  return static_cast<bool>(node_.inputs_[i]) && (needed_ == nullptr || needed_[i]);
}

const Tensor& save_if(bool condition, const Tensor& tensor) noexcept {
  return condition ? tensor : kUndefined;
}

namespace detail {

ReplacedSaved::ReplacedSaved(Node& node, std::size_t index, const Tensor& value)
    : node_(&node), saved_(static_cast<OperatorNode&>(node).saved_[index]), original_(saved_) {
  saved_ = {value, value.version(), original_.is_output};
}

ReplacedSaved::~ReplacedSaved() {
  saved_ = std::move(original_);
}

std::vector<Node*> nodes_before(Node* root) {
  std::vector<Node*> found{root};
  std::unordered_set<const Node*> seen{root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const NodePtr& input : found[i]->inputs()) {
      if (input && seen.insert(input.get()).second) {
        found.push_back(input.get());
      }
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Node* a, const Node* b) { return a->number() < b->number(); });
  return found;
}

void set_record_observer(RecordObserver observer) noexcept {
  record_observer = observer;
}

Tensor alias(const Tensor& tensor, NodePtr node) {
  const TensorImpl& same = tensor.impl();
  auto impl =
      IntrusivePtr<TensorImpl>::adopt(new TensorImpl(same, same.storage, same.dtype, same.offset));
  impl->node = std::move(node);
  return Tensor(std::move(impl));
}

NodePtr grad_node(const Tensor& tensor) {
  if (!tensor.defined()) {
    return {};
  }
  TensorImpl& impl = tensor.impl();
  if (is_stale_view(impl)) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    if (is_stale_view(impl)) {
      set_grad_node(impl, view_node(Tensor(impl.base), tensor));
      impl.base_node.store(impl.base->node.get(), std::memory_order_release);
    }
  }
  return tensor.requires_grad() ? impl.node : NodePtr();
}

Tensor record_node(Record&& record) {
  TensorImpl& output = record.output.impl();
  const check::Caller caller(record.op, record.where);
  check::require<GraphError>(
      caller, !output.node, {},
      "the output of record() must be fresh, but it is on a tape already [output-not-fresh]");
  for (std::size_t i = 0; i < record.inputs.size(); ++i) {
    check::require<GraphError>(caller, record.inputs[i].impl_or_null() != &output, {},
                               "the output of record() is one of its inputs [output-not-fresh]");
  }
  if (const auto observer = record_observer.load(std::memory_order_relaxed)) {
    observer(record.op);
  }
  output.node = NodePtr::adopt(new OperatorNode(record));
  return std::move(record.output);
}

}  // namespace detail

}  // namespace retrograd
