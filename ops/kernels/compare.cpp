#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/report.h>

namespace retrograd::kernels {

namespace {

template <class C, class F>
void with_compare(Compare op, F&& f) {
  switch (op) {
    case Compare::eq: return f([](C a, C b) { return a == b; });
    case Compare::ne: return f([](C a, C b) { return a != b; });
    case Compare::lt: return f([](C a, C b) { return a < b; });
    case Compare::le: return f([](C a, C b) { return a <= b; });
    case Compare::gt: return f([](C a, C b) { return a > b; });
    case Compare::ge: return f([](C a, C b) { return a >= b; });
  }
}

}  // namespace

Tensor compare(Compare op, const Tensor& a, const Tensor& b) {
  const KernelTimer timer("compare", a, b);
  Tensor out = empty_as(layout_model(a, b), boolean);
  for_dtype(a.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    with_compare<C>(op, [&](auto f) {
      map<bool, T, T>(out, a, b, [f](T x, T y) { return f(static_cast<C>(x), static_cast<C>(y)); });
    });
  });
  return out;
}

Tensor compare(Compare op, const Tensor& a, Scalar b) {
  const KernelTimer timer("compare", a);
  Tensor out = empty_as(a, boolean);
  for_dtype(a.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    const C y = b.to<C>();
    with_compare<C>(
        op, [&](auto f) { map<bool, T>(out, a, [f, y](T x) { return f(static_cast<C>(x), y); }); });
  });
  return out;
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const KernelTimer timer("where", a, b);
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  for_dtype(a.dtype(), [&]<class T>() {
    // GCC turns this into vector code for bytes and integers, not for bool and BFloat16.
    using V = std::conditional_t<std::is_same_v<T, BFloat16>, std::uint16_t, T>;
    map<V, std::uint8_t, V, V>(out, condition, a, b,
                               [](std::uint8_t c, V x, V y) { return c != 0 ? x : y; });
  });
  return out;
}

}  // namespace retrograd::kernels
