// Leaves with hooks, which are complete after their last use.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/engine.h>
#include <retrograd/tensor/internal/hook_list.h>

namespace retrograd {

void Engine::complete_leaf(Node& leaf, Tensor grad) const {
  grad = after_hooks(leaf, std::move(grad));
  accumulate_leaf(leaf, std::move(grad));
}

void Engine::count_leaf_uses() {
  std::vector<Node*> found;
  std::unordered_set<const Node*> seen;
  ready_.for_each([&](Node* root) {
    found.push_back(root);
    seen.insert(root);
  });
  const std::size_t roots = found.size();
  for (std::size_t i = 0; i < found.size(); ++i) {  // NOLINT(modernize-loop-convert): it grows
    for (const NodePtr& input : found[i]->inputs()) {
      if (!input) {
        continue;
      }
      if (input->is_leaf()) {
        if (input->hooks_ && !input->hooks_->accumulated.empty()) {
          ++leaf_uses_[input.get()].left;
        }
      } else if (seen.insert(input.get()).second) {
        found.push_back(input.get());
      }
    }
  }
  for (std::size_t i = 0; i < roots; ++i) {
    leaf_uses_.erase(found[i]);  // a leaf that is a root has a gradient of its own
  }
}

// Returns false for all other nodes.
bool Engine::add_to_leaf(Node* leaf, Tensor grad) {
  const auto found = leaf_uses_.find(leaf);
  if (found == leaf_uses_.end()) {
    return false;
  }
  LeafUses& uses = found->second;
  if (!uses.grad.defined()) {
    uses.grad = std::move(grad);
  } else if (grad.defined()) {
    detail::accumulate(uses.grad, grad);
  }
  if (--uses.left == 0 && uses.grad.defined()) {
    complete_leaf(*leaf, std::exchange(uses.grad, {}));
  }
  return true;
}

// Those with a use that no gradient reached.
void Engine::complete_leaves_left() {
  std::vector<Node*> left;
  for (const auto& [leaf, uses] : leaf_uses_) {
    if (uses.grad.defined()) {
      left.push_back(leaf);
    }
  }
  std::sort(left.begin(), left.end(),
            [](const Node* a, const Node* b) { return a->number() > b->number(); });
  for (Node* leaf : left) {
    complete_leaf(*leaf, std::exchange(leaf_uses_[leaf].grad, {}));
  }
}

}  // namespace retrograd
