#include <cmath>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

void add_normalize(Table& table, const rg::Shape& shape, double p, std::int64_t dim,
                   double eps = 1e-12) {
  const std::string power = p > 1e300 ? "float('inf')" : std::to_string(p);
  const std::string least = eps == 1e-12 ? "1e-12" : std::to_string(eps);
  table.push_back(
      {.op = "normalize",
       .label =
           to_string(shape) + " p " + power + " along " + std::to_string(dim) + " eps " + least,
       .inputs = {{shape, p > 1e300 ? Values::distinct : Values::away_from_zero}},
       .torch = "F.normalize(a, " + power + ", " + std::to_string(dim) + ", " + least + ")",
       .function = [p, dim, eps](const Tensors& x) { return rg::normalize(x[0], p, dim, eps); }});
}

void add_response(Table& table, const rg::Shape& shape, std::int64_t size, double alpha = 1e-4,
                  double beta = 0.75, double k = 1) {
  const std::string options = std::to_string(size) + ", " + std::to_string(alpha) + ", " +
                              std::to_string(beta) + ", " + std::to_string(k);
  table.push_back({.op = "local_response_norm",
                   .label = to_string(shape) + " by " + options,
                   .inputs = {shape},
                   .torch = "F.local_response_norm(a, " + options + ")",
                   .function = [size, alpha, beta, k](const Tensors& x) {
                     return rg::local_response_norm(x[0], size, alpha, beta, k);
                   }});
}

void add_cases(Table& table) {
  add_normalize(table, {3, 4}, 2, 1);
  add_normalize(table, {3, 4}, 2, 0);
  add_normalize(table, {2, 3, 2}, 2, -1);
  add_normalize(table, {2, 3, 2, 2}, 2, 1);
  add_normalize(table, {5}, 2, 0);
  add_normalize(table, {3, 4}, 1, 1);
  add_normalize(table, {3, 4}, 3, 1);
  add_normalize(table, {3, 4}, 1.5, 1);
  add_normalize(table, {3, 4}, INFINITY, 1);
  add_normalize(table, {2, 3}, 2, 1, 64);  // the floor of the norm is reached
  add_normalize(table, {0, 4}, 2, 1);

  for (const std::int64_t size : {1, 2, 3, 5}) {
    add_response(table, {2, 4, 3}, size, 0.5);
  }
  add_response(table, {2, 3, 2}, 9, 0.5);  // wider than there are channels
  add_response(table, {1, 4, 2, 3}, 3);
  add_response(table, {1, 4, 2, 2}, 2, 1.5, 0.5, 2);
  add_response(table, {1, 3, 1, 2, 2}, 3, 0.25, 1.25, 0.5);
  add_response(table, {0, 3, 4}, 3);
}

const Registered registered({.add = add_cases,
                             .floors = {{"normalize", 8}, {"local_response_norm", 8}}});

}  // namespace

}  // namespace op_cases
