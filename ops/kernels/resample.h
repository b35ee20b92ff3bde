// Separable linear maps along the spatial dimensions of (N, C, spatial...), as interpolation is.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// A sparse matrix (output, input) by rows: output o is the sum over t in [begin[o], begin[o + 1])
// of weight[t] * x[index[t]].
struct AxisMap {
  std::int64_t input = 0;
  std::vector<std::int64_t> begin = {0};
  std::vector<std::int64_t> index = {};
  std::vector<double> weight = {};

  std::int64_t output() const { return static_cast<std::int64_t>(begin.size()) - 1; }
  void add(std::int64_t at, double factor) {
    index.push_back(at);
    weight.push_back(factor);
  }
  void end_row() { begin.push_back(static_cast<std::int64_t>(index.size())); }
};

AxisMap transposed(const AxisMap& map);

// One map for each spatial dimension of x. The result is channels-last.
Tensor resample(const Tensor& x, const std::vector<AxisMap>& maps);

}  // namespace retrograd::kernels
