#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/elementwise_types.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/light.h>

namespace retrograd::kernels {

namespace {

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

// a - b trunc(a / b), with the sign of a.
template <class C>
C left_over(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) {
    return std::fmod(a, b);
  } else {
    // The least number % -1 overflows.
    return std::is_signed_v<C> && b == static_cast<C>(-1) ? C{0} : static_cast<C>(a % b);
  }
}

// a - b floor(a / b), with the sign of b.
template <class C>
C left_over_below(C a, C b) {
  const C left = left_over(a, b);
  return left != C{} && (left < C{}) != (b < C{}) ? static_cast<C>(left + b) : left;
}

// floor(a / b), where a quotient just below a whole number must not be rounded up to it.
template <class C>
C rounded_down(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) {
    if (b == C{0}) {
      return a / b;
    }
    const C left = left_over(a, b);
    const bool below = left != C{0} && (left < C{0}) != (b < C{0});
    const C whole = std::round((a - left) / b) - static_cast<C>(below);
    return whole == C{0} ? std::copysign(C{0}, a / b) : whole;
  } else {
    if (std::is_signed_v<C> && b == static_cast<C>(-1)) {
      return wrap<C>(bits_t<C>(0) - bits_t<C>(a));
    }
    const C quotient = static_cast<C>(a / b);
    return a % b != C{0} && (a < C{0}) != (b < C{0}) ? static_cast<C>(quotient - 1) : quotient;
  }
}

// Apart from the others, whose code they would keep from being inlined.
template <class C, class F>
[[gnu::noinline]] void with_quotient(Binary op, F&& f) {
  switch (op) {
    case Binary::fmod: return f([](C a, C b) { return left_over<C>(a, b); });
    case Binary::remainder: return f([](C a, C b) { return left_over_below<C>(a, b); });
    default: return f([](C a, C b) { return rounded_down<C>(a, b); });
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
    case Binary::fmod:
    case Binary::remainder:
    case Binary::floor_divide: return with_quotient<C>(op, f);
    case Binary::div:
      if constexpr (std::is_floating_point_v<C>) {
        return f([](C a, C b) { return a / b; });
      }
  }
  throw std::logic_error("binary kernel: integers are divided as floating numbers");
}

// out = a op b; the number stands for an operand that is none.
void binary_into(Binary op, const Tensor& out, const Tensor* a, const Tensor* b, Scalar number) {
  detail::for_element_type(out.dtype(), [&]<class C>() {
    const C value = number.to<C>();
    const auto operand = [&](const Tensor* x) {
      return x != nullptr ? detail::reads<C>(*x) : detail::repeats(value);
    };
    with_binary<C>(op, [&](auto f) { detail::light_map<C, C, C>(out, operand(a), operand(b), f); });
  });
}

}  // namespace

Tensor binary(Binary op, const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer(a, b);
  if (const auto reference = reference_of(&ReferenceTable::binary)) {
    return reference(op, a, b);
  }
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  binary_into(op, out, &a, &b, {});
  return out;
}

Tensor binary(Binary op, const Tensor& a, Scalar b) {
  const detail::KernelTimer timer(a);
  if (const auto reference = reference_of(&ReferenceTable::binary_number)) {
    return reference(op, a, b);
  }
  Tensor out = empty_as(a, a.dtype());
  binary_into(op, out, &a, nullptr, b);
  return out;
}

Tensor binary(Binary op, Scalar a, const Tensor& b) {
  const detail::KernelTimer timer(b);
  if (const auto reference = reference_of(&ReferenceTable::number_binary)) {
    return reference(op, a, b);
  }
  Tensor out = empty_as(b, b.dtype());
  binary_into(op, out, nullptr, &b, a);
  return out;
}

void binary_in_place(Binary op, const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer(a, b);
  if (const auto reference = reference_of(&ReferenceTable::binary)) {
    return copy(a, reference(op, a, b));
  }
  binary_into(op, a, &a, &b, {});
}
void binary_in_place(Binary op, const Tensor& a, Scalar b) {
  const detail::KernelTimer timer(a);
  if (const auto reference = reference_of(&ReferenceTable::binary_number)) {
    return copy(a, reference(op, a, b));
  }
  binary_into(op, a, &a, nullptr, b);
}

Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) {
  if (const auto reference = reference_of(&ReferenceTable::lerp)) {
    return reference(a, b, weight);
  }
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  detail::for_floating_element(out.dtype(), [&]<class C>() {
    detail::light_map<C, C, C, C>(out, a, b, weight, [](C x, C y, C w) {
      return w < C{0.5} ? x + w * (y - x) : y - (y - x) * (1 - w);
    });
  });
  return out;
}

}  // namespace retrograd::kernels
