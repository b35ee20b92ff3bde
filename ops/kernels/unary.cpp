#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

namespace {

// Calls f with the function of one element for `op`; C is the type computed in.
template <class C, class F>
void with_unary(Unary op, F&& f) {
  switch (op) {
    case Unary::neg:
      return f([](C x) {
        if constexpr (std::is_floating_point_v<C>) {
          return -x;
        } else {
          return wrap<C>(bits_t<C>{} - bits_t<C>(x));
        }
      });
    case Unary::abs:
      return f([](C x) {
        if constexpr (std::is_floating_point_v<C>) {
          return std::fabs(x);
        } else {
          return static_cast<C>(x < C{} ? -x : x);
        }
      });
    case Unary::sign:
      return f(
          [](C x) { return static_cast<C>(x != x ? x : static_cast<C>((C{} < x) - (x < C{}))); });
    case Unary::square: return f([](C x) { return wrap<C>(bits_t<C>(x) * bits_t<C>(x)); });
    case Unary::relu: return f([](C x) { return x <= C{} ? C{} : x; });  // NaN stays
    default: break;
  }
  if constexpr (std::is_floating_point_v<C>) {
    switch (op) {
      case Unary::exp: return f([](C x) { return std::exp(x); });
      case Unary::log: return f([](C x) { return std::log(x); });
      case Unary::log1p: return f([](C x) { return std::log1p(x); });
      case Unary::sqrt: return f([](C x) { return std::sqrt(x); });
      case Unary::tanh: return f([](C x) { return std::tanh(x); });
      case Unary::sigmoid:
        return f([](C x) {
          // exp of a negative number only, so that nothing overflows
          const C e = std::exp(-std::fabs(x));
          return x >= C{} ? 1 / (1 + e) : (x != x ? x : e / (1 + e));
        });
      default: break;
    }
  }
  throw std::logic_error("unary kernel: integers are the operator's to refuse");
}

}  // namespace

Tensor unary(Unary op, const Tensor& x) {
  Tensor out = empty_as(x, x.dtype());
  for_dtype(x.dtype(), [&]<class T>() {
    using C = arithmetic_t<T>;
    with_unary<C>(op, [&](auto f) {
      map<T, T>(out, x, [f](T value) { return convert<T>(f(static_cast<C>(value))); });
    });
  });
  return out;
}

}  // namespace retrograd::kernels
