#include <retrograd/ops/kernels/choice.h>

namespace retrograd::kernels {

Choice& choice() noexcept {
  thread_local Choice instance;
  return instance;
}

}  // namespace retrograd::kernels
