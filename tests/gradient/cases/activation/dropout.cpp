// Each row seeds a generator of its own, so that every call drops the same elements.
#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Dropout = rg::Tensor (*)(const rg::Tensor&, double, bool, rg::Generator&, rg::Where);

void add(Table& table, const char* op, Dropout dropout, const rg::Shape& shape, double p,
         bool training = true) {
  // The mask is the library's own; without one there is something to compare.
  const bool fixed = !training || p == 0 || p == 1;
  table.push_back(
      {.op = op,
       .label = to_string(shape) + " p " + std::to_string(p) + (training ? "" : ", evaluation"),
       .inputs = {shape},
       .torch = fixed ? std::string("F.") + op + "(a, " + std::to_string(p) + ", " +
                            (training ? "True" : "False") + ")"
                      : "",
       .function =
           [dropout, p, training](const Tensors& x) {
             rg::Generator generator(5);
             return dropout(x[0], p, training, generator, {});
           },
       .affine = true});
}

void add_all(Table& table, const char* op, Dropout dropout, const std::vector<rg::Shape>& shapes) {
  for (const rg::Shape& shape : shapes) {
    add(table, op, dropout, shape, 0.5);
    add(table, op, dropout, shape, 0.25);
  }
  add(table, op, dropout, shapes.front(), 0);
  add(table, op, dropout, shapes.front(), 1);
  add(table, op, dropout, shapes.front(), 0.5, false);
  rg::Shape none = shapes.front();
  none[0] = 0;
  add(table, op, dropout, none, 0.5);
}

void add_stochastic_depth(Table& table, const rg::Shape& shape, double p,
                          rg::StochasticDepthMode mode, bool training = true) {
  const bool kept = !training || p == 0;
  table.push_back({.op = "stochastic_depth",
                   .label = to_string(shape) + " p " + std::to_string(p) +
                            (mode == rg::StochasticDepthMode::row ? " row" : " batch") +
                            (training ? "" : ", evaluation"),
                   .inputs = {shape},
                   .torch = kept     ? "a + 0"
                            : p == 1 ? "a * 0"
                                     : "",
                   .function =
                       [p, mode, training](const Tensors& x) {
                         rg::Generator generator(5);
                         return rg::stochastic_depth(x[0], p, mode, training, generator);
                       },
                   .affine = true});
}

void add_stochastic_depths(Table& table) {
  for (const auto mode : {rg::StochasticDepthMode::batch, rg::StochasticDepthMode::row}) {
    for (const rg::Shape& shape : {rg::Shape{6, 2}, {5}, {4, 2, 2, 2}, {0, 3}}) {
      add_stochastic_depth(table, shape, 0.4, mode);
    }
    add_stochastic_depth(table, {3, 4}, 0, mode);
    add_stochastic_depth(table, {3, 4}, 1, mode);
    add_stochastic_depth(table, {3, 4}, 0.5, mode, false);
  }
}

void add_cases(Table& table) {
  add_all(table, "dropout", rg::dropout, {{3, 4}, {7}, {2, 3, 2}, {2, 3, 2, 2}});
  add_all(table, "alpha_dropout", rg::alpha_dropout, {{3, 4}, {7}, {2, 3, 2}, {2, 3, 2, 2}});
  add_all(table, "dropout1d", rg::dropout1d, {{2, 4, 3}, {6, 2}});
  add_all(table, "dropout2d", rg::dropout2d, {{2, 4, 2, 2}, {2, 4, 3}});
  add_all(table, "dropout3d", rg::dropout3d, {{2, 4, 1, 2, 2}, {6, 1, 2, 2}});
  add_stochastic_depths(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"dropout", 8},
                                        {"alpha_dropout", 8},
                                        {"dropout1d", 8},
                                        {"dropout2d", 8},
                                        {"dropout3d", 8},
                                        {"stochastic_depth", 14}}});

}  // namespace

}  // namespace op_cases
