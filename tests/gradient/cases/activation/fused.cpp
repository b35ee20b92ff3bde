// Operators with a ReLU behind them. Inputs and weights are positive, and signs by channel keep the
// sums away from the kink, on both sides of it.
#include "gradient/op_cases.h"
#include "gradient/torch_text.h"

namespace op_cases {

namespace {

// 1, -1, 1, ... by output channel, as (O, 1, ...) of this rank.
rg::Tensor signs(const rg::Tensor& parameter) {
  if (parameter.dim() == 0) {
    return parameter;  // the operator refuses it
  }
  rg::Shape shape = rg::Shape::filled(parameter.shape().size(), 1);
  shape[0] = parameter.shape()[0];
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    values.push_back(i % 2 == 0 ? 1 : -1);
  }
  return rg::reshape(rg::tensor(values, {.dtype = rg::float64}), shape).to(parameter.dtype());
}

// As signs(), in PyTorch.
std::string torch_signed(const char* letter, const rg::Shape& shape) {
  std::string ones;
  for (std::size_t d = 1; d < shape.size(); ++d) {
    ones += ", 1";
  }
  return std::string(letter) + " * (1 - 2 * (torch.arange(" + std::to_string(shape[0]) +
         ") % 2)).reshape(-1" + ones + ").to(a.dtype)";
}

std::string torch_parameters(const rg::Shape& weight, bool bias) {
  return torch_signed("b", weight) + ", " + (bias ? torch_signed("c", {weight[0]}) : "None");
}

std::vector<Input> inputs_of(const rg::Shape& input, const rg::Shape& weight, bool bias) {
  std::vector<Input> inputs{{input, Values::positive}, {weight, Values::positive}};
  if (bias) {
    inputs.emplace_back(rg::Shape{weight[0]}, Values::positive);
  }
  return inputs;
}

rg::Tensor bias_of(const Tensors& x) {
  return x.size() > 2 ? x[2] * signs(x[2]) : rg::Tensor();
}

template <std::size_t N>
using Conv = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&,
                            const rg::ConvOptions<N>&, rg::Where);

template <std::size_t N>
void add_conv(Table& table, const char* op, Conv<N> conv, const char* label, const rg::Shape& input,
              const rg::Shape& weight, const rg::ConvOptions<N>& options, bool bias) {
  const std::string plain = std::string(op).substr(0, 6);
  table.push_back({.op = op,
                   .label = std::string(label) + (bias ? "" : ", no bias"),
                   .inputs = inputs_of(input, weight, bias),
                   .torch = "F.relu(F." + plain + "(a, " + torch_parameters(weight, bias) +
                            ", stride=" + tuple(options.stride) +
                            ", groups=" + std::to_string(options.groups) + "))",
                   .function = [conv, options](const Tensors& x) {
                     return conv(x[0], x[1] * signs(x[1]), bias_of(x), options, {});
                   }});
}

void add_convs(Table& table) {
  for (const bool bias : {true, false}) {
    add_conv<1>(table, "conv1d_relu", rg::conv1d_relu, "channels", {2, 3, 5}, {4, 3, 2}, {}, bias);
    add_conv<2>(table, "conv2d_relu", rg::conv2d_relu, "channels", {2, 3, 4, 5}, {4, 3, 2, 3}, {},
                bias);
    add_conv<3>(table, "conv3d_relu", rg::conv3d_relu, "channels", {1, 2, 2, 3, 3}, {3, 2, 2, 1, 2},
                {}, bias);
  }
  add_conv<1>(table, "conv1d_relu", rg::conv1d_relu, "unbatched", {2, 7}, {3, 2, 3}, {}, true);
  add_conv<1>(table, "conv1d_relu", rg::conv1d_relu, "strided", {1, 2, 7}, {3, 2, 3}, {.stride = 2},
              true);
  add_conv<1>(table, "conv1d_relu", rg::conv1d_relu, "no batch at all", {0, 2, 5}, {3, 2, 3}, {},
              true);
  add_conv<3>(table, "conv3d_relu", rg::conv3d_relu, "unbatched", {2, 2, 3, 3}, {3, 2, 2, 2, 2}, {},
              true);
  add_conv<3>(table, "conv3d_relu", rg::conv3d_relu, "two groups", {1, 4, 2, 2, 2}, {4, 2, 1, 2, 2},
              {.groups = 2}, true);
  add_conv<3>(table, "conv3d_relu", rg::conv3d_relu, "no batch at all", {0, 2, 3, 3, 3},
              {2, 2, 2, 2, 2}, {}, true);
  add_conv<2>(table, "conv2d_relu", rg::conv2d_relu, "unbatched", {2, 4, 4}, {3, 2, 2, 2}, {},
              true);
  add_conv<2>(table, "conv2d_relu", rg::conv2d_relu, "two groups, strided", {2, 4, 5, 4},
              {4, 2, 2, 2}, {.stride = 2, .groups = 2}, true);
  add_conv<2>(table, "conv2d_relu", rg::conv2d_relu, "no batch at all", {0, 2, 4, 4}, {3, 2, 3, 3},
              {}, true);
}

void add_separable(Table& table, const char* label, const rg::Shape& input,
                   const rg::Shape& depthwise, std::int64_t filters,
                   const rg::ConvOptions<2>& options, bool bias) {
  const rg::Shape pointwise{filters, depthwise[0], 1, 1};
  std::vector<Input> inputs = inputs_of(input, depthwise, false);
  inputs.emplace_back(pointwise, Values::positive);
  if (bias) {
    inputs.emplace_back(rg::Shape{depthwise[0]}, Values::positive);
    inputs.emplace_back(rg::Shape{filters}, Values::positive);
  }
  const std::int64_t channels = input[input.size() - 3];
  const auto conv = [bias](const std::string& x, const char* weight, const rg::Shape& shape,
                           const char* offset, const std::string& rest) {
    return "F.relu(F.conv2d(" + x + ", " + torch_signed(weight, shape) + ", " +
           (bias ? torch_signed(offset, {shape[0]}) : "None") + rest + "))";
  };
  table.push_back(
      {.op = "separable_conv2d_relu",
       .label = std::string(label) + (bias ? "" : ", no bias"),
       .inputs = inputs,
       .torch = conv(conv("a", "b", depthwise, "d",
                          ", stride=" + tuple(options.stride) + ", dilation=" +
                              tuple(options.dilation) + ", groups=" + std::to_string(channels)),
                     "c", pointwise, "e", ""),
       .function = [options](const Tensors& x) {
         const bool has_bias = x.size() > 3;
         return rg::separable_conv2d_relu(x[0], x[1] * signs(x[1]), x[2] * signs(x[2]),
                                          has_bias ? x[3] * signs(x[3]) : rg::Tensor(),
                                          has_bias ? x[4] * signs(x[4]) : rg::Tensor(), options);
       }});
}

void add_separables(Table& table) {
  add_separable(table, "channels", {2, 3, 4, 5}, {3, 1, 2, 3}, 4, {}, true);
  add_separable(table, "channels", {2, 3, 4, 5}, {3, 1, 2, 3}, 4, {}, false);
  add_separable(table, "strided, dilated", {1, 2, 5, 6}, {2, 1, 2, 2}, 3,
                {.stride = 2, .dilation = {1, 2}}, true);
  add_separable(table, "two filters a channel", {1, 2, 3, 3}, {4, 1, 2, 2}, 2, {}, true);
  add_separable(table, "unbatched", {2, 4, 4}, {2, 1, 2, 2}, 3, {}, true);
  add_separable(table, "no batch at all", {0, 2, 4, 4}, {2, 1, 3, 3}, 3, {}, true);
}

void add_linears(Table& table) {
  const rg::Shape shapes[] = {{3, 4}, {4}, {2, 3, 4}, {1, 4}, {0, 4}};
  for (const rg::Shape& shape : shapes) {
    for (const bool bias : {true, false}) {
      const rg::Shape weight{5, 4};
      table.push_back({.op = "linear_relu",
                       .label = to_string(shape) + (bias ? "" : ", no bias"),
                       .inputs = inputs_of(shape, weight, bias),
                       .torch = "F.relu(F.linear(a, " + torch_parameters(weight, bias) + "))",
                       .function = [](const Tensors& x) {
                         return rg::linear_relu(x[0], x[1] * signs(x[1]), bias_of(x));
                       }});
    }
  }
}

// Half of an odd sixteenth is never as large as another odd sixteenth.
void add_sums(Table& table) {
  const std::pair<rg::Shape, rg::Shape> shapes[] = {
      {{}, {}},      {{5}, {5}},       {{2, 3}, {2, 3}},
      {{2, 3}, {3}}, {{3, 1}, {1, 2}}, {{2, 3, 2, 2}, {2, 3, 2, 2}},
      {{2, 2}, {}},  {{0, 3}, {0, 3}}, {{2, 3, 2, 2}, {3, 1, 1}}};
  for (const auto& [a, b] : shapes) {
    table.push_back({.op = "add_relu",
                     .label = to_string(a) + " and " + to_string(b),
                     .inputs = {{a, Values::distinct}, {b, Values::distinct}},
                     .torch = "F.relu(a * 0.5 + b)",
                     .function = [](const Tensors& x) { return rg::add_relu(x[0] * 0.5, x[1]); }});
  }
}

void add_training(Table& table, const rg::Shape& shape, bool affine) {
  std::vector<Input> inputs{{shape, Values::distinct}};
  if (affine) {
    inputs.emplace_back(rg::Shape{shape[1]}, Values::away_from_zero);
    inputs.emplace_back(rg::Shape{shape[1]}, Values::fraction);
  }
  table.push_back({.op = "batch_norm_relu",
                   .label = "training " + to_string(shape) + (affine ? ", affine" : ""),
                   .inputs = inputs,
                   .torch = std::string("F.relu(F.batch_norm(a, None, None, ") +
                            (affine ? "b, c" : "None, None") + ", True))",
                   .function = [](const Tensors& x) {
                     const bool with = x.size() > 1;
                     return rg::batch_norm_relu(x[0], {}, {}, with ? x[1] : rg::Tensor(),
                                                with ? x[2] : rg::Tensor(), {.training = true});
                   }});
}

void add_norms(Table& table) {
  for (const rg::Shape& shape :
       {rg::Shape{4, 3}, {3, 2, 4}, {2, 3, 2, 2}, {1, 2, 3, 2}, {2, 17, 2}, {0, 3}}) {
    add_training(table, shape, true);
  }
  // No value is the mean of its channel.
  for (const rg::Shape& shape : {rg::Shape{4, 3}, {2, 3, 2, 2}, {2, 17, 2}}) {
    add_training(table, shape, false);
  }
  for (const rg::Shape& shape : {rg::Shape{4, 3}, {1, 3}, {2, 3, 2, 2}}) {
    const auto running = [](double value) { return rg::full({3}, value, {.dtype = rg::float64}); };
    table.push_back({.op = "batch_norm_relu",
                     .label = "evaluation " + to_string(shape),
                     .inputs = {{shape, Values::distinct},
                                running(0.125),
                                running(1.5),
                                {{3}, Values::away_from_zero},
                                {{3}, Values::fraction}},
                     .torch = "F.relu(F.batch_norm(a, b.clone(), c.clone(), d, e, False))",
                     .function = [](const Tensors& x) {
                       return rg::batch_norm_relu(x[0], x[1], x[2], x[3], x[4]);
                     }});
  }
}

void add_cases(Table& table) {
  add_convs(table);
  add_separables(table);
  add_linears(table);
  add_sums(table);
  add_norms(table);
}

const Registered registered({.add = add_cases, .internal = {"relu_grad"}});

}  // namespace

}  // namespace op_cases
