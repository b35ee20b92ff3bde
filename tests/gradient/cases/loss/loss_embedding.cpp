// Distances and the losses made of them.
#include <cmath>

#include "gradient/op_cases_loss.h"

namespace op_cases {

namespace {

using rg::Reduction;

// 1 and -1 by turns.
rg::Tensor signs(const rg::Shape& shape) {
  return (2 * indices(shape, 2) - 1);
}

rg::Tensor sign_input(const Tensors& x, std::size_t i) {
  return x[i].to(x[0].dtype());
}

void add_distances(Table& table) {
  const std::pair<rg::Shape, rg::Shape> shapes[] = {
      {{4}, {4}}, {{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{2, 1, 3}, {2, 3}}, {{0, 3}, {0, 3}}};
  for (const auto& [a, b] : shapes) {
    const std::string label = to_string(a) + " " + to_string(b);
    for (const double p : {2.0, 1.0, 3.0, static_cast<double>(INFINITY)}) {
      for (const bool keepdim : {false, true}) {
        const std::string number = std::isinf(p) ? "inf" : std::to_string(p);
        table.push_back({.op = "pairwise_distance",
                         .label = label + " p " + number + (keepdim ? " keepdim" : ""),
                         .inputs = {a, b},
                         .torch = "F.pairwise_distance(a, b, p=float('" + number +
                                  "'), keepdim=" + (keepdim ? "True" : "False") + ")",
                         .function = [p, keepdim](const Tensors& x) {
                           return rg::pairwise_distance(x[0], x[1], {.p = p, .keepdim = keepdim});
                         }});
      }
    }
    for (const std::int64_t dim : {-1, 0}) {
      table.push_back({.op = "cosine_similarity",
                       .label = label + " along " + std::to_string(dim),
                       .inputs = {{a, Values::away_from_zero}, {b, Values::away_from_zero}},
                       .torch = "F.cosine_similarity(a, b, dim=" + std::to_string(dim) + ")",
                       .function = [dim](const Tensors& x) {
                         return rg::cosine_similarity(x[0], x[1], {.dim = dim});
                       }});
    }
  }
}

void add_hinge(Table& table, const ReductionName& reduction) {
  for (const rg::Shape& shape : {rg::Shape{}, {5}, {2, 3}, {2, 2, 2}, {0, 3}}) {
    if (is_undefined(shape, reduction)) {
      continue;
    }
    table.push_back({.op = "hinge_embedding_loss",
                     .label = to_string(shape) + " " + reduction.name,
                     .inputs = {{shape, Values::distinct}, signs(shape)},
                     .torch = torch_loss("hinge_embedding_loss", reduction, "margin=0.3"),
                     .function = [reduction](const Tensors& x) {
                       return rg::hinge_embedding_loss(
                           x[0], sign_input(x, 1), {.margin = 0.3, .reduction = reduction.value});
                     }});
  }
}

void add_ranking(Table& table, const ReductionName& reduction) {
  struct Row {
    rg::Shape first;
    rg::Shape second;
    rg::Shape target;
  };
  const Row rows[] = {{{}, {}, {}},
                      {{5}, {5}, {5}},
                      {{2, 3}, {2, 3}, {2, 3}},
                      {{2, 3}, {1, 3}, {2, 1}},
                      {{2, 3}, {2, 3}, {1, 1}},
                      {{0, 3}, {1, 3}, {0, 3}}};
  for (const Row& row : rows) {
    if (is_undefined(row.first, reduction)) {
      continue;
    }
    table.push_back({.op = "margin_ranking_loss",
                     .label = to_string(row.first) + " " + to_string(row.second) + " " +
                              to_string(row.target) + " " + reduction.name,
                     .inputs = {{row.first, Values::distinct},
                                {row.second, Values::distinct},
                                {row.target, Values::away_from_zero}},
                     .torch = torch_loss("margin_ranking_loss", reduction, "margin=0.3", "a, b, c"),
                     .function = [reduction](const Tensors& x) {
                       return rg::margin_ranking_loss(
                           x[0], x[1], x[2], {.margin = 0.3, .reduction = reduction.value});
                     }});
  }
}

void add_cosine(Table& table, const ReductionName& reduction) {
  for (const rg::Shape& shape : {rg::Shape{4}, {1, 2}, {3, 4}, {6, 2}, {0, 3}}) {
    if (is_undefined(shape, reduction)) {
      continue;
    }
    const rg::Shape target = shape.size() == 1 ? rg::Shape{} : rg::Shape{shape[0]};
    table.push_back(
        {.op = "cosine_embedding_loss",
         .label = to_string(shape) + " " + reduction.name,
         .inputs = {{shape, Values::away_from_zero},
                    {shape, Values::away_from_zero},
                    signs(target)},
         .torch = torch_loss("cosine_embedding_loss", reduction, "margin=-0.2", "a, b, c"),
         .function = [reduction](const Tensors& x) {
           return rg::cosine_embedding_loss(x[0], x[1], sign_input(x, 2),
                                            {.margin = -0.2, .reduction = reduction.value});
         }});
  }
}

void add_triplet(Table& table, const ReductionName& reduction) {
  const std::tuple<const char*, double, bool> options[] = {{"p=2", 2, false},
                                                           {"p=2, swap=True", 2, true},
                                                           {"p=1", 1, false},
                                                           {"p=3, swap=True", 3, true}};
  for (const auto& [text, p, swap] : options) {
    for (const rg::Shape& shape : {rg::Shape{4}, {2, 3}, {1, 2}, {0, 3}}) {
      if (is_undefined(shape, reduction)) {
        continue;
      }
      table.push_back({.op = "triplet_margin_loss",
                       .label = to_string(shape) + " " + reduction.name + " " + text,
                       .inputs = {shape, shape, shape},
                       .torch = torch_loss("triplet_margin_loss", reduction,
                                           std::string("margin=1.3, ") + text, "a, b, c"),
                       .function = [p = p, swap = swap, reduction](const Tensors& x) {
                         return rg::triplet_margin_loss(
                             x[0], x[1], x[2],
                             {.margin = 1.3, .p = p, .swap = swap, .reduction = reduction.value});
                       }});
    }
  }
}

void add_cases(Table& table) {
  add_distances(table);
  for (const ReductionName& reduction : kLossReductions) {
    add_hinge(table, reduction);
    add_ranking(table, reduction);
    add_cosine(table, reduction);
    add_triplet(table, reduction);
  }
}

const Registered registered({.add = add_cases,
                             .floors = {{"pairwise_distance", 36},
                                        {"cosine_similarity", 10},
                                        {"hinge_embedding_loss", 12},
                                        {"margin_ranking_loss", 14},
                                        {"cosine_embedding_loss", 12},
                                        {"triplet_margin_loss", 36}}});

}  // namespace

}  // namespace op_cases
