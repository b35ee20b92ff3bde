#include <retrograd/ops/kernels/activation/activation.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/kernels/loops/each.h>
#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

// log(1 + exp(x)), with exp of a negative number only, so that nothing overflows.
template <class C>
C log1p_exp(C x) {
  return (x > C{0} ? x : C{0}) + vec::log1p_below_1(vec::exp(-std::fabs(x)));
}

}  // namespace

Tensor logsigmoid(const Tensor& x) {
  if (const auto reference = reference_of(&ReferenceTable::logsigmoid)) {
    return reference(x);
  }
  return each(x, [](auto v) { return -log1p_exp(-v); });
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  if (const auto reference = reference_of(&ReferenceTable::softplus)) {
    return reference(x, beta, threshold);
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    const C z = v * static_cast<C>(beta);
    const C curve = log1p_exp(z) / static_cast<C>(beta);
    return z > static_cast<C>(threshold) ? v : curve;
  });
}

// Both parts are computed, and one chosen: that becomes vector code.

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  if (const auto reference = reference_of(&ReferenceTable::leaky_relu)) {
    return reference(x, negative_slope);
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    const C below = v * static_cast<C>(negative_slope);
    return v > C{0} ? v : below;
  });
}

Tensor elu(const Tensor& x, double factor, double scale, double rate) {
  if (const auto reference = reference_of(&ReferenceTable::elu)) {
    return reference(x, factor, scale, rate);
  }
  if (rate < 0) {
    return each(x, [=](auto v) {
      using C = decltype(v);
      return v > C{0} ? v * static_cast<C>(scale)
                      : static_cast<C>(factor) * std::expm1(v * static_cast<C>(rate));
    });
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    const C above = v * static_cast<C>(scale);
    const C below = vec::expm1_below_0(C{0} < v ? C{0} : v * static_cast<C>(rate));
    return v > C{0} ? above : static_cast<C>(factor) * below;
  });
}

Tensor hardtanh(const Tensor& x, double min, double max) {
  if (const auto reference = reference_of(&ReferenceTable::hardtanh)) {
    return reference(x, min, max);
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    const C low = static_cast<C>(min);
    const C high = static_cast<C>(max);
    return v < low ? low : (v > high ? high : v);  // NaN stays
  });
}

Tensor hardsigmoid(const Tensor& x) {
  if (const auto reference = reference_of(&ReferenceTable::hardsigmoid)) {
    return reference(x);
  }
  return each(x, [](auto v) {
    using C = decltype(v);
    return v <= C{-3} ? C{0} : (v >= C{3} ? C{1} : (v + 3) / 6);
  });
}

Tensor hardswish(const Tensor& x) {
  if (const auto reference = reference_of(&ReferenceTable::hardswish)) {
    return reference(x);
  }
  return each(x, [](auto v) {
    using C = decltype(v);
    const C between = v * ((v + 3) / 6);
    return v <= C{-3} ? -C{0} : (v >= C{3} ? v : between);
  });
}

Tensor softsign(const Tensor& x) {
  if (const auto reference = reference_of(&ReferenceTable::softsign)) {
    return reference(x);
  }
  return each(x, [](auto v) {
    using C = decltype(v);
    return std::isinf(v) ? std::copysign(C{1}, v) : v / (1 + std::fabs(v));
  });
}

Tensor tanhshrink(const Tensor& x) {
  if (const auto reference = reference_of(&ReferenceTable::tanhshrink)) {
    return reference(x);
  }
  return each(x, [](auto v) { return v - vec::tanh(v); });
}

Tensor softshrink(const Tensor& x, double lambd) {
  if (const auto reference = reference_of(&ReferenceTable::softshrink)) {
    return reference(x, lambd);
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    const C bound = static_cast<C>(lambd);
    // NaN compares as neither, and stays.
    return std::fabs(v) <= bound ? C{0} : (v > C{0} ? v - bound : v + bound);
  });
}

Tensor hardshrink(const Tensor& x, double lambd) {
  if (const auto reference = reference_of(&ReferenceTable::hardshrink)) {
    return reference(x, lambd);
  }
  return each(x, [=](auto v) {
    using C = decltype(v);
    return std::fabs(v) <= static_cast<C>(lambd) ? C{0} : v;
  });
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  if (const auto reference = reference_of(&ReferenceTable::prelu)) {
    return reference(x, weight);
  }
  return each(x, weight, [](auto v, auto w) { return v > 0 ? v : v * w; });
}

namespace {

constexpr auto kRelu = [](auto v) {
  using C = decltype(v);
  return v <= C{0} ? C{0} : v;  // NaN stays
};
constexpr auto kAddRelu = [](auto a, auto b) { return kRelu(a + b); };

}  // namespace

// The result has the layout of y: gradients may be expanded numbers.
Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  const detail::KernelTimer timer("relu_grad", y);
  if (const auto reference = reference_of(&ReferenceTable::relu_grad)) {
    return reference(grad, y);
  }
  return each(y, grad, [](auto v, auto g) {
    using C = decltype(v);
    return v <= C{0} ? C{0} : g;
  });
}

Tensor add_relu(const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer("add_relu", a, b);
  if (const auto reference = reference_of(&ReferenceTable::add_relu)) {
    return reference(a, b);
  }
  return each(a, b, kAddRelu);
}

void add_relu_in_place(const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer("add_relu", a, b);
  if (const auto reference = reference_of(&ReferenceTable::add_relu)) {
    return copy(a, reference(a, b));
  }
  each_into(a, a, b, kAddRelu);
}

void relu_in_place(const Tensor& x) {
  const detail::KernelTimer timer("relu", x);
  if (const auto reference = reference_of(&ReferenceTable::unary)) {
    return copy(x, reference(Unary::relu, x));
  }
  each_into(x, x, kRelu);
}

namespace {

// The limits stand for the infinities: beyond them the functions and slopes are those of a line, or
// 0. They keep infinity from meeting 0, and powers from overflowing.
template <class C>
C limited(C x, C limit) {
  return std::min(std::max(x, -limit), limit);  // in this order, NaN stays
}

struct Gelu {
  template <class C>
  static C value(C x) {
    const C lower = std::max(x, C{-40});
    return lower * C{0.5} * vec::erfc(lower * static_cast<C>(-0.70710678118654752440));
  }
  template <class C>
  static C slope(C x) {
    const C v = limited(x, C{40});
    return C{0.5} * vec::erfc(v * static_cast<C>(-0.70710678118654752440)) +
           v * static_cast<C>(0.39894228040143267794) * vec::exp(C{-0.5} * v * v);
  }
};

struct GeluTanh {
  static constexpr double kScale = 0.79788456080286535588;  // sqrt(2 / pi)
  static constexpr double kCube = 0.044715;

  template <class C>
  static C tanh_of(C v) {
    return vec::tanh(static_cast<C>(kScale) * (v + static_cast<C>(kCube) * v * v * v));
  }
  template <class C>
  static C value(C x) {
    return std::max(x, C{-40}) * C{0.5} * (1 + tanh_of(limited(x, C{40})));
  }
  template <class C>
  static C slope(C x) {
    const C v = limited(x, C{40});
    const C t = tanh_of(v);
    return C{0.5} *
           (1 + t +
            v * (1 - t * t) * static_cast<C>(kScale) * (1 + 3 * static_cast<C>(kCube) * v * v));
  }
};

struct Silu {
  template <class C>
  static C value(C x) {
    const C product = x / (1 + vec::exp(-x));
    return x < C{-800} ? -C{0} : product;
  }
  template <class C>
  static C slope(C x) {
    const C v = limited(x, C{800});
    const C e = vec::exp(-std::fabs(v));
    const C q = 1 / (1 + e);
    return (v < C{0} ? e : C{1}) * q + v * e * q * q;
  }
};

struct Mish {
  // tanh(log(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2); 1 to all digits from 20 on.
  template <class C>
  static C tanh_softplus(C v) {
    const C e = vec::exp(std::min(v, C{20}));
    const C n = e * (e + 2);
    const C ratio = n / (n + 2);
    return v > C{20} ? C{1} : ratio;
  }
  template <class C>
  static C value(C x) {
    const C v = std::max(x, C{-800});
    return v * tanh_softplus(v);
  }
  template <class C>
  static C slope(C x) {
    const C v = limited(x, C{800});
    const C t = tanh_softplus(v);
    return t + v * (1 - t * t) * vec::sigmoid(v);
  }
};

template <class F>
Tensor with_gate(Gate gate, F&& f) {
  switch (gate) {
    case Gate::gelu: return f(Gelu());
    case Gate::gelu_tanh: return f(GeluTanh());
    case Gate::silu: return f(Silu());
    case Gate::mish: break;
  }
  return f(Mish());
}

}  // namespace

Tensor gated(Gate gate, const Tensor& x) {
  const detail::KernelTimer timer("gated", x);
  if (const auto reference = reference_of(&ReferenceTable::gated)) {
    return reference(gate, x);
  }
  return with_gate(gate, [&](auto g) { return each(x, [g](auto v) { return g.value(v); }); });
}

Tensor gated_grad(Gate gate, const Tensor& grad, const Tensor& x) {
  const detail::KernelTimer timer("gated_grad", x);
  if (const auto reference = reference_of(&ReferenceTable::gated_grad)) {
    return reference(gate, grad, x);
  }
  return with_gate(gate, [&](auto g) {
    return each(grad, x, [g](auto gradient, auto v) { return gradient * g.slope(v); });
  });
}

}  // namespace retrograd::kernels
