#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/elementwise_types.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

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
          return x < C{} ? wrap<C>(bits_t<C>{} - bits_t<C>(x)) : x;
        }
      });
    case Unary::sign:
      return f(
          [](C x) { return static_cast<C>(x != x ? x : static_cast<C>((C{} < x) - (x < C{}))); });
    case Unary::square: return f([](C x) { return wrap<C>(bits_t<C>(x) * bits_t<C>(x)); });
    case Unary::relu: return f(kRelu);
    default: break;
  }
  if constexpr (std::is_floating_point_v<C>) {
    switch (op) {
      case Unary::exp: return f([](C x) { return vec::exp(x); });
      case Unary::log: return f([](C x) { return std::log(x); });
      case Unary::log1p: return f([](C x) { return std::log1p(x); });
      case Unary::sqrt: return f([](C x) { return std::sqrt(x); });
      case Unary::tanh: return f([](C x) { return vec::tanh(x); });
      case Unary::sigmoid: return f([](C x) { return vec::sigmoid(x); });
      case Unary::expm1: return f([](C x) { return std::expm1(x); });
      case Unary::log2: return f([](C x) { return std::log2(x); });
      case Unary::rsqrt: return f([](C x) { return 1 / std::sqrt(x); });
      case Unary::reciprocal: return f([](C x) { return 1 / x; });
      case Unary::sin: return f([](C x) { return std::sin(x); });
      case Unary::cos: return f([](C x) { return std::cos(x); });
      case Unary::tan: return f([](C x) { return std::tan(x); });
      case Unary::asin: return f([](C x) { return std::asin(x); });
      case Unary::acos: return f([](C x) { return std::acos(x); });
      case Unary::atan: return f([](C x) { return std::atan(x); });
      case Unary::sinh: return f([](C x) { return std::sinh(x); });
      case Unary::cosh: return f([](C x) { return std::cosh(x); });
      case Unary::erf: return f([](C x) { return std::erf(x); });
      case Unary::floor: return f([](C x) { return std::floor(x); });
      case Unary::ceil: return f([](C x) { return std::ceil(x); });
      case Unary::round: return f([](C x) { return std::nearbyint(x); });
      default: break;
    }
  }
  throw std::logic_error("unary kernel: integers are the operator's to refuse");
}

}  // namespace

Tensor unary(Unary op, const Tensor& x) {
  const detail::KernelTimer timer(x);
  if (const auto reference = reference_of(&ReferenceTable::unary)) {
    return reference(op, x);
  }
  Tensor out = empty_as(x, x.dtype());
  if (op == Unary::relu && x.dtype() == bfloat16) {
    map<BFloat16, BFloat16>(out, x, kRelu);
    return out;
  }
  detail::for_element_type(
      x.dtype(), [&]<class C>() { with_unary<C>(op, [&](auto f) { map<C, C>(out, x, f); }); });
  return out;
}

}  // namespace retrograd::kernels
