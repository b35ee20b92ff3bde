#include <retrograd/autograd/grad_mode.h>

namespace retrograd {

namespace {
thread_local bool enabled_here = true;
}

bool grad_enabled() noexcept {
  return enabled_here;
}

namespace detail {
void set_grad_enabled(bool enabled) noexcept {
  enabled_here = enabled;
}
}  // namespace detail

}  // namespace retrograd
