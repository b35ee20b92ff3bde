// Element-wise kernels and activation functions against their formulas.
#include "comparisons.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

using Function = Tensor (*)(const Tensor&);
using Operation = Tensor (*)(const Tensor&, const Tensor&);

// A function of elements, and how many roundings of its result it may be off: two for each unit in
// the last place that vector_math.h, or the manual of the C library, grants.
struct Row {
  const char* name;
  Function f;
  double steps = 0;
};

Tensor positive(const Tensor& x) {
  return rg::abs(x) + 0.125;
}
Tensor between_ones(const Tensor& x) {
  return rg::remainder(x, 0.99);
}

// One operation of float32 or bfloat16, which float64 computes and rounds to the same: Figueroa,
// "When is double rounding innocuous?", 1995.
const std::vector<Row> kExact{
    {"neg", [](const Tensor& x) { return rg::neg(x); }},
    {"abs", [](const Tensor& x) { return rg::abs(x); }},
    {"sign", [](const Tensor& x) { return rg::sign(x); }},
    {"square", [](const Tensor& x) { return rg::square(x); }},
    {"relu", [](const Tensor& x) { return rg::relu(x); }},
    {"sqrt", [](const Tensor& x) { return rg::sqrt(positive(x)); }},
    {"reciprocal", [](const Tensor& x) { return rg::reciprocal(x); }},
    {"floor", [](const Tensor& x) { return rg::floor(x); }},
    {"ceil", [](const Tensor& x) { return rg::ceil(x); }},
    {"round", [](const Tensor& x) { return rg::round(2.0 * x); }},
    {"leaky_relu", [](const Tensor& x) { return rg::leaky_relu(x, 0.1); }},
    {"hardtanh", [](const Tensor& x) { return rg::hardtanh(x, -0.7, 0.9); }},
    {"relu6", [](const Tensor& x) { return rg::relu6(3.0 * x); }},
    {"softshrink", [](const Tensor& x) { return rg::softshrink(x, 0.3); }},
    {"hardshrink", [](const Tensor& x) { return rg::hardshrink(x, 0.3); }},
    {"add a number", [](const Tensor& x) { return x + 0.1; }},
    {"from a number", [](const Tensor& x) { return 0.1 - x; }},
    {"times a number", [](const Tensor& x) { return x * 0.1; }},
    {"over a number", [](const Tensor& x) { return x / 0.3; }},
    {"larger than a number", [](const Tensor& x) { return rg::maximum(x, 0.1); }},
    {"floor_divide", [](const Tensor& x) { return rg::floor_divide(x, 0.3); }},
    {"remainder", [](const Tensor& x) { return rg::remainder(x, -0.3); }},
    {"below a number", [](const Tensor& x) { return x < 0.1; }},
    {"in place", [](const Tensor& x) {
       Tensor y = x.clone();
       return y.mul_(0.1).add_(x).sub_(0.5).div_(3.0);
     }}};

const std::vector<Row> kRounded{
    {"exp", [](const Tensor& x) { return rg::exp(x); }, 4},
    {"log", [](const Tensor& x) { return rg::log(positive(x)); }, 2},
    {"log1p", [](const Tensor& x) { return rg::log1p(positive(x)); }, 2},
    {"log2", [](const Tensor& x) { return rg::log2(positive(x)); }, 2},
    {"expm1", [](const Tensor& x) { return rg::expm1(x); }, 2},
    {"tanh", [](const Tensor& x) { return rg::tanh(x); }, 4},
    {"sigmoid", [](const Tensor& x) { return rg::sigmoid(x); }, 6},
    {"rsqrt", [](const Tensor& x) { return rg::rsqrt(positive(x)); }, 2},
    {"sin", [](const Tensor& x) { return rg::sin(x); }, 2},
    {"cos", [](const Tensor& x) { return rg::cos(x); }, 2},
    {"tan", [](const Tensor& x) { return rg::tan(x); }, 2},
    {"asin", [](const Tensor& x) { return rg::asin(between_ones(x)); }, 2},
    {"acos", [](const Tensor& x) { return rg::acos(between_ones(x)); }, 2},
    {"atan", [](const Tensor& x) { return rg::atan(x); }, 2},
    {"sinh", [](const Tensor& x) { return rg::sinh(x); }, 4},
    {"cosh", [](const Tensor& x) { return rg::cosh(x); }, 4},
    {"erf", [](const Tensor& x) { return rg::erf(x); }, 2},
    {"pow", [](const Tensor& x) { return rg::pow(positive(x), 1.7); }, 2},
    // Each operation by 1, exp, log1p and expm1 by 4 in float32. A number less than 1 step in the
    // argument of expm1 is less than 1 step of its result.
    {"hardsigmoid", [](const Tensor& x) { return rg::hardsigmoid(x); }, 2},
    {"hardswish", [](const Tensor& x) { return rg::hardswish(x); }, 3},
    {"softsign", [](const Tensor& x) { return rg::softsign(x); }, 2},
    {"logsigmoid", [](const Tensor& x) { return rg::logsigmoid(x); }, 9},
    {"softplus", [](const Tensor& x) { return rg::softplus(x, 2, 4); }, 9},
    {"elu", [](const Tensor& x) { return rg::elu(x, 0.7); }, 5},
    {"celu", [](const Tensor& x) { return rg::celu(x, 0.7); }, 7},
    {"selu", [](const Tensor& x) { return rg::selu(x); }, 7},
    // e (e + 2) / (e (e + 2) + 2) has exp and its sum in the numerator and again below.
    {"silu", [](const Tensor& x) { return rg::silu(x); }, 6},
    {"mish", [](const Tensor& x) { return rg::mish(x); }, 14}};

const std::vector<Operation> kOperations{
    [](const Tensor& a, const Tensor& b) { return a + b; },
    [](const Tensor& a, const Tensor& b) { return a - b; },
    [](const Tensor& a, const Tensor& b) { return a * b; },
    [](const Tensor& a, const Tensor& b) { return rg::maximum(a, b); },
    [](const Tensor& a, const Tensor& b) { return rg::minimum(a, b); },
    [](const Tensor& a, const Tensor& b) { return rg::fmod(a, b); },
    [](const Tensor& a, const Tensor& b) { return rg::remainder(a, b); },
    [](const Tensor& a, const Tensor& b) { return rg::floor_divide(a, b); },
    [](const Tensor& a, const Tensor& b) { return rg::where(a < b, a, b); },
    [](const Tensor& a, const Tensor& b) { return a == b; },
    [](const Tensor& a, const Tensor& b) { return a != b; },
    [](const Tensor& a, const Tensor& b) { return a <= b; },
    [](const Tensor& a, const Tensor& b) { return a > b; },
    [](const Tensor& a, const Tensor& b) { return a >= b; }};
const std::vector<Operation> kFloatingOperations{
    [](const Tensor& a, const Tensor& b) { return a / b; },
    [](const Tensor& a, const Tensor& b) { return rg::add_relu(a, b); },
    [](const Tensor& a, const Tensor& b) {
      return rg::prelu(a, rg::narrow(rg::reshape(b, {-1}), 0, 0, 1));
    }};

std::vector<Named> numbers_of(rg::DType dtype, unsigned seed) {
  return family([&](const rg::Shape& shape) { return numbers(shape, dtype, seed, 2); });
}

}  // namespace

TEST_CASE("functions of one element: the kernels are the formulas, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& x : numbers_of(dtype, 1)) {
      for (const Row& row : kExact) {
        INFO(about(dtype, x) << " " << row.name);
        comparisons.exact_of([&] { return row.f(x.tensor); });
      }
      for (const Row& row : kRounded) {
        INFO(about(dtype, x) << " " << row.name);
        comparisons.within_of([&] { return row.f(x.tensor); }, row.steps);
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("gates and their slopes: the kernels are the formulas, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& named : numbers_of(dtype, 2)) {
      INFO(about(dtype, named));
      const Tensor& x = named.tensor;
      const Tensor wide = x.to(rg::float64);
      // A rounded argument of erfc moves the result by x^2 roundings, and exp(-x^2) inside by x^2
      // / 2.
      const auto gelu = [&] { return rg::gelu(x); };
      const Tensor value = by_reference(1, gelu);
      comparisons.within(gelu(), value, 1, value.to(rg::float64) * (16.0 + 2.0 * rg::square(wide)));
      // 1 + tanh cancels on the left, so errors are those of 1 and of x.
      const auto near_gelu = [&] { return rg::gelu(x, rg::GeluApproximation::tanh); };
      const Tensor size = 1.0 + rg::abs(wide);
      comparisons.within(near_gelu(), by_reference(1, near_gelu), 8, size);
      // The derivative has the gate, of size 1 at most, x times its slope, and 1 - tanh^2.
      for (const auto& gate : std::vector<Function>{
               [](const Tensor& at) { return rg::gelu(at); },
               [](const Tensor& at) { return rg::gelu(at, rg::GeluApproximation::tanh); },
               [](const Tensor& at) { return rg::silu(at); },
               [](const Tensor& at) { return rg::mish(at); }}) {
        const auto slope = [&] {
          const Tensor at = x.detach().set_requires_grad(true);
          return rg::grad({rg::sum(gate(at))}, {at})[0];
        };
        comparisons.within(slope(), by_reference(1, slope), 32, size);
      }
      const auto shrink = [&] { return rg::tanhshrink(x); };
      comparisons.within(shrink(), by_reference(1, shrink), 5, rg::tanh(wide));
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("functions of two elements: the kernels are the formulas, rounded once") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    const std::vector<Named> left = numbers_of(dtype, 3);
    const std::vector<Named> right = numbers_of(dtype, 4);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const Tensor& a = left[i].tensor;
      // Another layout of the same shape, where there is one.
      const std::size_t other = i + 1 < right.size() ? i + 1 : i;
      const Tensor& b = right[right[other].tensor.shape() == a.shape() ? other : i].tensor;
      INFO(about(dtype, left[i]));
      for (const Operation f : kOperations) {
        comparisons.exact_of([&] { return f(a, b); });
      }
      for (const Operation f : kFloatingOperations) {
        if (a.numel() > 0) {
          comparisons.exact_of([&] { return f(a, b); });
        }
      }
      const auto lerp = [&] { return rg::lerp(a, b, 0.3); };
      const Tensor size = rg::abs(a.to(rg::float64)) + rg::abs(b.to(rg::float64));
      comparisons.within(lerp(), by_reference(1, lerp), 4, size);
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("integers: the kernels are the formulas, modulo the dtype's range") {
  Comparisons comparisons;
  for (const rg::DType dtype : kIntegers) {
    for (const Named& named : family([&](const rg::Shape& shape) {
           const Tensor x = integers(shape, rg::int64, 5) * 3;
           return (dtype == rg::uint8 ? x + 10 : x).to(dtype);
         })) {
      INFO(about(dtype, named));
      const Tensor& x = named.tensor;
      const Tensor y = rg::flip(x, rg::Dims()) + 1;
      const Tensor divisor = rg::where(y == 0, 7, y);
      for (std::size_t i = 0; i < kOperations.size(); ++i) {
        comparisons.exact_of([&] { return kOperations[i](x, divisor); });
      }
      comparisons.exact_of([&] { return rg::pow(x, 3); });
      comparisons.exact_of([&] { return rg::neg(x); });
      comparisons.exact_of([&] { return rg::abs(x); });
      comparisons.exact_of([&] { return rg::sign(x); });
      comparisons.exact_of([&] { return rg::square(x); });
      comparisons.exact_of([&] { return rg::relu(x); });
      comparisons.exact_of([&] { return x * 2 + 1; });
      comparisons.exact_of([&] { return x > 4; });
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("dropout and embeddings: the kernels are the formulas") {
  Comparisons comparisons;
  const Tensor indices = rg::remainder(integers({6, 35}, rg::int64, 6) * 5, 13);
  for (const rg::DType dtype : kFloating) {
    for (const Named& x : numbers_of(dtype, 7)) {
      INFO(about(dtype, x));
      comparisons.exact_of([&] {
        rg::manual_seed(8);
        return rg::dropout(x.tensor, 0.3);
      });
    }
    for (const Named& table : layouts(integers({13, 20}, dtype, 9))) {
      for (const Named& index : layouts(indices)) {
        INFO(about(dtype, table) << " " << index.name);
        comparisons.exact_of([&] { return rg::embedding(index.tensor, table.tensor, 3); });
        comparisons.exact_of([&] {
          const Tensor rows = table.tensor.detach().set_requires_grad(true);
          return rg::grad({rg::sum(rg::embedding(index.tensor, rows, 3))}, {rows})[0];
        });
      }
    }
  }
  MESSAGE(comparisons.summary());
}
