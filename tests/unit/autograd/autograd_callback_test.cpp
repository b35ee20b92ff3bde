// Functions that run at the end of a backward pass.
#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

TEST_CASE("a queued callback runs once, when all leaves have their gradients") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  Tensor b = rg::tensor({3.0}, {.requires_grad = true});
  std::vector<int> order;
  bool is_complete = false;
  const auto queue = [&](int number) {
    rg::queue_callback([&, number] {
      order.push_back(number);
      is_complete = a.grad().defined() && b.grad().defined();
    });
  };
  a.register_post_accumulate_grad_hook([&](const Tensor&) { queue(1); });
  b.register_post_accumulate_grad_hook([&](const Tensor&) { queue(2); });
  const Tensor y = rg::exp(a) * b;  // the gradient of b is complete first
  rg::sum(y).backward();
  CHECK(order == std::vector<int>{2, 1});
  CHECK(is_complete);
}

TEST_CASE("a callback waits for the outermost pass, and may queue another") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  std::vector<int> order;
  a.register_post_accumulate_grad_hook([&](const Tensor&) {
    const rg::EnableGradGuard recording;
    Tensor inner = rg::tensor({1.0}, {.requires_grad = true});
    inner.register_post_accumulate_grad_hook([&](const Tensor&) {
      rg::queue_callback([&] {
        order.push_back(2);
        rg::queue_callback([&] { order.push_back(3); });
      });
    });
    rg::sum(inner * inner).backward();
    order.push_back(1);
  });
  rg::sum(a * a).backward();
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("an exception of the pass drops callbacks") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  int calls = 0;
  bool is_failing = true;
  a.register_post_accumulate_grad_hook([&](const Tensor&) {
    rg::queue_callback([&] { ++calls; });
    if (is_failing) {
      throw std::runtime_error("the hook failed");
    }
  });
  CHECK_THROWS_WITH(rg::sum(a * a).backward(), "the hook failed");
  CHECK(calls == 0);
  is_failing = false;
  rg::sum(a * a).backward();
  CHECK(calls == 1);
}

TEST_CASE("a leaf's hook runs after its last use, before the pass goes on") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  Tensor b = rg::tensor({3.0}, {.requires_grad = true});
  const Tensor x = rg::tensor({1.0}, {.requires_grad = true});
  std::vector<std::string> order;
  Tensor first = x * a;
  first.register_hook([&](const Tensor&) {
    order.emplace_back("first layer");
    return Tensor();
  });
  Tensor second = first * b * b;
  a.register_post_accumulate_grad_hook(
      [&](const Tensor& leaf) { order.push_back("a " + std::to_string(leaf.grad().item<int>())); });
  b.register_post_accumulate_grad_hook(
      [&](const Tensor& leaf) { order.push_back("b " + std::to_string(leaf.grad().item<int>())); });
  rg::sum(second).backward();
  CHECK(order == std::vector<std::string>{"b 12", "first layer", "a 9"});
  CHECK(x.grad().item<double>() == 18);
}

TEST_CASE("a leaf with a use that no gradient reaches is complete at the end") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  int calls = 0;
  a.register_post_accumulate_grad_hook([&](const Tensor& leaf) {
    ++calls;
    CHECK(leaf.grad().item<double>() == 5);
  });
  // An operator whose backward returns no gradient for its first input.
  const Tensor unreached = a * 7.0;
  const Tensor reached = a * 5.0;
  const Tensor y = rg::record({.op = "second",
                               .where = {},
                               .output = reached.detach().clone(),
                               .inputs = {unreached, reached},
                               .backward = [](const rg::Backward& b) -> rg::Gradients {
                                 return {{}, b.grad};
                               }});
  rg::sum(y).backward();
  CHECK(calls == 1);
}

TEST_CASE("a leaf that is also an output has both gradients") {
  Tensor a = rg::tensor({2.0}, {.requires_grad = true});
  int calls = 0;
  a.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  rg::backward({a, rg::sum(a * 3.0)});
  CHECK(a.grad().item<double>() == 4);
  CHECK(calls == 1);
}

TEST_CASE("outside of a pass a callback is refused") {
  CHECK_THROWS_WITH_AS(rg::queue_callback([] {}),
                       doctest::Contains("no backward pass runs in this thread"), rg::GraphError);
}

TEST_CASE("a hooked leaf takes over the gradient of its last use") {
  Tensor x = rg::ones({100}, {.requires_grad = true});
  const std::byte* seen = nullptr;
  x.register_hook([&](const Tensor& gradient) {
    seen = gradient.raw_bytes();
    return Tensor();
  });
  x.register_post_accumulate_grad_hook([](const Tensor&) {});
  rg::sum(rg::exp(x)).backward();
  CHECK(x.grad().raw_bytes() == seen);
}

TEST_CASE("slices of a hooked leaf add to one gradient") {
  constexpr std::int64_t kParts = 64;
  Tensor x = rg::ones({kParts, 1 << 10}, {.requires_grad = true});
  int calls = 0;
  x.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  Tensor loss = rg::zeros({});
  for (std::int64_t i = 0; i < kParts; ++i) {
    loss = loss + rg::sum(rg::narrow(x, 0, i, 1)) * static_cast<double>(i + 1);
  }
  rg::memory::reset_peak();
  const auto before = rg::memory::stats().in_use;
  loss.backward();
  CHECK(calls == 1);
  for (std::int64_t i = 0; i < kParts; ++i) {
    CHECK(x.grad().at(i, 5) == static_cast<double>(i + 1));
  }
  // The gradient, and no other tensor of its size.
  CHECK(rg::memory::stats().peak - before < 2 * sizeof(float) * (kParts << 10));
}
