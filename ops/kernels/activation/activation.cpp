#include <retrograd/ops/kernels/activation/activation.h>

#include <cmath>

#include <retrograd/ops/kernels/loops/each.h>
#include <retrograd/ops/kernels/loops/relu.h>
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
    const C between = v * ((v + 3) * (C{1} / 6));
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

constexpr auto kReluGrad = [](auto v, auto g) { return relu_keeps(v) ? g : decltype(g){}; };
constexpr auto kAddRelu = [](auto a, auto b) { return kRelu(a + b); };

void relu_grad_into(const Tensor& out, const Tensor& grad, const Tensor& y) {
  for_floating(y.dtype(), [&]<class T>() { map<T, T, T>(out, y, grad, kReluGrad); });
}

}  // namespace

// The result has the layout of y: gradients may be expanded numbers.
Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  const detail::KernelTimer timer("relu_grad", y);
  if (const auto reference = reference_of(&ReferenceTable::relu_grad)) {
    return reference(grad, y);
  }
  Tensor out = empty_as(layout_model(y, grad), y.dtype());
  relu_grad_into(out, grad, y);
  return out;
}

void relu_grad_in_place(const Tensor& grad, const Tensor& y) {
  const detail::KernelTimer timer("relu_grad", y);
  if (const auto reference = reference_of(&ReferenceTable::relu_grad)) {
    return copy(grad, reference(grad, y));
  }
  relu_grad_into(grad, grad, y);
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
  for_floating(x.dtype(), [&]<class T>() { map<T, T>(x, x, kRelu); });
}

}  // namespace retrograd::kernels
