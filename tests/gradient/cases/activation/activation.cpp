#include <retrograd/tensor/internal/message.h>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct Row {
  const char* name;
  const char* label;
  std::string torch;
  std::function<rg::Tensor(const rg::Tensor&)> function;
  double scale = 1;  // of the inputs, to reach all parts of the function
};

// Distinct values are odd sixteenths: the bounds below are not among their multiples.
const Row kRows[] = {
    {"logsigmoid", "", "F.logsigmoid(a)", [](const rg::Tensor& x) { return rg::logsigmoid(x); }},
    {"softplus", "", "F.softplus(a)", [](const rg::Tensor& x) { return rg::softplus(x); }},
    {"softplus", "beta 2.5", "F.softplus(a, 2.5)",
     [](const rg::Tensor& x) { return rg::softplus(x, 2.5); }},
    {"softplus", "beta -0.5", "F.softplus(a, -0.5)",
     [](const rg::Tensor& x) { return rg::softplus(x, -0.5); }},
    {"softplus", "a low threshold", "F.softplus(a, 3, 1)",
     [](const rg::Tensor& x) { return rg::softplus(x, 3, 1); }},
    {"leaky_relu", "", "F.leaky_relu(a)", [](const rg::Tensor& x) { return rg::leaky_relu(x); }},
    {"leaky_relu", "slope 0.25", "F.leaky_relu(a, 0.25)",
     [](const rg::Tensor& x) { return rg::leaky_relu(x, 0.25); }},
    {"leaky_relu", "a falling slope", "F.leaky_relu(a, -1.5)",
     [](const rg::Tensor& x) { return rg::leaky_relu(x, -1.5); }},
    {"elu", "", "F.elu(a)", [](const rg::Tensor& x) { return rg::elu(x); }},
    {"elu", "alpha 0.5", "F.elu(a, 0.5)", [](const rg::Tensor& x) { return rg::elu(x, 0.5); }},
    {"elu", "alpha -2", "F.elu(a, -2.0)", [](const rg::Tensor& x) { return rg::elu(x, -2); }},
    {"celu", "", "F.celu(a)", [](const rg::Tensor& x) { return rg::celu(x); }},
    {"celu", "alpha 0.5", "F.celu(a, 0.5)", [](const rg::Tensor& x) { return rg::celu(x, 0.5); }},
    {"celu", "alpha -2", "F.celu(a, -2.0)", [](const rg::Tensor& x) { return rg::celu(x, -2); }},
    {"selu", "", "F.selu(a)", [](const rg::Tensor& x) { return rg::selu(x); }},
    {"gelu", "", "F.gelu(a)", [](const rg::Tensor& x) { return rg::gelu(x); }},
    {"gelu", "tanh", "F.gelu(a, approximate='tanh')",
     [](const rg::Tensor& x) { return rg::gelu(x, rg::GeluApproximation::tanh); }},
    {"silu", "", "F.silu(a)", [](const rg::Tensor& x) { return rg::silu(x); }},
    {"mish", "", "F.mish(a)", [](const rg::Tensor& x) { return rg::mish(x); }},
    {"hardtanh", "", "F.hardtanh(a)", [](const rg::Tensor& x) { return rg::hardtanh(x); }},
    {"hardtanh", "[-0.25, 0.5]", "F.hardtanh(a, -0.25, 0.5)",
     [](const rg::Tensor& x) { return rg::hardtanh(x, -0.25, 0.5); }},
    {"relu6", "", "F.relu6(a)", [](const rg::Tensor& x) { return rg::relu6(x); }, 12},
    // PyTorch rounds the slope of 1/6 of its own to float32.
    {"hardsigmoid", "", "F.relu6(a + 3) / 6",
     [](const rg::Tensor& x) { return rg::hardsigmoid(x); }, 5},
    {"hardswish", "", "F.hardswish(a)", [](const rg::Tensor& x) { return rg::hardswish(x); }, 5},
    {"softsign", "", "F.softsign(a)", [](const rg::Tensor& x) { return rg::softsign(x); }},
    {"tanhshrink", "", "F.tanhshrink(a)", [](const rg::Tensor& x) { return rg::tanhshrink(x); }},
    {"softshrink", "", "F.softshrink(a)", [](const rg::Tensor& x) { return rg::softshrink(x); }},
    {"softshrink", "lambd 0.25", "F.softshrink(a, 0.25)",
     [](const rg::Tensor& x) { return rg::softshrink(x, 0.25); }},
    {"hardshrink", "", "F.hardshrink(a)", [](const rg::Tensor& x) { return rg::hardshrink(x); }},
    {"hardshrink", "lambd 0.25", "F.hardshrink(a, 0.25)",
     [](const rg::Tensor& x) { return rg::hardshrink(x, 0.25); }},
};

const std::vector<rg::Shape> kShapes = {{},        {1},          {7},    {3, 5},   {3, 1},
                                        {2, 2, 3}, {2, 3, 2, 2}, {0, 3}, {2, 0, 3}};

// The factor gives the second derivative of straight pieces something to check.
void add_rows(Table& table, const Row& row) {
  for (const rg::Shape& shape : kShapes) {
    const std::string label = row.label;
    const std::string argument = row.scale == 1 ? "a" : rg::check::filled("a * {}", {row.scale});
    std::string torch = row.torch;
    torch.replace(torch.find("(a") + 1, 1, argument);
    table.push_back({.op = row.name,
                     .label = label + (label.empty() ? "" : " ") + to_string(shape),
                     .inputs = {{shape, Values::distinct}, {shape}},
                     .torch = torch + " * b",
                     .function = [&row](const Tensors& x) {
                       return row.function(row.scale == 1 ? x[0] : x[0] * row.scale) * x[1];
                     }});
  }
}

void add_prelu_rows(Table& table) {
  const struct {
    rg::Shape input, weight;
  } rows[] = {
      {{}, {1}},        {{4}, {1}},       {{4}, {}},           {{2, 3}, {1}},
      {{2, 3}, {3}},    {{2, 3, 2}, {3}}, {{2, 3, 2, 2}, {3}}, {{2, 3, 2, 2}, {1}},
      {{2, 1, 3}, {1}}, {{0, 3}, {3}},    {{2, 3, 0}, {3}},    {{2, 0, 3}, {0}},
  };
  for (const auto& row : rows) {
    // PyTorch wants a number as a tensor of one dimension.
    const bool works = row.weight != rg::Shape{0};
    table.push_back({.op = "prelu",
                     .label = to_string(row.input) + " weight " + to_string(row.weight),
                     .inputs = {{row.input, Values::away_from_zero}, row.weight},
                     .torch = works ? "F.prelu(a, b.reshape(-1))" : "",
                     .function = [](const Tensors& x) { return rg::prelu(x[0], x[1]); }});
  }
}

void add_glu_rows(Table& table) {
  const std::pair<rg::Shape, std::int64_t> rows[] = {
      {{4}, 0},       {{4}, -1},       {{2, 6}, 1},        {{2, 3}, 0},    {{2, 3, 4}, -1},
      {{2, 4, 3}, 1}, {{2, 4, 3}, -3}, {{1, 4, 2, 2}, -3}, {{2, 0, 3}, 1}, {{0, 4}, 1},
  };
  for (const auto& [shape, dim] : rows) {
    table.push_back({.op = "glu",
                     .label = to_string(shape) + " along " + std::to_string(dim),
                     .inputs = {shape},
                     .torch = "F.glu(a, " + std::to_string(dim) + ")",
                     .function = [dim = dim](const Tensors& x) { return rg::glu(x[0], dim); }});
  }
}

void add_cases(Table& table) {
  for (const Row& row : kRows) {
    add_rows(table, row);
  }
  add_prelu_rows(table);
  add_glu_rows(table);
}

const Registered registered({.add = add_cases, .internal = {"gated_slope"}});

}  // namespace

}  // namespace op_cases
