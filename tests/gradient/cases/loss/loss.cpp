#include "gradient/op_cases_loss.h"

namespace op_cases {

namespace {

const std::vector<rg::Shape> kShapes = {{}, {4}, {2, 3}, {2, 1, 3}, {2, 2, 2, 2}, {0, 3}};

// A loss of two tensors of one shape, both of which have gradients.
struct LossRow {
  const char* name;
  std::string options;  // as PyTorch writes them
  Values input;
  Values target;
  std::function<rg::Tensor(const Tensors&, rg::Reduction)> loss;
};

const LossRow kRows[] = {
    {"mse_loss", "", Values::any, Values::any,
     [](const Tensors& x, rg::Reduction r) { return rg::mse_loss(x[0], x[1], {r}); }},
    {"l1_loss", "", Values::distinct, Values::distinct,
     [](const Tensors& x, rg::Reduction r) { return rg::l1_loss(x[0], x[1], {r}); }},
    {"smooth_l1_loss", "", Values::distinct, Values::any,
     [](const Tensors& x, rg::Reduction r) { return rg::smooth_l1_loss(x[0], x[1], {r}); }},
    {"smooth_l1_loss", "beta=0.3", Values::distinct, Values::distinct,
     [](const Tensors& x, rg::Reduction r) {
       return rg::smooth_l1_loss(x[0], x[1], {r, 0.3});
     }},
    {"smooth_l1_loss", "beta=0", Values::distinct, Values::distinct,
     [](const Tensors& x, rg::Reduction r) {
       return rg::smooth_l1_loss(x[0], x[1], {r, 0});
     }},
    {"huber_loss", "", Values::distinct, Values::any,
     [](const Tensors& x, rg::Reduction r) { return rg::huber_loss(x[0], x[1], {r}); }},
    {"huber_loss", "delta=0.3", Values::distinct, Values::distinct,
     [](const Tensors& x, rg::Reduction r) {
       return rg::huber_loss(x[0], x[1], {r, 0.3});
     }},
    {"poisson_nll_loss", "", Values::any, Values::positive,
     [](const Tensors& x, rg::Reduction r) {
       return rg::poisson_nll_loss(x[0], x[1], {.reduction = r});
     }},
    {"poisson_nll_loss", "log_input=False, eps=0.1", Values::positive, Values::any,
     [](const Tensors& x, rg::Reduction r) {
       return rg::poisson_nll_loss(x[0], x[1], {.log_input = false, .eps = 0.1, .reduction = r});
     }},
    {"poisson_nll_loss", "full=True", Values::any, Values::positive,
     [](const Tensors& x, rg::Reduction r) {
       return rg::poisson_nll_loss(x[0], x[1], {.full = true, .reduction = r});
     }},
};

void add_batchmean(Table& table) {
  for (const rg::Shape& shape : {rg::Shape{4}, rg::Shape{2, 3}}) {
    table.push_back({.op = "mse_loss",
                     .label = to_string(shape) + " batchmean",
                     .inputs = {shape, shape},
                     .torch = "F.mse_loss(a, b, reduction='sum') / len(a)",
                     .function = [](const Tensors& x) {
                       return rg::mse_loss(x[0], x[1], {rg::Reduction::batchmean});
                     }});
  }
}

void add_gaussian(Table& table) {
  const std::pair<rg::Shape, rg::Shape> shapes[] = {
      {{4}, {4}},    {{4}, {}},           {{4}, {1}},    {{2, 3}, {2, 3}}, {{2, 3}, {2, 1}},
      {{2, 3}, {2}}, {{2, 2, 2}, {2, 2}}, {{2, 1}, {2}}, {{0, 3}, {0, 3}}, {{0, 3}, {0, 1}}};
  for (const ReductionName& reduction : kLossReductions) {
    for (const bool full : {false, true}) {
      for (const auto& [shape, var] : shapes) {
        if (is_undefined(shape, reduction)) {
          continue;
        }
        table.push_back({.op = "gaussian_nll_loss",
                         .label = to_string(shape) + " var " + to_string(var) + " " +
                                  reduction.name + (full ? " full" : ""),
                         .inputs = {shape, shape, {var, Values::positive}},
                         .torch = torch_loss("gaussian_nll_loss", reduction,
                                             full ? "full=True" : "", "a, b, c"),
                         .function = [full, reduction](const Tensors& x) {
                           return rg::gaussian_nll_loss(
                               x[0], x[1], x[2], {.full = full, .reduction = reduction.value});
                         }});
      }
    }
  }
}

void add_cases(Table& table) {
  for (const ReductionName& reduction : kLossReductions) {
    for (const LossRow& row : kRows) {
      for (const rg::Shape& shape : kShapes) {
        if (is_undefined(shape, reduction)) {
          continue;
        }
        table.push_back({.op = row.name,
                         .label = to_string(shape) + " " + reduction.name +
                                  (row.options.empty() ? "" : " " + row.options),
                         .inputs = {{shape, row.input}, {shape, row.target}},
                         .torch = torch_loss(row.name, reduction, row.options),
                         .function = [loss = row.loss, reduction](const Tensors& x) {
                           return loss(x, reduction.value);
                         }});
      }
    }
  }
  add_batchmean(table);
  add_gaussian(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"mse_loss", 12},
                                        {"l1_loss", 12},
                                        {"smooth_l1_loss", 24},
                                        {"huber_loss", 24},
                                        {"poisson_nll_loss", 24},
                                        {"gaussian_nll_loss", 24}}});

}  // namespace

}  // namespace op_cases
