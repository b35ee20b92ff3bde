// State dicts of every optimiser: training goes on from a file as if it had not stopped.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/optim_cases.h"

namespace rg = retrograd;
namespace optim = rg::optim;
using doctest::Contains;
using rg::Tensor;

namespace {

// A small regression: parameters of two layouts, one of which gets its first gradient late.
struct Problem {
  Tensor weight;
  Tensor bias;
  Tensor late;

  explicit Problem(rg::DType dtype = rg::float32) {
    rg::Generator generator(7);
    const rg::TensorOptions as{.dtype = dtype};
    weight = rg::transpose(rg::randn({4, 3}, as, generator), 0, 1).detach().set_requires_grad();
    bias = rg::randn({3}, as, generator).set_requires_grad();
    late = rg::randn({3}, as, generator).set_requires_grad();
  }

  std::vector<Tensor> parameters() const { return {weight, bias, late}; }

  void train(optim::Optimizer& optimizer, int from, int to) {
    for (int step = from; step < to; ++step) {
      rg::Generator generator(static_cast<std::uint64_t>(step));
      const Tensor x = rg::randn({5, 4}, {.dtype = weight.dtype()}, generator);
      optimizer.step([&] {
        optimizer.zero_grad();
        Tensor y = rg::linear(x, weight, bias);
        if (step >= 5) {
          y = y * late;
        }
        const Tensor loss = rg::mean(rg::square(rg::tanh(y) - 0.25));
        loss.backward();
        return loss;
      });
    }
  }

  std::vector<double> values() const {
    std::vector<double> all;
    for (const Tensor& parameter : parameters()) {
      const auto part = parameter.to_vector<double>();
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
};

rg::StateDict numbered(const std::vector<Tensor>& parameters) {
  rg::StateDict all;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    all.insert(std::to_string(i), parameters[i].detach());
  }
  return all;
}

std::vector<double> all_values(const rg::StateDict& state) {
  std::vector<double> all;
  for (const auto& [name, tensor] : state) {
    const auto part = tensor.to_vector<double>();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<std::string> names(const rg::StateDict& state) {
  std::vector<std::string> all;
  for (const auto& [name, tensor] : state) {
    all.push_back(name);
  }
  return all;
}

// A copy of the state with one entry changed, added or, when undefined, left out.
rg::StateDict with(const rg::StateDict& state, const std::string& name, const Tensor& value) {
  rg::StateDict changed;
  for (const auto& [entry, tensor] : state) {
    if (entry != name) {
      changed.insert(entry, tensor);
    }
  }
  if (value.defined()) {
    changed.insert(name, value);
  }
  return changed;
}

}  // namespace

TEST_CASE("optimisers: 10 steps, a file and 10 more are 20 steps, bit for bit") {
  const test::TempFolder folder;
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    for (const test::OptimizerCase& kind : test::optimizer_cases()) {
      CAPTURE(kind.name);
      CAPTURE(rg::name(dtype));
      Problem straight(dtype);
      const auto optimizer = kind.make(straight.parameters());
      straight.train(*optimizer, 0, 20);

      Problem first(dtype);
      const auto stopped = kind.make(first.parameters());
      first.train(*stopped, 0, 10);
      rg::save(numbered(first.parameters()), folder.file("parameters"));
      rg::save(stopped->state_dict(), folder.file("optimizer"));

      Problem second(dtype);
      const auto resumed = kind.make(second.parameters());
      second.train(*resumed, 0, 3);  // which loading is to undo
      {
        const rg::NoGradGuard unrecorded;
        const rg::StateDict saved = rg::load(folder.file("parameters"));
        for (std::size_t i = 0; i < 3; ++i) {
          second.parameters()[i].copy_(saved.at(std::to_string(i)));
        }
      }
      resumed->load_state_dict(rg::load(folder.file("optimizer")));
      second.train(*resumed, 10, 20);

      CHECK(second.values() == straight.values());
      CHECK(names(resumed->state_dict()) == names(optimizer->state_dict()));
      CHECK(all_values(resumed->state_dict()) == all_values(optimizer->state_dict()));
    }
  }
}

TEST_CASE("optimisers: a state loaded before any step is one of no step") {
  for (const test::OptimizerCase& kind : test::optimizer_cases()) {
    CAPTURE(kind.name);
    Problem problem;
    Problem twin;
    const auto fresh = kind.make(twin.parameters());
    const auto optimizer = kind.make(problem.parameters());
    problem.train(*optimizer, 0, 6);
    optimizer->load_state_dict(fresh->state_dict());
    CHECK(names(optimizer->state_dict()) == names(fresh->state_dict()));
  }
}

TEST_CASE("optimisers: state dicts have PyTorch's names") {
  Problem problem;
  optim::Adam optimizer(problem.parameters(), {.lr = 0.5, .amsgrad = true});
  problem.train(optimizer, 0, 1);
  const rg::StateDict state = optimizer.state_dict();
  CHECK(names(state) ==
        std::vector<std::string>{"group.0.lr", "group.0.betas.0", "group.0.betas.1", "group.0.eps",
                                 "group.0.weight_decay", "group.0.amsgrad", "group.0.maximize",
                                 "state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq",
                                 "state.0.max_exp_avg_sq", "state.1.step", "state.1.exp_avg",
                                 "state.1.exp_avg_sq", "state.1.max_exp_avg_sq"});
  CHECK(state.at("group.0.lr").item<double>() == 0.5);
  CHECK(state.at("state.0.exp_avg").shape() == problem.weight.shape());
}

TEST_CASE("optimisers: groups keep their options, and parameters are counted through all") {
  const auto parameter = [] { return rg::ones({2}, {.requires_grad = true}); };
  Tensor a = parameter();
  Tensor b = parameter();
  optim::SGD optimizer(
      std::vector<optim::SGD::Group>{{{a}, {.lr = 0.5}}, {{b}, {.lr = 0.25, .momentum = 0.5}}});
  rg::sum(a * b).backward();
  optimizer.step();
  const rg::StateDict state = optimizer.state_dict();
  CHECK(state.contains("state.1.momentum_buffer"));
  CHECK_FALSE(state.contains("state.0.momentum_buffer"));
  optim::SGD other(std::vector<optim::SGD::Group>{{{a}, {}}, {{b}, {}}});
  other.load_state_dict(state);
  CHECK(other.groups()[0].options.lr == 0.5);
  CHECK(other.groups()[1].options.momentum == 0.5);
}

TEST_CASE("optimisers: loaded state is a copy, in the parameter's dtype and layout") {
  Problem problem;
  optim::SGD optimizer(problem.parameters(), {.momentum = 0.5});
  problem.train(optimizer, 0, 1);
  rg::StateDict state = optimizer.state_dict();
  Tensor doubled = state.at("state.0.momentum_buffer").to(rg::float64).contiguous();
  optimizer.load_state_dict(with(state, "state.0.momentum_buffer", doubled));
  doubled.fill_(100);
  const rg::StateDict after = optimizer.state_dict();
  const Tensor& buffer = after.at("state.0.momentum_buffer");
  CHECK(buffer.dtype() == rg::float32);
  CHECK(buffer.strides() == problem.weight.strides());
  CHECK(buffer.to_vector<float>() == state.at("state.0.momentum_buffer").to_vector<float>());
}

TEST_CASE("optimisers: a state that does not fit is refused and changes nothing") {
  Problem problem;
  optim::Adam optimizer(problem.parameters(), {.lr = 0.5});
  problem.train(optimizer, 0, 2);
  const rg::StateDict state = optimizer.state_dict();
  const auto before = all_values(state);
  const auto refused = [&](const std::string& name, const Tensor& value, const char* text) {
    CAPTURE(name);
    try {
      optimizer.load_state_dict(with(with(state, "group.0.lr", rg::full({}, 9.0)), name, value));
      FAIL_CHECK("nothing was thrown");
    } catch (const rg::Error& error) {
      CHECK_MESSAGE(std::string(error.what()).find(text) != std::string::npos, error.what());
      CHECK(std::string(error.what()).rfind("load_state_dict: ", 0) == 0);
    }
    CHECK(all_values(optimizer.state_dict()) == before);
  };
  const auto number = [](double value) { return rg::full({}, value, {.dtype = rg::float64}); };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  refused("group.0.eps", {}, "group.0.eps is missing");
  refused("group.0.lr", number(-1), "group.0.lr must be at least 0, not -1");
  refused("group.0.lr", number(nan), "not nan");
  refused("group.0.lr", rg::ones({2}), "group.0.lr should be one number");
  refused("group.0.betas.1", number(1), "group.0.betas.1 must be in [0, 1), not 1");
  refused("group.0.amsgrad", number(0.5), "group.0.amsgrad must be 0 or 1, not 0.5");
  refused("group.1.lr", number(1), "unknown: group.1.lr");
  refused("state.9.step", number(1), "unknown: state.9.step");
  refused("state.0.momentum_buffer", rg::ones({3, 4}), "unknown: state.0.momentum_buffer");
  refused("state.0.step", {}, "a part of state.0.* is missing");
  refused("state.0.step", number(-1), "state.0.step must be at least 0, not -1");
  refused("state.0.exp_avg", {}, "a part of state.0.* is missing");
  refused("state.0.exp_avg_sq", {}, "a part of state.0.* is missing");
  refused("state.0.exp_avg", rg::ones({4, 3}), "state.0.exp_avg does not fit its parameter");
  optimizer.load_state_dict(with(state, "group.0.initial_lr", number(2)));
  CHECK(optimizer.initial_lr() == 2);
}

TEST_CASE("LBFGS: a state that does not fit is refused and changes nothing") {
  Problem problem;
  optim::LBFGS optimizer(problem.parameters(), {.max_iter = 3});
  problem.train(optimizer, 0, 2);
  const rg::StateDict state = optimizer.state_dict();
  const auto before = all_values(state);
  CHECK(state.contains("state.0.old_dirs.0"));
  for (const char* entry : {"state.0.d", "state.0.old_stps.0", "state.0.prev_flat_grad"}) {
    CAPTURE(entry);
    CHECK_THROWS_AS(optimizer.load_state_dict(with(state, entry, rg::ones({3}))), rg::ShapeError);
  }
  CHECK_THROWS_AS(optimizer.load_state_dict(with(state, "state.0.n_iter", {})), rg::ShapeError);
  CHECK_THROWS_WITH_AS(
      optimizer.load_state_dict(with(state, "group.0.max_iter", rg::full({}, 2.5))),
      Contains("group.0.max_iter must be a whole number, not 2.5"), rg::ValueError);
  CHECK(all_values(optimizer.state_dict()) == before);
}
