// One step of a recurrence for one state j of a row of the batch, forward and backward. Where a row
// of a gate starts, `at[k * size]` is the first number of gate k. The bodies of vector loops: GCC
// vectorises them only where their structures are in a function of their own.
//
// LSTM: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers et
// al., 2000. GRU: Cho et al., 2014, with the reset gate after the product, as in cuDNN.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/tensor/dtype.h>

namespace retrograd::kernels::sequence {

// T is what tensors hold, C what is computed in. Those of the same position may be one memory.
template <class T, class C>
struct ForwardRow {
  const C* input;  // w_ih x
  const C* own;    // w_hh h
  const C* bias;   // both, added; for a GRU b_ih of the last gate, then its b_hh
  C* h;            // before the step (of a GRU), then after it
  C* c;            // of an LSTM
  T* gates;
  C* cells;
  T* output;
};

template <class T, class C>
struct BackwardRow {
  const T* gates;         // an RNN's are its output
  const C* cells;         // of this step
  const C* cells_before;  // of the step before, of an LSTM
  const T* before;        // h before the step
  const T* grad;          // of the output
  const C* later;         // of h, from later steps: through the product
  C* direct;              // of h, past the product: from later steps, then for earlier ones
  C* c;                   // of c, from later steps, then for earlier ones
  C* own;                 // of w_hh h + b_hh, to be multiplied
  T* d_own;               // the same, kept
  T* d_input;             // of w_ih x + b_ih, for a GRU
};

template <bool use_relu>
struct Plain {
  static constexpr std::int64_t kGates = 1;
  static constexpr bool kKeepsGates = false;
  static constexpr bool kKeepsCells = false;
  static constexpr bool kOwnInput = false;  // whether d_input is another than d_own
  // Whether w_ih x and w_hh h are only ever added.
  static constexpr bool kJoins = true;

  template <class T, class C>
  [[gnu::always_inline]] static void forward(const ForwardRow<T, C>& at, std::int64_t /*size*/,
                                             std::int64_t j) {
    const C sum = at.input[j] + at.own[j] + at.bias[j];
    const C h = use_relu ? (sum > C{0} || sum != sum ? sum : C{0}) : vec::tanh(sum);
    at.h[j] = h;
    at.output[j] = convert<T>(h);
  }
  template <class T, class C>
  [[gnu::always_inline]] static void backward(const BackwardRow<T, C>& at, std::int64_t /*size*/,
                                              std::int64_t j) {
    const C h = convert<C>(at.gates[j]);
    const C grad = convert<C>(at.grad[j]) + at.later[j];
    const C d = use_relu ? (h > C{0} ? grad : C{0}) : grad * (1 - h * h);
    at.own[j] = d;
    at.d_own[j] = convert<T>(d);
  }
};

struct Gru {
  static constexpr std::int64_t kGates = 3;
  static constexpr bool kKeepsGates = true;
  static constexpr bool kKeepsCells = true;
  static constexpr bool kOwnInput = true;
  static constexpr bool kJoins = false;

  template <class T, class C>
  [[gnu::always_inline]] static void forward(const ForwardRow<T, C>& at, std::int64_t size,
                                             std::int64_t j) {
    const std::int64_t second = size;
    const std::int64_t third = 2 * size;
    const std::int64_t fourth = 3 * size;
    auto reset = vec::sigmoid_fraction(at.input[j] + at.own[j] + at.bias[j]);
    auto update =
        vec::sigmoid_fraction(at.input[second + j] + at.own[second + j] + at.bias[second + j]);
    vec::divide(reset, update);
    const C r = reset.upper;
    const C z = update.upper;
    const C cell = at.own[third + j] + at.bias[fourth + j];
    const C n = vec::tanh(at.input[third + j] + at.bias[third + j] + r * cell);
    const C h = n + z * (at.h[j] - n);
    at.gates[j] = convert<T>(r);
    at.gates[second + j] = convert<T>(z);
    at.gates[third + j] = convert<T>(n);
    at.cells[j] = cell;
    at.h[j] = h;
    at.output[j] = convert<T>(h);
  }
  template <class T, class C>
  [[gnu::always_inline]] static void backward(const BackwardRow<T, C>& at, std::int64_t size,
                                              std::int64_t j) {
    const std::int64_t second = size;
    const std::int64_t third = 2 * size;
    const C r = convert<C>(at.gates[j]);
    const C z = convert<C>(at.gates[second + j]);
    const C n = convert<C>(at.gates[third + j]);
    const C grad = convert<C>(at.grad[j]) + at.later[j] + at.direct[j];
    const C dz = grad * (convert<C>(at.before[j]) - n) * z * (1 - z);
    const C dn = grad * (1 - z) * (1 - n * n);
    const C dr = dn * at.cells[j] * r * (1 - r);
    const C cell = dn * r;
    at.direct[j] = grad * z;
    at.own[j] = dr;
    at.own[second + j] = dz;
    at.own[third + j] = cell;
    at.d_own[j] = convert<T>(dr);
    at.d_own[second + j] = convert<T>(dz);
    at.d_own[third + j] = convert<T>(cell);
    at.d_input[j] = convert<T>(dr);
    at.d_input[second + j] = convert<T>(dz);
    at.d_input[third + j] = convert<T>(dn);
  }
};

struct Lstm {
  static constexpr std::int64_t kGates = 4;
  static constexpr bool kKeepsGates = true;
  static constexpr bool kKeepsCells = true;
  static constexpr bool kOwnInput = false;
  static constexpr bool kJoins = true;

  template <class T, class C>
  [[gnu::always_inline]] static void forward(const ForwardRow<T, C>& at, std::int64_t size,
                                             std::int64_t j) {
    const std::int64_t second = size;
    const std::int64_t third = 2 * size;
    const std::int64_t fourth = 3 * size;
    auto i = vec::sigmoid_fraction(at.input[j] + at.own[j] + at.bias[j]);
    auto f = vec::sigmoid_fraction(at.input[second + j] + at.own[second + j] + at.bias[second + j]);
    auto g = vec::tanh_fraction(at.input[third + j] + at.own[third + j] + at.bias[third + j]);
    auto o = vec::sigmoid_fraction(at.input[fourth + j] + at.own[fourth + j] + at.bias[fourth + j]);
    vec::divide(i, f, g);
    const C c = f.upper * at.c[j] + i.upper * g.upper;
    auto bounded = vec::tanh_fraction(c);
    vec::divide(o, bounded);
    const C h = o.upper * bounded.upper;
    at.gates[j] = convert<T>(i.upper);
    at.gates[second + j] = convert<T>(f.upper);
    at.gates[third + j] = convert<T>(g.upper);
    at.gates[fourth + j] = convert<T>(o.upper);
    at.c[j] = c;
    at.cells[j] = c;
    at.h[j] = h;
    at.output[j] = convert<T>(h);
  }
  template <class T, class C>
  [[gnu::always_inline]] static void backward(const BackwardRow<T, C>& at, std::int64_t size,
                                              std::int64_t j) {
    const std::int64_t second = size;
    const std::int64_t third = 2 * size;
    const std::int64_t fourth = 3 * size;
    const C i = convert<C>(at.gates[j]);
    const C f = convert<C>(at.gates[second + j]);
    const C g = convert<C>(at.gates[third + j]);
    const C o = convert<C>(at.gates[fourth + j]);
    const C grad = convert<C>(at.grad[j]) + at.later[j];
    const auto bounded = vec::tanh_fraction(at.cells[j]);
    const C t = bounded.upper / bounded.lower;
    const C dc = at.c[j] + grad * o * (1 - t * t);
    const C di = dc * g * i * (1 - i);
    const C df = dc * at.cells_before[j] * f * (1 - f);
    const C dg = dc * i * (1 - g * g);
    const C d_o = grad * t * o * (1 - o);
    at.c[j] = dc * f;
    at.own[j] = di;
    at.own[second + j] = df;
    at.own[third + j] = dg;
    at.own[fourth + j] = d_o;
    at.d_own[j] = convert<T>(di);
    at.d_own[second + j] = convert<T>(df);
    at.d_own[third + j] = convert<T>(dg);
    at.d_own[fourth + j] = convert<T>(d_o);
  }
};

}  // namespace retrograd::kernels::sequence
