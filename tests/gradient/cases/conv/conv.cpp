#include "gradient/op_cases.h"
#include "gradient/torch_text.h"

namespace op_cases {

namespace {

// A configuration.
template <std::size_t N>
struct ConvRow {
  const char* label;
  rg::Shape input;
  rg::Shape weight;
  rg::ConvOptions<N> options = {};
};

template <std::size_t N>
using Conv = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&,
                            const rg::ConvOptions<N>&, rg::Where);

template <std::size_t N>
std::string padding_text(const rg::Padding<N>& padding) {
  switch (padding.mode()) {
    case rg::PadMode::same: return "'same'";
    case rg::PadMode::valid: return "'valid'";
    case rg::PadMode::explicit_sizes: break;
  }
  std::string sizes;
  for (std::size_t d = 0; d < N; ++d) {
    sizes += std::to_string(padding[d]) + ", ";
  }
  return "(" + sizes + ")";
}

template <std::size_t N>
std::string torch_text(const char* op, const rg::ConvOptions<N>& options, bool bias) {
  return std::string("F.") + op + "(a, b, " + (bias ? "c" : "None") +
         ", stride=" + tuple(options.stride) + ", padding=" + padding_text(options.padding) +
         ", dilation=" + tuple(options.dilation) + ", groups=" + std::to_string(options.groups) +
         ")";
}

template <std::size_t N>
void add(Table& table, const char* op, Conv<N> conv, const std::string& label,
         const rg::Shape& input, const rg::Shape& weight, const rg::ConvOptions<N>& options,
         bool bias) {
  std::vector<Input> inputs = {input, weight};
  if (bias) {
    inputs.emplace_back(rg::Shape{weight[0]});
  }
  table.push_back({.op = op,
                   .label = label + (bias ? "" : ", no bias"),
                   .inputs = inputs,
                   .torch = torch_text(op, options, bias),
                   .function =
                       [conv, options](const Tensors& x) {
                         return conv(x[0], x[1], x.size() > 2 ? x[2] : rg::Tensor(), options, {});
                       },
                   .affine = true});
}

const ConvRow<1> kConv1d[] = {
    {"one filter", {1, 1, 5}, {1, 1, 3}},
    {"channels", {2, 3, 5}, {2, 3, 2}},
    {"unbatched", {2, 5}, {3, 2, 3}},
    {"padding", {1, 2, 4}, {2, 2, 3}, {.padding = 1}},
    {"padding larger than the kernel", {1, 1, 3}, {2, 1, 2}, {.padding = 3}},
    {"stride", {1, 2, 7}, {2, 2, 3}, {.stride = 2}},
    {"stride with a remainder", {1, 1, 8}, {1, 1, 2}, {.stride = 3}},
    {"input shorter than the stride", {1, 2, 3}, {1, 2, 3}, {.stride = 5}},
    {"dilation", {1, 2, 7}, {1, 2, 3}, {.dilation = 2}},
    {"all at once", {2, 2, 6}, {2, 2, 2}, {.stride = 2, .padding = 2, .dilation = 3}},
    {"groups", {1, 4, 4}, {2, 2, 2}, {.groups = 2}},
    {"depthwise", {1, 3, 5}, {6, 1, 3}, {.padding = 1, .groups = 3}},
    {"same, odd kernel", {1, 2, 5}, {1, 2, 3}, {.padding = rg::same}},
    {"same, even kernel", {1, 1, 5}, {2, 1, 4}, {.padding = rg::same}},
    {"valid", {1, 2, 5}, {1, 2, 3}, {.padding = rg::valid}},
    {"kernel of 1", {2, 3, 4}, {2, 3, 1}},
    {"no batch at all", {0, 2, 5}, {3, 2, 3}},
    {"same, dilated", {1, 1, 6}, {1, 1, 3}, {.padding = rg::same, .dilation = 2}},
    {"kernel as long as the input", {2, 2, 3}, {2, 2, 3}},
    {"batch of 3", {3, 1, 4}, {2, 1, 2}},
    {"one place", {2, 3, 1}, {2, 3, 1}},
    {"three groups, strided", {1, 3, 6}, {3, 1, 2}, {.stride = 2, .groups = 3}},
    {"stride 3, dilation", {1, 1, 8}, {1, 1, 3}, {.stride = 3, .dilation = 2}},
    {"stride with padding", {1, 1, 6}, {2, 1, 2}, {.stride = 2, .padding = 1}},
};

const ConvRow<2> kConv2d[] = {
    {"one filter", {1, 1, 4, 4}, {1, 1, 3, 3}},
    {"unbatched", {2, 4, 4}, {2, 2, 2, 2}},
    {"unbatched, one channel", {1, 4, 5}, {1, 1, 3, 2}},
    {"batch of 3", {3, 1, 3, 3}, {2, 1, 2, 2}},
    {"no batch at all", {0, 2, 4, 4}, {3, 2, 3, 3}},
    {"no batch at all, strided", {0, 2, 4, 4}, {2, 2, 1, 1}, {.stride = 2}},
    {"kernel as large as the input", {2, 2, 3, 3}, {2, 2, 3, 3}},
    {"row kernel", {1, 2, 3, 5}, {2, 2, 1, 3}},
    {"column kernel", {1, 2, 5, 3}, {2, 2, 3, 1}},
    {"1x1", {2, 3, 2, 3}, {2, 3, 1, 1}},
    {"1x1 strided", {1, 3, 4, 3}, {2, 3, 1, 1}, {.stride = 2}},
    {"1x1 strided in one dimension", {2, 2, 2, 5}, {3, 2, 1, 1}, {.stride = {1, 3}}},
    {"1x1 padded", {1, 2, 2, 2}, {2, 2, 1, 1}, {.padding = 1}},
    {"input of one place", {2, 3, 1, 1}, {2, 3, 1, 1}},
    {"input of one place, padded", {1, 2, 1, 1}, {2, 2, 3, 3}, {.padding = 1}},
    {"padding larger than the kernel", {1, 1, 2, 3}, {1, 1, 2, 2}, {.padding = 3}},
    {"padding larger than the kernel, strided",
     {1, 1, 3, 3},
     {2, 1, 1, 2},
     {.stride = 2, .padding = {2, 3}}},
    {"remainder row", {1, 1, 6, 5}, {1, 1, 3, 3}, {.stride = 2}},
    {"remainder column", {1, 1, 5, 6}, {1, 1, 3, 3}, {.stride = 2}},
    {"remainders, stride over the kernel", {1, 1, 6, 6}, {2, 1, 2, 2}, {.stride = {4, 3}}},
    {"input shorter than the stride", {1, 2, 3, 3}, {2, 2, 2, 2}, {.stride = 4}},
    {"depthwise", {1, 3, 3, 3}, {3, 1, 2, 2}, {.groups = 3}},
    {"depthwise, two filters a channel", {1, 2, 4, 3}, {4, 1, 2, 2}, {.groups = 2}},
    {"depthwise, padded and strided",
     {1, 3, 3, 4},
     {3, 1, 3, 3},
     {.stride = 2, .padding = 1, .groups = 3}},
    {"two groups", {1, 4, 3, 3}, {2, 2, 2, 2}, {.groups = 2}},
    {"two groups, dilated", {1, 4, 3, 3}, {4, 2, 2, 2}, {.dilation = 2, .groups = 2}},
    {"two groups, 1x1 strided", {1, 4, 3, 3}, {2, 2, 1, 1}, {.stride = 2, .groups = 2}},
    {"same, odd kernel", {1, 2, 3, 4}, {2, 2, 3, 3}, {.padding = rg::same}},
    {"same, even kernel", {1, 1, 4, 3}, {2, 1, 2, 4}, {.padding = rg::same}},
    {"same, dilated", {1, 1, 4, 4}, {1, 1, 2, 3}, {.padding = rg::same, .dilation = {3, 2}}},
    {"same, depthwise", {2, 2, 3, 3}, {2, 1, 2, 2}, {.padding = rg::same, .groups = 2}},
    {"valid", {1, 2, 4, 4}, {1, 2, 3, 2}, {.padding = rg::valid}},
    {"valid, strided", {1, 2, 5, 4}, {1, 2, 2, 2}, {.stride = {3, 2}, .padding = rg::valid}},
};

const ConvRow<3> kConv3d[] = {
    {"one filter", {1, 1, 3, 3, 3}, {1, 1, 2, 2, 2}},
    {"channels", {2, 2, 2, 2, 3}, {2, 2, 2, 1, 2}},
    {"unbatched", {2, 2, 3, 3}, {2, 2, 2, 2, 2}},
    {"no batch at all", {0, 2, 3, 3, 3}, {2, 2, 2, 2, 2}},
    {"padding", {1, 1, 2, 3, 2}, {1, 1, 2, 3, 2}, {.padding = {1, 0, 2}}},
    {"stride", {1, 1, 4, 3, 5}, {2, 1, 2, 2, 2}, {.stride = {2, 1, 3}}},
    {"dilation", {1, 1, 3, 4, 5}, {1, 1, 2, 2, 2}, {.dilation = {1, 3, 2}}},
    {"all at once",
     {1, 2, 3, 2, 4},
     {2, 1, 2, 1, 2},
     {.stride = {2, 1, 2}, .padding = {1, 0, 1}, .dilation = {2, 1, 1}, .groups = 2}},
    {"1x1x1", {2, 3, 2, 1, 2}, {2, 3, 1, 1, 1}},
    {"depthwise", {1, 3, 2, 2, 3}, {3, 1, 2, 1, 2}, {.groups = 3}},
    {"same, even kernel", {1, 1, 3, 2, 3}, {1, 1, 2, 1, 4}, {.padding = rg::same}},
    {"valid", {1, 1, 3, 2, 3}, {2, 1, 2, 1, 3}, {.padding = rg::valid}},
};

// All of stride, padding, dilation and groups together, on sizes that differ in each dimension.
void add_grid(Table& table) {
  const std::pair<const char*, rg::Size<2>> strides[] = {{"1", 1}, {"2", 2}, {"(2, 1)", {2, 1}}};
  const std::pair<const char*, rg::Padding<2>> paddings[] = {
      {"0", 0}, {"1", 1}, {"(2, 1)", {2, 1}}};
  const std::pair<const char*, rg::Size<2>> dilations[] = {{"1", 1}, {"(1, 2)", {1, 2}}};
  bool bias = false;
  for (const auto& [s, stride] : strides) {
    for (const auto& [p, padding] : paddings) {
      for (const auto& [d, dilation] : dilations) {
        for (const std::int64_t groups : {1, 2}) {
          bias = !bias;
          add<2>(table, "conv2d", rg::conv2d,
                 std::string("stride ") + s + " padding " + p + " dilation " + d + " groups " +
                     std::to_string(groups),
                 {1, 2, 3, 5}, {2, 2 / groups, 2, 3},
                 {.stride = stride, .padding = padding, .dilation = dilation, .groups = groups},
                 bias);
        }
      }
    }
  }
}

void add_cases(Table& table) {
  for (const ConvRow<1>& row : kConv1d) {
    add<1>(table, "conv1d", rg::conv1d, row.label, row.input, row.weight, row.options, true);
  }
  add<1>(table, "conv1d", rg::conv1d, "channels", {2, 3, 5}, {2, 3, 2}, {}, false);
  for (const ConvRow<3>& row : kConv3d) {
    add<3>(table, "conv3d", rg::conv3d, row.label, row.input, row.weight, row.options, true);
  }
  add<3>(table, "conv3d", rg::conv3d, "channels", {1, 3, 2, 2, 3}, {2, 3, 1, 2, 2}, {}, false);
  for (const ConvRow<2>& row : kConv2d) {
    add<2>(table, "conv2d", rg::conv2d, row.label, row.input, row.weight, row.options, true);
  }
  add_grid(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"conv1d", 24}, {"conv2d", 60}, {"conv3d", 12}},
                             .internal = {"conv", "conv_input_grad", "conv_weight_grad"}});

}  // namespace

}  // namespace op_cases
