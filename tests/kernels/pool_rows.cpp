#include "pool_rows.h"

namespace kernel_tests {

namespace rg = retrograd;

const std::vector<PoolRow>& pool_rows() {
  static const std::vector<PoolRow> rows{
      {},
      {.channels = 1},
      {.channels = 17, .kernel = {3, 3}},
      {.kernel = {3, 2}, .stride = {1, 2}},
      {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}},
      {.input = {5, 5}, .kernel = {4, 3}, .stride = {3, 2}, .padding = {2, 1}},
      {.input = {7, 7}, .kernel = {2, 2}, .ceil_mode = true},
      {.input = {7, 8}, .kernel = {3, 3}, .stride = {3, 3}, .padding = {1, 1}, .ceil_mode = true},
      {.input = {9, 9}, .kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 0}, .dilation = {2, 3}},
      {.channels = 64, .input = {24, 24}},
      {.channels = 6, .input = {9, 12}},  // two places and six channels: three vectors
      {.channels = 17, .input = {6, 8}},
      {.channels = 12, .input = {6, 9}, .kernel = {2, 3}, .stride = {2, 3}},
      {.channels = 16, .input = {9, 13}, .stride = {1, 1}},
      {.channels = 5, .input = {7, 8}, .kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}},
      {.depth = Depth{}},
      {.channels = 9, .kernel = {3, 2}, .stride = {1, 2}, .depth = Depth{.input = 5, .kernel = 3}},
      {.channels = 16,
       .input = {5, 6},
       .padding = {1, 1},
       .ceil_mode = true,
       .depth = Depth{.input = 6, .kernel = 3, .stride = 2, .padding = 1}},
      {.input = {7, 8},
       .stride = {1, 2},
       .dilation = {2, 3},
       .depth = Depth{.input = 6, .kernel = 2, .dilation = 3}},
  };
  return rows;
}

Tensor input_of(const PoolRow& row, rg::DType dtype) {
  rg::Shape shape{2, row.channels, row.input[0], row.input[1]};
  if (row.depth) {
    shape.insert(2, row.depth->input);
  }
  return integers(shape, dtype, 5);
}

Tensor max_pool(const PoolRow& row, const Tensor& x) {
  const auto [kh, kw] = row.kernel;
  const auto [sh, sw] = row.stride;
  const auto [ph, pw] = row.padding;
  const auto [dh, dw] = row.dilation;
  if (row.depth) {
    const Depth& d = *row.depth;
    return rg::max_pool3d(x, {d.kernel, kh, kw},
                          {.stride = {d.stride, sh, sw},
                           .padding = {d.padding, ph, pw},
                           .dilation = {d.dilation, dh, dw},
                           .ceil_mode = row.ceil_mode});
  }
  return rg::max_pool2d(
      x, {kh, kw},
      {.stride = {sh, sw}, .padding = {ph, pw}, .dilation = {dh, dw}, .ceil_mode = row.ceil_mode});
}

Tensor avg_pool(const PoolRow& row, const Tensor& x, bool with_padding) {
  const auto [kh, kw] = row.kernel;
  const auto [sh, sw] = row.stride;
  const auto [ph, pw] = row.padding;
  if (row.depth) {
    const Depth& d = *row.depth;
    return rg::avg_pool3d(x, {d.kernel, kh, kw},
                          {.stride = {d.stride, sh, sw},
                           .padding = {d.padding, ph, pw},
                           .ceil_mode = row.ceil_mode,
                           .count_include_pad = with_padding});
  }
  return rg::avg_pool2d(x, {kh, kw},
                        {.stride = {sh, sw},
                         .padding = {ph, pw},
                         .ceil_mode = row.ceil_mode,
                         .count_include_pad = with_padding});
}

}  // namespace kernel_tests
