// Helpers for tests of graphs that were changed.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <string>

#include <retrograd/retrograd.h>

namespace test {

inline retrograd::Tensor numbers(const retrograd::Shape& shape, std::uint64_t seed = 5,
                                 retrograd::DType dtype = retrograd::float32) {
  retrograd::Generator generator(seed);
  return randn(shape, {.dtype = dtype}, generator);
}

inline std::string steps_of(const retrograd::Graph& graph) {
  std::string names;
  for (const retrograd::GraphStep& step : graph.steps) {
    names += (names.empty() ? "" : " ") + step.op;
  }
  return names;
}

// The largest difference, as a part of the largest value.
inline double difference(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const retrograd::Tensor wide = b.to(retrograd::float64);
  return max(abs(a.to(retrograd::float64) - wide)).item<double>() / max(abs(wide)).item<double>();
}

// Gives norms and biases the values that training leaves.
template <class Model>
void disturb(Model& model) {
  std::uint64_t seed = 100;
  const retrograd::NoGradGuard unrecorded;
  for (auto& [name, tensor] : model.state_dict()) {
    retrograd::Tensor values = tensor;
    if (name.ends_with("running_mean") || (name.ends_with("bias") && tensor.dim() == 1)) {
      values.copy_(0.1 * numbers(tensor.shape(), ++seed));
    } else if (name.ends_with("running_var") || (name.ends_with("weight") && tensor.dim() == 1)) {
      values.copy_(1.0 + 0.2 * abs(numbers(tensor.shape(), ++seed)));
    }
  }
}

using Program = std::function<retrograd::Tensor(const retrograd::Tensor& x)>;

inline retrograd::Graph traced(const Program& program, const retrograd::Tensor& x) {
  const retrograd::Trace trace;
  const retrograd::Tensor y = program(x);
  return retrograd::Graph(trace, {x}, {y});
}

// A batch norm of six channels.
struct Norm {
  retrograd::Tensor mean = numbers({6}, 1);
  retrograd::Tensor var = rand_var();
  retrograd::Tensor weight = numbers({6}, 3);
  retrograd::Tensor bias = numbers({6}, 4);

  static retrograd::Tensor rand_var() {
    retrograd::Generator generator(2);
    return rand({6}, {}, generator) + 0.5;
  }
  retrograd::Tensor operator()(const retrograd::Tensor& x, bool relu = false,
                               bool training = false) const {
    return (relu ? retrograd::batch_norm_relu : retrograd::batch_norm)(
        x, mean, var, weight, bias, {.training = training, .eps = 1e-3}, {});
  }
};

}  // namespace test
