// Fused kernels against the composition of operators they stand for.
#include "unit/twins.h"

namespace {

using namespace twins;

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

TEST_CASE("operators with ReLU are relu of the operators without") {
  check_equal([](const Tensors& in) { return rg::linear_relu(in[0], in[1], in[2]); },
              [](const Tensors& in) { return rg::relu(rg::linear(in[0], in[1], in[2])); },
              {random({2, 3, 4}, 1), random({5, 4}, 2), random({5}, 3)});
  const rg::ConvOptions<2> options{.stride = {2, 1}, .padding = 1, .groups = 2};
  check_equal([&](const Tensors& in) { return rg::conv2d_relu(in[0], in[1], in[2], options); },
              [&](const Tensors& in) { return rg::relu(rg::conv2d(in[0], in[1], in[2], options)); },
              {random({2, 4, 5, 6}, 1), random({6, 2, 3, 3}, 2), random({6}, 3)});
  check_equal(
      [](const Tensors& in) {
        return rg::separable_conv2d_relu(in[0], in[1], in[2], in[3], in[4], {.padding = 1});
      },
      [](const Tensors& in) {
        const Tensor y = rg::conv2d(in[0], in[1], in[3], {.padding = 1, .groups = 4});
        return rg::relu(rg::conv2d(rg::relu(y), in[2], in[4]));
      },
      {random({2, 4, 5, 6}, 1), random({4, 1, 3, 3}, 2), random({6, 4, 1, 1}, 3), random({4}, 4),
       random({6}, 5)});
  check_equal([](const Tensors& in) { return rg::add_relu(rg::square(in[0]) - 1.0, in[1]); },
              [](const Tensors& in) { return rg::relu(rg::square(in[0]) - 1.0 + in[1]); },
              {random({3, 4}, 1), random({4}, 2)});
}
