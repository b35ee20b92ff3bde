// Optimisers beside torch.optim over 1,000 steps in float64, and 100 in float32;
// make_optimizers.py says what the file holds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "test_paths.h"

namespace rg = retrograd;
namespace optim = rg::optim;
using rg::Tensor;

namespace {

// Numbers k / 8 with k from -8 to 8.
Tensor fraction(const rg::Shape& shape, std::int64_t phase) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < rg::zeros(shape).numel(); ++i) {
    values.push_back(static_cast<double>((i * 7 + phase * 5) % 17 - 8) / 8);
  }
  return rg::reshape(rg::tensor(values, {.dtype = rg::float64}), shape);
}

template <class O>
typename O::Group group_of(std::vector<Tensor> parameters, const Tensor& table, std::int64_t row) {
  typename O::Group group{std::move(parameters), {}};
  std::int64_t column = 0;
  for (const optim::Setting& setting : group.options.settings()) {
    const double value = table.at({row, column++});
    std::visit([&](auto* to) { *to = static_cast<std::remove_pointer_t<decltype(to)>>(value); },
               setting.value);
  }
  REQUIRE(column == table.size(1));
  return group;
}

template <class O>
std::unique_ptr<optim::Optimizer> make(const Tensor& weight, const Tensor& bias,
                                       const Tensor& table) {
  std::vector<typename O::Group> groups;
  if (table.size(0) == 1) {
    groups.push_back(group_of<O>({weight, bias}, table, 0));
  } else {
    groups.push_back(group_of<O>({weight}, table, 0));
    groups.push_back(group_of<O>({bias}, table, 1));
  }
  return std::make_unique<O>(std::move(groups));
}

std::unique_ptr<optim::Optimizer> make(const std::string& kind, const Tensor& weight,
                                       const Tensor& bias, const Tensor& table) {
  const auto is = [&](const char* name) { return kind == name; };
  if (is("SGD"))
    return make<optim::SGD>(weight, bias, table);
  if (is("Adam"))
    return make<optim::Adam>(weight, bias, table);
  if (is("AdamW"))
    return make<optim::AdamW>(weight, bias, table);
  if (is("Adamax"))
    return make<optim::Adamax>(weight, bias, table);
  if (is("NAdam"))
    return make<optim::NAdam>(weight, bias, table);
  if (is("RAdam"))
    return make<optim::RAdam>(weight, bias, table);
  if (is("Adagrad"))
    return make<optim::Adagrad>(weight, bias, table);
  if (is("Adadelta"))
    return make<optim::Adadelta>(weight, bias, table);
  if (is("RMSprop"))
    return make<optim::RMSprop>(weight, bias, table);
  REQUIRE(is("LBFGS"));
  return make<optim::LBFGS>(weight, bias, table);
}

// The largest difference, measured by the largest value expected.
double relative_error(const Tensor& x, const Tensor& expected) {
  const auto a = x.to_vector<double>();
  const auto b = expected.to_vector<double>();
  REQUIRE(a.size() == b.size());
  double error = 0;
  double scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error = std::max(error, std::isnan(a[i]) ? 1e300 : std::abs(a[i] - b[i]));
    scale = std::max(scale, std::abs(b[i]));
  }
  return error / scale;
}

// The largest error at the steps of the file from `begin` to `end`. Gradients are computed in
// float64 at the parameters of `dtype`, so that errors are the optimiser's own.
double worst_error(const rg::StateDict& golden, const std::string& name, rg::DType dtype,
                   std::int64_t begin, std::int64_t end) {
  const std::string kind = name.substr(0, name.find('.'));
  const Tensor x = fraction({6, 4}, 1);
  const Tensor target = fraction({6, 3}, 2) / 2;
  const Tensor table = golden.at(name + ".options");
  const double scale = kind == "LBFGS" && table.at({0, 6}) == 0 ? 0.25 : 1;
  Tensor weight = (fraction({3, 4}, 3) * scale).to(dtype).set_requires_grad();
  Tensor bias = (fraction({3}, 4) * scale).to(dtype).set_requires_grad();
  const auto optimizer = make(kind, weight, bias, table);
  const std::int64_t rows = kind == "LBFGS" ? 6 : 2;
  std::int64_t first = 0;
  const auto closure = [&] {
    optimizer->zero_grad();
    const Tensor output = rg::linear(rg::slice(x, 0, first, first + rows), weight.to(rg::float64),
                                     bias.to(rg::float64));
    Tensor loss = rg::mse_loss(rg::tanh(output), rg::slice(target, 0, first, first + rows));
    loss.backward();
    return loss;
  };
  const auto steps = golden.at(kind == "LBFGS" ? "lbfgs_steps" : "steps").to_vector<std::int64_t>();
  double worst = 0;
  std::int64_t next = 0;
  for (std::int64_t step = 1; step <= std::min(steps.back(), end); ++step) {
    first = (step - 1) * rows % 6;
    optimizer->step(closure);
    if (step < steps[static_cast<std::size_t>(next)]) {
      continue;
    }
    if (step >= begin) {
      for (const auto& [part, tensor] : {std::pair{".weight", weight}, {".bias", bias}}) {
        worst =
            std::max(worst, relative_error(tensor, rg::select(golden.at(name + part), 0, next)));
      }
    }
    ++next;
  }
  return worst;
}

std::vector<std::string> cases_of(const rg::StateDict& golden) {
  std::vector<std::string> names;
  for (const auto& [entry, tensor] : golden) {
    if (const auto dot = entry.find(".options"); dot != std::string::npos) {
      names.push_back(entry.substr(0, dot));
    }
  }
  return names;
}

}  // namespace

TEST_CASE("optimisers: equal to PyTorch's for every combination of options") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/optimizers.safetensors");
  const auto names = cases_of(golden);
  CHECK(names.size() == 43);
  for (const std::string& name : names) {
    CAPTURE(name);
    // Differences of gradients divide differences of places in LBFGS, which magnifies rounding.
    const double bound = name.rfind("LBFGS", 0) == 0 ? 1e-11 : 1e-12;
    CHECK(worst_error(golden, name, rg::float64, 1, 1000) < bound);
  }
}

TEST_CASE("optimisers: in float32 equal to PyTorch's float64 after 100 steps") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/optimizers.safetensors");
  for (const std::string& name : cases_of(golden)) {
    if (name.rfind("LBFGS", 0) != 0) {
      CAPTURE(name);
      CHECK(worst_error(golden, name, rg::float32, 100, 100) < 1e-6);
    }
  }
}

TEST_CASE("clip_grad_norm_ and clip_grad_value_: gradients and norm are PyTorch's") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/optimizers.safetensors");
  int cases = 0;
  for (const auto& [entry, arguments] : golden) {
    const auto end = entry.find(".arguments");
    if (end == std::string::npos) {
      continue;
    }
    ++cases;
    const std::string name = entry.substr(0, end);
    CAPTURE(name);
    const rg::TensorOptions leaf{.dtype = rg::float64, .requires_grad = true};
    Tensor weight = rg::zeros({3, 4}, leaf);
    Tensor bias = rg::zeros({3}, leaf);
    weight.set_grad(fraction({3, 4}, 5));
    bias.set_grad(fraction({3}, 6));
    const std::vector<Tensor> parameters{weight, bias, rg::zeros({2}, leaf)};
    if (golden.contains(name + ".norm")) {
      const double norm = optim::clip_grad_norm_(parameters, arguments.at({0}), arguments.at({1}));
      CHECK(norm == doctest::Approx(golden.at(name + ".norm").item<double>()).epsilon(1e-14));
    } else {
      optim::clip_grad_value_(parameters, arguments.at({0}));
    }
    // Where all is scaled to 0 the difference itself is bounded.
    const double bound = arguments.at({0}) == 0 ? 0 : 1e-14;
    const auto error = [&](const Tensor& grad, const char* part) {
      const Tensor expected = golden.at(name + part);
      return bound == 0 ? rg::max(rg::abs(grad - expected)).item<double>()
                        : relative_error(grad, expected);
    };
    CHECK(error(weight.grad(), ".weight") <= bound);
    CHECK(error(bias.grad(), ".bias") <= bound);
  }
  CHECK(cases == 8);
}
