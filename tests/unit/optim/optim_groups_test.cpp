// Groups of parameters that are added or changed after the optimiser was made.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"
#include "unit/optim_cases.h"

namespace rg = retrograd;
using namespace rg::optim;
using rg::Tensor;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor leaf(std::vector<double> values = {1, 2}) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

void set_gradient(Tensor parameter, double value = 0.25) {
  parameter.set_grad(rg::full(parameter.shape(), value, {.dtype = parameter.dtype()}));
}

std::vector<double> values(const Tensor& x) {
  return x.to_vector<double>();
}

// What a group must not be, and how the error begins.
struct Bad {
  std::function<SGD::Group(const Tensor& there)> group;
  const std::type_info& type;
  std::string message;
};

const std::vector<Bad> kBad{
    {[](const Tensor& w) {
       return SGD::Group{{w}, {}};
     },
     typeid(rg::ValueError), "parameter 1 is listed twice"},
    {[](const Tensor&) {
       const Tensor twice = leaf();
       return SGD::Group{{twice, twice}, {}};
     },
     typeid(rg::ValueError), "parameter 2 is listed twice"},
    {[](const Tensor&) {
       return SGD::Group{{leaf()}, {.lr = -1}};
     },
     typeid(rg::ValueError), "lr must be at least 0, not -1"},
    {[](const Tensor&) {
       return SGD::Group{{leaf()}, {.momentum = kNan}};
     },
     typeid(rg::ValueError), "momentum must be at least 0, not nan"},
    {[](const Tensor&) {
       return SGD::Group{{leaf()}, {.nesterov = true}};
     },
     typeid(rg::ValueError), "nesterov needs a momentum above 0, not 0"},
    {[](const Tensor& w) {
       return SGD::Group{{w * 2.0}, {}};
     },
     typeid(rg::GraphError), "parameter 1 is not a floating leaf"},
    {[](const Tensor&) {
       return SGD::Group{{rg::ones({2}, {.dtype = rg::int64})}, {}};
     },
     typeid(rg::GraphError), "parameter 1 is not a floating leaf"},
    {[](const Tensor&) {
       return SGD::Group{{Tensor()}, {}};
     },
     typeid(rg::GraphError), "parameter 1 is not a floating leaf"},
    {[](const Tensor&) {
       return SGD::Group{{rg::expand(rg::ones({1}), {2}).detach().set_requires_grad()}, {}};
     },
     typeid(rg::ValueError), "parameter 1 has one element at several positions"},
};

}  // namespace

TEST_CASE("groups: add_param_group refuses what the constructor refuses, and changes nothing") {
  for (const Bad& bad : kBad) {
    CAPTURE(bad.message);
    const Tensor w = leaf();
    SGD optimizer({w}, {.lr = 1});
    const SGD::Group group = bad.group(w);
    const rg::Where where;
    check_refused(
        bad.type, [&] { optimizer.add_param_group(group, where); }, {"SGD", bad.message}, where);
    CHECK(optimizer.group_count() == 1);
    const std::vector<SGD::Group> both{{{w}, {.lr = 1}}, group};
    check_refused(
        bad.type, [&] { SGD(both, where); }, {"SGD", bad.message}, where);
  }
}

TEST_CASE("groups: a step refuses what came in through groups(), before it changes anything") {
  for (const Bad& bad : kBad) {
    for (const bool stepped : {false, true}) {
      CAPTURE(bad.message);
      const Tensor w = leaf();
      set_gradient(w);
      SGD optimizer({w}, {.lr = 1});
      if (stepped) {
        optimizer.step();
      }
      const auto before = values(w);
      auto& groups = optimizer.groups();
      groups.push_back(bad.group(w));
      const rg::Where where;
      const auto refused = [&](const std::function<void()>& call) {
        check_refused(bad.type, call, {"SGD", bad.message}, where);
      };
      refused([&] { optimizer.step(where); });
      refused([&] { optimizer.state_dict(where); });
      refused([&] { optimizer.load_state_dict({}, where); });
      CHECK(values(w) == before);
      groups.pop_back();
      optimizer.step();
      CHECK(values(w) != before);
    }
  }
}

TEST_CASE("groups: options out of range, kept references included, are refused by the next step") {
  const Tensor w = leaf();
  set_gradient(w);
  Adam optimizer({w});
  AdamOptions& options = optimizer.groups()[0].options;
  optimizer.step();
  const auto before = values(w);
  options.betas[1] = 1;
  REFUSED(ValueError, optimizer.step(), "Adam", "betas.1 must be in [0, 1), not 1");
  options.betas[1] = 0.9;
  options.lr = kNan;
  REFUSED(ValueError, optimizer.step(), "Adam", "lr must be at least 0, not nan");
  CHECK(values(w) == before);
  options.lr = 0.5;
  optimizer.step();
  CHECK(values(w) != before);
}

TEST_CASE("groups: the parameters of all optimisers are checked again") {
  for (const test::OptimizerCase& kind : test::optimizer_cases()) {
    CAPTURE(kind.name);
    const Tensor w = leaf();
    const auto optimizer = kind.make({w});
    const auto step = [&] {
      optimizer->step([&] {
        optimizer->zero_grad();
        const Tensor loss = rg::sum(rg::square(w));
        loss.backward();
        return loss;
      });
    };
    step();
    CHECK(values(w) != std::vector<double>{1, 2});
    if (auto* const sgd = dynamic_cast<SGD*>(optimizer.get())) {
      sgd->groups()[0].parameters.push_back(w);
      CHECK_THROWS_AS(step(), rg::ValueError);
    }
    if (auto* const lbfgs = dynamic_cast<LBFGS*>(optimizer.get())) {
      const auto before = values(w);
      lbfgs->groups()[0].parameters.push_back(w);
      CHECK_THROWS_AS(step(), rg::ValueError);
      lbfgs->groups()[0].parameters.pop_back();
      const LBFGS::Group group{{leaf()}, {}};
      REFUSED(ValueError, lbfgs->add_param_group(group), "LBFGS",
              "one group of parameters is needed, not 2");
      lbfgs->groups().push_back(group);
      CHECK_THROWS_AS(step(), rg::ValueError);
      CHECK(values(w) == before);
    }
  }
}

TEST_CASE("groups: an added group steps with its own options and is saved") {
  const Tensor w = leaf();
  const Tensor v = leaf();
  set_gradient(w, 1);
  SGD optimizer({w}, {.lr = 1, .momentum = 0.5});
  optimizer.step();
  set_gradient(v, 1);
  optimizer.add_param_group({{v}, {.lr = 0.25}});
  CHECK(optimizer.group_count() == 2);
  optimizer.step();
  CHECK(values(w) == std::vector<double>{1 - 1 - 1.5, 2 - 1 - 1.5});
  CHECK(values(v) == std::vector<double>{0.75, 1.75});
  CHECK(optimizer.state_dict().at("group.1.lr").item<double>() == 0.25);
  SGD resumed(std::vector<SGD::Group>{{{w}, {}}, {{v}, {}}});
  resumed.load_state_dict(optimizer.state_dict());
  CHECK(resumed.lr(1) == 0.25);
}

TEST_CASE("groups: state stays with its parameter when others are added, moved or removed") {
  const Tensor a = leaf({0, 0});
  const Tensor b = leaf({0, 0, 0});
  set_gradient(a, 1);
  set_gradient(b, 10);
  SGD optimizer({a, b}, {.lr = 1, .momentum = 0.5});
  optimizer.step();  // velocities 1 and 10
  auto& parameters = optimizer.groups()[0].parameters;
  std::swap(parameters[0], parameters[1]);
  optimizer.step();
  CHECK(values(a) == std::vector<double>(2, -1 - 1.5));
  CHECK(values(b) == std::vector<double>(3, -10 - 15));
  parameters.erase(parameters.begin());  // b, which then loses its velocity
  optimizer.step();
  CHECK(values(a) == std::vector<double>(2, -2.5 - 1.75));
  CHECK(values(b) == std::vector<double>(3, -25));
  parameters.push_back(b);
  optimizer.step();
  CHECK(values(b) == std::vector<double>(3, -35));
}

TEST_CASE("groups: LBFGS forgets its history when its parameters change") {
  const Tensor a = leaf({3, -2});
  const Tensor b = leaf({1, 4, 5});
  LBFGS optimizer({a}, {.lr = 0.5, .max_iter = 3});
  const auto loss = [&] { return rg::sum(rg::square(a)) + rg::sum(rg::square(b)); };
  const auto step = [&] {
    return optimizer
        .step([&] {
          Tensor(a).zero_grad();
          Tensor(b).zero_grad();
          const Tensor value = loss();
          value.backward();
          return value;
        })
        .item<double>();
  };
  step();
  optimizer.groups()[0].parameters.push_back(b);
  for (int i = 0; i < 8; ++i) {
    step();
  }
  CHECK(loss().item<double>() < 1e-6);
}

TEST_CASE("groups: loaded options that do not go together change nothing") {
  const Tensor w = leaf();
  SGD optimizer({w}, {.lr = 1, .momentum = 0.5});
  rg::StateDict state;
  for (const auto& [name, tensor] : optimizer.state_dict()) {
    state.insert(name, name == "group.0.nesterov"   ? rg::full({}, 1)
                       : name == "group.0.momentum" ? rg::full({}, 0)
                                                    : tensor);
  }
  REFUSED(ValueError, optimizer.load_state_dict(state), "SGD", "nesterov needs a momentum above 0");
  CHECK_FALSE(optimizer.groups()[0].options.nesterov);
  CHECK(*optimizer.momentum() == 0.5);
}

TEST_CASE("groups: chainable schedulers change added groups, the others refuse them") {
  namespace lr = rg::optim::lr_scheduler;
  SGD optimizer({leaf()}, {.lr = 1});
  lr::ExponentialLR decay(optimizer, {.gamma = 0.5});
  decay.step();
  lr::LambdaLR lambda(optimizer, [](std::int64_t) { return 1.0; });
  lr::OneCycleLR cycle(optimizer, {.max_lr = 1.0, .total_steps = 9, .cycle_momentum = false});
  lr::ReduceLROnPlateau plateau(optimizer);
  optimizer.set_lr(0.5);
  optimizer.add_param_group({{leaf()}, {.lr = 8}});
  decay.step();
  CHECK(optimizer.lr(0) == 0.25);
  CHECK(optimizer.lr(1) == 4);
  CHECK(decay.last_lr() == std::vector<double>{0.25, 4});
  REFUSED(IndexError, lambda.step(), "LambdaLR", "made for 1 groups, it has no rate for group 1");
  REFUSED(IndexError, cycle.step(), "OneCycleLR", "it has no rate for group 1");
  REFUSED(ValueError, plateau.step(1), "ReduceLROnPlateau",
          "made for 1 groups, but the optimiser has 2");
  CHECK(optimizer.lr(0) == 0.25);
  lr::ExponentialLR resumed(optimizer, {.gamma = 0.5});
  resumed.load_state_dict(decay.state_dict());
  resumed.step();
  CHECK(optimizer.lr(1) == 2);
}
