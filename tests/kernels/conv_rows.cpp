#include "conv_rows.h"

#include <random>
#include <sstream>

namespace kernel_tests {

namespace rg = retrograd;

namespace {

void add_tails(std::vector<ConvRow>& rows) {
  const std::array<std::int64_t, 6> tails{3, 4, 6, 7, 9, 17};
  for (const std::int64_t in : tails) {
    for (const std::int64_t out : tails) {
      rows.push_back({.in = in, .out = out, .input = {7, 9}});
    }
    for (const std::int64_t kernel : {2, 5}) {
      rows.push_back({.in = in, .out = 2 * in, .kernel = {kernel, kernel}, .stride = {2, 2}});
    }
  }
}

void add_padding(std::vector<ConvRow>& rows) {
  for (const std::int64_t kernel : {2, 3}) {
    for (const std::int64_t padding : {4, 5, 6}) {
      for (const std::int64_t in : {3, 16}) {
        rows.push_back({.in = in,
                        .out = 5,
                        .input = {4, 5},
                        .kernel = {kernel, kernel},
                        .padding = {padding, padding}});
      }
    }
  }
  for (const std::int64_t kernel : {2, 3, 4, 6}) {
    rows.push_back({.in = 5, .kernel = {kernel, kernel}, .same = true});
    rows.push_back({.in = 5, .kernel = {1, kernel}, .same = true, .one_dimensional = true});
  }
}

void add_strides(std::vector<ConvRow>& rows) {
  for (const std::int64_t stride : {2, 3, 4}) {
    for (const std::int64_t input : {8, 9, 10, 11}) {
      rows.push_back({.in = 6, .input = {input, input + 1}, .stride = {stride, stride}});
    }
  }
  rows.push_back({.input = {2, 2}, .stride = {4, 4}});  // strides longer than the input
  rows.push_back({.input = {3, 2}, .stride = {5, 3}});
}

void add_points(std::vector<ConvRow>& rows) {
  for (const std::int64_t in : {1, 3, 7, 8, 12, 15, 16, 17, 24, 32}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      rows.push_back({.in = in,
                      .out = 16,
                      .input = {12, 11},
                      .kernel = {1, 1},
                      .stride = {stride, stride},
                      .padding = {0, 0}});
    }
  }
  rows.push_back({.batch = 4,
                  .in = 4,
                  .input = {32, 32},
                  .kernel = {1, 1},
                  .stride = {2, 2},
                  .padding = {0, 0}});
}

void add_groups(std::vector<ConvRow>& rows) {
  for (const std::int64_t groups : {2, 3, 4, 8}) {
    for (const std::int64_t in : {1, 3, 8}) {
      rows.push_back({.in = groups * in, .out = groups * (in + 1), .groups = groups});
    }
  }
  for (const std::int64_t channels : {3, 8, 16, 17, 24}) {
    for (const std::int64_t stride : {1, 2}) {
      rows.push_back(
          {.in = channels, .out = channels, .stride = {stride, stride}, .groups = channels});
    }
    rows.push_back({.in = channels, .out = 2 * channels, .groups = channels});
  }
}

void add_shapes(std::vector<ConvRow>& rows) {
  for (const std::int64_t dilation : {2, 3}) {
    for (const std::int64_t kernel : {2, 3}) {
      for (const std::int64_t stride : {1, 2}) {
        rows.push_back({.input = {11, 12},
                        .kernel = {kernel, kernel},
                        .stride = {stride, stride},
                        .dilation = {dilation, dilation}});
      }
    }
  }
  for (const Pair kernel : {Pair{1, 7}, Pair{7, 1}, Pair{3, 5}}) {
    for (const Pair stride : {Pair{1, 2}, Pair{2, 1}}) {
      for (const Pair padding : {Pair{0, 3}, Pair{2, 0}}) {
        rows.push_back({.in = 5,
                        .out = 9,
                        .input = {13, 10},
                        .kernel = kernel,
                        .stride = stride,
                        .padding = padding,
                        .dilation = {stride[1], 1}});
      }
    }
  }
  for (const std::int64_t batch : {1, 2, 3, 4}) {
    for (const std::int64_t channels : {16, 32}) {
      rows.push_back({.batch = batch, .in = channels, .out = channels, .input = {6, 10}});
    }
  }
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t kernel : {1, 3, 4, 9}) {
      rows.push_back({.in = 6,
                      .input = {1, 20},
                      .kernel = {1, kernel},
                      .stride = {1, stride},
                      .padding = {0, 2},
                      .one_dimensional = true});
    }
  }
  rows.push_back({.in = 1, .out = 6, .input = {28, 28}, .kernel = {5, 5}, .padding = {0, 0}});
  rows.push_back({.in = 6, .out = 16, .input = {12, 12}, .kernel = {5, 5}, .padding = {0, 0}});
}

// Work enough to be divided among threads.
void add_large(std::vector<ConvRow>& rows) {
  for (const std::int64_t in : {3, 7, 9, 17}) {
    rows.push_back({.batch = 4, .in = in, .out = 24, .input = {24, 25}});
    rows.push_back({.batch = 4, .in = in, .out = 33, .input = {25, 24}, .stride = {2, 3}});
  }
  for (const std::int64_t in : {8, 15, 16, 40}) {
    rows.push_back({.batch = 4,
                    .in = in,
                    .out = 48,
                    .input = {48, 40},
                    .kernel = {1, 1},
                    .stride = {2, 2},
                    .padding = {0, 0}});
  }
  rows.push_back({.batch = 3, .in = 64, .out = 64, .input = {14, 14}});
  rows.push_back({.batch = 3, .in = 48, .out = 48, .input = {20, 20}, .groups = 3});
  rows.push_back({.batch = 4, .in = 64, .out = 64, .input = {32, 33}, .groups = 64});
}

std::int64_t output_size(const ConvRow& row, std::size_t d) {
  const std::int64_t span = row.dilation[d] * (row.kernel[d] - 1) + 1;
  return row.same ? row.input[d] : (row.input[d] + 2 * row.padding[d] - span) / row.stride[d] + 1;
}

// (first, second, the spatial sizes)
rg::Shape shape_of(const ConvRow& row, std::int64_t first, std::int64_t second, Pair spatial) {
  return row.one_dimensional ? rg::Shape{first, second, spatial[1]}
                             : rg::Shape{first, second, spatial[0], spatial[1]};
}

}  // namespace

std::vector<ConvRow> conv_rows() {
  std::vector<ConvRow> rows;
  add_tails(rows);
  add_padding(rows);
  add_strides(rows);
  add_points(rows);
  add_groups(rows);
  add_shapes(rows);
  add_large(rows);
  return rows;
}

std::string to_string(const ConvRow& row) {
  std::ostringstream out;
  const auto pair = [&](const char* name, Pair values) {
    out << name << values[0] << 'x' << values[1];
  };
  out << (row.one_dimensional ? "conv1d" : "conv2d") << " batch " << row.batch << ", channels "
      << row.in << " to " << row.out << ", groups " << row.groups;
  pair(", input ", row.input);
  pair(", kernel ", row.kernel);
  pair(", stride ", row.stride);
  pair(row.same ? ", padding same; " : ", padding ", row.padding);
  pair(", dilation ", row.dilation);
  return out.str();
}

bool is_known_bad(const ConvRow& row) {
  return row.kernel == Pair{1, 1} && row.stride != Pair{1, 1} && row.in / row.groups < 16;
}

Tensor integers(const rg::Shape& shape, rg::DType dtype, unsigned seed) {
  constexpr std::array<float, 9> choices{-2, -2, -1, -1, 0, 1, 1, 2, 2};
  std::mt19937 random(seed);
  Tensor result = rg::empty(shape, {.dtype = rg::float32});
  float* const values = result.data<float>();
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    values[i] = choices[random() % choices.size()];
  }
  return result.to(dtype);
}

ConvInputs conv_inputs(const ConvRow& row, rg::DType dtype) {
  const Pair output{output_size(row, 0), output_size(row, 1)};
  return {.x = integers(shape_of(row, row.batch, row.in, row.input), dtype, 1),
          .weight = integers(shape_of(row, row.out, row.in / row.groups, row.kernel), dtype, 2),
          .bias = integers({row.out}, dtype, 3),
          .seed = integers(shape_of(row, row.batch, row.out, output), dtype, 4)};
}

ConvResults run(const ConvRow& row, const ConvInputs& inputs) {
  const auto leaf = [](const Tensor& values) { return values.detach().set_requires_grad(); };
  const Tensor x = leaf(inputs.x);
  const Tensor weight = leaf(inputs.weight);
  const Tensor bias = leaf(inputs.bias);
  const auto [sh, sw] = row.stride;
  const auto [ph, pw] = row.padding;
  const auto [dh, dw] = row.dilation;
  using rg::Padding;
  const Tensor y =
      row.one_dimensional
          ? rg::conv1d(x, weight, bias,
                       {.stride = sw,
                        .padding = row.same ? Padding<1>(rg::same) : Padding<1>(pw),
                        .dilation = dw,
                        .groups = row.groups})
          : rg::conv2d(x, weight, bias,
                       {.stride = {sh, sw},
                        .padding = row.same ? Padding<2>(rg::same) : Padding<2>(ph, pw),
                        .dilation = {dh, dw},
                        .groups = row.groups});
  const auto gradients = rg::grad({y}, {x, weight, bias}, {.grad_outputs = {inputs.seed}});
  return {y.detach(), gradients[0], gradients[1], gradients[2]};
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         a.to_vector<double>() == b.to_vector<double>();
}

bool equal(const ConvResults& a, const ConvResults& b) {
  return equal(a.y, b.y) && equal(a.x_grad, b.x_grad) && equal(a.weight_grad, b.weight_grad) &&
         equal(a.bias_grad, b.bias_grad);
}

}  // namespace kernel_tests
