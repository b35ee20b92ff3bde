// Backward hooks on modules of several inputs or outputs.
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

#include "unit/nn_hooks_modules.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::Product;
using test::values;

namespace {

using Tensors = std::vector<Tensor>;

// One tensor in, two out.
struct Split : nn::ModuleOf<std::pair<Tensor, Tensor>(Tensor)> {
  std::pair<Tensor, Tensor> forward(Tensor x) override { return {2 * x, 3 * x}; }
};

}  // namespace

TEST_CASE("ModuleOf: a backward hook gets all gradients at once, and replaces some") {
  Product product;
  int calls = 0;
  product.register_full_backward_hook(
      [&](nn::Module&, const Tensors& grad_inputs, const Tensors& grad_outputs) -> Tensors {
        ++calls;
        CHECK(grad_outputs.size() == 1);
        CHECK(values(grad_outputs.at(0)) == Floats{1});
        CHECK(values(grad_inputs.at(0)) == Floats{5});
        CHECK(values(grad_inputs.at(1)) == Floats{3});
        return {{}, 100 * grad_inputs.at(1)};
      });
  const Tensor a = leaf({3});
  const Tensor b = leaf({5});
  product(a, b).backward();
  CHECK(calls == 1);
  CHECK(values(a.grad()) == Floats{5});
  CHECK(values(b.grad()) == Floats{300});
}

TEST_CASE("ModuleOf: a tensor that is given twice has a gradient for each use") {
  Product product;
  product.register_full_backward_hook([](nn::Module&, const Tensors& grads, const Tensors&) {
    return Tensors{10 * grads.at(0), grads.at(1)};
  });
  const Tensor x = leaf({3});
  product(x, x).backward();
  CHECK(values(x.grad()) == Floats{33});
}

TEST_CASE("ModuleOf: gradients that a pass does not come by are undefined") {
  Split split;
  std::vector<bool> defined;
  split.register_full_backward_hook(
      [&](nn::Module&, const Tensors& grad_inputs, const Tensors& grad_outputs) {
        for (const Tensor& grad : grad_outputs) {
          defined.push_back(grad.defined());
        }
        CHECK(grad_inputs.size() == 1);
      });
  const Tensor x = leaf({1});
  auto [twice, thrice] = split(x);
  thrice.backward(Tensor(), {.retain_graph = true});
  CHECK(defined == std::vector<bool>{false, true});
  (twice + thrice).backward();
  CHECK(defined == std::vector<bool>{false, true, true, true});
  CHECK(values(x.grad()) == Floats{3 + 5});
  // Neither input nor the other output is recorded.
  Product product;
  const Tensor constant = rg::ones({1});
  product.register_full_backward_hook([&](nn::Module&, const Tensors& grads, const Tensors&) {
    CHECK(grads.at(0).defined());
    CHECK_FALSE(grads.at(1).defined());
    defined.clear();
  });
  product(x, constant).backward();
  CHECK(defined.empty());
}

TEST_CASE("ModuleOf: outputs alone that are recorded") {
  struct Parameters : nn::ModuleOf<Tensors(const Tensor&, const Tensor&)> {
    Tensor a = leaf({2}), b = leaf({3});
    nn::Members members() override { return {{"a", a}, {"b", b}}; }
    Tensors forward(const Tensor& x, const Tensor& y) override { return {a * x, b * y}; }
  };
  Parameters module;
  int calls = 0;
  module.register_full_backward_hook(
      [&](nn::Module&, const Tensors& grad_inputs, const Tensors& grad_outputs) {
        ++calls;
        CHECK(grad_inputs.size() == 2);
        CHECK_FALSE(grad_inputs[1].defined());
        CHECK(values(grad_outputs.at(0)) == Floats{7});
        CHECK(values(grad_outputs.at(1)) == Floats{1});
      });
  const Tensors y = module(rg::ones({1}), rg::ones({1}));
  (7 * y[0] + y[1]).backward();
  CHECK(calls == 1);
  CHECK(values(module.a.grad()) == Floats{7});
}

TEST_CASE("ModuleOf: a pass that failed leaves no gradients for the next one") {
  Product product;
  std::vector<bool> defined;
  product.register_full_backward_hook([&](nn::Module&, const Tensors& grads, const Tensors&) {
    defined = {grads.at(0).defined(), grads.at(1).defined()};
  });
  bool fails = true;
  Tensor a = leaf({3});
  Tensor b = leaf({5});
  const Tensor y = product(a, b);
  // The node of `a` runs after that of `b`, and fails in the first pass.
  const Tensor shifted = a * 1;
  Tensor z = product(shifted, b);
  z.register_hook([&](const Tensor& g) {
    if (fails) {
      throw std::runtime_error("enough");
    }
    return g;
  });
  CHECK_THROWS_WITH((y + z).backward(Tensor(), {.retain_graph = true}), "enough");
  fails = false;
  y.backward();
  CHECK(defined == std::vector<bool>{true, true});
}

TEST_CASE("ModuleOf: what hooks return is checked") {
  Product product;
  const Tensor x = leaf({1, 2});
  auto handle = product.register_forward_pre_hook(
      [](nn::Module&, const Tensors& inputs) { return Tensors(3, inputs[0]); });
  REFUSED(ValueError, product(x, x), "forward pre hook", "3 tensors to replace 2");
  handle.remove();
  product.register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {
    return Tensors{{}, rg::ones({3})};
  });
  const Tensor y = product(x, x);
  CHECK_THROWS_WITH_AS(y.backward(rg::ones({2})),
                       doctest::Contains("does not fit the gradient of the module's input"),
                       rg::GraphError);
  const Tensor z = product(x, rg::ones({2}));
  CHECK_THROWS_WITH_AS(z.backward(rg::ones({2})), doctest::Contains("requires none"),
                       rg::GraphError);
}

TEST_CASE("ModuleOf: the tape outlives the module, and nothing is kept alive") {
  const auto nodes = rg::Node::live_count();
  {
    auto product = std::make_unique<Product>();
    product->register_full_backward_hook(
        [](nn::Module&, const Tensors& grads, const Tensors&) { return Tensors{2 * grads[0]}; });
    Tensor a = leaf({3});
    Tensor b = leaf({5});
    const Tensor y = (*product)(a, b);
    const Tensors first = rg::grad({y * y}, {a, b}, {.create_graph = true});
    CHECK(values(first[0]) == Floats{2 * 150});  // 2 a b^2, doubled
    CHECK(values(first[1]) == Floats{90});
    CHECK(values(rg::grad({first[1]}, {a}, {.create_graph = true})[0]) == Floats{120});
    product.reset();
    y.backward();
    CHECK(values(a.grad()) == Floats{5});
  }
  CHECK(rg::Node::live_count() == nodes);
}
