// The pools that the tests of this folder run.
#pragma once

#include <optional>
#include <vector>

#include "conv_rows.h"

namespace kernel_tests {

struct PoolRow {
  std::int64_t channels = 3;
  Pair input{6, 7};
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Pair padding{0, 0};
  Pair dilation{1, 1};
  bool ceil_mode = false;
  std::optional<Depth> depth = {};  // of a pool over three dimensions
};

const std::vector<PoolRow>& pool_rows();

// Small integers.
Tensor input_of(const PoolRow& row, retrograd::DType dtype);
Tensor max_pool(const PoolRow& row, const Tensor& x);
Tensor avg_pool(const PoolRow& row, const Tensor& x, bool with_padding);

}  // namespace kernel_tests
