#include <retrograd/autograd/internal/engine.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_set>

#include <retrograd/autograd/anomaly.h>
#include <retrograd/autograd/detail/finite.h>
#include <retrograd/autograd/detail/operator_node.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/autocast_off.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/hook_list.h>

namespace retrograd {

namespace {

void require_fitting(const Node& node, Gradients& gradients) {
  const auto inputs = node.inputs();
  check::require<GraphError>({node.op(), node.where()}, gradients.size() == inputs.size(), {},
                             "its backward returned {} gradients for {} inputs [result-mismatch]",
                             gradients.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& gradient = gradients[i];
    if (inputs[i] && gradient.defined() &&
        (gradient.shape() != inputs[i]->shape() || gradient.dtype() != inputs[i]->dtype())) {
      check::refuse<GraphError>(
          {node.op(), node.where()}, {},
          "its backward returned {} for input {}, which is {} {} [result-mismatch]",
          describe(gradient), i, inputs[i]->dtype(), inputs[i]->shape());
    }
  }
}

// Adds to a gradient that users can see. One that an earlier pass recorded is not part of this one.
void add_up(Tensor& total, Tensor grad) {
  if (!total.defined()) {
    total = detail::owned(std::move(grad));
    return;
  }
  if (!grad_enabled() && total.requires_grad()) {
    total = total.detach();
  }
  detail::accumulate(total, grad);
}

// Gradients of leaves and those kept by results of operators are added up under a lock: graphs of
// several threads may meet there.
std::mutex& grad_mutex(const Node& node) {
  static std::array<std::mutex, 64> mutexes;
  return mutexes[node.number() % mutexes.size()];
}

// A pass on its way through a node. The node's saved tensors are freed, if the pass does that,
// unless an exception ends it before done().
class Use {
 public:
  Use(detail::OperatorNode& node, bool keep) : node_(node), keep_(keep) { node.begin_use(keep); }
  ~Use() {
    if (!done_) {
      node_.end_use(keep_, false);
    }
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  void done() noexcept {
    done_ = true;
    node_.end_use(keep_, true);
  }

 private:
  detail::OperatorNode& node_;
  bool keep_;
  bool done_ = false;
};

}  // namespace

void detail::fail_freed(const Node& node) {
  check::refuse<GraphError>({node.op(), node.where()}, {},
                            "its saved tensors were freed by an earlier backward; pass "
                            "{{.retain_graph = true}} to that one to go through the graph twice "
                            "[graph-freed]");
}

Gradients detail::call_backward(const Node& node, const Tensor& grad, const bool* needed,
                                ReadyNodes* ready) {
  if (node.freed()) {
    fail_freed(node);
  }
  const Frame frame(node.op(), node.where(), Frame::Kind::node);
  // A fault inside is the backward function's, not that of an operator it happens to use.
  const DetectAnomalyGuard undetected(false);
  const auto& recorded = static_cast<const OperatorNode&>(node);
  Gradients gradients = recorded.backward_(Backward(recorded, grad, needed, ready));
  require_fitting(node, gradients);
  return gradients;
}

void Engine::run() {
  const GradModeGuard recording(create_graph_);
  const detail::AutocastOff off;  // a gradient has the dtype of what was recorded
  if (!capturing_ && detail::hooked_leaves > 0) {
    count_leaf_uses();
  }
  while (!ready_.empty()) {
    auto [node, grad] = ready_.pop_newest();
    grad = after_hooks(*node, std::move(grad));
    const Wanted* want = wanted(node);
    if (want != nullptr) {
      for (const std::size_t target : want->targets) {
        captured_[target] = grad;
      }
    }
    if (node->is_leaf()) {
      if (!capturing_) {
        accumulate_leaf(*node, std::move(grad));
      }
    } else if (!capturing_ || (want != nullptr && want->on_the_way)) {
      visit(static_cast<detail::OperatorNode&>(*node), std::move(grad));
    }
  }
  complete_leaves_left();
}

void Engine::visit(detail::OperatorNode& node, Tensor grad) {
  const auto inputs = node.inputs();
  detail::InlineArray<bool, 8> needed(capturing_ ? inputs.size() : 0);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    needed[i] = inputs[i] && wanted(inputs[i].get()) != nullptr;
  }
  const bool detecting = anomaly_detection_enabled() && !detail::first_not_finite(grad);
  Use use(node, retain_graph_);
  Gradients gradients =
      detail::call_backward(node, grad, capturing_ ? needed.data() : nullptr, &ready_);
  if (detecting) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      detail::require_finite(node.op(), node.where(), "its backward made", gradients[i]);
    }
  }
  grad = {};
  use.done();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!ready_.leaf_uses.empty() && inputs[i] && add_to_leaf(inputs[i].get(), gradients[i])) {
      continue;
    }
    if (inputs[i] && gradients[i].defined() && (!capturing_ || needed[i])) {
      ready_.add(inputs[i].get(), std::move(gradients[i]));
    }
  }
}

Tensor Engine::after_hooks(Node& node, Tensor grad) const {
  if (node.hooks_) {
    node.hooks_->list.for_each([&](const Tensor::Hook& hook) {
      Tensor replaced = hook(grad);
      if (!replaced.defined()) {
        return;
      }
      if (replaced.shape() != node.shape() || replaced.dtype() != node.dtype()) {
        check::refuse<GraphError>({node.op(), node.where()}, {},
                                  "a hook returned {} for a gradient of {} [result-mismatch]",
                                  describe(replaced), describe(grad));
      }
      grad = std::move(replaced);
    });
  }
  if (node.retains_grad_ && !capturing_) {
    const std::scoped_lock lock(grad_mutex(node));
    add_up(node.grad_, grad);
  }
  return grad;
}

void Engine::accumulate_leaf(Node& leaf, Tensor grad) const {
  if (!leaf.requires_grad_) {
    return;
  }
  {
    const std::scoped_lock lock(grad_mutex(leaf));
    add_up(leaf.grad_, std::move(grad));
  }
  if (leaf.hooks_ && !leaf.hooks_->accumulated.empty()) {
    const Tensor tensor = detail::alias(leaf.hooks_->leaf, NodePtr(&leaf));
    leaf.hooks_->accumulated.for_each(
        [&](const Tensor::PostAccumulateGradHook& hook) { hook(tensor); });
  }
}

const Engine::Wanted* Engine::wanted(const Node* node) const {
  if (!capturing_) {
    return nullptr;
  }
  const auto found = wanted_.find(node);
  return found == wanted_.end() ? nullptr : &found->second;
}

// Marks the targets and all nodes between them and the roots. Nodes older than every target cannot
// lead to one.
void Engine::capture(const std::vector<NodePtr>& targets, const std::vector<NodePtr>& roots) {
  capturing_ = true;
  captured_.resize(targets.size());
  std::uint64_t oldest = UINT64_MAX;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    wanted_[targets[i].get()].targets.push_back(i);
    oldest = std::min(oldest, targets[i]->number());
  }
  std::vector<const Node*> found;
  std::unordered_set<const Node*> seen;
  const auto discover = [&](const NodePtr& node) {
    if (node && node->number() >= oldest && seen.insert(node.get()).second) {
      found.push_back(node.get());
    }
  };
  for (const NodePtr& root : roots) {
    discover(root);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {  // NOLINT(modernize-loop-convert): it grows
    for (const NodePtr& input : found[i]->inputs()) {
      discover(input);
    }
  }
  for (const NodePtr& target : targets) {
    reached_.push_back(seen.contains(target.get()));
  }
  std::sort(found.begin(), found.end(),
            [](const Node* a, const Node* b) { return a->number() < b->number(); });
  for (const Node* node : found) {
    const auto inputs = node->inputs();
    if (std::any_of(inputs.begin(), inputs.end(),
                    [&](const NodePtr& input) { return input && wanted_.contains(input.get()); })) {
      wanted_[node].on_the_way = true;
    }
  }
}

}  // namespace retrograd
