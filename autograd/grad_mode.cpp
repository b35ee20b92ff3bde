#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/internal/hot_tls.h>

namespace retrograd {

namespace {
RETROGRAD_HOT_TLS thread_local detail::RecordMode mode_here;
}

bool grad_enabled() noexcept {
  return mode_here.grad;
}

namespace detail {

RecordMode record_mode() noexcept {
  return mode_here;
}

void set_grad_enabled(bool enabled) noexcept {
  mode_here.grad = enabled;
}

void set_detect_anomaly(bool enabled) noexcept {
  mode_here.detect_anomaly = enabled;
}

}  // namespace detail

}  // namespace retrograd
