// Hooks on modules: registering, removing, the forward ones.
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <retrograd/retrograd.h>

#include "unit/nn_hooks_modules.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::Square;
using test::values;

TEST_CASE("hooks: before and after forward, in order, each given what the last one left") {
  Square square;
  std::string order;
  square.register_forward_hook([&](nn::Module& module, const Tensor& x, const Tensor& y) {
    order += "c";
    CHECK(&module == &square);
    CHECK(values(x) == Floats{20});
    CHECK(values(y) == Floats{800});
    return y + 1;
  });
  square.register_forward_pre_hook([&](nn::Module&, const Tensor& x) {
    order += "a";
    return 10 * x;
  });
  square.register_forward_pre_hook([&](nn::Module&, const Tensor& x) {
    order += "b";
    CHECK(values(x) == Floats{20});
    return Tensor();
  });
  square.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& y) {
    order += "d";
    CHECK(values(y) == Floats{801});
    return Tensor();
  });
  const Tensor x = leaf({2});
  const Tensor y = square(x);
  CHECK(order == "abcd");
  CHECK(values(y) == Floats{801});
  y.backward();
  CHECK(values(x.grad()) == Floats{800});  // 2 (10 x)^2 + 1
}

TEST_CASE("hooks: handles remove them, once or twice, also when the module is gone") {
  auto square = std::make_unique<Square>();
  int calls = 0;
  const auto count = [&](nn::Module&, const Tensor&) {
    ++calls;
    return Tensor();
  };
  nn::HookHandle first = square->register_forward_pre_hook(count);
  nn::HookHandle second = square->register_forward_pre_hook(count);
  (*square)(rg::ones({1}));
  CHECK(calls == 2);
  first.remove();
  first.remove();
  (*square)(rg::ones({1}));
  CHECK(calls == 3);
  square.reset();
  second.remove();
  nn::HookHandle().remove();
}

TEST_CASE("hooks: one that removes itself or another, or adds one, while they run") {
  Square square;
  std::string order;
  nn::HookHandle itself;
  nn::HookHandle later;
  itself = square.register_forward_pre_hook([&](nn::Module& module, const Tensor&) {
    order += "a";
    itself.remove();
    later.remove();
    module.register_forward_pre_hook([&](nn::Module&, const Tensor&) {
      order += "c";
      return Tensor();
    });
    order += "A";  // still here
    return Tensor();
  });
  later = square.register_forward_pre_hook([&](nn::Module&, const Tensor&) {
    order += "b";
    return Tensor();
  });
  square(rg::ones({1}));
  CHECK(order == "aA");
  square(rg::ones({1}));
  CHECK(order == "aAc");
}

TEST_CASE("hooks: one that throws leaves the module as it was") {
  Square square;
  bool fails = true;
  int after = 0;
  square.register_forward_pre_hook([&](nn::Module&, const Tensor&) -> Tensor {
    if (fails) {
      throw std::runtime_error("enough");
    }
    return {};
  });
  square.register_full_backward_hook([&](nn::Module&, const Tensor&, const Tensor&) -> Tensor {
    ++after;
    if (fails) {
      throw std::runtime_error("enough");
    }
    return {};
  });
  const Tensor x = leaf({3});
  CHECK_THROWS_WITH(square(x), "enough");
  fails = false;
  const Tensor y = square(x);
  fails = true;
  CHECK_THROWS_WITH(y.backward(Tensor(), {.retain_graph = true}), "enough");
  CHECK_FALSE(x.grad().defined());
  fails = false;
  square(x).backward();
  CHECK(values(x.grad()) == Floats{12});
  CHECK(after == 2);
  CHECK(rg::grad_enabled());
}

TEST_CASE("hooks: errors in them name the line of the call") {
  Square square;
  const auto fails = square.register_forward_pre_hook(
      [](nn::Module&, const Tensor& x) { return rg::tanh(x, rg::Frame::current()->where()); });
  const Tensor x = rg::arange(3);
  REFUSED(DTypeError, square(x), "tanh", "int64");
  REFUSED(ValueError, square.register_forward_hook({}), "register_forward_hook", "empty");
}

TEST_CASE("hooks: they move with their module") {
  Square square;
  const nn::Module* seen = nullptr;
  const auto note = [&](nn::Module& module, const Tensor&, const Tensor&) {
    seen = &module;
    return Tensor();
  };
  square.register_forward_hook(note);
  square.register_full_backward_hook(note);
  const Tensor y = square(leaf({1}));
  CHECK(seen == &square);
  nn::Sequential model;
  const nn::Module& kept = model.push_back(std::move(square));
  y.backward();
  CHECK(seen == &kept);
  seen = nullptr;
  model(rg::ones({1}));
  CHECK(seen == &kept);
  Square other;
  other = std::move(model.at<Square>(0));
  other(rg::ones({1}));
  CHECK(seen == &other);
}
