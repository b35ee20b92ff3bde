/// @file
/// Nodes of the tape in a backward pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/autograd/record.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/node.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Runs the node's backward function on a gradient of its output. Returns one gradient for each
// input, undefined for zero or if needed[i] is false (null: all are needed). Frees no saved tensor
// and runs no hook. The function may write to `grad` if the caller has its only handle, and to the
// gradients that wait in `ready`. Throws GraphError if the node was freed, or if the count, shape
// or dtype of a gradient is wrong.
Gradients call_backward(const Node& node, const Tensor& grad, const bool* needed,
                        ReadyNodes* ready = nullptr);

// Returns `root` and all nodes that lead to it, oldest first.
std::vector<Node*> nodes_before(Node* root);

// Returns the node that a tensor's gradient flows to, or null. A view whose base was written to in
// place gets a new one here. Several threads may call it at once.
RETROGRAD_API NodePtr grad_node(const Tensor& tensor);

// Returns a new handle with the values and history of `tensor`.
RETROGRAD_API Tensor alias(const Tensor& tensor, NodePtr node);

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
  SavedTensor& saved_;
  SavedTensor original_;
};

// Called with each operator's name when it is recorded; for the test that every operator is tested.
using RecordObserver = void (*)(const char* op);
RETROGRAD_API void set_record_observer(RecordObserver observer) noexcept;

}  // namespace retrograd::detail
