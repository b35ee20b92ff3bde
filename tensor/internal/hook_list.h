// Functions that are called in order until they are removed. Internal.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

template <class Hook>
class HookList {
 public:
  bool empty() const noexcept { return hooks_.empty(); }
  // Each id is given once.
  std::uint64_t add(std::uint64_t id, Hook hook) {
    hooks_.emplace_back(id, std::make_shared<const Hook>(std::move(hook)));
    return id;
  }
  void remove(std::uint64_t id) {
    std::erase_if(hooks_, [&](const auto& entry) { return entry.first == id; });
  }
  // Calls f(hook) in order for the hooks that are there now, except those removed meanwhile. The
  // list itself must outlive the call.
  template <class F>
  void for_each(F&& f) const {
    const auto all = hooks_;
    for (const auto& [id, hook] : all) {
      if (std::find_if(hooks_.begin(), hooks_.end(), [wanted = id](const auto& entry) {
            return entry.first == wanted;
          }) != hooks_.end()) {
        f(*hook);
      }
    }
  }

 private:
  std::vector<std::pair<std::uint64_t, std::shared_ptr<const Hook>>> hooks_;
};

// The number of leaves with hooks that run when their gradient is complete.
inline std::atomic<int> hooked_leaves{0};

// The hooks of a tensor; a number is given once.
struct TensorHooks {
  TensorHooks() = default;
  ~TensorHooks() {
    if (!accumulated.empty()) {
      --hooked_leaves;
    }
  }
  TensorHooks(const TensorHooks&) = delete;
  TensorHooks& operator=(const TensorHooks&) = delete;

  int next = 0;
  HookList<Tensor::Hook> list;
  HookList<Tensor::PostAccumulateGradHook> accumulated;
  Tensor leaf;  // those are called with: without the node, which has these hooks
};

}  // namespace retrograd::detail
