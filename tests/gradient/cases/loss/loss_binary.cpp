// Losses of probabilities and of two classes.
#include "gradient/op_cases_loss.h"

namespace op_cases {

namespace {

using rg::Reduction;
using Loss = std::function<rg::Tensor(const Tensors&, Reduction)>;

const std::vector<rg::Shape> kShapes = {{}, {4}, {2, 3}, {2, 2, 2}, {0, 3}};

struct LossRow {
  const char* name;
  const char* options;  // as PyTorch writes them
  Values input;
  Values target;
  Loss loss;
};

const LossRow kRows[] = {
    {"binary_cross_entropy", "", Values::fraction, Values::fraction,
     [](const Tensors& x, Reduction r) {
       return rg::binary_cross_entropy(x[0], x[1], {.reduction = r});
     }},
    {"binary_cross_entropy_with_logits", "", Values::any, Values::fraction,
     [](const Tensors& x, Reduction r) {
       return rg::binary_cross_entropy_with_logits(x[0], x[1], {.reduction = r});
     }},
    {"kl_div", "", Values::any, Values::positive,
     [](const Tensors& x, Reduction r) { return rg::kl_div(x[0], x[1], {.reduction = r}); }},
    {"kl_div", "log_target=True", Values::any, Values::any,
     [](const Tensors& x, Reduction r) {
       return rg::kl_div(x[0], x[1], {.reduction = r, .log_target = true});
     }},
    {"soft_margin_loss", "", Values::any, Values::away_from_zero,
     [](const Tensors& x, Reduction r) { return rg::soft_margin_loss(x[0], x[1], {r}); }},
    {"multilabel_soft_margin_loss", "", Values::any, Values::fraction,
     [](const Tensors& x, Reduction r) {
       return rg::multilabel_soft_margin_loss(x[0], x[1], {.reduction = r});
     }},
};

// A third input, the weight, whose gradient PyTorch has not: there it is a factor.
struct WeightedRow {
  const char* name;
  std::string elements;  // the losses in PyTorch, before they are reduced
  Values input;
  Loss loss;
};

const WeightedRow kWeighted[] = {
    {"binary_cross_entropy", "F.binary_cross_entropy(a, b, reduction='none') * c", Values::fraction,
     [](const Tensors& x, Reduction r) {
       return rg::binary_cross_entropy(x[0], x[1], {.weight = x[2], .reduction = r});
     }},
    {"binary_cross_entropy_with_logits",
     "F.binary_cross_entropy_with_logits(a, b, reduction='none') * c", Values::any,
     [](const Tensors& x, Reduction r) {
       return rg::binary_cross_entropy_with_logits(x[0], x[1], {.weight = x[2], .reduction = r});
     }},
    {"multilabel_soft_margin_loss",
     "F.multilabel_soft_margin_loss(a, b, weight=c, reduction='none')", Values::any,
     [](const Tensors& x, Reduction r) {
       return rg::multilabel_soft_margin_loss(x[0], x[1], {.weight = x[2], .reduction = r});
     }},
};

const std::pair<rg::Shape, rg::Shape> kWeightShapes[] = {
    {{4}, {4}}, {{2, 3}, {3}}, {{2, 3}, {2, 1}}, {{2, 3}, {}}, {{0, 3}, {3}}};

std::string reduced(const std::string& losses, const ReductionName& reduction) {
  return "(" + losses + ")" +
         (reduction.value == Reduction::none ? "" : std::string(".") + reduction.name + "()");
}

void add_weighted(Table& table, const ReductionName& reduction) {
  for (const auto& [shape, weight] : kWeightShapes) {
    if (is_undefined(shape, reduction)) {
      continue;
    }
    const std::string label =
        to_string(shape) + " weight " + to_string(weight) + " " + reduction.name;
    for (const WeightedRow& row : kWeighted) {
      table.push_back(
          {.op = row.name,
           .label = label,
           .inputs = {{shape, row.input}, {shape, Values::fraction}, {weight, Values::positive}},
           .torch = reduced(row.elements, reduction),
           .function = [loss = row.loss, reduction](const Tensors& x) {
             return loss(x, reduction.value);
           }});
    }
    const char* const op = "binary_cross_entropy_with_logits";
    table.push_back(
        {.op = op,
         .label = "pos_" + label,
         .inputs = {shape, {shape, Values::fraction}, {weight, Values::positive}},
         .torch = reduced("-(c * b * F.logsigmoid(a) + (1 - b) * F.logsigmoid(-a))", reduction),
         .function = [reduction](const Tensors& x) {
           return rg::binary_cross_entropy_with_logits(
               x[0], x[1], {.reduction = reduction.value, .pos_weight = x[2]});
         }});
    table.push_back(
        {.op = op,
         .label = "both, pos_" + label,
         .inputs = {shape, {shape, Values::fraction}, {weight, Values::positive}},
         .torch = reduced("-(c * b * F.logsigmoid(a) + (1 - b) * F.logsigmoid(-a)) * c", reduction),
         .function = [reduction](const Tensors& x) {
           return rg::binary_cross_entropy_with_logits(
               x[0], x[1], {.weight = x[2], .reduction = reduction.value, .pos_weight = x[2]});
         }});
  }
}

void add_batchmean(Table& table) {
  for (const rg::Shape& shape : {rg::Shape{4}, rg::Shape{3, 2}}) {
    table.push_back({.op = "kl_div",
                     .label = to_string(shape) + " batchmean",
                     .inputs = {shape, {shape, Values::positive}},
                     .torch = "F.kl_div(a, b, reduction='batchmean')",
                     .function = [](const Tensors& x) {
                       return rg::kl_div(x[0], x[1], {.reduction = Reduction::batchmean});
                     }});
  }
}

void add_cases(Table& table) {
  for (const ReductionName& reduction : kLossReductions) {
    for (const LossRow& row : kRows) {
      for (const rg::Shape& shape : kShapes) {
        const bool needs_classes = row.name == std::string("multilabel_soft_margin_loss");
        if (is_undefined(shape, reduction) || (needs_classes && shape.empty())) {
          continue;
        }
        table.push_back({.op = row.name,
                         .label = to_string(shape) + " " + reduction.name +
                                  (*row.options == 0 ? "" : " " + std::string(row.options)),
                         .inputs = {{shape, row.input}, {shape, row.target}},
                         .torch = row.name == std::string("soft_margin_loss")
                                      ? reduced("F.softplus(-b * a)", reduction)
                                      : torch_loss(row.name, reduction, row.options),
                         .function = [loss = row.loss, reduction](const Tensors& x) {
                           return loss(x, reduction.value);
                         }});
      }
    }
    add_weighted(table, reduction);
  }
  add_batchmean(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"binary_cross_entropy", 24},
                                        {"binary_cross_entropy_with_logits", 36},
                                        {"kl_div", 24},
                                        {"soft_margin_loss", 12},
                                        {"multilabel_soft_margin_loss", 20}},
                             .internal = {"log1p_exp"}});

}  // namespace

}  // namespace op_cases
