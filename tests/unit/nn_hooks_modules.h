// Small modules and values for the tests of hooks.
#pragma once

#include <initializer_list>
#include <vector>

#include <retrograd/retrograd.h>

namespace test {

using Floats = std::vector<float>;

inline Floats values(const retrograd::Tensor& x) {
  return x.to_vector<float>();
}

inline retrograd::Tensor leaf(std::initializer_list<float> numbers) {
  return retrograd::tensor(Floats(numbers), {.requires_grad = true});
}

// y = 2 x^2
struct Square : retrograd::nn::Module {
  retrograd::Tensor forward(const retrograd::Tensor& x) override { return 2 * x * x; }
};

struct Product : retrograd::nn::ModuleOf<retrograd::Tensor(const retrograd::Tensor&,
                                                           const retrograd::Tensor&)> {
  retrograd::Tensor forward(const retrograd::Tensor& a, const retrograd::Tensor& b) override {
    return a * b;
  }
};

}  // namespace test
