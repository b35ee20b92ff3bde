// A recorded operator. Internal.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <retrograd/autograd/node.h>
#include <retrograd/autograd/record.h>
#include <retrograd/tensor/internal/inline_array.h>

namespace retrograd::detail {

class OperatorNode final : public Node {
 public:
  // Takes the record's backward function out of it.
  explicit OperatorNode(Record& record);

  std::span<const NodePtr> inputs() const noexcept override {
    return {inputs_.data(), inputs_.size()};
  }
  std::span<const SavedTensor> saved() const noexcept override {
    return {saved_.data(), saved_.size()};
  }
  bool freed() const noexcept override {
    return (saved_use_.load(std::memory_order_acquire) & kFreed) != 0;
  }

  // Claims the saved tensors for a backward pass in this thread, which keeps or frees them. Throws
  // GraphError when they were freed, or another pass is about to free them.
  void begin_use(bool keep);
  // Ends that claim. Frees the saved tensors for a pass that frees and is `done`, as soon as no
  // other pass reads them.
  void end_use(bool keep, bool done) noexcept;

 private:
  friend class retrograd::Backward;
  friend class ReplacedSaved;
  friend Gradients call_backward(const Node& node, const Tensor& grad, const bool* needed,
                                 ReadyNodes* ready);

  void free_saved() noexcept;

  // In saved_use_, beside the number of passes that read the saved tensors and keep them:
  static constexpr std::uint32_t kFreeing = 1U << 31;  // a pass reads them that will free them
  static constexpr std::uint32_t kUnread = 1U << 30;   // that pass is done, others still read
  static constexpr std::uint32_t kFreed = 1U << 29;

  std::atomic<std::uint32_t> saved_use_{0};
  InlineArray<NodePtr, 3> inputs_;
  InlineArray<SavedTensor, 3> saved_;
  BackwardFunction backward_;
};

}  // namespace retrograd::detail
