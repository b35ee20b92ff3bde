#include "gradient/op_cases.h"

#include <vector>

namespace op_cases {

namespace {

void add(Table& table, const rg::Shape& index, std::int64_t count, std::int64_t width) {
  table.push_back(
      {.op = "embedding",
       .label = to_string(index) + " of " + std::to_string(count) + " by " + std::to_string(width),
       .inputs = {indices(index, count), {count, width}},
       .torch = "F.embedding(a, b)",
       .function = [](const Tensors& x) { return rg::embedding(x[0], x[1]); },
       .affine = true});
}

// The padding row is a constant here: it has no gradient, whatever finite differences say.
void add_padded(Table& table, const rg::Shape& index, std::int64_t count, std::int64_t width,
                std::int64_t padding) {
  std::vector<double> kept(static_cast<std::size_t>(count), 1);
  kept[static_cast<std::size_t>(padding < 0 ? padding + count : padding)] = 0;
  const rg::Tensor mask = rg::reshape(rg::tensor(kept, {.dtype = rg::float64}), {count, 1});
  table.push_back({.op = "embedding",
                   .label = to_string(index) + " of " + std::to_string(count) + " by " +
                            std::to_string(width) + ", padding " + std::to_string(padding),
                   .inputs = {indices(index, count), {count, width}, mask},
                   .torch = "F.embedding(a, b * c + (1 - c), " + std::to_string(padding) + ")",
                   .function =
                       [padding](const Tensors& x) {
                         const rg::Tensor used = x[2].to(x[1].dtype());
                         return rg::embedding(x[0], x[1] * used + (1.0 - used), padding);
                       },
                   .affine = true});
}

void add_cases(Table& table) {
  add(table, {4}, 5, 3);
  add(table, {7}, 3, 2);  // rows taken several times
  add(table, {1}, 4, 3);
  add(table, {}, 4, 3);
  add(table, {2, 3}, 4, 3);
  add(table, {2, 2, 2}, 5, 2);
  add(table, {6}, 4, 1);
  add(table, {6}, 1, 3);
  add_padded(table, {5}, 4, 3, 0);
  add_padded(table, {2, 4}, 4, 2, 2);
  add_padded(table, {2, 4}, 4, 2, -1);
  add(table, {0}, 4, 3);
  add_padded(table, {2, 0}, 4, 3, 1);
  add(table, {3}, 4, 0);
}

const Registered registered({.add = add_cases,
                             .floors = {{"embedding", 12}},
                             .internal = {"embedding_weight_grad"}});

}  // namespace

}  // namespace op_cases
