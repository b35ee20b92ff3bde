#include <retrograd/tensor/internal/kernel_timer.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <new>

#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

using Clock = std::chrono::steady_clock;

std::atomic<bool> KernelTimer::reporting{false};

struct KernelTimer::Running {
  const char* kernel;
  const Tensor& a;
  const Tensor& b;
  Running* outer;
  std::string implementation = {};
  Clock::duration in_others = {};
  Clock::time_point start = Clock::now();
};

namespace {

struct Notes {
  std::mutex mutex;
  KernelCosts costs;
};
Notes& notes() {
  static Notes instance;
  return instance;
}

thread_local KernelTimer::Running* innermost = nullptr;

}  // namespace

void KernelTimer::start(const char* kernel, const Tensor& a, const Tensor& b) {
  const Frame* const call = Frame::current();
  if (kernel == nullptr) {
    kernel = call != nullptr ? call->name() : "kernel";
  }
  running_ = new Running{.kernel = kernel, .a = a, .b = b, .outer = innermost};
  innermost = running_;
}

void KernelTimer::finish() noexcept {
  const Clock::duration elapsed = Clock::now() - running_->start;
  const std::unique_ptr<Running> done(running_);
  innermost = done->outer;
  if (done->outer != nullptr) {
    done->outer->in_others += elapsed;
  }
  try {
    std::string shapes = to_string(done->a.shape());
    if (&done->b != &done->a && done->b.defined()) {
      shapes += ' ' + to_string(done->b.shape());
    }
    const KernelKey key{done->kernel, shapes, done->a.dtype(),
                        done->implementation.empty() ? "loops" : done->implementation};
    const std::scoped_lock lock(notes().mutex);
    KernelCost& cost = notes().costs[key];
    ++cost.calls;
    cost.seconds += std::chrono::duration<double>(elapsed - done->in_others).count();
  } catch (const std::bad_alloc&) {  // a report that lacks a line is better than no result
  }
}

void kernel_uses(const char* implementation) {
  if (innermost != nullptr && innermost->implementation.empty()) {
    innermost->implementation = implementation;
  }
}

KernelCosts kernel_costs() {
  const std::scoped_lock lock(notes().mutex);
  return notes().costs;
}

void forget_kernel_costs() {
  const std::scoped_lock lock(notes().mutex);
  notes().costs.clear();
}

}  // namespace retrograd::detail
