// Fused kernels against the composition of operators they stand for: equal in value, first and
// second derivative.
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

// The value, the gradients for a seed, and the gradients of their weighted sum.
Tensors all_orders(const Function& f, const Tensors& inputs) {
  rg::Generator generator(7);
  const auto like = [&](const Tensor& x) {
    return rg::randn(x.shape(), {.dtype = x.dtype()}, generator);
  };
  const Tensor y = f(inputs);
  Tensors found{y};
  const Tensors first = rg::grad({y}, inputs, {.grad_outputs = {like(y)}, .create_graph = true});
  Tensor mixed = rg::zeros({}, {.dtype = y.dtype()});
  for (const Tensor& gradient : first) {
    found.push_back(gradient);
    mixed = mixed + rg::sum(gradient * rg::square(gradient + like(gradient)));
  }
  for (const Tensor& second : rg::grad({mixed}, inputs, {.allow_unused = true})) {
    if (second.defined()) {
      found.push_back(second);
    }
  }
  return found;
}

void check_equal(const Function& fused, const Function& composed, const Tensors& inputs) {
  const Tensors a = all_orders(fused, inputs);
  const Tensors b = all_orders(composed, inputs);
  REQUIRE(a.size() == b.size());
  REQUIRE(a.size() > 1 + inputs.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].shape() == b[i].shape());
    const auto x = a[i].to_vector<double>();
    const auto y = b[i].to_vector<double>();
    for (std::size_t k = 0; k < x.size(); ++k) {
      CHECK(std::fabs(x[k] - y[k]) <= 1e-11 * (1 + std::fabs(y[k])));
    }
  }
}

Tensor random(const rg::Shape& shape, std::uint64_t seed) {
  rg::Generator generator(seed);
  return rg::randn(shape, {.dtype = rg::float64, .requires_grad = true}, generator);
}

}  // namespace

TEST_CASE("linear with bias is matmul and add") {
  check_equal(
      [](const Tensors& in) { return rg::linear(in[0], in[1], in[2]); },
      [](const Tensors& in) { return rg::matmul(in[0], rg::transpose(in[1], 0, 1)) + in[2]; },
      {random({2, 3, 4}, 1), random({5, 4}, 2), random({5}, 3)});
}

TEST_CASE("conv2d with bias is conv2d and add") {
  const rg::ConvOptions<2> options{.stride = {2, 1}, .padding = 1, .groups = 2};
  check_equal([&](const Tensors& in) { return rg::conv2d(in[0], in[1], in[2], options); },
              [&](const Tensors& in) {
                return rg::conv2d(in[0], in[1], {}, options) + rg::reshape(in[2], {1, -1, 1, 1});
              },
              {random({2, 4, 5, 6}, 1), random({6, 2, 3, 3}, 2), random({6}, 3)});
}

TEST_CASE("log_softmax is the input less its logsumexp, softmax the exponential of that") {
  const Tensors inputs{random({3, 4, 2}, 1)};
  const auto composed = [](const Tensors& in) { return in[0] - rg::logsumexp(in[0], 1, true); };
  check_equal([](const Tensors& in) { return rg::log_softmax(in[0], 1); }, composed, inputs);
  check_equal([](const Tensors& in) { return rg::softmax(in[0], 1); },
              [&](const Tensors& in) { return rg::exp(composed(in)); }, inputs);
}

TEST_CASE("logsumexp is the logarithm of the sum of exponentials") {
  check_equal(
      [](const Tensors& in) {
        return rg::logsumexp(in[0], {0, 2});
      },
      [](const Tensors& in) {
        return rg::log(rg::sum(rg::exp(in[0]), {0, 2}));
      },
      {random({3, 4, 2}, 1)});
}

TEST_CASE("binary_cross_entropy_with_logits is the entropy of the sigmoid") {
  check_equal(
      [](const Tensors& in) {
        return rg::binary_cross_entropy_with_logits(in[0], rg::sigmoid(in[1]));
      },
      [](const Tensors& in) {
        const Tensor t = rg::sigmoid(in[1]);
        const Tensor p = rg::sigmoid(in[0]);
        return -rg::mean(t * rg::log(p) + (1.0 - t) * rg::log(1.0 - p));
      },
      {random({3, 4}, 1), random({3, 4}, 2)});
}
