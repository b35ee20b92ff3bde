#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <retrograd/ops/kernel_report.h>
#include <retrograd/retrograd.h>

#include "unit/autocast_tensors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using autocast_tests::largest_difference;
using autocast_tests::leaf;
using autocast_tests::Tensors;
using rg::Autocast;
using rg::bfloat16;
using rg::float32;
using rg::Tensor;

namespace {

// With Autocast, f gives bfloat16 and what it gives for inputs converted by hand; so are the
// gradients, in float32.
void check_lowered(const std::function<Tensor(const Tensors&)>& f, const Tensors& inputs) {
  Tensors converted;
  for (const Tensor& x : inputs) {
    converted.push_back(x.to(bfloat16));
  }
  const Tensor expected = f(converted);
  const Tensor y = [&] {
    const Autocast guard(bfloat16);
    return f(inputs);
  }();
  CHECK(y.dtype() == bfloat16);
  CHECK(largest_difference(y, expected) == 0);
  const Tensor seed = rg::ones_like(y.detach());
  const Tensors found = rg::grad({y}, inputs, {.grad_outputs = {seed}});
  const Tensors wanted = rg::grad({expected}, inputs, {.grad_outputs = {seed}});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CHECK(found[i].dtype() == float32);
    CHECK(largest_difference(found[i], wanted[i]) == 0);
  }
}

void check_widened(const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = leaf({4, 5}, 1);
  const Tensor low = rg::sigmoid(x.to(bfloat16));  // positive, for logarithms
  const Autocast guard(bfloat16);
  const Tensor y = f(low);
  CHECK(y.dtype() == float32);
  CHECK(largest_difference(y, f(low.to(float32))) == 0);
  rg::sum(y).backward();
  CHECK(x.grad().dtype() == float32);
}

}  // namespace

TEST_CASE("Autocast: products and convolutions take and give bfloat16") {
  check_lowered([](const Tensors& in) { return rg::matmul(in[0], in[1]); },
                {leaf({3, 4}, 1), leaf({4, 5}, 2)});
  check_lowered([](const Tensors& in) { return rg::bmm(in[0], in[1]); },
                {leaf({2, 3, 4}, 1), leaf({2, 4, 5}, 2)});
  check_lowered([](const Tensors& in) { return rg::linear(in[0], in[1], in[2]); },
                {leaf({2, 3, 4}, 1), leaf({5, 4}, 2), leaf({5}, 3)});
  check_lowered([](const Tensors& in) { return rg::addmm(in[0], in[1], in[2]); },
                {leaf({3, 5}, 1), leaf({3, 4}, 2), leaf({4, 5}, 3)});
  check_lowered(
      [](const Tensors& in) {
        return rg::einsum("ij,jk->ki", {in[0], in[1]});
      },
      {leaf({3, 4}, 1), leaf({4, 5}, 2)});
  check_lowered([](const Tensors& in) { return rg::conv2d(in[0], in[1], in[2], {.padding = 1}); },
                {leaf({2, 3, 6, 6}, 1), leaf({4, 3, 3, 3}, 2), leaf({4}, 3)});
  check_lowered([](const Tensors& in) { return rg::linear_relu(in[0], in[1], in[2]); },
                {leaf({2, 4}, 1), leaf({5, 4}, 2), leaf({5}, 3)});
  check_lowered([](const Tensors& in) { return rg::conv2d_relu(in[0], in[1], in[2]); },
                {leaf({2, 3, 6, 6}, 1), leaf({4, 3, 3, 3}, 2), leaf({4}, 3)});
  check_lowered(
      [](const Tensors& in) { return rg::conv_transpose2d(in[0], in[1], in[2], {.stride = 2}); },
      {leaf({2, 4, 3, 3}, 1), leaf({4, 3, 3, 3}, 2), leaf({3}, 3)});
  check_lowered(
      [](const Tensors& in) { return rg::scaled_dot_product_attention(in[0], in[1], in[2]); },
      {leaf({2, 3, 4}, 1), leaf({2, 5, 4}, 2), leaf({2, 5, 3}, 3)});
  check_lowered(
      [](const Tensors& in) { return rg::gru_cell(in[0], in[1], in[2], in[3], in[4], in[5]); },
      {leaf({2, 3}, 1), leaf({2, 4}, 2), leaf({12, 3}, 3), leaf({12, 4}, 4), leaf({12}, 5),
       leaf({12}, 6)});
  check_lowered([](const Tensors& in) { return rg::prelu(in[0], in[1]); },
                {leaf({2, 3}, 1), leaf({3}, 2)});
}

TEST_CASE("Autocast: exponentials, sums and losses are computed in float32") {
  check_widened([](const Tensor& x) { return rg::softmax(x, 1); });
  check_widened([](const Tensor& x) { return rg::log_softmax(x, 1); });
  check_widened([](const Tensor& x) { return rg::exp(x); });
  check_widened([](const Tensor& x) { return rg::log(x); });
  check_widened([](const Tensor& x) { return rg::pow(x, 1.5); });
  check_widened([](const Tensor& x) { return rg::pow(2.0, x); });
  check_widened([](const Tensor& x) { return rg::sum(x, 1); });
  check_widened([](const Tensor& x) { return rg::norm(x); });
  check_widened([](const Tensor& x) { return rg::mse_loss(x, rg::zeros({4, 5})); });
  check_widened(
      [](const Tensor& x) { return rg::cross_entropy(x, rg::zeros({4}, {.dtype = rg::int64})); });
  check_widened([](const Tensor& x) { return rg::binary_cross_entropy(x, rg::ones({4, 5})); });
  const Tensor classes = rg::zeros({4}, {.dtype = rg::int64});
  const Tensor targets = rg::ones({4, 5});
  const Tensor weight = rg::full({5}, 0.5, {.dtype = bfloat16});
  check_widened([&](const Tensor& x) { return rg::nll_loss(x, classes, {.weight = weight}); });
  check_widened([&](const Tensor& x) { return rg::cross_entropy(x, classes, {.weight = weight}); });
  check_widened(
      [&](const Tensor& x) { return rg::multi_margin_loss(x, classes, {.weight = weight}); });
  check_widened(
      [&](const Tensor& x) { return rg::binary_cross_entropy(x, targets, {.weight = weight}); });
  check_widened([&](const Tensor& x) {
    return rg::binary_cross_entropy_with_logits(x, targets,
                                                {.weight = weight, .pos_weight = weight});
  });
  check_widened([&](const Tensor& x) {
    return rg::multilabel_soft_margin_loss(x, targets, {.weight = weight});
  });
}

TEST_CASE("Autocast: other operators keep what they get, and mixed sums are float32") {
  const Autocast guard(bfloat16);
  const Tensor low = rg::ones({2, 3, 4, 4}, {.dtype = bfloat16});
  CHECK(rg::relu(low).dtype() == bfloat16);
  CHECK(rg::max_pool2d(low, 2).dtype() == bfloat16);
  CHECK(rg::mean(low, {2, 3}).dtype() == bfloat16);
  CHECK((low + low).dtype() == bfloat16);
  CHECK((low + rg::ones({2, 3, 4, 4})).dtype() == float32);
  CHECK(rg::add_relu(low, low).dtype() == bfloat16);
  CHECK(rg::add_relu(low, rg::ones({2, 3, 4, 4})).dtype() == float32);
  CHECK(rg::relu(rg::ones({2})).dtype() == float32);
  const Tensor wide = rg::ones({2, 2}, {.dtype = rg::float64});
  CHECK(rg::matmul(wide, wide).dtype() == rg::float64);
  const Tensor weight = rg::ones({2, 2});
  const auto says_float32 = [](const std::function<void()>& f) {
    try {
      f();
    } catch (const rg::DTypeError& error) {
      return std::string(error.what()).find("bfloat16") == std::string::npos;
    }
    return false;
  };
  CHECK(says_float32([&] { rg::linear(wide, weight); }));
  CHECK(says_float32([&] { rg::addmm(weight, wide, wide); }));
  CHECK(says_float32([&] { rg::einsum("ij,jk->ik", {weight, wide}); }));
}

TEST_CASE("normalisation of bfloat16 takes float32 parameters and gives them float32 gradients") {
  const Tensor x = leaf({4, 6, 3, 3}, 1);
  const Tensor weight = leaf({6}, 2);
  const Tensor bias = leaf({6}, 3);
  const auto check =
      [&](const std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>& norm) {
        const Tensor y = norm(x.to(bfloat16), weight, bias);
        CHECK(y.dtype() == bfloat16);
        const Tensor exact = norm(x, weight, bias);
        CHECK(largest_difference(y, exact) < 0.05);
        const Tensors inputs{x, weight, bias};
        for (const bool create_graph : {false, true}) {
          const Tensor seed = rg::ones_like(exact.detach());
          const Tensors found = rg::grad({y * y}, inputs,
                                         {.grad_outputs = {seed.to(bfloat16)},
                                          .retain_graph = true,
                                          .create_graph = create_graph});
          const Tensors wanted =
              rg::grad({exact * exact}, inputs, {.grad_outputs = {seed}, .retain_graph = true});
          for (std::size_t i = 0; i < inputs.size(); ++i) {
            CHECK(found[i].dtype() == float32);
            CHECK(largest_difference(found[i], wanted[i]) < 0.12);
          }
        }
      };
  check([](const Tensor& in, const Tensor& w, const Tensor& b) {
    return rg::batch_norm(in, {}, {}, w, b, {.training = true});
  });
  check([](const Tensor& in, const Tensor& w, const Tensor& b) {
    return rg::batch_norm_relu(in, {}, {}, w, b, {.training = true});
  });
  check([](const Tensor& in, const Tensor& w, const Tensor& b) {
    return rg::group_norm(in, 2, w, b);
  });
  CHECK_THROWS_AS(rg::group_norm(x, 2, weight.to(bfloat16)), rg::DTypeError);
  CHECK_THROWS_AS(rg::group_norm(x.to(bfloat16), 2, weight, bias.to(bfloat16)), rg::DTypeError);
}

TEST_CASE("Autocast converts a parameter once while it does not change") {
  Tensor weight = leaf({3, 4}, 1);
  const Tensor x = rg::ones({2, 4});
  const auto conversions = [&](const std::function<void()>& f) {
    rg::start_kernel_report();
    f();
    rg::stop_kernel_report();
    std::int64_t count = 0;
    for (const rg::KernelReportEntry& entry : rg::kernel_report().entries) {
      count += entry.kernel == "copy" && entry.shapes == "[3, 4] [3, 4]" ? entry.calls : 0;
    }
    return count;
  };
  const Autocast outer(bfloat16);
  const auto twice = [&] {
    const Autocast guard(bfloat16);
    CHECK(largest_difference(rg::linear(x, weight), rg::linear(x, weight)) == 0);
  };
  const std::int64_t once = conversions(twice);
  CHECK(once >= 1);
  CHECK(conversions(twice) < once);  // kept by the outer guard
  {
    const rg::NoGradGuard unrecorded;
    weight.mul_(2.0);
  }
  const Tensor changed = rg::linear(x, weight);
  CHECK(largest_difference(changed, rg::linear(x, weight.detach().clone())) == 0);
  CHECK(changed.requires_grad());
  {
    const rg::NoGradGuard unrecorded;
    CHECK(!rg::linear(x, weight).requires_grad());
  }
  rg::sum(rg::linear(x, weight)).backward();
  rg::sum(rg::linear(x, weight)).backward();  // through the same conversion once more
  CHECK(weight.grad().at({0, 0}) == 4);
}

TEST_CASE("Autocast guards nest, belong to a thread and end with exceptions") {
  CHECK(!rg::autocast_enabled());
  {
    const Autocast on(bfloat16);
    CHECK(rg::autocast_enabled());
    bool elsewhere = true;
    std::thread([&] { elsewhere = rg::autocast_enabled(); }).join();
    CHECK(!elsewhere);
    {
      const Autocast off(bfloat16, false);
      CHECK(!rg::autocast_enabled());
      CHECK(rg::matmul(rg::ones({2, 2}), rg::ones({2, 2})).dtype() == float32);
    }
    CHECK(rg::autocast_enabled());
    CHECK_THROWS_AS(rg::matmul(rg::ones({2, 2}), rg::ones({3, 2})), rg::ShapeError);
  }
  CHECK(!rg::autocast_enabled());
  CHECK_THROWS_AS(Autocast{rg::float64}, rg::DTypeError);
  CHECK(!rg::autocast_enabled());
}

TEST_CASE("Autocast: layers of all kinds train") {
  rg::manual_seed(1);
  nn::Sequential recurrent{nn::Linear(3, 3), nn::LSTM(3, 4),   nn::Linear(4, 4),
                           nn::GRU(4, 4),    nn::Linear(4, 4), nn::RNN(4, 4)};
  nn::Linear between(4, 4);
  nn::MultiheadAttention attention(4, 2);
  nn::Sequential head{nn::LayerNorm(4), nn::Linear(4, 2), nn::PReLU(), nn::Linear(2, 2)};
  const Tensor x = rg::randn({5, 2, 3});
  const Tensor loss = [&] {
    const Autocast guard(bfloat16);
    const Tensor h = attention.forward(between(recurrent(x)));
    return rg::cross_entropy(rg::flatten(head(h), 0, 1), rg::zeros({10}, {.dtype = rg::int64}));
  }();
  CHECK(loss.dtype() == float32);
  loss.backward();
  for (const Tensor& parameter : recurrent.parameters()) {
    CHECK(parameter.grad().dtype() == float32);
  }
  for (const Tensor& parameter : head.parameters()) {
    CHECK(parameter.grad().dtype() == float32);
  }
}
