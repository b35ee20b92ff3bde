// Told of every module call in this thread while it is alive. Internal.
#pragma once

#include <utility>
#include <vector>

#include <retrograd/nn/module.h>

namespace retrograd::nn {

class CallObserver {
 public:
  CallObserver() noexcept : previous_(std::exchange(innermost_, this)) {}
  virtual ~CallObserver() { innermost_ = previous_; }
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;

  virtual void called(Module& module, const std::vector<Tensor>& inputs, const Tensor& output) = 0;

  static CallObserver* current() noexcept { return innermost_; }

 private:
  // Every module's call reads it; only the library does, which finds it without a call.
#if defined(__GNUC__) && defined(__ELF__)
  [[gnu::tls_model("initial-exec")]]
#endif
  static inline constinit thread_local CallObserver* innermost_ = nullptr;
  CallObserver* previous_;
};

}  // namespace retrograd::nn
