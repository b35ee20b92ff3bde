// Normalisations against the references.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "conv_rows.h"
#include "reference_checks.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

constexpr rg::DType kFloating[] = {rg::float32, rg::float64, rg::bfloat16};

struct Inputs {
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor seed;  // the gradient of the output
};

struct NormRow {
  std::string name;
  rg::Shape shape;
  rg::Shape parameters;
  std::int64_t set;  // elements that share a mean
  std::function<Tensor(const Inputs&, double eps)> norm;
};

std::int64_t product(const rg::Shape& shape) {
  std::int64_t result = 1;
  for (const std::int64_t size : shape) {
    result *= size;
  }
  return result;
}

// Running statistics for a mean of -2 to 2 and a deviation of 2.
struct Running {
  Tensor mean;
  Tensor variance;
  explicit Running(const Inputs& in)
      : mean(integers(in.weight.shape(), rg::float32, 8)), variance(rg::full(mean.shape(), 4.0)) {
    if (in.x.dtype() == rg::float64) {
      mean = mean.to(rg::float64);
      variance = variance.to(rg::float64);
    }
  }
};

void add_batch_norms(std::vector<NormRow>& rows) {
  for (const rg::Shape& shape :
       {rg::Shape{4, 3}, rg::Shape{2, 5, 6}, rg::Shape{2, 12, 4, 7}, rg::Shape{3, 16, 6, 5},
        rg::Shape{2, 64, 8, 8}, rg::Shape{4, 17, 2, 3, 4}, rg::Shape{8, 2, 30, 30}}) {
    const std::int64_t set = product(shape) / shape[1];
    rows.push_back({"batch_norm", shape, {shape[1]}, set, [](const Inputs& in, double eps) {
                      return rg::batch_norm(in.x, {}, {}, in.weight, in.bias,
                                            {.training = true, .eps = eps});
                    }});
    rows.push_back({"batch_norm_relu", shape, {shape[1]}, set, [](const Inputs& in, double eps) {
                      return rg::batch_norm_relu(in.x, {}, {}, in.weight, in.bias,
                                                 {.training = true, .eps = eps});
                    }});
    rows.push_back({"running statistics", shape, {shape[1]}, set, [](const Inputs& in, double eps) {
                      const Running running(in);
                      return rg::batch_norm(in.x, running.mean, running.variance, in.weight,
                                            in.bias, {.eps = eps});
                    }});
  }
}

std::vector<NormRow> norm_rows() {
  std::vector<NormRow> rows;
  add_batch_norms(rows);
  for (const rg::Shape& shape : {rg::Shape{2, 6, 6}, rg::Shape{3, 12, 4, 4}, rg::Shape{2, 32, 5, 8},
                                 rg::Shape{2, 8, 2, 3, 4}}) {
    const std::int64_t image = product(shape) / shape[0];
    rows.push_back(
        {"instance_norm", shape, {shape[1]}, image / shape[1], [](const Inputs& in, double eps) {
           return rg::instance_norm(in.x, {}, {}, in.weight, in.bias, {.eps = eps});
         }});
    for (const std::int64_t groups : {1, 2}) {
      rows.push_back(
          {"group_norm", shape, {shape[1]}, image / groups, [groups](const Inputs& in, double eps) {
             return rg::group_norm(in.x, groups, in.weight, in.bias, eps);
           }});
    }
  }
  for (const rg::Shape& shape : {rg::Shape{4}, rg::Shape{5, 8}, rg::Shape{3, 7, 32},
                                 rg::Shape{2, 3, 1000}, rg::Shape{40, 6}}) {
    const rg::Shape last{shape.back()};
    rows.push_back({"layer_norm", shape, last, shape.back(), [last](const Inputs& in, double eps) {
                      return rg::layer_norm(in.x, last, in.weight, in.bias, eps);
                    }});
  }
  return rows;
}

struct Results {
  Tensor y;
  Tensor x_grad;
  Tensor weight_grad;
  Tensor bias_grad;
};

Results run(const NormRow& row, const Inputs& values, double eps) {
  const auto leaf = [](const Tensor& x) { return x.detach().set_requires_grad(); };
  const Inputs in{leaf(values.x), leaf(values.weight), leaf(values.bias), values.seed};
  const Tensor y = row.norm(in, eps);
  const auto gradients = rg::grad({y}, {in.x, in.weight, in.bias}, {.grad_outputs = {in.seed}});
  return {y.detach(), gradients[0], gradients[1], gradients[2]};
}

// `size` where the sum of an element's indices is even, else -size: every set of the rows has as
// many of each.
Tensor alternating(const rg::Shape& shape, rg::DType dtype, double size) {
  Tensor sums = rg::zeros(shape, {.dtype = rg::int64});
  for (std::size_t d = 0; d < shape.size(); ++d) {
    rg::Shape along = rg::Dims::filled(shape.size(), 1);
    along[d] = shape[d];
    sums = sums + rg::reshape(rg::arange(shape[d]), along);
  }
  return rg::where(rg::remainder(sums, 2) == 0, rg::full(shape, size), rg::full(shape, -size))
      .to(dtype);
}

Inputs inputs_of(const NormRow& row, const Tensor& x, std::int64_t scale) {
  return {x, integers(row.parameters, x.dtype(), 2), integers(row.parameters, x.dtype(), 3),
          integers(row.shape, x.dtype(), 4) * scale};
}

}  // namespace

// A set of 2 and -2 has mean 0 and deviation 2, and gradients that are multiples of its size have
// means of integers: no step rounds. bfloat16 has no digits for these multiples; there, the mean of
// a set is exact if its size is a power of 2.
TEST_CASE("normalisations equal the reference exactly") {
  long long comparisons = 0;
  for (const rg::DType dtype : kFloating) {
    for (const NormRow& row : norm_rows()) {
      INFO(row.name << ' ' << std::string(rg::name(dtype)) << ' ' << row.shape.size()
                    << " dimensions");
      const bool wide = dtype != rg::bfloat16;
      const Inputs inputs =
          inputs_of(row, alternating(row.shape, dtype, 2), wide ? row.set : std::int64_t{1});
      const Results expected = by_reference(2, [&] { return run(row, inputs, 0); });
      const Results actual = run(row, inputs, 0);
      CHECK(same(actual.y, expected.y));
      CHECK(same(actual.weight_grad, expected.weight_grad));
      CHECK(same(actual.bias_grad, expected.bias_grad));
      comparisons += 3;
      if (wide || (row.set & (row.set - 1)) == 0) {
        CHECK(same(actual.x_grad, expected.x_grad));
        ++comparisons;
      }
    }
  }
  MESSAGE(comparisons << " exact comparisons of normalisations with references");
}

// x is 4 or -4 and at most 2 more or less, so its mean is at most 2, its deviation at least 2, and
// |h| = |x - mean| / deviation at most 4. Sums of x and x^2 are exact.
//   y = (x - mean) (r w) + b: six roundings of at most |x - mean| r w + |mean| r w + |b| <= 12
//   dx = r (t - mean(t) - h mean(t h)): t is at most 4, so each term is at most 8, and each is
//   rounded at most 40 times: sums add up 32 terms at most before they go on in float64
//   dw = sum(dy h): dy h is at most 8, and each term is rounded at most 40 times
// In float64, the reference itself adds up a set: each of its terms is rounded once more.
TEST_CASE("normalisations differ from the reference by roundings") {
  for (const rg::DType dtype : kFloating) {
    for (const NormRow& row : norm_rows()) {
      INFO(row.name << ' ' << std::string(rg::name(dtype)) << ' ' << row.shape.size()
                    << " dimensions");
      const Inputs inputs =
          inputs_of(row, alternating(row.shape, dtype, 4) + integers(row.shape, dtype, 1), 1);
      const Results expected = by_reference(2, [&] { return run(row, inputs, 1e-5); });
      const Results actual = run(row, inputs, 1e-5);
      const auto summed = static_cast<double>(dtype == rg::float64 ? row.set : 0);
      const auto terms = static_cast<double>(inputs.x.numel() / inputs.weight.numel());
      CHECK(within(actual.y, expected.y, 6 * 12 + summed * 8));
      CHECK(within(actual.x_grad, expected.x_grad, (40 + summed) * 3 * 8));
      CHECK(within(actual.weight_grad, expected.weight_grad, (40 + summed) * 8 * terms));
      CHECK(same(actual.bias_grad, expected.bias_grad));
    }
  }
}

// A mean of at most 2 and a variance of at most 5 are sums that are rounded four times.
TEST_CASE("running statistics move as the reference's") {
  for (const rg::DType dtype : kFloating) {
    const Inputs in{
        integers({4, 6, 5}, dtype, 1), integers({6}, dtype, 2), integers({6}, dtype, 3), {}};
    const auto moved = [&](bool instances) {
      const Running running(in);
      if (instances) {
        rg::instance_norm(in.x, running.mean, running.variance, in.weight, in.bias);
      } else {
        rg::batch_norm(in.x, running.mean, running.variance, in.weight, in.bias,
                       {.training = true});
      }
      return running;
    };
    for (const bool instances : {false, true}) {
      const Running expected = by_reference(3, [&] { return moved(instances); });
      const Running actual = moved(instances);
      CHECK(within(actual.mean, expected.mean, 4 * 2));
      CHECK(within(actual.variance, expected.variance, 4 * 5));
    }
  }
}
