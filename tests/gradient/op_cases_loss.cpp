#include <algorithm>

#include "op_cases.h"

namespace op_cases {

namespace {

const std::pair<const char*, rg::Reduction> kReductions[] = {
    {"mean", rg::Reduction::mean}, {"sum", rg::Reduction::sum}, {"none", rg::Reduction::none}};

using Loss = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, rg::LossOptions, rg::Where);

struct LossRow {
  const char* name;
  Loss loss;
  Values target;
  bool affine;
};

// The prediction and the target have one shape, and both have gradients.
const LossRow kRegressions[] = {
    {"mse_loss", rg::mse_loss, Values::any, false},
    {"binary_cross_entropy_with_logits", rg::binary_cross_entropy_with_logits, Values::fraction,
     false},
};

// The target holds classes.
const LossRow kClassifiers[] = {
    {"nll_loss", rg::nll_loss, Values::any, true},
    {"cross_entropy", rg::cross_entropy, Values::any, false},
};

const std::vector<rg::Shape> kRegressionShapes = {{}, {4}, {2, 3}, {2, 1, 3}, {2, 2, 2, 2}, {0, 3}};
const std::vector<rg::Shape> kClassShapes = {{4},       {1},          {3, 4}, {1, 3},   {3, 1},
                                             {2, 3, 2}, {2, 3, 2, 2}, {0, 3}, {2, 3, 0}};

bool has_no_elements(const rg::Shape& shape) {
  return std::find(shape.begin(), shape.end(), 0) != shape.end();
}

rg::Tensor classes_for(const rg::Shape& shape) {
  const std::size_t dim = shape.size() == 1 ? 0 : 1;
  rg::Shape target = shape;
  target.erase(dim);
  return indices(target, shape[dim]);
}

void add_cases(Table& table) {
  for (const auto& [name, reduction] : kReductions) {
    const auto add = [&table, name = name, reduction = reduction](
                         const LossRow& row, const rg::Shape& shape, const Input& target) {
      if (reduction == rg::Reduction::mean && has_no_elements(shape)) {
        return;  // a mean of nothing is NaN, and so are its derivatives
      }
      table.push_back(
          {.op = row.name,
           .label = to_string(shape) + " " + name,
           .inputs = {shape, target},
           .function = [loss = row.loss,
                        reduction](const Tensors& x) { return loss(x[0], x[1], {reduction}, {}); },
           .affine = row.affine});
    };
    for (const LossRow& row : kRegressions) {
      for (const rg::Shape& shape : kRegressionShapes) {
        add(row, shape, {shape, row.target});
      }
    }
    for (const LossRow& row : kClassifiers) {
      for (const rg::Shape& shape : kClassShapes) {
        add(row, shape, classes_for(shape));
      }
    }
  }
}

const Registered registered({.add = add_cases,
                             .floors = {{"cross_entropy", 24}, {"nll_loss", 24}}});

}  // namespace

}  // namespace op_cases
