// Backward passes that run inside others. Internal.
#pragma once

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
};

}  // namespace retrograd::detail
