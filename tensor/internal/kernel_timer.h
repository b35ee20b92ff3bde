// What kernels tell the kernel report (ops/kernel_report.h). Internal.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

inline constexpr const char* kReference = "reference";

// Times a kernel to the end of the scope, without the kernels that it calls, if a report is made.
class KernelTimer {
 public:
  // The tensors are read for their shapes when the scope ends; b may be undefined.
  KernelTimer(const char* kernel, const Tensor& a) : KernelTimer(kernel, a, a) {}
  // By the name of the operator that runs.
  explicit KernelTimer(const Tensor& a) : KernelTimer(nullptr, a, a) {}
  KernelTimer(const Tensor& a, const Tensor& b) : KernelTimer(nullptr, a, b) {}
  KernelTimer(const char* kernel, const Tensor& a, const Tensor& b) {
    if (reporting.load(std::memory_order_relaxed)) {
      start(kernel, a, b);
    }
  }
  ~KernelTimer() {
    if (running_ != nullptr) {
      finish();
    }
  }
  KernelTimer(const KernelTimer&) = delete;
  KernelTimer& operator=(const KernelTimer&) = delete;

  // While it is set, timers run, in every thread.
  static std::atomic<bool> reporting;

  struct Running;

 private:
  void start(const char* kernel, const Tensor& a, const Tensor& b);
  void finish() noexcept;

  Running* running_ = nullptr;
};

// Names what computes in this thread's innermost timer; the first name counts. Without one it is
// "loops".
void kernel_uses(const char* implementation);

// By kernel, shapes, dtype and implementation.
using KernelKey = std::tuple<std::string, std::string, DType, std::string>;
struct KernelCost {
  std::int64_t calls = 0;
  double seconds = 0;
};
using KernelCosts = std::map<KernelKey, KernelCost>;
KernelCosts kernel_costs();
void forget_kernel_costs();

}  // namespace retrograd::detail
