// Told of every module call in this thread while it is alive. Internal.
#pragma once

#include <vector>

#include <retrograd/nn/module.h>

namespace retrograd::nn {

class CallObserver {
 public:
  CallObserver() noexcept;
  virtual ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;

  virtual void called(Module& module, const std::vector<Tensor>& inputs, const Tensor& output) = 0;

  static CallObserver* current() noexcept;

 private:
  CallObserver* previous_;
};

}  // namespace retrograd::nn
