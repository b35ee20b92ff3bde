// The hooks of one module, and the gradients they wait for. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

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

  // Sets gradient i of a list aside.
  void put(std::uint64_t list, std::size_t i, Tensor grad);
  void put(std::uint64_t list, Tensors grads);
  // What was set aside.
  Tensors take(std::uint64_t list);

  // Runs the backward hooks, and gives back the gradients of the inputs that they leave.
  Tensors run_backward(const Tensors& grad_inputs, const Tensors& grad_outputs) const;

  Module* owner;  // null when it is gone
  std::uint64_t next_id = 0;
  HookList<PreHook> forward_pre;
  HookList<Hook> forward;
  HookList<Hook> backward;

 private:
  // The tape only knows the lists' numbers: a recorded gradient leads to the tape again, and must
  // not be kept alive by it.
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Tensors> waiting_;
};

// One call of a module with backward hooks; lives as long as the tape of the call.
class WatchedCall : public std::enable_shared_from_this<WatchedCall> {
 public:
  explicit WatchedCall(std::weak_ptr<ModuleHooks> hooks) noexcept;
  ~WatchedCall();
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;

  // Puts nodes around the call, by which the gradients come.
  void watch_inputs(const std::vector<Tensor*>& inputs);
  void watch_outputs(const std::vector<Tensor*>& outputs);

 private:
  // What is set aside.
  enum class List : std::uint8_t { inputs, outputs, all_outputs, count };

  bool gate(const char* op, const std::vector<Tensor*>& all, List list);
  Tensor behind(const char* op, const Tensor& x, const Tensor& token, List list, std::size_t i);
  Tensors arrived(List list, const Tensor& came) const;
  std::uint64_t number(List list) const noexcept {
    return number_ + static_cast<std::uint64_t>(list);
  }

  std::weak_ptr<ModuleHooks> hooks_;
  std::uint64_t number_;
  std::size_t input_count_ = 0;
  bool input_is_recorded_ = false;
};

}  // namespace retrograd::nn::detail
