// The hooks of one module, and the gradients they wait for. Internal.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/internal/hook_list.h>

namespace retrograd::nn::detail {

using retrograd::detail::HookList;

class ModuleHooks {
 public:
  explicit ModuleHooks(Module* module) noexcept : owner(module) {}

  bool empty() const noexcept { return forward_pre.empty() && forward.empty() && backward.empty(); }
  void remove(std::uint64_t id) {
    forward_pre.remove(id);
    forward.remove(id);
    backward.remove(id);
  }

  // Sets aside the gradient of the output of call `call`, until its input's is there.
  void put(std::uint64_t call, Tensor grad_output);
  // What was set aside, or an undefined tensor.
  Tensor take(std::uint64_t call);

  // Runs the backward hooks, and gives back the gradient of the input that they leave.
  Tensor run_backward(const Tensor& grad_input, const Tensor& grad_output) const;

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
