// The convolutions that the tests of this folder run.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

namespace kernel_tests {

using retrograd::Tensor;

using Pair = std::array<std::int64_t, 2>;

// The first of three dimensions.
struct Depth {
  std::int64_t input = 4;
  std::int64_t kernel = 2;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
};

struct ConvRow {
  std::int64_t batch = 2;
  std::int64_t in = 8;
  std::int64_t out = 8;
  Pair input{8, 8};
  Pair kernel{3, 3};
  Pair stride{1, 1};
  Pair padding{1, 1};
  Pair dilation{1, 1};
  std::int64_t groups = 1;
  bool same = false;                // padding 'same', which an even kernel makes asymmetric
  bool one_dimensional = false;     // the second of each pair counts
  std::optional<Depth> depth = {};  // of a convolution over three dimensions
};

// At least 150, each different.
std::vector<ConvRow> conv_rows();
std::string to_string(const ConvRow& row);

// Adds rows at which kernels of our own have borders.
void add_depthwise(std::vector<ConvRow>& rows);
void add_winograd(std::vector<ConvRow>& rows);
// Rows for the tiles of AMX.
std::vector<ConvRow> tiled_rows();

// oneDNN's weight gradient for these is known to be wrong.
bool is_known_bad(const ConvRow& row);

struct ConvInputs {
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor seed;  // the gradient of the output
};
struct ConvResults {
  Tensor y;
  Tensor x_grad;
  Tensor weight_grad;
  Tensor bias_grad;
};

// Integers from -2 to 2, of which less than 30 % are zero: sums of their products are exact.
Tensor integers(const retrograd::Shape& shape, retrograd::DType dtype, unsigned seed);

std::int64_t output_size(const ConvRow& row, std::size_t d);
std::int64_t output_depth(const Depth& depth);
ConvInputs conv_inputs(const ConvRow& row, retrograd::DType dtype);
ConvResults run(const ConvRow& row, const ConvInputs& inputs);

bool equal(const Tensor& a, const Tensor& b);
bool equal(const ConvResults& a, const ConvResults& b);

}  // namespace kernel_tests
