// The hooks of one module, and the gradients they wait for. Internal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>

namespace retrograd::nn::detail {

template <class Hook>
class HookList {
 public:
  bool empty() const noexcept { return hooks_.empty(); }
  std::uint64_t add(std::uint64_t id, Hook hook) {
    hooks_.emplace_back(id, std::make_shared<const Hook>(std::move(hook)));
    return id;
  }
  void remove(std::uint64_t id) {
    std::erase_if(hooks_, [&](const auto& entry) { return entry.first == id; });
  }
  // Calls f(hook) for all hooks of now, in order, without those that are removed meanwhile.
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

class ModuleHooks {
 public:
  explicit ModuleHooks(Module* module) noexcept : owner(module) {}

  bool empty() const noexcept;
  void remove(std::uint64_t id);

  // Sets aside the gradient of the output of call `call`, until its input's is there.
  void put(std::uint64_t call, Tensor grad_output);
  // What was set aside, or an undefined tensor.
  Tensor take(std::uint64_t call);

  // Runs the backward hooks, and gives back the gradient of the input that they leave.
  Tensor run_backward(const Tensor& grad_input, const Tensor& grad_output, Where where) const;

  Module* owner;  // null when it is gone
  std::uint64_t next_id = 0;
  HookList<ForwardPreHook> forward_pre;
  HookList<ForwardHook> forward;
  HookList<BackwardHook> backward;

 private:
  // The tape only knows the calls' numbers: a recorded gradient leads to the tape again, and must
  // not be kept alive by it.
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Tensor> waiting_;
};

}  // namespace retrograd::nn::detail
