// SGD beside torch.optim.SGD over 100 steps in float64; tests/golden/make_sgd.py says what the file
// holds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;
using rg::optim::SGD;

namespace {

// Numbers k / 8 with k from -8 to 8.
Tensor fraction(const rg::Shape& shape, std::int64_t phase) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < rg::zeros(shape).numel(); ++i) {
    values.push_back(static_cast<double>((i * 7 + phase * 5) % 17 - 8) / 8);
  }
  return rg::reshape(rg::tensor(values, {.dtype = rg::float64}), shape);
}

rg::optim::SGDOptions options_of(const Tensor& table, std::int64_t row) {
  return {.lr = table.at({row, 0}),
          .momentum = table.at({row, 1}),
          .dampening = table.at({row, 2}),
          .weight_decay = table.at({row, 3}),
          .nesterov = table.at({row, 4}) != 0};
}

std::vector<SGD::Group> groups_of(const Tensor& weight, const Tensor& bias, const Tensor& table) {
  if (table.size(0) == 1) {
    return {{{weight, bias}, options_of(table, 0)}};
  }
  return {{{weight}, options_of(table, 0)}, {{bias}, options_of(table, 1)}};
}

// The largest difference, measured by the largest value expected.
double relative_error(const Tensor& x, const Tensor& expected) {
  const auto a = x.to_vector<double>();
  const auto b = expected.to_vector<double>();
  REQUIRE(a.size() == b.size());
  double error = 0;
  double scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error = std::max(error, std::abs(a[i] - b[i]));
    scale = std::max(scale, std::abs(b[i]));
  }
  return error / scale;
}

void check_case(const rg::StateDict& golden, const std::string& name) {
  const Tensor x = fraction({6, 4}, 1);
  const Tensor target = fraction({6, 3}, 2) / 2;
  Tensor weight = fraction({3, 4}, 3).set_requires_grad();
  Tensor bias = fraction({3}, 4).set_requires_grad();
  SGD optimizer(groups_of(weight, bias, golden.at(name + ".options")));
  const auto listed = golden.at("steps").to_vector<std::int64_t>();
  REQUIRE(listed.back() == 100);
  std::int64_t next = 0;
  for (std::int64_t step = 1; step <= 100; ++step) {
    optimizer.zero_grad();
    rg::mse_loss(rg::tanh(rg::linear(x, weight, bias)), target).backward();
    optimizer.step();
    if (step == listed[static_cast<std::size_t>(next)]) {
      CAPTURE(step);
      CHECK(relative_error(weight, rg::select(golden.at(name + ".weight"), 0, next)) < 1e-12);
      CHECK(relative_error(bias, rg::select(golden.at(name + ".bias"), 0, next)) < 1e-12);
      ++next;
    }
  }
}

}  // namespace

TEST_CASE("SGD: equal to PyTorch's for every combination of options") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/sgd.safetensors");
  int cases = 0;
  for (const auto& [entry, tensor] : golden) {
    if (const auto dot = entry.find(".options"); dot != std::string::npos) {
      const std::string name = entry.substr(0, dot);
      CAPTURE(name);
      check_case(golden, name);
      ++cases;
    }
  }
  CHECK(cases == 14);
}
