#include "gradient/op_cases.h"
#include "gradient/torch_text.h"

namespace op_cases {

namespace {

template <std::size_t N>
struct Row {
  const char* label;
  rg::Shape input;
  rg::Shape weight;
  rg::ConvTransposeOptions<N> options = {};
};

template <std::size_t N>
using Transposed = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&,
                                  const rg::ConvTransposeOptions<N>&, rg::Where);

template <std::size_t N>
void add(Table& table, const char* op, Transposed<N> transposed, const std::string& label,
         const rg::Shape& input, const rg::Shape& weight,
         const rg::ConvTransposeOptions<N>& options, bool bias) {
  std::vector<Input> inputs = {input, weight};
  if (bias) {
    inputs.emplace_back(rg::Shape{weight[1] * options.groups});
  }
  table.push_back(
      {.op = op,
       .label = label + (bias ? "" : ", no bias"),
       .inputs = inputs,
       .torch = std::string("F.") + op + "(a, b, " + (bias ? "c" : "None") +
                ", stride=" + tuple(options.stride) + ", padding=" + tuple(options.padding) +
                ", output_padding=" + tuple(options.output_padding) + ", groups=" +
                std::to_string(options.groups) + ", dilation=" + tuple(options.dilation) + ")",
       .function =
           [transposed, options](const Tensors& x) {
             return transposed(x[0], x[1], x.size() > 2 ? x[2] : rg::Tensor(), options, {});
           },
       .affine = true});
}

const Row<1> kRows1d[] = {
    {"one filter", {1, 1, 4}, {1, 1, 3}},
    {"channels", {2, 3, 3}, {3, 2, 2}},
    {"unbatched", {2, 4}, {2, 3, 2}},
    {"no batch at all", {0, 2, 4}, {2, 3, 2}},
    {"stride", {1, 2, 3}, {2, 2, 3}, {.stride = 2}},
    {"stride over the kernel", {1, 2, 3}, {2, 1, 2}, {.stride = 4}},
    {"padding", {1, 2, 4}, {2, 2, 3}, {.padding = 1}},
    {"output padding", {1, 2, 3}, {2, 2, 3}, {.stride = 3, .output_padding = 2}},
    {"output padding below the dilation",
     {1, 1, 4},
     {1, 2, 2},
     {.output_padding = 1, .dilation = 2}},
    {"dilation", {1, 2, 3}, {2, 1, 3}, {.dilation = 2}},
    {"groups", {1, 4, 3}, {4, 2, 2}, {.groups = 2}},
    {"all at once",
     {2, 2, 3},
     {2, 1, 3},
     {.stride = 3, .padding = 2, .output_padding = 2, .groups = 2, .dilation = 2}},
};

const Row<3> kRows3d[] = {
    {"one filter", {1, 1, 2, 2, 2}, {1, 1, 2, 2, 2}},
    {"channels", {2, 2, 1, 2, 2}, {2, 2, 2, 1, 2}},
    {"unbatched", {2, 2, 1, 2}, {2, 1, 2, 2, 1}},
    {"no batch at all", {0, 2, 2, 2, 2}, {2, 3, 2, 2, 2}},
    {"stride", {1, 1, 2, 2, 2}, {1, 2, 2, 1, 3}, {.stride = {2, 1, 2}}},
    {"padding", {1, 1, 2, 2, 3}, {1, 1, 2, 3, 2}, {.padding = {0, 1, 1}}},
    {"output padding",
     {1, 1, 2, 1, 2},
     {1, 1, 2, 2, 2},
     {.stride = {3, 2, 2}, .output_padding = {2, 1, 0}}},
    {"output padding below the dilation",
     {1, 1, 2, 1, 2},
     {1, 1, 1, 2, 2},
     {.output_padding = {0, 0, 1}, .dilation = {1, 1, 2}}},
    {"dilation", {1, 1, 1, 2, 2}, {1, 1, 2, 2, 2}, {.dilation = {2, 1, 3}}},
    {"groups", {1, 4, 1, 2, 1}, {4, 1, 2, 1, 2}, {.groups = 2}},
    {"depthwise", {1, 3, 2, 1, 2}, {3, 1, 1, 2, 2}, {.groups = 3}},
    {"all at once",
     {1, 2, 2, 1, 2},
     {2, 1, 2, 2, 2},
     {.stride = 2,
      .padding = {1, 0, 1},
      .output_padding = {0, 1, 1},
      .groups = 2,
      .dilation = {2, 1, 1}}},
};

const Row<2> kRows2d[] = {
    {"one filter", {1, 1, 3, 3}, {1, 1, 2, 2}},
    {"channels", {2, 3, 2, 2}, {3, 2, 2, 3}},
    {"unbatched", {2, 2, 3}, {2, 3, 2, 2}},
    {"no batch at all", {0, 2, 3, 3}, {2, 3, 2, 2}},
    {"1x1", {2, 2, 2, 3}, {2, 3, 1, 1}},
    {"1x1 strided", {1, 2, 2, 2}, {2, 2, 1, 1}, {.stride = 2}},
    {"one place", {2, 2, 1, 1}, {2, 2, 2, 3}},
    {"row kernel", {1, 2, 2, 3}, {2, 1, 1, 3}},
    {"stride over the kernel", {1, 1, 2, 3}, {1, 2, 2, 1}, {.stride = {3, 2}}},
    {"padding cuts all but one place",
     {1, 2, 2, 2},
     {2, 1, 3, 2},
     {.stride = 2, .padding = {2, 1}}},
    {"output padding below the dilation",
     {1, 1, 2, 3},
     {1, 2, 2, 2},
     {.output_padding = {1, 2}, .dilation = {2, 3}}},
    {"depthwise", {1, 3, 2, 2}, {3, 1, 2, 2}, {.stride = 2, .groups = 3}},
    {"depthwise, two filters a channel", {1, 2, 2, 2}, {2, 2, 2, 2}, {.groups = 2}},
};

// Strides, paddings, output paddings and groups together.
void add_grid(Table& table) {
  bool bias = false;
  for (const std::int64_t padding : {0, 1}) {
    for (const std::int64_t more : {0, 1}) {
      for (const std::int64_t groups : {1, 2}) {
        for (const std::int64_t dilation : {1, 2}) {
          bias = !bias;
          add<2>(table, "conv_transpose2d", rg::conv_transpose2d,
                 "stride (2, 3) padding " + std::to_string(padding) + " output padding " +
                     std::to_string(more) + " groups " + std::to_string(groups) + " dilation " +
                     std::to_string(dilation),
                 {1, 2, 2, 3}, {2, 2 / groups, 3, 2},
                 {.stride = {2, 3},
                  .padding = padding,
                  .output_padding = more,
                  .groups = groups,
                  .dilation = dilation},
                 bias);
        }
      }
    }
  }
}

template <std::size_t N>
void add_local(Table& table, const char* op,
               rg::Tensor (*local)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&,
                                   const rg::LocallyConnectedOptions<N>&, rg::Where),
               const char* label, const rg::Shape& input, const rg::Shape& weight, bool bias,
               const rg::LocallyConnectedOptions<N>& options = {}) {
  std::vector<Input> inputs = {input, weight};
  std::string output;
  if (bias) {
    rg::Shape shape{weight[N]};
    shape.insert(1, weight[0]);
    if (N == 2) {
      shape.insert(2, weight[1]);
    }
    inputs.emplace_back(shape);
  }
  for (std::size_t d = 0; d < N; ++d) {
    output += std::to_string(weight[d]) + ", ";
  }
  // The windows, batch by batch, times each place's filters.
  const bool batched = input.size() == N + 2;
  const std::string image = batched ? "a" : "a[None]";
  const auto window = [&](const rg::Size<N>& size, int other) {
    return N == 2 ? tuple(size) : "(" + std::to_string(other) + ", " + tuple(size).substr(1);
  };
  rg::Size<N> kernel = weight[N + 2];
  if constexpr (N == 2) {
    kernel = {weight[4], weight[5]};
  }
  const std::string torch =
      "torch.einsum('nip,poi->nop', F.unfold(" + image + (N == 1 ? "[:, :, None]" : "") + ", " +
      window(kernel, 1) + ", stride=" + window(options.stride, 1) +
      ", padding=" + window(options.padding, 0) + ", dilation=" + window(options.dilation, 1) +
      "), b.flatten(0, " + std::to_string(N - 1) + ").flatten(2)).unflatten(2, (" + output + "))" +
      (bias ? " + c" : "");
  table.push_back({.op = op,
                   .label = std::string(label) + (bias ? "" : ", no bias"),
                   .inputs = inputs,
                   .torch = input[0] == 0 ? ""
                            : batched     ? torch
                                          : "(" + torch + ")[0]",
                   .function =
                       [local, options](const Tensors& x) {
                         return local(x[0], x[1], x.size() > 2 ? x[2] : rg::Tensor(), options, {});
                       },
                   .affine = true});
}

void add_locally_connected(Table& table) {
  const char* op = "locally_connected1d";
  const auto one = rg::locally_connected1d;
  add_local<1>(table, op, one, "one filter", {1, 1, 4}, {3, 1, 1, 2}, true);
  add_local<1>(table, op, one, "channels", {2, 3, 4}, {2, 2, 3, 3}, true);
  add_local<1>(table, op, one, "channels", {2, 2, 4}, {3, 2, 2, 2}, false);
  add_local<1>(table, op, one, "unbatched", {2, 4}, {3, 2, 2, 2}, true);
  add_local<1>(table, op, one, "no batch at all", {0, 2, 4}, {3, 2, 2, 2}, true);
  add_local<1>(table, op, one, "stride", {1, 2, 6}, {3, 2, 2, 2}, true, {.stride = 2});
  add_local<1>(table, op, one, "padding", {1, 2, 3}, {4, 2, 2, 2}, true, {.padding = 1});
  add_local<1>(table, op, one, "all at once", {2, 1, 5}, {3, 2, 1, 2}, true,
               {.stride = 2, .padding = 1, .dilation = 2});
  op = "locally_connected2d";
  const auto two = rg::locally_connected2d;
  add_local<2>(table, op, two, "one filter", {1, 1, 3, 3}, {2, 2, 1, 1, 2, 2}, true);
  add_local<2>(table, op, two, "channels", {2, 2, 2, 3}, {1, 2, 2, 2, 2, 2}, true);
  add_local<2>(table, op, two, "channels", {2, 2, 3, 2}, {2, 2, 2, 2, 2, 1}, false);
  add_local<2>(table, op, two, "unbatched", {2, 3, 3}, {2, 2, 1, 2, 2, 2}, true);
  add_local<2>(table, op, two, "no batch at all", {0, 2, 3, 3}, {2, 2, 1, 2, 2, 2}, true);
  add_local<2>(table, op, two, "stride", {1, 2, 4, 3}, {2, 2, 2, 2, 2, 1}, true,
               {.stride = {2, 2}});
  add_local<2>(table, op, two, "padding", {1, 1, 2, 2}, {3, 2, 2, 1, 2, 3}, true,
               {.padding = {1, 1}});
  add_local<2>(table, op, two, "all at once", {2, 1, 3, 4}, {2, 2, 2, 1, 2, 2}, true,
               {.stride = {2, 3}, .padding = 1, .dilation = {2, 1}});
}

void add_cases(Table& table) {
  for (const Row<1>& row : kRows1d) {
    add<1>(table, "conv_transpose1d", rg::conv_transpose1d, row.label, row.input, row.weight,
           row.options, true);
  }
  for (const Row<2>& row : kRows2d) {
    add<2>(table, "conv_transpose2d", rg::conv_transpose2d, row.label, row.input, row.weight,
           row.options, true);
  }
  for (const Row<3>& row : kRows3d) {
    add<3>(table, "conv_transpose3d", rg::conv_transpose3d, row.label, row.input, row.weight,
           row.options, true);
  }
  add_grid(table);
  add_locally_connected(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"conv_transpose1d", 12},
                                        {"conv_transpose2d", 24},
                                        {"conv_transpose3d", 12},
                                        {"locally_connected1d", 8},
                                        {"locally_connected2d", 8}}});

}  // namespace

}  // namespace op_cases
