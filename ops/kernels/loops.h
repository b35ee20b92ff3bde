// Loops over the elements of one to four operands.
#pragma once

#include <array>
#include <cstdint>

#include <retrograd/tensor/detail/parallel.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

using detail::kGrain;
using detail::parallel_ranges;

// Whether one flat loop visits the elements of all operands together.
inline bool is_flat(const Tensor& a) {
  return a.impl().dense;
}
template <class... Rest>
bool is_flat(const Tensor& a, const Rest&... rest) {
  return a.impl().dense && ((rest.impl().dense && rest.strides() == a.strides()) && ...);
}

// A fresh tensor with the layout of `model` if that has no gaps, else row-major.
inline Tensor empty_as(const Tensor& model, DType dtype) {
  return model.impl().dense ? empty_strided(model.shape(), model.strides(), dtype)
                            : empty_tensor(model.shape(), dtype);
}

// out = f(a) for every element; the C++ types fit the dtypes.
template <class Out, class A, class F>
void map(const Tensor& out, const Tensor& a, F&& f) {
  Out* const o = out.raw<Out>();
  const A* const x = a.raw<A>();
  if (is_flat(out, a)) {
    parallel_ranges(out.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        o[i] = f(x[i]);
      }
    });
    return;
  }
  detail::for_each_run<2>(out.shape(), {&out.strides(), &a.strides()},
                          [&](const auto& at, std::int64_t n, const auto& step) {
                            Out* const op = o + at[0];
                            const A* const xp = x + at[1];
                            for (std::int64_t i = 0; i < n; ++i) {
                              op[i * step[0]] = f(xp[i * step[1]]);
                            }
                          });
}

// out = f(a, b).
template <class Out, class A, class B, class F>
void map(const Tensor& out, const Tensor& a, const Tensor& b, F&& f) {
  Out* const o = out.raw<Out>();
  const A* const x = a.raw<A>();
  const B* const y = b.raw<B>();
  if (is_flat(out, a, b)) {
    parallel_ranges(out.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        o[i] = f(x[i], y[i]);
      }
    });
    return;
  }
  detail::for_each_run<3>(out.shape(), {&out.strides(), &a.strides(), &b.strides()},
                          [&](const auto& at, std::int64_t n, const auto& step) {
                            Out* const op = o + at[0];
                            const A* const xp = x + at[1];
                            const B* const yp = y + at[2];
                            if (step[0] == 1 && step[1] == 1 && step[2] == 1) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i] = f(xp[i], yp[i]);
                              }
                            } else if (step[0] == 1 && step[1] == 1 && step[2] == 0) {
                              const B value = *yp;
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i] = f(xp[i], value);
                              }
                            } else {
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i * step[0]] = f(xp[i * step[1]], yp[i * step[2]]);
                              }
                            }
                          });
}

// out = f(a, b, c).
template <class Out, class A, class B, class C, class F>
void map(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& c, F&& f) {
  Out* const o = out.raw<Out>();
  const A* const x = a.raw<A>();
  const B* const y = b.raw<B>();
  const C* const z = c.raw<C>();
  detail::for_each_run<4>(out.shape(), {&out.strides(), &a.strides(), &b.strides(), &c.strides()},
                          [&](const auto& at, std::int64_t n, const auto& step) {
                            Out* const op = o + at[0];
                            const A* const xp = x + at[1];
                            const B* const yp = y + at[2];
                            const C* const zp = z + at[3];
                            const bool unit = step[0] == 1 && step[1] == 1;
                            if (unit && step[2] == 1 && step[3] == 1) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i] = f(xp[i], yp[i], zp[i]);
                              }
                            } else if (unit && step[2] == 1 && step[3] == 0) {
                              const C last = *zp;
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i] = f(xp[i], yp[i], last);
                              }
                            } else if (unit && step[2] == 0 && step[3] == 1) {
                              const B middle = *yp;
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i] = f(xp[i], middle, zp[i]);
                              }
                            } else {
                              for (std::int64_t i = 0; i < n; ++i) {
                                op[i * step[0]] =
                                    f(xp[i * step[1]], yp[i * step[2]], zp[i * step[3]]);
                              }
                            }
                          });
}

}  // namespace retrograd::kernels
