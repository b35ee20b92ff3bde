// The fused kernels of normalisation against the formulas they stand for, in value, first and
// second derivative. Fused gradients come from a backward pass that is not recorded, composed ones
// from one that is.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

Tensor random(const rg::Shape& shape, std::uint64_t seed, double offset = 0) {
  rg::Generator generator(seed);
  Tensor x = rg::randn(shape, {.dtype = rg::float64}, generator) + offset;
  return x.detach().set_requires_grad();
}

void check_near(const Tensor& actual, const Tensor& expected, double tolerance) {
  REQUIRE(actual.shape() == expected.shape());
  const auto a = actual.to_vector<double>();
  const auto e = expected.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(std::fabs(a[i] - e[i]) <= tolerance * (1 + std::fabs(e[i])));
  }
}

Tensors second_derivatives(const Function& f, const Tensors& inputs, const Tensor& seed) {
  const Tensors first =
      rg::grad({f(inputs)}, inputs, {.grad_outputs = {seed}, .create_graph = true});
  Tensor total = rg::zeros({}, {.dtype = rg::float64});
  for (const Tensor& gradient : first) {
    total = total + rg::sum(rg::square(gradient + 0.5));
  }
  return rg::grad({total}, inputs, {.allow_unused = true});
}

void check_equal(const Function& fused, const Function& composed, const Tensors& inputs) {
  const Tensor y = composed(inputs);
  check_near(fused(inputs), y, 1e-12);
  rg::Generator generator(7);
  const Tensor seed = rg::randn(y.shape(), {.dtype = rg::float64}, generator);
  const Tensors expected = rg::grad({y}, inputs, {.grad_outputs = {seed}});
  const Tensors plain = rg::grad({fused(inputs)}, inputs, {.grad_outputs = {seed}});
  const Tensors recorded =
      rg::grad({fused(inputs)}, inputs, {.grad_outputs = {seed}, .create_graph = true});
  const Tensors second = second_derivatives(fused, inputs, seed);
  const Tensors expected_second = second_derivatives(composed, inputs, seed);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    check_near(plain[i], expected[i], 1e-11);
    check_near(recorded[i], expected[i], 1e-11);
    REQUIRE(second[i].defined() == expected_second[i].defined());
    if (second[i].defined()) {
      check_near(second[i], expected_second[i], 1e-10);
    }
  }
}

Tensor normal(const Tensor& x, const rg::Dims& dims) {
  const Tensor centred = x - rg::mean(x, dims, true);
  return centred / rg::sqrt(rg::mean(rg::square(centred), dims, true) + 1e-5);
}

Tensor by_channel(const Tensor& parameter) {
  return rg::reshape(parameter, {1, -1, 1, 1});
}

}  // namespace

TEST_CASE("batch_norm is centring, scaling, weight and bias") {
  const auto fused = [](const Tensors& in) {
    return rg::batch_norm(in[0], {}, {}, in[1], in[2], {.training = true});
  };
  const auto composed = [](const Tensors& in) {
    return normal(in[0], {0, 2, 3}) * by_channel(in[1]) + by_channel(in[2]);
  };
  check_equal(fused, composed, {random({3, 4, 2, 5}, 1), random({4}, 2), random({4}, 3)});
  // Columns by 16 and some left, rows by 32 and some left.
  check_equal(fused, composed, {random({3, 21, 5, 7}, 1, 40), random({21}, 2), random({21}, 3)});
}

TEST_CASE("batch_norm_relu is relu of batch_norm") {
  const Tensor mean = random({21}, 4).detach();
  const Tensor variance = rg::square(random({21}, 5)).detach() + 0.5;
  for (const bool training : {true, false}) {
    for (const rg::Shape& shape : {rg::Shape{3, 21, 5, 7}, {40, 21}}) {
      const auto apply = [&](const auto& op, const Tensors& in) {
        return op(in[0], mean.clone(), variance.clone(), in[1], in[2],
                  rg::BatchNormOptions{.training = training}, rg::Where());
      };
      check_equal([&](const Tensors& in) { return apply(rg::batch_norm_relu, in); },
                  [&](const Tensors& in) { return rg::relu(apply(rg::batch_norm, in)); },
                  {random(shape, 1), random({21}, 2), random({21}, 3)});
    }
  }
}

TEST_CASE("batch_norm in evaluation is linear in the input") {
  const Tensor mean = random({4}, 4).detach();
  const Tensor variance = rg::square(random({4}, 5)).detach() + 0.5;
  check_equal(
      [&](const Tensors& in) { return rg::batch_norm(in[0], mean, variance, in[1], in[2]); },
      [&](const Tensors& in) {
        return (in[0] - by_channel(mean)) / by_channel(rg::sqrt(variance + 1e-5)) *
                   by_channel(in[1]) +
               by_channel(in[2]);
      },
      {random({3, 4, 2, 5}, 1), random({4}, 2), random({4}, 3)});
}

TEST_CASE("layer_norm is centring, scaling, weight and bias over the last dimensions") {
  check_equal(
      [](const Tensors& in) {
        return rg::layer_norm(in[0], {3, 7}, in[1], in[2]);
      },
      [](const Tensors& in) {
        return normal(in[0], {1, 2}) * in[1] + in[2];
      },
      {random({19, 3, 7}, 1, 5), random({3, 7}, 2), random({3, 7}, 3)});
}

TEST_CASE("group_norm and instance_norm are centring, scaling, weight and bias by group") {
  const Tensors inputs{random({3, 6, 2, 5}, 1), random({6}, 2), random({6}, 3)};
  const auto composed = [](std::int64_t groups) {
    return [groups](const Tensors& in) {
      const Tensor split = rg::reshape(in[0], {3, groups, 6 / groups, 2, 5});
      return rg::reshape(normal(split, {2, 3, 4}), {3, 6, 2, 5}) * by_channel(in[1]) +
             by_channel(in[2]);
    };
  };
  for (const std::int64_t groups : {1, 2, 6}) {
    check_equal([groups](const Tensors& in) { return rg::group_norm(in[0], groups, in[1], in[2]); },
                composed(groups), inputs);
  }
  check_equal([](const Tensors& in) { return rg::instance_norm(in[0], {}, {}, in[1], in[2]); },
              composed(6), inputs);
}

TEST_CASE("large inputs, which several threads share, give what small parts give") {
  rg::Generator generator(3);
  const Tensor x =
      rg::randn({16, 64, 24, 24}, {.requires_grad = true}, generator);  // 590,000 elements
  const Tensor seed = rg::randn(x.shape(), {}, generator);
  const Tensor y = rg::batch_norm(x, {}, {}, {}, {}, {.training = true});
  const Tensor gradient = rg::grad({y}, {x}, {.grad_outputs = {seed}}).front();
  for (const std::int64_t c : {0, 17, 63}) {
    const Tensor one = rg::slice(x, 1, c, c + 1).detach().to(rg::float64).set_requires_grad();
    const Tensor expected = normal(one, {0, 2, 3});
    check_near(rg::slice(y, 1, c, c + 1), expected, 2e-6);
    check_near(rg::slice(gradient, 1, c, c + 1),
               rg::grad({expected}, {one},
                        {.grad_outputs = {rg::slice(seed, 1, c, c + 1).to(rg::float64)}})
                   .front(),
               2e-6);
  }
  const Tensor z = rg::group_norm(x, 8);
  const Tensor part = rg::group_norm(rg::slice(x, 0, 5, 6), 8);
  check_near(rg::slice(z, 0, 5, 6), part, 1e-6);
}
