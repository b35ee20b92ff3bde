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
          ++ready_.leaf_uses[input.get()].left;
        }
      } else if (seen.insert(input.get()).second) {
        found.push_back(input.get());
      }
    }
  }
  for (std::size_t i = 0; i < roots; ++i) {
    ready_.leaf_uses.erase(found[i]);  // a leaf that is a root has a gradient of its own
  }
}

// Takes the gradient, so that the leaf owns its memory. Returns false for all other nodes.
bool Engine::add_to_leaf(Node* leaf, Tensor& grad) {
  const auto found = ready_.leaf_uses.find(leaf);
  if (found == ready_.leaf_uses.end()) {
    return false;
  }
  ReadyNodes::LeafUses& uses = found->second;
  if (!uses.grad.defined()) {
    uses.grad = std::move(grad);
  } else if (grad.defined()) {
    detail::accumulate(uses.grad, std::exchange(grad, {}));
  }
  if (--uses.left == 0 && uses.grad.defined()) {
    complete_leaf(*leaf, std::exchange(uses.grad, {}));
  }
  return true;
}

// Those with a use that no gradient reached.
void Engine::complete_leaves_left() {
  std::vector<Node*> left;
  for (const auto& [leaf, uses] : ready_.leaf_uses) {
    if (uses.grad.defined()) {
      left.push_back(leaf);
    }
  }
  std::sort(left.begin(), left.end(),
            [](const Node* a, const Node* b) { return a->number() > b->number(); });
  for (Node* leaf : left) {
    complete_leaf(*leaf, std::exchange(ready_.leaf_uses[leaf].grad, {}));
  }
}

}  // namespace retrograd
