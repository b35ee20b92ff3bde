#include "gradient/op_cases.h"
#include "gradient/torch_text.h"

namespace op_cases {

namespace {

template <std::size_t N>
using MaxPool = rg::Tensor (*)(const rg::Tensor&, rg::Size<N>, const rg::MaxPoolOptions<N>&,
                               rg::Where);
template <std::size_t N>
using MaxPoolWithIndices = rg::ValuesAndIndices (*)(const rg::Tensor&, rg::Size<N>,
                                                    const rg::MaxPoolOptions<N>&, rg::Where);
template <std::size_t N>
using AvgPool = rg::Tensor (*)(const rg::Tensor&, rg::Size<N>, const rg::AvgPoolOptions<N>&,
                               rg::Where);

template <std::size_t N>
struct Pools {
  MaxPool<N> max;
  MaxPoolWithIndices<N> max_with_indices;
  AvgPool<N> avg;
};
template <std::size_t N>
Pools<N> pools();
template <>
Pools<1> pools() {
  return {rg::max_pool1d, rg::max_pool1d_with_indices, rg::avg_pool1d};
}
template <>
Pools<2> pools() {
  return {rg::max_pool2d, rg::max_pool2d_with_indices, rg::avg_pool2d};
}
template <>
Pools<3> pools() {
  return {rg::max_pool3d, rg::max_pool3d_with_indices, rg::avg_pool3d};
}

// "max_pool2d"
template <std::size_t N>
std::string name(const char* family) {
  return family + std::to_string(N) + "d";
}

// PyTorch has its doubts about images without channels.
bool torch_takes(const rg::Shape& shape) {
  return numel(shape) > 0 || shape[0] == 0;
}

// "(a, (2, 2), stride=(2, 2), padding=(0, 0), ceil_mode=False"
template <std::size_t N, class Options>
std::string torch_arguments(rg::Size<N> kernel, const Options& options) {
  return "(a, " + tuple(kernel) + ", stride=" + tuple(options.stride.value_or(kernel)) +
         ", padding=" + tuple(options.padding) + ", ceil_mode=" + boolean(options.ceil_mode);
}

template <std::size_t N>
std::string torch_text(rg::Size<N> kernel, const rg::MaxPoolOptions<N>& options) {
  return "F." + name<N>("max_pool") + torch_arguments(kernel, options) +
         ", dilation=" + tuple(options.dilation) + ")";
}

template <std::size_t N>
std::string torch_text(rg::Size<N> kernel, const rg::AvgPoolOptions<N>& options) {
  const std::string text = "F." + name<N>("avg_pool") + torch_arguments(kernel, options) +
                           ", count_include_pad=" + boolean(options.count_include_pad);
  if (!options.divisor_override) {
    return text + ")";
  }
  if (N > 1) {
    return text + ", divisor_override=" + std::to_string(*options.divisor_override) + ")";
  }
  // The one-dimensional pool has no such option there; all windows have the kernel's size here.
  return text + ") * (" + std::to_string(kernel[0]) + " / " +
         std::to_string(*options.divisor_override) + ")";
}

template <std::size_t N>
void add_max(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<N> kernel,
             const rg::MaxPoolOptions<N>& options) {
  table.push_back({.op = name<N>("max_pool"),
                   .label = label,
                   .inputs = {{shape, Values::distinct}},
                   .torch = torch_takes(shape) ? torch_text(kernel, options) : "",
                   .function = [kernel, options](const Tensors& x) {
                     return pools<N>().max(x[0], kernel, options, {});
                   }});
}

template <std::size_t N>
void add_max_with_indices(Table& table, const std::string& label, const rg::Shape& shape,
                          rg::Size<N> kernel, const rg::MaxPoolOptions<N>& options = {}) {
  table.push_back({.op = name<N>("max_pool") + "_with_indices",
                   .label = label,
                   .inputs = {{shape, Values::distinct}},
                   .torch = torch_text(kernel, options),
                   .function = [kernel, options](const Tensors& x) {
                     return pools<N>().max_with_indices(x[0], kernel, options, {}).values;
                   }});
}

template <std::size_t N>
void add_average(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<N> kernel,
                 const rg::AvgPoolOptions<N>& options) {
  table.push_back(
      {.op = name<N>("avg_pool"),
       .label = label,
       .inputs = {shape},
       .torch = torch_takes(shape) ? torch_text(kernel, options) : "",
       .function = [kernel, options](
                       const Tensors& x) { return pools<N>().avg(x[0], kernel, options, {}); },
       .affine = true});
}

// The same call of both pools.
template <std::size_t N>
void add_both(Table& table, const std::string& label, const rg::Shape& shape, rg::Size<N> kernel,
              rg::OptionalSize<N> stride = {}, rg::Size<N> padding = 0, bool ceil_mode = false) {
  add_max<N>(table, label, shape, kernel,
             {.stride = stride, .padding = padding, .ceil_mode = ceil_mode});
  add_average<N>(table, label, shape, kernel,
                 {.stride = stride, .padding = padding, .ceil_mode = ceil_mode});
}

template <std::size_t N>
struct Named {
  const char* name;
  rg::Size<N> size;
};

template <std::size_t N>
struct Grid {
  rg::Shape shape;
  std::vector<Named<N>> kernels;
  std::vector<Named<N>> strides;
  std::vector<Named<N>> paddings;
};

// All options together, on an input that leaves remainders.
template <std::size_t N>
void add_grid(Table& table, const Grid<N>& grid) {
  for (const Named<N>& kernel : grid.kernels) {
    for (const Named<N>& stride : grid.strides) {
      for (const Named<N>& padding : grid.paddings) {
        for (const bool ceil_mode : {false, true}) {
          const std::string label = std::string("kernel ") + kernel.name + " stride " +
                                    stride.name + " padding " + padding.name +
                                    (ceil_mode ? " ceil" : "");
          for (const std::int64_t dilation : {1, 2}) {
            add_max<N>(table, label + " dilation " + std::to_string(dilation), grid.shape,
                       kernel.size,
                       {.stride = stride.size,
                        .padding = padding.size,
                        .dilation = dilation,
                        .ceil_mode = ceil_mode});
          }
          for (const bool count_padding : {false, true}) {
            add_average<N>(table, label + (count_padding ? " padding counted" : ""), grid.shape,
                           kernel.size,
                           {.stride = stride.size,
                            .padding = padding.size,
                            .ceil_mode = ceil_mode,
                            .count_include_pad = count_padding});
          }
        }
      }
    }
  }
}

void add_1d(Table& table) {
  add_grid<1>(table, {.shape = {1, 2, 7},
                      .kernels = {{"2", 2}, {"3", 3}},
                      .strides = {{"1", 1}, {"2", 2}, {"3", 3}},
                      .paddings = {{"0", 0}, {"1", 1}}});
  add_both<1>(table, "kernel of 1", {2, 2, 5}, 1);
  add_both<1>(table, "kernel as long as the input", {2, 3, 4}, 4);
  add_both<1>(table, "unbatched", {2, 6}, 2);
  add_both<1>(table, "channels that no vector divides", {1, 7, 5}, 3, 2);
  add_both<1>(table, "no batch at all", {0, 2, 4}, 2);
  add_both<1>(table, "no channels", {2, 0, 4}, 2);
  add_both<1>(table, "stride over the kernel", {1, 2, 9}, 2, 4);
  add_average<1>(table, "divisor", {1, 2, 6}, 3, {.stride = 2, .divisor_override = 2});
  add_max_with_indices<1>(table, "kernel 2", {2, 2, 5}, 2);
  add_max_with_indices<1>(table, "padding", {2, 2, 5}, 3, {.stride = 2, .padding = 1});
  add_max_with_indices<1>(table, "dilation", {1, 2, 8}, 3, {.stride = 1, .dilation = 2});
  add_max_with_indices<1>(table, "ceil", {1, 2, 6}, 3, {.stride = 2, .ceil_mode = true});
  add_max_with_indices<1>(table, "unbatched", {3, 6}, 2);
  add_max_with_indices<1>(table, "no batch at all", {0, 2, 4}, 2);
}

void add_2d(Table& table) {
  add_grid<2>(table, {.shape = {1, 1, 5, 6},
                      .kernels = {{"2", 2}, {"(2, 3)", {2, 3}}},
                      .strides = {{"1", 1}, {"2", 2}, {"(3, 2)", {3, 2}}},
                      .paddings = {{"0", 0}, {"1", 1}}});
  add_both<2>(table, "kernel of 1", {2, 2, 2, 3}, 1);
  add_both<2>(table, "kernel as large as the input", {2, 3, 2, 3}, {2, 3});
  add_both<2>(table, "unbatched", {2, 4, 4}, 2);
  add_both<2>(table, "batch and channels", {2, 3, 2, 3}, 2, 1);
  add_both<2>(table, "six channels", {1, 6, 4, 2}, 2);
  add_both<2>(table, "no batch at all", {0, 2, 4, 4}, 2);
  add_both<2>(table, "no channels", {2, 0, 4, 4}, 2);
  add_both<2>(table, "stride over the kernel", {1, 1, 6, 6}, 2, 4);
  add_both<2>(table, "last window mostly outside", {1, 1, 4, 5}, 3, 2, 1, true);
  add_both<2>(table, "padding in one dimension", {1, 2, 3, 4}, {3, 2}, 1, {1, 0});
  add_average<2>(table, "divisor", {1, 2, 4, 4}, 2, {.stride = 1, .divisor_override = 3});
  add_average<2>(table, "divisor, padding and ceil", {1, 1, 4, 5}, 3,
                 {.stride = 2, .padding = 1, .ceil_mode = true, .divisor_override = -2});
  add_max_with_indices<2>(table, "kernel 2", {2, 2, 2, 4}, 2);
  add_max_with_indices<2>(table, "padding", {1, 2, 4, 4}, 3, {.stride = 2, .padding = 1});
  add_max_with_indices<2>(table, "dilation", {1, 1, 5, 6}, 2, {.stride = 1, .dilation = {2, 3}});
  add_max_with_indices<2>(table, "ceil", {1, 2, 3, 5}, 2, {.ceil_mode = true});
  add_max_with_indices<2>(table, "unbatched", {3, 4, 4}, 2);
  add_max_with_indices<2>(table, "no batch at all", {0, 2, 4, 4}, 2);
  // 256 places: too many for a winner's number to fit a byte.
  add_max_with_indices<2>(table, "window of 256 places", {1, 1, 5, 5}, 16,
                          {.stride = 2, .padding = 8});
}

void add_3d(Table& table) {
  add_grid<3>(table, {.shape = {1, 1, 3, 3, 5},
                      .kernels = {{"2", 2}, {"(2, 2, 3)", {2, 2, 3}}},
                      .strides = {{"1", 1}, {"2", 2}, {"(2, 1, 3)", {2, 1, 3}}},
                      .paddings = {{"0", 0}, {"1", 1}}});
  add_both<3>(table, "kernel of 1", {2, 2, 2, 1, 3}, 1);
  add_both<3>(table, "kernel as large as the input", {2, 2, 2, 2, 3}, {2, 2, 3});
  add_both<3>(table, "unbatched", {2, 2, 4, 2}, 2);
  add_both<3>(table, "no batch at all", {0, 2, 4, 4, 4}, 2);
  add_both<3>(table, "no channels", {2, 0, 4, 4, 4}, 2);
  add_both<3>(table, "padding in one dimension", {1, 2, 2, 3, 4}, {1, 3, 2}, 1, {0, 1, 0});
  add_average<3>(table, "divisor", {1, 1, 3, 2, 4}, 2, {.stride = 1, .divisor_override = 5});
  add_max_with_indices<3>(table, "kernel 2", {1, 2, 2, 2, 4}, 2);
  add_max_with_indices<3>(table, "padding", {1, 1, 3, 2, 4}, 2, {.stride = 2, .padding = 1});
  add_max_with_indices<3>(table, "dilation", {1, 1, 3, 4, 4}, 2,
                          {.stride = 1, .dilation = {1, 2, 3}});
  add_max_with_indices<3>(table, "ceil", {1, 1, 3, 3, 5}, 2, {.ceil_mode = true});
  add_max_with_indices<3>(table, "unbatched", {2, 2, 2, 4}, 2);
  add_max_with_indices<3>(table, "no batch at all", {0, 2, 2, 2, 2}, 2);
}

void add_cases(Table& table) {
  add_1d(table);
  add_2d(table);
  add_3d(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"max_pool1d", 48},
                                        {"max_pool2d", 48},
                                        {"max_pool3d", 48},
                                        {"avg_pool1d", 48},
                                        {"avg_pool2d", 48},
                                        {"avg_pool3d", 48}},
                             .internal = {"max_pool_gather", "max_pool_scatter", "avg_pool",
                                          "avg_pool_input_grad"}});

}  // namespace

}  // namespace op_cases
