#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

using V = std::vector<double>;

Tensor leaf(std::vector<double> values) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

V values(const Tensor& x) {
  return x.to_vector<double>();
}

}  // namespace

TEST_CASE("hooks see the complete gradient, in order, and may replace it") {
  const Tensor x = leaf({1});
  Tensor y = x * 2;
  std::vector<std::string> calls;
  y.register_hook([&](const Tensor& g) {
    calls.push_back("first " + std::to_string(static_cast<int>(g.item<double>())));
    return g * 10;
  });
  y.register_hook([&](const Tensor& g) {
    calls.push_back("second " + std::to_string(static_cast<int>(g.item<double>())));
    return Tensor();
  });
  (y + y * 2).backward();
  CHECK(calls == std::vector<std::string>{"first 3", "second 30"});
  CHECK(values(x.grad()) == V{60});
}

TEST_CASE("hooks on leaves, and removing them") {
  Tensor x = leaf({1});
  int calls = 0;
  const int hook = x.register_hook([&](const Tensor& g) {
    ++calls;
    return g * 2;
  });
  (x * 3).backward();
  CHECK(values(x.grad()) == V{6});
  x.remove_hook(hook);
  (x * 3).backward();
  CHECK(calls == 1);
  CHECK(values(x.grad()) == V{9});
}

TEST_CASE("a hook that gives another shape is named") {
  Tensor x = leaf({1, 2});
  x.register_hook([](const Tensor&) { return rg::ones({3}, {.dtype = rg::float64}); });
  CHECK_THROWS_WITH_AS(rg::sum(x).backward(), doctest::Contains("a hook returned float64 [3]"),
                       rg::GraphError);
}

TEST_CASE("a hook keeps its state from pass to pass") {
  Tensor w = leaf({1});
  int seen = 0;
  w.register_hook([count = 0, &seen](const Tensor&) mutable {
    seen = ++count;
    return Tensor();
  });
  for (int pass = 0; pass < 3; ++pass) {
    (w * 2).backward();
  }
  CHECK(seen == 3);
}

TEST_CASE("the number of a removed hook is not given again") {
  Tensor w = leaf({1});
  int ran = 0;
  const int old = w.register_hook([](const Tensor&) { return Tensor(); });
  w.remove_hook(old);
  const int now = w.register_hook([&](const Tensor&) {
    ++ran;
    return Tensor();
  });
  CHECK(now != old);
  w.remove_hook(old);
  (w * 2).backward();
  CHECK(ran == 1);
}

TEST_CASE("a hook may remove another one, which does not run any more, and itself") {
  Tensor w = leaf({1});
  int first = 0;
  int second = 0;
  int removed = -1;
  int self = -1;
  self = w.register_hook([&](const Tensor&) {
    ++first;
    w.remove_hook(removed);
    w.remove_hook(self);
    return Tensor();
  });
  removed = w.register_hook([&](const Tensor&) {
    ++second;
    return Tensor();
  });
  (w * 2).backward();
  (w * 2).backward();
  CHECK(first == 1);
  CHECK(second == 0);
}

TEST_CASE("an empty function is no hook") {
  Tensor w = leaf({1});
  CHECK_THROWS_WITH_AS(w.register_hook({}), doctest::Contains("register_hook: the function is"),
                       rg::ValueError);
}

TEST_CASE("hooks belong to the tensor as it is after writes in place") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  std::vector<V> seen;
  const int hook = y.register_hook([&](const Tensor& grad) {
    seen.push_back(values(grad));
    return Tensor();
  });
  y.mul_(2);
  y.add_(1);
  rg::sum(y).backward({.retain_graph = true});
  CHECK(seen == std::vector<V>{{1, 1}});
  CHECK(values(x.grad()) == V{6, 6});
  y.remove_hook(hook);
  rg::sum(y).backward();
  CHECK(seen.size() == 1);
}

TEST_CASE("hooks on a view survive writes to its base, and to the view itself") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  Tensor first = rg::select(y, 0, 0);
  V seen;
  const int hook = first.register_hook([&](const Tensor& grad) {
    seen.push_back(grad.item<double>());
    return grad * 10;
  });
  y.mul_(2);
  (first * 5).backward({.retain_graph = true});
  CHECK(seen == V{5});
  CHECK(values(x.grad()) == V{300, 0});
  first.mul_(7);
  (first * 5).backward({.retain_graph = true});
  CHECK(seen == V{5, 5});
  rg::select(y, 0, 0).copy_(rg::ones({}, {.dtype = rg::float64}));
  first.remove_hook(hook);
  (first * 5).backward();
  CHECK(seen.size() == 2);
}

TEST_CASE("hooks on a base survive writes through a view") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  std::vector<V> seen;
  y.register_hook([&](const Tensor& grad) {
    seen.push_back(values(grad));
    return Tensor();
  });
  rg::select(y, 0, 0).zero_();
  rg::sum(y * 4).backward();
  CHECK(seen == std::vector<V>{{4, 4}});
  CHECK(values(x.grad()) == V{0, 12});
}

TEST_CASE("retain_grad survives writes in place") {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 3;
  Tensor first = rg::select(y, 0, 0);
  y.retain_grad();
  first.retain_grad();
  y.mul_(2);
  (rg::sum(rg::square(y)) + first * 5).backward({.retain_graph = true});
  CHECK(values(first.grad()) == V{5});
  CHECK(values(y.grad()) == V{17, 24});  // of first, which is read from y, too
  y.add_(1);
  CHECK(values(y.grad()) == V{17, 24});
  y.zero_grad();
  rg::sum(y).backward();
  CHECK(values(y.grad()) == V{1, 1});
}

TEST_CASE("gradients that results keep are tensors of their own, and add up") {
  const Tensor x = leaf({1, 2});
  Tensor a = x * 1;
  Tensor b = x * 1;
  a.retain_grad();
  b.retain_grad();
  const Tensor y = rg::sum(a + b);
  y.backward({.retain_graph = true});
  const Tensor before = a.grad();
  CHECK_FALSE(before.shares_memory_with(b.grad()));
  y.backward();
  CHECK(values(a.grad()) == V{2, 2});
  CHECK(values(before) == V{1, 1});
}

TEST_CASE("a hook that holds its own tensor keeps it alive until it is removed") {
  const auto nodes = rg::Node::live_count();
  {
    Tensor x = leaf({1});
    const int hook = x.register_hook([x](const Tensor&) { return Tensor(); });
    (x * 2).backward();
    x.remove_hook(hook);
  }
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("hooks after a leaf has accumulated see the sum, once a pass, leaf by leaf") {
  const Tensor a = leaf({1, 2});
  Tensor b = leaf({3});
  std::vector<std::string> order;
  Tensor(a).register_post_accumulate_grad_hook([&](const Tensor& x) {
    CHECK(x.requires_grad());
    CHECK(x.is_leaf());
    CHECK(x.shares_memory_with(a));
    order.push_back("a " + std::to_string(static_cast<int>(x.grad().at({0}))));
  });
  const int removed = b.register_post_accumulate_grad_hook([&](const Tensor&) { FAIL("removed"); });
  b.register_post_accumulate_grad_hook([&](const Tensor& x) {
    CHECK_FALSE(rg::grad_enabled());
    order.push_back("b " + std::to_string(static_cast<int>(x.grad().item<double>())));
  });
  b.remove_hook(removed);
  b.register_hook([](const Tensor& grad) { return grad * 2; });
  const auto loss = [&] { return rg::sum(a * 2 + a + b); };
  loss().backward();
  loss().backward();
  CHECK(order == std::vector<std::string>{"b 4", "a 3", "b 8", "a 6"});
  static_cast<void>(rg::grad({loss()}, {a}));
  CHECK(order.size() == 4);
  b.set_requires_grad(false);
  rg::sum(a).backward();
  CHECK(order.size() == 5);
}

TEST_CASE("hooks after a leaf has accumulated may step and drop the gradient") {
  Tensor x = leaf({1, 2});
  x.register_post_accumulate_grad_hook([](Tensor p) {
    p.sub_(p.grad() * 0.5);
    p.zero_grad();
  });
  rg::sum(x * 2).backward();
  CHECK(values(x) == V{0, 1});
  CHECK_FALSE(x.grad().defined());
  const auto nodes = rg::Node::live_count();
  rg::sum(x * 2).backward();
  CHECK(values(x) == V{-1, 0});
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("hooks after a leaf has accumulated: what is refused") {
  Tensor x = leaf({1});
  Tensor y = x * 2;
  Tensor plain = rg::ones({1});
  CHECK_THROWS_WITH_AS(y.register_post_accumulate_grad_hook([](const Tensor&) {}),
                       doctest::Contains("register_post_accumulate_grad_hook: the tensor is the "
                                         "result of an operator"),
                       rg::GraphError);
  CHECK_THROWS_WITH_AS(plain.register_post_accumulate_grad_hook([](const Tensor&) {}),
                       doctest::Contains("does not require a gradient"), rg::GraphError);
  CHECK_THROWS_WITH_AS(x.register_post_accumulate_grad_hook({}), doctest::Contains("empty"),
                       rg::ValueError);
  x.register_post_accumulate_grad_hook([](const Tensor&) { throw std::runtime_error("enough"); });
  CHECK_THROWS_WITH((x * 2).backward(), "enough");
  CHECK(values(x.grad()) == V{2});
}
