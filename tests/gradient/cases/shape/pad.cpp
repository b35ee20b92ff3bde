#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Padding = std::vector<std::int64_t>;

std::string text(const Padding& padding) {
  std::string all;
  for (const std::int64_t size : padding) {
    all += (all.empty() ? "" : ", ") + std::to_string(size);
  }
  return "[" + all + "]";
}

void add(Table& table, const rg::Shape& shape, const Padding& padding, const std::string& mode,
         const rg::PadOptions& options) {
  std::string value;
  if (mode == "constant") {
    value = ", value=" + std::to_string(options.value.to<double>());
  }
  const std::string arguments = ", " + text(padding) + ", mode='" + mode + "'" + value + ")";
  // PyTorch 1.13 wants a batch in circular mode, and lengths in the result.
  const bool batched = mode != "circular" || shape.size() == padding.size() / 2 + 2;
  const bool in_torch = mode != "constant" || shape.size() < 2 || shape[1] > 0;
  table.push_back(
      {.op = "pad",
       .label = mode + " " + to_string(shape) + " by " + text(padding) + value,
       .inputs = {shape},
       .torch = !in_torch ? ""
                : batched ? "F.pad(a" + arguments
                          : "F.pad(a[None]" + arguments + "[0]",
       .function = [padding, options](const Tensors& x) { return rg::pad(x[0], padding, options); },
       .affine = true});
}

void add_constant_cases(Table& table) {
  const struct {
    rg::Shape shape;
    Padding padding;
    double value = 0;
  } rows[] = {{{4}, {1, 2}},
              {{4}, {0, 0}},
              {{4}, {2, 0}, 1.5},
              {{4}, {-1, 2}, 0.5},
              {{4}, {-1, -2}},
              {{4}, {3, -4}, 1},
              {{2, 3}, {1, 1}},
              {{2, 3}, {1, 0, 0, 2}, -1},
              {{2, 3}, {-1, 1, 1, -1}, 2},
              {{2, 3, 2}, {0, 1, 1, 0, 1, 1}},
              {{1, 2, 3, 2}, {1, 1, 1, 1}},
              {{1, 2, 2, 3}, {1, 0, 0, 1, 0, 1}, 0.5},
              {{2, 1, 2, 2}, {0, 1, 1, 0, 1, 1, 1, 0}},
              {{1, 2, 2, 2, 1}, {1, 0, 0, 1, 1, 0}},
              {{2, 3}, {}},
              {{0, 3}, {1, 1}},
              {{0}, {1, 2}, 2},
              {{2, 0}, {0, 0, 1, 1}}};
  for (const auto& row : rows) {
    add(table, row.shape, row.padding, "constant", {.value = row.value});
  }
}

void add_edge_cases(Table& table) {
  const std::pair<rg::Shape, Padding> rows[] = {
      {{1, 4}, {1, 2}},
      {{2, 2, 3}, {2, 1}},
      {{2, 2, 3}, {0, 2}},
      {{1, 1, 3}, {2, 2}},
      {{2, 3, 2}, {1, 1, 2, 0}},
      {{1, 3, 3}, {2, 2, 1, 1}},
      {{1, 2, 3, 3}, {1, 1, 1, 1}},
      {{2, 2, 2, 3}, {0, 2, 1, 0}},
      {{1, 1, 3, 4}, {3, 2, 2, 2}},
      {{1, 2, 3, 3}, {-1, 1, 1, 0}},
      {{1, 2, 2, 3}, {1, 0, 1, 1, 0, 1}},
      {{1, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1}},
      {{1, 1, 2, 3, 2}, {1, 0, 2, 1, 0, 1}},
      {{0, 2, 3}, {1, 1}},
      {{0, 1, 2, 3}, {1, 1, 1, 0}},
  };
  for (const auto& [shape, padding] : rows) {
    add(table, shape, padding, "reflect", {.mode = rg::PaddingMode::reflect});
    add(table, shape, padding, "replicate", {.mode = rg::PaddingMode::replicate});
    add(table, shape, padding, "circular", {.mode = rg::PaddingMode::circular});
  }
  add(table, {1, 2}, {5, 7}, "replicate", {.mode = rg::PaddingMode::replicate});
  add(table, {1, 1, 1, 1}, {1, 2, 3, 1}, "replicate", {.mode = rg::PaddingMode::replicate});
  add(table, {1, 1, 3}, {3, 3}, "circular", {.mode = rg::PaddingMode::circular});
}

void add_cases(Table& table) {
  add_constant_cases(table);
  add_edge_cases(table);
}

const Registered registered({.add = add_cases, .floors = {{"pad", 48}}, .internal = {"pad_fold"}});

}  // namespace

}  // namespace op_cases
