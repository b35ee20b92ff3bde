#include <algorithm>

#include <retrograd/autograd/detail/accumulate.h>
#include <retrograd/autograd/detail/engine.h>

namespace retrograd {

void ReadyNodes::add(const NodePtr& node, Tensor grad) {
  if (const std::uint32_t* at = find(node.get())) {
    Entry& entry = entries_[*at];
    entry.grad = detail::accumulate(std::move(entry.grad), grad);
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
    index_.emplace(node.get(), at);
  } else if (order_.size() > kScan) {
    for (const auto& [number, entry] : order_) {
      index_.emplace(entries_[entry].node.get(), entry);
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
    index_.erase(entries_[at].node.get());
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

}  // namespace retrograd
