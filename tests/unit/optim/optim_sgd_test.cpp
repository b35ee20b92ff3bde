#include <doctest/doctest.h>

#include <limits>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;
using rg::Tensor;
using rg::optim::SGD;
using rg::optim::SGDOptions;

namespace {

Tensor parameter(double value) {
  return rg::tensor({value}, {.requires_grad = true});
}

// Refused with this text, and with the caller's line.
void check_refused(const SGDOptions& options, const char* text) {
  const Tensor p = parameter(1);
  CHECK_THROWS_WITH_AS(SGD({p}, options), Contains(text), rg::ValueError);
  CHECK_THROWS_WITH_AS(SGD({p}, options), Contains("at optim_sgd_test.cpp:"), rg::ValueError);
}

}  // namespace

TEST_CASE("SGD: options out of range are refused, each with its value") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  check_refused({.lr = -0.1}, "SGD: lr must be at least 0, not -0.1 ");
  check_refused({.lr = -1e-9}, "lr must be at least 0, not -1e-09");
  check_refused({.lr = nan}, "not nan");
  check_refused({.lr = inf}, "not inf");
  check_refused({.momentum = -0.5}, "momentum must be at least 0, not -0.5");
  check_refused({.momentum = nan}, "momentum must be at least 0, not nan");
  check_refused({.dampening = nan}, "dampening must be finite, not nan");
  check_refused({.weight_decay = -1}, "weight_decay must be at least 0, not -1");
  check_refused({.weight_decay = inf}, "weight_decay must be at least 0, not inf");
  check_refused({.nesterov = true}, "nesterov needs a momentum above 0, not 0");
  check_refused({.momentum = 0.9, .dampening = 0.1, .nesterov = true},
                "nesterov needs dampening 0, not 0.1");
}

TEST_CASE("SGD: the options of every group are checked") {
  const std::vector<SGD::Group> groups{{{parameter(1)}, {}}, {{parameter(2)}, {.lr = -1}}};
  CHECK_THROWS_WITH_AS(SGD{groups}, Contains("lr must be at least 0, not -1"), rg::ValueError);
}

TEST_CASE("SGD: parameters must be floating leaves") {
  const Tensor p = parameter(1);
  CHECK_THROWS_WITH_AS(SGD({p, p * 2}, {}), Contains("SGD: parameter 1 is not a floating leaf"),
                       rg::GraphError);
  CHECK_THROWS_WITH_AS(SGD({rg::arange(3)}, {}), Contains("int64 [3]"), rg::GraphError);
  CHECK_THROWS_WITH_AS(SGD({Tensor()}, {}), Contains("undefined"), rg::GraphError);
}

TEST_CASE("SGD: a parameter twice, in one group or two, and no parameter at all are refused") {
  const Tensor p = parameter(1);
  CHECK_THROWS_WITH_AS(SGD({p, p}, {}), Contains("SGD: parameter 1 is listed twice"),
                       rg::ValueError);
  const std::vector<SGD::Group> twice{{{p}, {}}, {{p}, {}}};
  CHECK_THROWS_WITH_AS(SGD{twice}, Contains("parameter 1 is listed twice"), rg::ValueError);
  CHECK_THROWS_WITH_AS(SGD(std::vector<Tensor>{}, {}), Contains("there are no parameters"),
                       rg::ValueError);
  CHECK_THROWS_AS(SGD(std::vector<SGD::Group>{}), rg::ValueError);
}

TEST_CASE("SGD: step reads gradients and leaves them as they are") {
  Tensor p = parameter(3);
  SGD optimizer({p}, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.5, .nesterov = true});
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    rg::sum(p * 2).backward();
    const Tensor grad = p.grad();
    const auto version = grad.version();
    optimizer.step();
    CHECK(grad.item<float>() == 2);
    CHECK(grad.version() == version);
    CHECK(p.grad().shares_memory_with(grad));
  }
}

TEST_CASE("SGD: step changes the parameter itself, unrecorded") {
  Tensor p = parameter(3);
  const Tensor same = p;
  const auto version = p.version();
  SGD optimizer({p}, {.lr = 0.5});
  rg::sum(p * 4).backward();
  optimizer.step();
  CHECK(same.item<float>() == 1);
  CHECK(p.is_leaf());
  CHECK(p.requires_grad());
  CHECK(p.version() > version);
  CHECK(rg::grad_enabled());
}

TEST_CASE("SGD: a parameter without a gradient is left alone, decay and momentum included") {
  Tensor used = parameter(1);
  Tensor unused = parameter(5);
  SGD optimizer({unused, used}, {.lr = 0.5, .momentum = 0.5, .weight_decay = 0.5});
  rg::sum(used).backward();
  optimizer.step();
  CHECK(used.item<float>() == 0.25F);
  CHECK(unused.item<float>() == 5);
  CHECK(unused.version() == 0);
}

TEST_CASE("SGD: momentum starts with a parameter's first gradient") {
  Tensor late = parameter(5);
  Tensor always = parameter(0);
  SGD optimizer({always, late}, {.lr = 1, .momentum = 0.5, .dampening = 0.5});
  rg::sum(always).backward();
  optimizer.step();
  rg::sum(late * 2).backward();
  optimizer.step();
  CHECK(late.item<float>() == 3);     // v = 2, not dampened
  CHECK(always.item<float>() == -2);  // v = 1, then 0.5 + 0.5
}

TEST_CASE("SGD: a frozen parameter stays, and moves again when thawed") {
  Tensor frozen = parameter(1).set_requires_grad(false);
  Tensor p = parameter(2);
  SGD optimizer({frozen, p}, {.lr = 0.5});
  rg::sum(frozen * p).backward();
  optimizer.step();
  CHECK(frozen.item<float>() == 1);
  CHECK(p.item<float>() == 1.5F);
  frozen.set_requires_grad();
  optimizer.zero_grad();
  rg::sum(frozen * p).backward();
  optimizer.step();
  CHECK(frozen.item<float>() == 0.25F);
}

TEST_CASE("SGD: zero_grad drops the gradients of every group") {
  Tensor a = parameter(1);
  Tensor b = parameter(2);
  SGD optimizer(std::vector<SGD::Group>{{{a}, {}}, {{b}, {}}});
  rg::sum(a * b).backward();
  optimizer.zero_grad();
  CHECK_FALSE(a.grad().defined());
  CHECK_FALSE(b.grad().defined());
}

TEST_CASE("SGD: the learning rate may change between steps") {
  Tensor p = parameter(0);
  SGD optimizer({p}, {.lr = 1});
  rg::sum(p).backward();
  optimizer.step();
  optimizer.groups()[0].options.lr = 0.25;
  optimizer.step();
  CHECK(p.item<float>() == -1.25F);
}

TEST_CASE("SGD: parameters of any layout and dtype") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const Tensor base = rg::reshape(rg::arange(6, {.dtype = dtype}), {2, 3});
    Tensor p = rg::transpose(base, 0, 1).detach().set_requires_grad();
    SGD optimizer({p}, {.lr = 0.5, .momentum = 0.5});
    rg::sum(rg::square(p)).backward();  // gradient 2 p
    optimizer.step();
    CHECK(p.dtype() == dtype);
    CHECK(base.to_vector<float>() == std::vector<float>(6, 0));
  }
}
