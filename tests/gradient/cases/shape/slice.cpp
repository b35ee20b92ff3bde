#include <optional>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Bound = std::optional<std::int64_t>;

struct Slice {
  rg::Shape shape;
  std::int64_t dim;
  Bound start, end;
  std::int64_t step = 1;

  std::string label() const {
    const auto text = [](const Bound& bound) { return bound ? std::to_string(*bound) : ""; };
    return to_string(shape) + " dimension " + std::to_string(dim) + " [" + text(start) + ":" +
           text(end) + ":" + std::to_string(step) + "]";
  }
  std::string torch() const {
    const auto text = [](const Bound& bound) { return bound ? std::to_string(*bound) : "None"; };
    const auto rank = static_cast<std::int64_t>(shape.size());
    std::string all = "a[";
    for (std::int64_t d = 0; d < (dim + rank) % rank; ++d) {
      all += ":, ";
    }
    return all + "slice(" + text(start) + ", " + text(end) + ", " + std::to_string(step) + ")]";
  }
};

const Slice kSlices[] = {
    {{5}, 0, {}, {}},        {{5}, 0, 1, 4},           {{5}, 0, -3, -1},
    {{5}, 0, {}, {}, 2},     {{5}, 0, 1, {}, 3},       {{5}, 0, -100, 100},
    {{5}, 0, 3, 2},          {{2, 3}, 1, 1, {}},       {{2, 3}, -1, {}, 2},
    {{4, 3}, 0, 1, {}, 2},   {{2, 5, 2}, 1, {}, 5, 2}, {{2, 3, 4}, -1, 1, 4, 2},
    {{2, 2, 3, 3}, 2, 1, 3}, {{0, 3}, 1, 1, {}},       {{0, 3}, 0, {}, {}},
    {{2, 0, 3}, 2, 0, 2},
};

const std::pair<rg::Shape, std::pair<std::int64_t, std::int64_t>> kSelects[] = {
    {{5}, {0, 2}},      {{5}, {0, -1}},       {{2, 3}, {0, 1}},       {{2, 3}, {1, 0}},
    {{2, 3}, {-1, -3}}, {{2, 3, 2}, {1, 2}},  {{2, 3, 2, 2}, {2, 1}}, {{1, 3}, {0, 0}},
    {{0, 3}, {1, 2}},   {{2, 0, 3}, {0, -1}},
};

const std::pair<std::vector<rg::Shape>, std::int64_t> kJoins[] = {
    {{{3}}, 0},
    {{{3}, {2}}, 0},
    {{{2, 3}, {1, 3}}, 0},
    {{{2, 3}, {2, 1}, {2, 2}}, 1},
    {{{2, 3}, {2, 3}}, -1},
    {{{2, 2, 2}, {2, 3, 2}}, 1},
    {{{1, 2, 2, 2}, {1, 1, 2, 2}}, 1},
    {{{2, 2, 2, 1}, {2, 2, 2, 2}}, -1},
    {{{0, 3}, {2, 3}}, 0},
    {{{0, 3}, {0, 2}}, 1},
    {{{2}, {0}, {3}}, 0},
    {{{1}, {1}, {1}, {1}}, 0},
};

const std::pair<rg::Shape, std::int64_t> kStacks[] = {
    {{}, 0},     {{}, -1},     {{3}, 0},       {{3}, 1},    {{2, 3}, 0},
    {{2, 3}, 1}, {{2, 3}, -1}, {{2, 2, 2}, 2}, {{0, 3}, 0}, {{2, 0}, 1},
};

// "torch.cat([a, b], 0)"
std::string joined(const char* call, std::size_t count, std::int64_t dim) {
  std::string letters;
  for (std::size_t i = 0; i < count; ++i) {
    letters += (i == 0 ? "" : ", ") + std::string(1, static_cast<char>('a' + i));
  }
  return call + ("([" + letters + "], ") + std::to_string(dim) + ")";
}

void add_cases(Table& table) {
  for (const Slice& row : kSlices) {
    table.push_back({.op = "slice",
                     .label = row.label(),
                     .inputs = {row.shape},
                     .torch = row.torch(),
                     .function =
                         [row](const Tensors& x) {
                           return rg::slice(x[0], row.dim, row.start, row.end, row.step);
                         },
                     .affine = true});
  }
  for (const auto& [shape, at] : kSelects) {
    table.push_back(
        {.op = "select",
         .label = to_string(shape) + " dimension " + std::to_string(at.first) + " index " +
                  std::to_string(at.second),
         .inputs = {shape},
         .torch = "a.select(" + std::to_string(at.first) + ", " + std::to_string(at.second) + ")",
         .function = [at = at](const Tensors& x) { return rg::select(x[0], at.first, at.second); },
         .affine = true});
  }
  for (const auto& [shapes, dim] : kJoins) {
    std::string label = "dimension " + std::to_string(dim) + " of";
    for (const rg::Shape& shape : shapes) {
      label += " " + to_string(shape);
    }
    table.push_back({.op = "cat",
                     .label = label,
                     .inputs = {shapes.begin(), shapes.end()},
                     .torch = joined("torch.cat", shapes.size(), dim),
                     .function = [dim = dim](const Tensors& x) { return rg::cat(x, dim); },
                     .affine = true});
  }
  table.push_back({.op = "cat",
                   .label = "a tensor twice",
                   .inputs = {{2, 2}, {1, 2}},
                   .torch = "torch.cat([a, b, a])",
                   .function =
                       [](const Tensors& x) {
                         return rg::cat({x[0], x[1], x[0]});
                       },
                   .affine = true});
  for (const auto& [shape, dim] : kStacks) {
    table.push_back({.op = "stack",
                     .label = to_string(shape) + " dimension " + std::to_string(dim),
                     .inputs = {shape, shape, shape},
                     .torch = joined("torch.stack", 3, dim),
                     .function = [dim = dim](const Tensors& x) { return rg::stack(x, dim); },
                     .affine = true});
  }
}

const Registered registered({.add = add_cases, .internal = {"slice_into_zeros"}});

}  // namespace

}  // namespace op_cases
