#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

Tensor leaf(std::vector<double> values) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

std::vector<double> values(const Tensor& x) {
  return x.to_vector<double>();
}

using V = std::vector<double>;

}  // namespace

TEST_CASE("backward accumulates into leaves") {
  const Tensor x = leaf({1, 2, 3});
  rg::sum(rg::square(x)).backward();
  CHECK(values(x.grad()) == V{2, 4, 6});
  rg::sum(rg::square(x)).backward();
  CHECK(values(x.grad()) == V{4, 8, 12});
}

TEST_CASE("a tensor used twice gets both gradients") {
  const Tensor x = leaf({3});
  const Tensor y = x * x + x;
  y.backward();
  CHECK(values(x.grad()) == V{7});
}

TEST_CASE("zero_grad drops the gradient") {
  Tensor x = leaf({1});
  (x * 2).backward();
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("the gradient of a leaf does not share memory with anything else") {
  const Tensor a = leaf({1, 2});
  const Tensor b = leaf({3, 4});
  const Tensor seed = rg::ones({2}, {.dtype = rg::float64});
  (a + b).backward(seed);
  CHECK_FALSE(a.grad().shares_memory_with(b.grad()));
  CHECK_FALSE(a.grad().shares_memory_with(seed));
  const Tensor c = leaf({1, 2, 3});
  rg::sum(c).backward();
  CHECK(c.grad().is_contiguous());
}

TEST_CASE("non-scalar outputs take a seed") {
  const Tensor x = leaf({1, 2});
  (x * x).backward(rg::tensor({1.0, 10.0}, {.dtype = rg::float64}));
  CHECK(values(x.grad()) == V{2, 40});
}

TEST_CASE("grad leaves .grad() alone and gives gradients of non-leaves too") {
  const Tensor x = leaf({2});
  const Tensor y = x * 3;
  const Tensor z = y * y;
  const auto found = rg::grad({z}, {x, y});
  CHECK(values(found[0]) == V{36});
  CHECK(values(found[1]) == V{12});
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("grad of several outputs adds up") {
  const Tensor x = leaf({2});
  CHECK(values(rg::grad({x * 3, x * x}, {x})[0]) == V{7});
}

TEST_CASE("an input that is an output has the seed as gradient") {
  const Tensor x = leaf({2});
  const Tensor y = x * 3;
  CHECK(values(rg::grad({y}, {y})[0]) == V{1});
  CHECK(values(rg::grad({x}, {x})[0]) == V{1});
}

TEST_CASE("grad stops at its inputs") {
  const Tensor x = leaf({2});
  bool ran = false;
  Tensor y = x * 3;
  Tensor h = rg::record({.op = "probe",
                         .where = {},
                         .output = y.detach().clone(),
                         .inputs = {y},
                         .backward = [&ran](const rg::Backward& b) -> rg::Gradients {
                           ran = true;
                           return {b.grad};
                         }});
  rg::grad({h * 2}, {h});
  CHECK_FALSE(ran);
}

TEST_CASE("retain_graph allows a second backward") {
  const Tensor x = leaf({3});
  const Tensor y = x * x;
  y.backward({.retain_graph = true});
  y.backward();
  CHECK(values(x.grad()) == V{12});
}

TEST_CASE("create_graph gives derivatives of any order") {
  const Tensor x = leaf({2});
  Tensor d = x * x * x * x;
  for (const double expected : {32.0, 48.0, 48.0, 24.0}) {
    d = rg::grad({d}, {x}, {.create_graph = true})[0];
    CHECK(values(d) == V{expected});
  }
}

TEST_CASE("backward with create_graph makes .grad() differentiable") {
  Tensor x = leaf({3});
  (x * x * x).backward({.create_graph = true});
  CHECK(x.grad().requires_grad());
  CHECK(values(rg::grad({x.grad()}, {x})[0]) == V{18});
  x.zero_grad();  // ends the cycle of the leaf and its own gradient
}

TEST_CASE("NoGradGuard stops recording, nests, and ends with an exception") {
  const Tensor x = leaf({1});
  {
    const rg::NoGradGuard off;
    CHECK_FALSE((x * 2).requires_grad());
    {
      const rg::EnableGradGuard on;
      CHECK((x * 2).requires_grad());
    }
    CHECK_FALSE(rg::grad_enabled());
  }
  CHECK(rg::grad_enabled());
  try {
    const rg::NoGradGuard off;
    throw std::runtime_error("x");
  } catch (const std::runtime_error&) {
    CHECK(rg::grad_enabled());
  }
}

TEST_CASE("detach shares memory and stops the gradient") {
  const Tensor x = leaf({2});
  const Tensor d = (x * 3).detach();
  CHECK_FALSE(d.requires_grad());
  CHECK(d.is_leaf());
  CHECK(x.detach().shares_memory_with(x));
  (x * d).backward();
  CHECK(values(x.grad()) == V{6});
}

TEST_CASE("results of constants do not require a gradient") {
  const Tensor c = rg::ones({2});
  CHECK_FALSE((c * 2 + c).requires_grad());
  CHECK((c * 2).is_leaf());
}

TEST_CASE("integer results do not require a gradient") {
  const Tensor x = leaf({1.5, -2});
  CHECK_FALSE((x > 0).requires_grad());
  CHECK_FALSE(rg::argmax(x).requires_grad());
  CHECK_FALSE(x.to(rg::int64).requires_grad());
}

TEST_CASE("retain_grad keeps the gradient of an operator's result") {
  const Tensor x = leaf({2});
  Tensor y = x * 3;
  y.retain_grad();
  (y * y).backward();
  CHECK(values(y.grad()) == V{12});
  const Tensor other = x * 5;
  other.backward();
  CHECK_FALSE(other.grad().defined());
}

TEST_CASE("freezing a leaf keeps its gradient and stops recording") {
  Tensor x = leaf({2});
  (x * x).backward();
  x.set_requires_grad(false);
  CHECK_FALSE((x * 2).requires_grad());
  CHECK(values(x.grad()) == V{4});
  x.set_requires_grad(true);
  (x * x).backward();
  CHECK(values(x.grad()) == V{8});
}

TEST_CASE("saved tensors are freed while backward passes") {
  rg::memory::trim();
  const Tensor x = rg::ones({1000}, {.requires_grad = true});
  std::vector<std::size_t> in_use;
  Tensor y = x;
  for (int i = 0; i < 10; ++i) {
    y = rg::exp(y * 0.1);
    y.register_hook([&in_use](const Tensor&) {
      in_use.push_back(rg::memory::stats().in_use);
      return Tensor();
    });
  }
  Tensor loss = rg::sum(y);
  y = {};
  loss.backward();
  CHECK(in_use.back() < in_use.front());
}

TEST_CASE("everything is gone when the tensors are") {
  const auto nodes = rg::Node::live_count();
  const auto bytes = rg::memory::stats().in_use;
  {
    const Tensor x = leaf({1, 2, 3});
    const Tensor y = rg::sum(rg::exp(x) * rg::sigmoid(x) / (x * x + 1));
    y.backward({.retain_graph = true});
    const auto second = rg::grad({rg::grad({y}, {x}, {.create_graph = true})[0]}, {x},
                                 {.grad_outputs = {rg::ones({3}, {.dtype = rg::float64})}});
    CHECK(second[0].defined());
  }
  CHECK(rg::Node::live_count() == nodes);
  CHECK(rg::memory::stats().in_use == bytes);
}
