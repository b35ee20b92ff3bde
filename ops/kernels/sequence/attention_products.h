// Which products attention's blocks take. Internal.
#pragma once

#include <type_traits>

#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/sequence/attention_plain.h>
#include <retrograd/ops/kernels/sequence/attention_tiles.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels::attending {

// Calls f.operator()<T, Products>().
template <class F>
void for_products(DType dtype, [[maybe_unused]] const Sizes& sizes, F&& f) {
  for_floating(dtype, [&]<class T>() {
#if RETROGRAD_INSTRUCTIONS
    if constexpr (std::is_same_v<T, BFloat16>) {
      constexpr int64_t kLeastWork = 1 << 13;  // below, tiles would be filled with zeros
      if (detail::fast_tiles() && kernel_state().may_use_direct() && sizes.work() >= kLeastWork) {
        detail::kernel_uses("AMX");
        return f.template operator()<T, Tiled>();
      }
    }
#endif
    return f.template operator()<T, Plain<T>>();
  });
}

}  // namespace retrograd::kernels::attending
