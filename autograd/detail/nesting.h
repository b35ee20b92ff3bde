// Backward passes that run inside others. Internal.
#pragma once

#include <functional>
#include <vector>

#include <retrograd/tensor/where.h>

namespace retrograd::detail {

// While one is alive, a backward pass runs in this thread; a hook or a backward function that
// starts another one nests it. Throws GraphError, naming the depth, when a nested pass would find
// less than 64 KiB of the thread's stack, or 1,000 passes where the stack's end is not known.
class NestedPass {
 public:
  NestedPass(const char* op, Where where);
  ~NestedPass();
  NestedPass(const NestedPass&) = delete;
  NestedPass& operator=(const NestedPass&) = delete;

  // Runs what was queued, if this pass is inside no other. An exception drops the rest.
  void run_callbacks();
  // The pass of this thread that is inside no other, or null.
  static NestedPass* outermost() noexcept;
  void queue(std::function<void()> callback) { callbacks_.push_back(std::move(callback)); }

 private:
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace retrograd::detail
