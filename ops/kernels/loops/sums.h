// Positions that many values are added into one by one. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/ops/kernels/shape/rearrange.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

// What `terms` values are added up in. Where many meet in few positions of x, float32 would lose
// digits; where x is as large as they are, a position that most of them meet in loses some.
inline DType sum_dtype(const Tensor& x, std::int64_t terms) {
  const bool many = terms >= 2 * x.numel();
  switch (x.dtype()) {
    case float32:
    case bfloat16: return many ? float64 : float32;
    default: return x.dtype();
  }
}

template <class Sum, class T>
void add_to(Sum& sum, T term) {
  if constexpr (std::is_same_v<Sum, T>) {
    sum = convert<Sum>(sum + term);
  } else {
    sum += convert<Sum>(term);
  }
}

// Adds values of out's dtype to `out`, which is row-major: f.template operator()<Sum, T>(sums,
// first) adds those that belong to the positions `first` to first + sums.shape()[dim] along dim.
// `sums` is `out`, or a copy of these positions in another dtype that is no larger than what it is
// for.
template <class F>
void add_into(const Tensor& out, std::size_t dim, std::int64_t terms, F&& f) {
  if (out.numel() == 0 || terms == 0) {
    return;
  }
  const DType dtype = sum_dtype(out, terms);
  if (dtype == out.dtype()) {
    for_dtype(dtype, [&]<class T>() { f.template operator()<T, T>(out, std::int64_t{0}); });
    return;
  }
  const std::int64_t length = out.shape()[dim];
  const auto most =
      static_cast<std::int64_t>(item_size(out.dtype())) * std::max(out.numel(), terms);
  const auto all = static_cast<std::int64_t>(item_size(dtype)) * out.numel();
  const std::int64_t parts = std::min(length, (all + most - 1) / most);
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t first = length * part / parts;
    const Tensor positions = along(out, dim, first, length * (part + 1) / parts - first);
    const Tensor sums = converted(positions, dtype);
    for_floating(out.dtype(), [&]<class T>() {
      if constexpr (std::is_same_v<T, BFloat16>) {
        if (dtype == float32) {
          f.template operator()<float, T>(sums, first);
          return;
        }
      }
      f.template operator()<double, T>(sums, first);
    });
    copy(positions, sums);
  }
}

}  // namespace retrograd::kernels
