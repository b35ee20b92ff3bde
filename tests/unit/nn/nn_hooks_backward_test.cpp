// Backward hooks on modules.
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

#include "unit/nn_hooks_modules.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::Square;
using test::values;

namespace {

struct Same : nn::Module {
  Tensor forward(const Tensor& x) override { return x; }
};

struct InPlace : nn::Module {
  Tensor forward(const Tensor& x) override { return Tensor(x).mul_(3); }
};

}  // namespace

TEST_CASE("backward hooks: both gradients, and the tape of a call whose module is gone") {
  auto square = std::make_unique<Square>();
  int calls = 0;
  square->register_full_backward_hook(
      [&](nn::Module&, const Tensor& grad_input, const Tensor& grad_output) {
        ++calls;
        CHECK(values(grad_output) == Floats{1, 10});
        CHECK(values(grad_input) == Floats{4, 80});
        return Tensor();
      });
  const Tensor x = leaf({1, 2});
  (*square)(x).backward(rg::tensor({1.0, 10.0}));
  CHECK(calls == 1);
  const Tensor y = (*square)(x);
  square.reset();
  y.backward(rg::tensor({1.0, 10.0}));
  CHECK(calls == 1);
  CHECK(values(x.grad()) == Floats{8, 160});
}

TEST_CASE("backward hooks: a result replaces the gradient, one hook after the other") {
  Square square;
  square.register_full_backward_hook(
      [](nn::Module&, const Tensor& grad_input, const Tensor&) { return grad_input + 1; });
  square.register_full_backward_hook(
      [](nn::Module&, const Tensor& grad_input, const Tensor&) { return 10 * grad_input; });
  const Tensor x = leaf({3});
  // The other use of x is not the module's.
  (square(x) + 1000 * x).backward();
  CHECK(values(x.grad()) == Floats{130 + 1000});
}

TEST_CASE("backward hooks: each call has its own gradients") {
  Square square;
  std::vector<std::pair<float, float>> seen;
  square.register_full_backward_hook(
      [&](nn::Module&, const Tensor& grad_input, const Tensor& grad_output) {
        seen.emplace_back(grad_output.item<float>(), grad_input.item<float>());
        return Tensor();
      });
  const Tensor x = leaf({1});
  const Tensor y = square(square(x));  // 8 x^4
  y.backward(Tensor(), {.retain_graph = true});
  y.backward();
  CHECK(seen == std::vector<std::pair<float, float>>{{1, 8}, {8, 32}, {1, 8}, {8, 32}});
  CHECK(values(x.grad()) == Floats{64});
}

TEST_CASE("backward hooks: an input without gradient") {
  nn::Linear linear(1, 1);
  nn::init::ones_(linear.weight);
  int calls = 0;
  nn::HookHandle handle = linear.register_full_backward_hook(
      [&](nn::Module&, const Tensor& grad_input, const Tensor& grad_output) {
        ++calls;
        CHECK_FALSE(grad_input.defined());
        CHECK(values(grad_output) == Floats{5});
        return Tensor();
      });
  (5 * linear(rg::ones({1, 1}))).backward();
  CHECK(calls == 1);
  CHECK(values(linear.weight.grad()) == Floats{5});
  handle.remove();
  linear.register_full_backward_hook(
      [](nn::Module&, const Tensor&, const Tensor& grad_output) { return grad_output; });
  const Tensor y = linear(rg::ones({1, 1}));
  CHECK_THROWS_WITH_AS(y.backward(), Contains("the input of the module requires none"),
                       rg::GraphError);
}

TEST_CASE("backward hooks: a result that does not fit names the line of the call") {
  Square square;
  square.register_full_backward_hook([](nn::Module&, const Tensor&, const Tensor&) {
    return rg::ones({2, 2});
  });
  const unsigned line = __LINE__ + 1;
  const Tensor y = square(leaf({1}));
  CHECK_THROWS_WITH_AS(y.backward(),
                       Contains(("nn_hooks_backward_test.cpp:" + std::to_string(line)).c_str()),
                       rg::GraphError);
}

TEST_CASE("backward hooks: a module that gives back its input, and one that writes to it") {
  int calls = 0;
  const auto count = [&](nn::Module&, const Tensor& grad_input, const Tensor&) {
    ++calls;
    return 2 * grad_input;
  };
  Same same;
  same.register_full_backward_hook(count);
  const Tensor x = leaf({1, 2});
  same(x).backward(rg::ones({2}));
  CHECK(values(x.grad()) == Floats{2, 2});
  CHECK(calls == 1);

  InPlace in_place;
  const Tensor a = leaf({1, 2});
  const Tensor expected = [&] {
    const Tensor y = 1 * a;
    return rg::grad({rg::sum(in_place(y) * y)}, {a})[0];
  }();
  in_place.register_full_backward_hook(
      [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
  const Tensor y = 1 * a;
  CHECK(values(rg::grad({rg::sum(in_place(y) * y)}, {a})[0]) == values(expected));
  CHECK(values(y) == Floats{3, 6});
  const Tensor b = leaf({1});
  CHECK_THROWS_AS(in_place(b), rg::GraphError);
}

TEST_CASE("backward hooks: gradients of gradients go through") {
  Square square;
  square.register_full_backward_hook(
      [](nn::Module&, const Tensor& grad_input, const Tensor&) { return grad_input * grad_input; });
  const Tensor x = leaf({3});
  const Tensor first = rg::grad({square(x)}, {x}, {.create_graph = true})[0];
  CHECK(values(first) == Floats{144});  // (4 x)^2
  // 32 x: this pass does not come by the module's output, so that the hook rests.
  CHECK(rg::grad({first}, {x})[0].item<float>() == 96);

  // Of y^2 = 4 x^4: (16 x^3)^2, and in the second pass ((16 x^3)^2)' = 2 . 432 . 432, squared.
  const Tensor of_square = [&] {
    const Tensor y = square(x);
    return rg::grad({y * y}, {x}, {.create_graph = true})[0];
  }();
  CHECK(values(of_square) == Floats{432 * 432});
  CHECK(rg::grad({of_square}, {x})[0].item<float>() == 373248.0F * 373248.0F);
}

TEST_CASE("backward hooks: nothing is kept alive") {
  const auto nodes = rg::Node::live_count();
  {
    Square square;
    square.register_full_backward_hook(
        [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
    {
      Tensor x = leaf({3});
      const Tensor y = square(x);
      y.backward(Tensor(), {.create_graph = true});
      x.zero_grad();
    }
    CHECK(rg::Node::live_count() == nodes);
    {
      // The pass ends before the gradient of the input is known.
      nn::Linear linear(1, 1);
      linear.register_full_backward_hook(
          [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
      const Tensor x = rg::ones({1, 1}, {.requires_grad = true});
      const Tensor y = linear(x);
      rg::grad({y * y}, {linear.weight}, {.create_graph = true});
    }
    CHECK(rg::Node::live_count() == nodes);
  }
}

TEST_CASE("backward hooks: none while recording is off, or when they came after the call") {
  Square square;
  const Tensor x = leaf({3});
  const Tensor before = square(x);
  square.register_full_backward_hook(
      [](nn::Module&, const Tensor&, const Tensor&) -> Tensor { throw std::runtime_error("no"); });
  before.backward();
  CHECK(values(x.grad()) == Floats{12});
  const rg::NoGradGuard unrecorded;
  CHECK_FALSE(square(x).requires_grad());
}
