#include <algorithm>
#include <cmath>

#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/loops/each.h>
#include <retrograd/ops/kernels/loops/normal_tanh.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

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
    return vec::normal_gate(x);
  }
  template <class C>
  static C slope(C x) {
    return vec::normal_gate_slope(x);
  }
};

struct GeluTanh {
  template <class C>
  static C value(C x) {
    return vec::tanh_form_gate(x);
  }
  template <class C>
  static C slope(C x) {
    return vec::tanh_form_slope(x);
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

template <class G>
struct Value : Wide {
  template <class C>
  C operator()(C x) const {
    return G::value(x);
  }
};
template <class G>
struct Gradient : Wide {
  template <class C>
  C operator()(C grad, C x) const {
    return grad * G::slope(x);
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
  return with_gate(gate, [&]<class G>(G) { return each(x, Value<G>()); });
}

Tensor gated_grad(Gate gate, const Tensor& grad, const Tensor& x) {
  const detail::KernelTimer timer("gated_grad", x);
  if (const auto reference = reference_of(&ReferenceTable::gated_grad)) {
    return reference(gate, grad, x);
  }
  return with_gate(gate, [&]<class G>(G) { return each(grad, x, Gradient<G>()); });
}

}  // namespace retrograd::kernels
