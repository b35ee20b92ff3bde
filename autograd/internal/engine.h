// The backward pass. Internal: users call backward() and grad().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// Nodes that have a gradient waiting, newest first. A node comes out once: every node that uses its
// output is newer, so by then its gradient is complete. The roots of the pass keep all of them
// alive.
class ReadyNodes {
 public:
  struct Entry {
    Node* node = nullptr;
    Tensor grad;
  };

  bool empty() const noexcept { return order_.empty(); }
  void add(Node* node, Tensor grad);
  Entry pop_newest();
  // Calls f(node) for each, in no order.
  template <class F>
  void for_each(F&& f) const {
    for (const auto& [number, at] : order_) {
      f(entries_[at].node);
    }
  }
  // The node's gradient so far; null where it has none.
  Tensor* waiting(const Node* node) noexcept;
  // That of any node, also of a leaf with hooks.
  Tensor* sum_of(Node* node) noexcept;

  // A leaf with hooks is complete after its last use, long before the pass comes to it: leaves are
  // older than all operators.
  struct LeafUses {
    std::size_t left = 0;  // that the pass has not been through
    Tensor grad{};
  };
  std::unordered_map<Node*, LeafUses> leaf_uses{};

 private:
  const std::uint32_t* find(const Node* node) const noexcept;

  static constexpr std::size_t kScan = 16;  // up to here, looking through all is fastest
  std::vector<Entry> entries_;              // in no order; those in free_ are empty
  std::vector<std::uint32_t> free_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order_;  // a heap of (number, entry)
  std::unordered_map<const Node*, std::uint32_t> index_;        // used when there are many
  bool indexed_ = false;
};

class Engine {
 public:
  Engine(bool retain_graph, bool create_graph) noexcept
      : retain_graph_(retain_graph || create_graph), create_graph_(create_graph) {}

  // Gives back, instead of accumulating into leaves, the gradients of these nodes.
  void capture(const std::vector<NodePtr>& targets, const std::vector<NodePtr>& roots);
  // Whether a gradient can flow from the roots to target i.
  bool reaches(std::size_t i) const { return reached_[i]; }
  // The caller keeps the node alive until run() is over.
  void seed(Node& node, Tensor grad) { ready_.add(&node, std::move(grad)); }
  void run();

  // What was captured for target i; undefined when no gradient reached it.
  Tensor captured(std::size_t i) const { return captured_[i]; }

 private:
  struct Wanted {
    bool on_the_way = false;             // leads to a target
    std::vector<std::size_t> targets{};  // is these targets
  };

  Tensor after_hooks(Node& node, Tensor grad) const;
  void visit(detail::OperatorNode& node, Tensor grad);
  void complete_leaf(Node& leaf, Tensor grad) const;
  void accumulate_leaf(Node& leaf, Tensor grad) const;
  void count_leaf_uses();
  bool add_to_leaf(Node* leaf, Tensor& grad);
  void complete_leaves_left();
  const Wanted* wanted(const Node* node) const;

  bool retain_graph_;
  bool create_graph_;
  bool capturing_ = false;
  ReadyNodes ready_;
  std::unordered_map<const Node*, Wanted> wanted_;
  std::vector<Tensor> captured_;
  std::vector<bool> reached_;  // by target
};

namespace detail {
// Throws the GraphError of a node whose saved tensors are gone.
[[noreturn]] void fail_freed(const Node& node);
}  // namespace detail

}  // namespace retrograd
