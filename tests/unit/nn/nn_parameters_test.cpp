// What a module lists as its parameters: trained, frozen or refused, never silently passed over.
#include <doctest/doctest.h>

#include <functional>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

struct Scale : nn::Module {
  Tensor factor;

  explicit Scale(Tensor tensor = rg::ones({2})) : factor(std::move(tensor)) {}
  nn::Members members() override { return {{"factor", factor}}; }
  Tensor forward(const Tensor& x) override { return x * factor; }
};

// Whether a step of training changes the factor.
bool is_trained(Scale& scale, const std::vector<Tensor>& parameters) {
  const auto before = scale.factor.to_vector<double>();
  rg::optim::SGD optimizer(parameters, {.lr = 0.5});
  const Tensor y = rg::sum(scale(rg::ones({2})));
  if (y.requires_grad()) {
    y.backward();
  }
  optimizer.step();
  return scale.factor.to_vector<double>() != before;
}

}  // namespace

TEST_CASE("parameters: a plain tensor is trained, whichever function lists it first") {
  const std::vector<std::function<void(nn::Module&)>> listings{
      [](nn::Module& m) { m.parameters(); },    [](nn::Module& m) { m.named_parameters(); },
      [](nn::Module& m) { m.state_dict(); },    [](nn::Module& m) { m.zero_grad(); },
      [](nn::Module& m) { m.to(rg::float64); }, [](nn::Module& m) { m.parameter_count(); },
      [](nn::Module& m) { m.summary({2}); },
  };
  for (const auto& list : listings) {
    Scale scale;
    list(scale);
    CHECK(scale.factor.requires_grad());
    CHECK(is_trained(scale, scale.parameters()));
  }
  nn::Sequential model{nn::Linear(2, 2), Scale()};
  CHECK(is_trained(model.at<Scale>(1), model.parameters()));
}

TEST_CASE("parameters: a frozen tensor stays frozen, whenever it was frozen") {
  Scale before_listing(rg::ones({2}).set_requires_grad(false));
  CHECK_FALSE(is_trained(before_listing, before_listing.parameters()));
  Scale after;
  after.parameters();
  after.factor.set_requires_grad(false);
  CHECK_FALSE(is_trained(after, after.parameters()));
  Scale by_module;
  by_module.freeze();
  CHECK_FALSE(is_trained(by_module, by_module.parameters()));
  by_module.to(rg::bfloat16);
  CHECK_FALSE(is_trained(by_module, by_module.parameters()));
  Scale moved = std::move(by_module);
  CHECK_FALSE(is_trained(moved, moved.parameters()));
  moved.unfreeze();
  CHECK(moved.factor.requires_grad());
}

TEST_CASE("parameters: backward() of a frozen model says where its parameters are named") {
  Scale model;
  model.freeze();
  const Tensor loss = rg::sum(model(rg::ones({2})));
  CHECK_THROWS_WITH_AS(loss.backward(),
                       doctest::Contains("does not require a gradient: no leaf with requires_grad "
                                         "led to it, or it was made under a NoGradGuard or "
                                         "detached. A model's summary() names frozen parameters, "
                                         "and unfreeze() trains them"),
                       rg::GraphError);
  model.unfreeze();
  CHECK(is_trained(model, model.parameters()));
}

TEST_CASE("parameters: set_requires_grad(false) on a plain tensor leaves views and writes alone") {
  Tensor x = rg::ones({4}, {.dtype = rg::float64});
  Tensor view = rg::slice(x, 0, 0, 2);
  x.set_requires_grad(false);
  CHECK_FALSE(x.requires_grad());
  CHECK_FALSE(view.requires_grad());
  CHECK(x.is_leaf());
  const Tensor w = rg::ones({2}, {.dtype = rg::float64, .requires_grad = true});
  view.add_(w * 2.0);
  CHECK(x.requires_grad());
  rg::sum(x * x).backward();
  CHECK(w.grad().to_vector<double>() == std::vector<double>{12, 12});
  Tensor count = rg::zeros({2}, {.dtype = rg::int64});
  CHECK_FALSE(count.set_requires_grad(false).requires_grad());
}

TEST_CASE("parameters: buffers are left as they are") {
  struct WithBuffer : nn::Module {
    Tensor mean = rg::ones({2});
    nn::Members members() override { return {nn::buffer("mean", mean)}; }
  };
  WithBuffer model;
  model.state_dict();
  model.to(rg::float64);
  CHECK(model.parameters().empty());
  CHECK_FALSE(model.mean.requires_grad());
  CHECK(model.mean.impl().node.get() == nullptr);
}

TEST_CASE("parameters: what cannot be trained is refused by its path, before anything changes") {
  struct Counted : nn::Module {
    Scale plain;
    Scale count{rg::zeros({}, {.dtype = rg::int64})};
    nn::Members members() override { return {{"plain", plain}, {"inner", count}}; }
  };
  Counted counted;
  REFUSED(DTypeError, counted.parameters(), "parameters",
          "inner.factor is listed as a parameter, but cannot have gradients; list it as "
          "nn::buffer(",
          "int64");
  REFUSED(DTypeError, counted.named_parameters(), "named_parameters", "inner.factor");
  REFUSED(DTypeError, counted.state_dict(), "state_dict", "inner.factor");
  REFUSED(DTypeError, counted.load_state_dict({}), "load_state_dict", "inner.factor");
  REFUSED(DTypeError, counted.to(rg::float64), "Module::to", "inner.factor");
  REFUSED(DTypeError, counted.freeze(), "freeze", "inner.factor");
  CHECK_FALSE(counted.plain.factor.requires_grad());

  const Tensor leaf = rg::ones({2}, {.requires_grad = true});
  nn::Sequential model{nn::ReLU(), Scale(leaf * 2.0)};
  REFUSED(GraphError, model.parameters(), "parameters",
          "1.factor is listed as a parameter, but is the result of an operator");
}
