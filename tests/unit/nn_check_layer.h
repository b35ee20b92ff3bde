// Layers without parameters against the functions they call.
#pragma once

#include <doctest/doctest.h>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/tensor.h>

namespace test {

inline void check_same(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  CHECK(a.shape() == b.shape());
  CHECK(a.to_vector<float>() == b.to_vector<float>());
}

template <class Layer>
void check_layer(Layer&& layer, const retrograd::Tensor& x, const retrograd::Tensor& expected,
                 const char* text) {
  check_same(layer(x), expected);
  CHECK(layer.describe() == text);
  CHECK(layer.state_dict().size() == 0);
}

}  // namespace test
