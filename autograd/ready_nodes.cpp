#include <algorithm>

#include <retrograd/autograd/detail/operator_node.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/engine.h>

namespace retrograd {

Tensor* ReadyNodes::waiting(const Node* node) noexcept {
  const std::uint32_t* at = find(node);
  return at != nullptr ? &entries_[*at].grad : nullptr;
}

Tensor* ReadyNodes::sum_of(Node* node) noexcept {
  if (const auto found = leaf_uses.find(node); found != leaf_uses.end()) {
    return found->second.grad.defined() ? &found->second.grad : nullptr;
  }
  return waiting(node);
}

void ReadyNodes::add(Node* node, Tensor grad) {
  if (Tensor* sum = waiting(node)) {
    detail::accumulate(*sum, grad);
    return;
  }
  std::uint32_t at = 0;
  if (free_.empty()) {
    at = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({node, std::move(grad)});
  } else {
    at = free_.back();
    free_.pop_back();
    entries_[at] = {node, std::move(grad)};
  }
  order_.emplace_back(node->number(), at);
  std::push_heap(order_.begin(), order_.end());
  if (indexed_) {
    index_.emplace(node, at);
  } else if (order_.size() > kScan) {
    for (const auto& [number, entry] : order_) {
      index_.emplace(entries_[entry].node, entry);
    }
    indexed_ = true;
  }
}

ReadyNodes::Entry ReadyNodes::pop_newest() {
  std::pop_heap(order_.begin(), order_.end());
  const std::uint32_t at = order_.back().second;
  order_.pop_back();
  free_.push_back(at);
  if (indexed_) {
    index_.erase(entries_[at].node);
    indexed_ = !order_.empty();
  }
  return std::exchange(entries_[at], {});
}

const std::uint32_t* ReadyNodes::find(const Node* node) const noexcept {
  if (indexed_) {
    const auto found = index_.find(node);
    return found == index_.end() ? nullptr : &found->second;
  }
  for (const auto& [number, entry] : order_) {
    if (number == node->number()) {
      return &entry;
    }
  }
  return nullptr;
}

Tensor* detail::waiting_gradient(const Backward& b, std::size_t i) noexcept {
  if (b.ready_ == nullptr || grad_enabled()) {
    return nullptr;
  }
  Tensor* sum = b.ready_->sum_of(b.node_.inputs()[i].get());
  return sum != nullptr && owns_memory(*sum) ? sum : nullptr;
}

bool detail::may_overwrite_gradient(const Backward& b) noexcept {
  return b.ready_ != nullptr && !grad_enabled() && owns_memory(b.grad);
}

}  // namespace retrograd
