#include <retrograd/autograd/detail/nesting.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#if defined(__linux__)
#include <pthread.h>
#endif

#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/hot_tls.h>

namespace retrograd::detail {

namespace {

constexpr std::uintptr_t kLeastLeft = std::uintptr_t{64} * 1024;
constexpr int kMostUnmeasured = 1000;

RETROGRAD_HOT_TLS thread_local int depth = 0;
RETROGRAD_HOT_TLS thread_local NestedPass* first_pass = nullptr;

// The addresses of a thread's stack; both 0 where they are not known.
struct Stack {
  std::uintptr_t lowest = 0;
  std::uintptr_t end = 0;
};

Stack find_stack() noexcept {
  Stack stack;
#if defined(__linux__)
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* lowest = nullptr;
    std::size_t bytes = 0;
    if (pthread_attr_getstack(&attributes, &lowest, &bytes) == 0) {
      stack.lowest = reinterpret_cast<std::uintptr_t>(lowest);
      stack.end = stack.lowest + bytes;
    }
    pthread_attr_destroy(&attributes);
  }
#endif
  return stack;
}

bool has_no_room() noexcept {
  thread_local const Stack stack = find_stack();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  // A coroutine's stack is none of the thread's.
  const bool measured = stack.lowest < here && here < stack.end;
  return measured ? here - stack.lowest < kLeastLeft : depth >= kMostUnmeasured;
}

}  // namespace

NestedPass::NestedPass(const char* op, Where where) {
  if (depth > 0 && has_no_room()) {
    check::refuse<GraphError>(
        {op, where}, {},
        "backward passes are nested {} deep: each runs inside a hook or a backward function of the "
        "one before; another would overflow this thread's stack [nesting-too-deep]",
        depth);
  }
  if (depth++ == 0) {
    first_pass = this;
  }
}

NestedPass::~NestedPass() {
  if (--depth == 0) {
    first_pass = nullptr;
  }
}

NestedPass* NestedPass::outermost() noexcept {
  return first_pass;
}

void NestedPass::run_callbacks() {
  if (first_pass != this) {
    return;
  }
  for (std::size_t i = 0; i < callbacks_.size(); ++i) {  // a callback may queue another
    const std::function<void()> callback = std::move(callbacks_[i]);
    callback();
  }
  callbacks_.clear();
}

}  // namespace retrograd::detail
