#include <retrograd/tensor/loops/convert.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::detail {

namespace {

// Autocast converts between these two at every step.
template <class To, class From>
inline constexpr bool kFrequent = (std::is_same_v<To, BFloat16> && std::is_same_v<From, float>) ||
                                  (std::is_same_v<To, float> && std::is_same_v<From, BFloat16>);

template <class To, class From>
void convert_values(To* to, std::int64_t to_step, const From* from, std::int64_t from_step,
                    std::int64_t n) {
  if (to_step == 1 && from_step == 1) {
    const auto all = [=] {
      for (std::int64_t i = 0; i < n; ++i) {
        to[i] = convert<To>(from[i]);
      }
    };
    if constexpr (kFrequent<To, From>) {
      vectorised_wide(all);
    } else {
      all();
    }
    return;
  }
  if (to_step == 1 && from_step == 0) {
    std::fill_n(to, n, convert<To>(*from));
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    to[i * to_step] = convert<To>(from[i * from_step]);
  }
}

}  // namespace

void convert_run(Run to, ConstRun from, std::int64_t n) {
  if (to.dtype == from.dtype && to.step == 1 && from.step == 1) {
    std::memcpy(to.at, from.at, static_cast<std::size_t>(n) * item_size(to.dtype));
    return;
  }
  for_dtype(to.dtype, [&]<class To>() {
    for_dtype(from.dtype, [&]<class From>() {
      convert_values(static_cast<To*>(to.at), to.step, static_cast<const From*>(from.at), from.step,
                     n);
    });
  });
}

}  // namespace retrograd::detail
