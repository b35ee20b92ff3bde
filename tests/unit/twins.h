// Compares a fused kernel with the composition of operators it stands for: equal in value, first
// and second derivative.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include <retrograd/retrograd.h>

namespace twins {

namespace rg = retrograd;
using rg::Tensor;
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

// The value, the gradients for a seed, and the gradients of their weighted sum.
inline Tensors all_orders(const Function& f, const Tensors& inputs) {
  rg::Generator generator(7);
  const auto like = [&](const Tensor& x) {
    return rg::randn(x.shape(), {.dtype = x.dtype()}, generator);
  };
  const Tensor y = f(inputs);
  Tensors found{y};
  const Tensors first = rg::grad({y}, inputs, {.grad_outputs = {like(y)}, .create_graph = true});
  Tensor mixed = rg::zeros({}, {.dtype = y.dtype()});
  for (const Tensor& gradient : first) {
    found.push_back(gradient);
    mixed = mixed + rg::sum(gradient * rg::square(gradient + like(gradient)));
  }
  for (const Tensor& second : rg::grad({mixed}, inputs, {.allow_unused = true})) {
    if (second.defined()) {
      found.push_back(second);
    }
  }
  return found;
}

inline void check_equal(const Function& fused, const Function& composed, const Tensors& inputs) {
  const Tensors a = all_orders(fused, inputs);
  const Tensors b = all_orders(composed, inputs);
  REQUIRE(a.size() == b.size());
  REQUIRE(a.size() > 1 + inputs.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].shape() == b[i].shape());
    const auto x = a[i].to_vector<double>();
    const auto y = b[i].to_vector<double>();
    for (std::size_t k = 0; k < x.size(); ++k) {
      CHECK(std::fabs(x[k] - y[k]) <= 1e-11 * (1 + std::fabs(y[k])));
    }
  }
}

inline Tensor random(const rg::Shape& shape, std::uint64_t seed) {
  rg::Generator generator(seed);
  return rg::randn(shape, {.dtype = rg::float64, .requires_grad = true}, generator);
}

}  // namespace twins
