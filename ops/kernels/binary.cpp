#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/report.h>

namespace retrograd::kernels {

namespace {

const char* name_of(Binary op) {
  constexpr const char* names[] = {"add", "sub", "mul", "div", "pow", "maximum", "minimum"};
  return names[static_cast<int>(op)];
}

template <class C>
C larger(C a, C b) {
  return a != a || a > b ? a : b;
}

template <class C>
C power(C base, C exponent) {
  if constexpr (std::is_floating_point_v<C>) {
    return std::pow(base, exponent);
  } else {
    if (exponent < C{}) {
      // As PyTorch on integers: 1 over a larger number is 0.
      return base == C{1}
                 ? C{1}
                 : (base == static_cast<C>(-1) ? static_cast<C>(exponent % 2 == 0 ? 1 : -1) : C{0});
    }
    C result{1};
    for (; exponent > C{}; exponent = static_cast<C>(exponent / 2)) {
      if (exponent % 2 != 0) {
        result = static_cast<C>(result * base);
      }
      base = static_cast<C>(base * base);
    }
    return result;
  }
}

template <class C, class F>
void with_binary(Binary op, F&& f) {
  switch (op) {
    case Binary::add: return f([](C a, C b) { return wrap<C>(bits_t<C>(a) + bits_t<C>(b)); });
    case Binary::sub: return f([](C a, C b) { return wrap<C>(bits_t<C>(a) - bits_t<C>(b)); });
    case Binary::mul: return f([](C a, C b) { return wrap<C>(bits_t<C>(a) * bits_t<C>(b)); });
    case Binary::pow: return f([](C a, C b) { return power<C>(a, b); });
    case Binary::maximum: return f([](C a, C b) { return larger<C>(a, b); });
    case Binary::minimum: return f([](C a, C b) { return a != a || a < b ? a : b; });
    case Binary::div:
      if constexpr (std::is_floating_point_v<C>) {
        return f([](C a, C b) { return a / b; });
      }
  }
  throw std::logic_error("binary kernel: integers are divided as floating numbers");
}

void binary_into(Binary op, const Tensor& out, const Tensor& a, const Tensor& b) {
  for_dtype(out.dtype(), [&]<class T>() {
    using C = arithmetic_t<T>;
    with_binary<C>(op, [&](auto f) {
      map<T, T, T>(out, a, b,
                   [f](T x, T y) { return convert<T>(f(static_cast<C>(x), static_cast<C>(y))); });
    });
  });
}

void binary_into(Binary op, const Tensor& out, const Tensor& a, Scalar b) {
  for_dtype(out.dtype(), [&]<class T>() {
    using C = arithmetic_t<T>;
    const C y = b.to<C>();
    with_binary<C>(op, [&](auto f) {
      map<T, T>(out, a, [f, y](T x) { return convert<T>(f(static_cast<C>(x), y)); });
    });
  });
}

}  // namespace

Tensor binary(Binary op, const Tensor& a, const Tensor& b) {
  const KernelTimer timer(name_of(op), a, b);
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  binary_into(op, out, a, b);
  return out;
}

Tensor binary(Binary op, const Tensor& a, Scalar b) {
  const KernelTimer timer(name_of(op), a);
  Tensor out = empty_as(a, a.dtype());
  binary_into(op, out, a, b);
  return out;
}

Tensor binary(Binary op, Scalar a, const Tensor& b) {
  const KernelTimer timer(name_of(op), b);
  Tensor out = empty_as(b, b.dtype());
  for_dtype(b.dtype(), [&]<class T>() {
    using C = arithmetic_t<T>;
    const C x = a.to<C>();
    with_binary<C>(op, [&](auto f) {
      map<T, T>(out, b, [f, x](T y) { return convert<T>(f(x, static_cast<C>(y))); });
    });
  });
  return out;
}

void binary_in_place(Binary op, const Tensor& a, const Tensor& b) {
  const KernelTimer timer(name_of(op), a, b);
  binary_into(op, a, a, b);
}
void binary_in_place(Binary op, const Tensor& a, Scalar b) {
  const KernelTimer timer(name_of(op), a);
  binary_into(op, a, a, b);
}

Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) {
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  for_floating(out.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    map<T, T, T, T>(out, a, b, weight, [](T from, T to, T at) {
      const C x = static_cast<C>(from);
      const C y = static_cast<C>(to);
      const C w = static_cast<C>(at);
      return convert<T>(w < C{0.5} ? x + w * (y - x) : y - (y - x) * (1 - w));
    });
  });
  return out;
}

}  // namespace retrograd::kernels
