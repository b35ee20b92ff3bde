#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

#include "gradient/run_case.h"
#include "unit/ops_errors.h"

using namespace retrograd;
using op_cases::difference;

namespace {

const Tensor kX = tensor({0.5, -1.0, 2.0}, {.dtype = float64});
const Tensor kA = tensor({{1.0, 2.0, 3.0}, {-1.0, 0.5, 4.0}}, {.dtype = float64});

Tensor cubes(const Tensor& x) {
  return x * x * x;
}
Tensor sum_of_cubes(const Tensor& x) {
  return sum(cubes(x));
}

void check_near(const Tensor& actual, const Tensor& expected) {
  CHECK(difference(actual.detach(), expected.detach(),
                   {.atol = 1e-14, .rtol = 1e-13, .of_largest = true}) == "");
}

}  // namespace

TEST_CASE("vjp: the value and v^T J") {
  const Tensor v = tensor({2.0, -3.0}, {.dtype = float64});
  const auto [value, gradient] = vjp([](const Tensor& x) { return matmul(kA, x); }, kX, v);
  check_near(value, matmul(kA, kX));
  check_near(gradient, matmul(v, kA));
  CHECK_FALSE(value.requires_grad());
  CHECK_FALSE(gradient.requires_grad());
  CHECK_FALSE(kX.requires_grad());
  CHECK_FALSE(kX.grad().defined());
}

TEST_CASE("vjp: several inputs, integers and unused ones among them") {
  const Tensor index = tensor({0, 2});
  const auto [value, gradients] = vjp(
      [](const std::vector<Tensor>& in) { return sum(gather(in[0], 0, in[1])); }, {kX, index, kA});
  CHECK(value.item<double>() == 2.5);
  CHECK(gradients[0].to_vector<double>() == std::vector<double>{1, 0, 1});
  CHECK(gradients[1].shape() == Shape{2});
  check_near(gradients[2], zeros_like(kA));
}

TEST_CASE("jvp: J v, equal to the Jacobian times v") {
  const Tensor v = tensor({1.0, 0.5, -2.0}, {.dtype = float64});
  const auto f = [](const Tensor& x) { return tanh(matmul(kA, x * x)); };
  const auto [value, tangent] = jvp(f, kX, v);
  check_near(value, f(kX));
  check_near(tangent, matmul(jacobian(f, kX), v));
  // A function that does not depend on its input, and one that is linear.
  check_near(jvp([](const Tensor&) { return kA; }, kX, v).tangent, zeros_like(kA));
  check_near(jvp([](const Tensor& x) { return 2.0 * x; }, kX, v).tangent, 2.0 * v);
}

TEST_CASE("jvp: the sum over several inputs") {
  const auto product = [](const std::vector<Tensor>& in) { return in[0] * in[1]; };
  const Tensor y = tensor({3.0, 1.0, -1.0}, {.dtype = float64});
  const auto [value, tangent] = jvp(product, {kX, y}, {y, kX});
  check_near(value, kX * y);
  check_near(tangent, y * y + kX * kX);
}

TEST_CASE("jacobian: the shape of the value, then that of the input") {
  check_near(jacobian([](const Tensor& x) { return matmul(kA, x); }, kX), kA);
  const Tensor j = jacobian([](const Tensor& x) { return transpose(x, 0, 1); }, kA);
  CHECK(j.shape() == Shape{3, 2, 2, 3});
  CHECK(j.at({2, 1, 1, 2}) == 1);
  CHECK(j.at({2, 1, 0, 2}) == 0);
  CHECK(sum(j).item<double>() == 6);
  CHECK(jacobian([](const Tensor& x) { return slice(x, 0, 0, 0); }, kX).shape() == Shape{0, 3});
}

TEST_CASE("jacobian: of a convolution by its filter, the shifted inputs") {
  const Tensor x = tensor({{{1.0, 2.0, 3.0, 4.0}}}, {.dtype = float64});
  const Tensor w = tensor({{{0.5, 1.0, -1.0}}}, {.dtype = float64});
  const Tensor j = jacobian([&](const Tensor& filter) { return conv1d(x, filter); }, w);
  check_near(reshape(j, {2, 3}), tensor({{1.0, 2.0, 3.0}, {2.0, 3.0, 4.0}}, {.dtype = float64}));
}

TEST_CASE("hessian and hvp: second derivatives") {
  const Tensor expected = matmul(eye(3, {}, {.dtype = float64}), unsqueeze(6.0 * kX, 1));
  const Tensor h = hessian(sum_of_cubes, kX);
  check_near(sum(h, {1}), squeeze(expected, 1));
  check_near(h, transpose(h, 0, 1));
  const Tensor v = tensor({1.0, 2.0, 3.0}, {.dtype = float64});
  const auto [value, product] = hvp(sum_of_cubes, kX, v);
  check_near(value, sum_of_cubes(kX));
  check_near(product, 6.0 * kX * v);
}

TEST_CASE("hessian: blocks of several inputs") {
  const auto f = [](const std::vector<Tensor>& in) { return sum(in[0] * in[0] * in[1]); };
  const Tensor y = tensor({3.0, 1.0, -1.0}, {.dtype = float64});
  const auto blocks = hessian(f, {kX, y});
  const auto diagonal = [](const Tensor& d) { return eye(3, {}, {.dtype = float64}) * d; };
  check_near(blocks[0][0], diagonal(2.0 * y));
  check_near(blocks[0][1], diagonal(2.0 * kX));
  check_near(blocks[1][0], diagonal(2.0 * kX));
  check_near(blocks[1][1], zeros({3, 3}, {.dtype = float64}));
}

TEST_CASE("transforms nest: third and fourth derivatives") {
  const Tensor x = tensor(0.7, {.dtype = float64});
  const auto f = [](const Tensor& t) { return exp(2.0 * t); };
  const auto d1 = [f](const Tensor& t) { return jacobian(f, t); };
  const auto d2 = [d1](const Tensor& t) { return jacobian(d1, t); };
  const auto d3 = [d2](const Tensor& t) { return jacobian(d2, t); };
  const auto d4 = [d3](const Tensor& t) {
    return jvp(d3, t, ones({}, {.dtype = float64})).tangent;
  };
  const double e = std::exp(1.4);
  CHECK(d1(x).item<double>() == doctest::Approx(2 * e));
  CHECK(d2(x).item<double>() == doctest::Approx(4 * e));
  CHECK(d3(x).item<double>() == doctest::Approx(8 * e));
  CHECK(d4(x).item<double>() == doctest::Approx(16 * e));
  CHECK(hessian(d2, x).item<double>() == doctest::Approx(16 * e));
}

TEST_CASE(
    "transforms: results lead back to inputs that require a gradient, and to what f captured") {
  Tensor x = kX.clone().set_requires_grad();
  const Tensor j = jacobian(cubes, x);
  CHECK(j.requires_grad());
  sum(j).backward();
  check_near(x.grad(), 6.0 * kX);

  const Tensor w = tensor({1.0, 2.0, 3.0}, {.dtype = float64, .requires_grad = true});
  const auto f = [&](const Tensor& t) { return sum(w * t * t); };
  CHECK_FALSE(vjp(f, kX).gradient.requires_grad());
  CHECK_FALSE(w.grad().defined());
  sum(vjp(f, kX, {}, {.create_graph = true}).gradient).backward();
  check_near(w.grad(), 2.0 * kX);
  const NoGradGuard unrecorded;
  CHECK_FALSE(jacobian(cubes, x).requires_grad());
}

TEST_CASE("value_and_grad: a function of functions") {
  const auto loss_and_grad = value_and_grad([](const Tensor& x) { return sum_of_cubes(x); });
  const auto [value, gradient] = loss_and_grad(kX);
  check_near(value, sum_of_cubes(kX));
  check_near(gradient, 3.0 * kX * kX);
  const auto both = value_and_grad([](const std::vector<Tensor>& in) {
    return sum(in[0] * in[1]);
  })(std::vector<Tensor>{kX, 2.0 * kX});
  check_near(both.gradients[0], 2.0 * kX);
  check_near(both.gradients[1], kX);
}

TEST_CASE("per_sample_grad: one gradient a sample, whose sum is the batch's") {
  manual_seed(3);
  const Tensor x = randn({4, 3}, {.dtype = float64});
  const Tensor y = randn({4, 2}, {.dtype = float64});
  const Tensor w = randn({2, 3}, {.dtype = float64, .requires_grad = true});
  const Tensor b = randn({2}, {.dtype = float64, .requires_grad = true});
  const auto loss = [&](const std::vector<Tensor>& sample) {
    return mse_loss(linear(sample[0], w, b), sample[1], {.reduction = Reduction::sum});
  };
  const auto each = per_sample_grad(loss, {w, b}, {x, y});
  CHECK(each[0].shape() == Shape{4, 2, 3});
  CHECK(each[1].shape() == Shape{4, 2});
  loss({x, y}).backward();
  check_near(sum(each[0], {0}), w.grad());
  check_near(sum(each[1], {0}), b.grad());
  const auto none = per_sample_grad(loss, {w}, {slice(x, 0, 0, 0), slice(y, 0, 0, 0)});
  CHECK(none[0].shape() == Shape{0, 2, 3});
}

TEST_CASE("transforms refuse vectors and functions that do not fit") {
  const Tensor wrong = zeros({2}, {.dtype = float64});
  REFUSED(ShapeError, vjp(cubes, kX, wrong), "vjp", "float64 [3]", "float64 [2]",
          "[vector-mismatch]");
  REFUSED(ShapeError, vjp(cubes, kX), "vjp", "one element", "[not-one-element]");
  REFUSED(ShapeError, jvp(cubes, kX, wrong), "jvp", "alike", "float64 [2]");
  REFUSED(ShapeError, jvp(cubes, kX, zeros({3})), "jvp", "alike", "float32 [3]",
          "[vector-mismatch]");
  REFUSED(ShapeError, hessian(cubes, kX), "hessian", "one element");
  REFUSED(ShapeError, hvp(cubes, kX, kX), "hvp", "one element");
  REFUSED(ShapeError, hvp(sum_of_cubes, kX, wrong), "hvp", "alike");
  const Tensor deep = zeros({1, 1, 1, 1, 1});
  REFUSED(ShapeError, jacobian(cubes, deep), "jacobian", "8 dimensions", "[too-many-dims]");
  const auto loss = [](const std::vector<Tensor>& sample) { return sum(sample[0]); };
  REFUSED(ShapeError, per_sample_grad(loss, {kX}, {}), "per_sample_grad", "at least one tensor",
          "[count-mismatch]");
  REFUSED(ShapeError, per_sample_grad(loss, {kX}, {zeros({})}), "per_sample_grad", "(N, ...)",
          "float32 []", "[rank-unexpected]");
  REFUSED(ShapeError, per_sample_grad(loss, {kX}, {kX, kA}), "per_sample_grad", "one length",
          "[batch-sizes-differ]");
}
