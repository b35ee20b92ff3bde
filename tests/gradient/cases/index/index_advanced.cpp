// Advanced indexing, masks, and what is sorted.
#include "gradient/op_cases.h"

namespace op_cases {

namespace {

rg::Tensor mask_of(const rg::Shape& shape) {
  return rg::eq(indices(shape, 3), 1);
}

// The letters of a row's constants in the brackets, ":" for all of a dimension.
struct IndexRow {
  rg::Shape shape;
  std::string pattern;  // "b:c" is a[b, :, c]
  std::vector<rg::Tensor> given;
  rg::Shape result;
  bool once = false;  // no element is named twice

  rg::Indices indices(const Tensors& x, std::size_t first) const {
    rg::Indices all;
    for (const char c : pattern) {
      if (c == ':') {
        all.emplace_back();
      } else {
        all.emplace_back(x[first + static_cast<std::size_t>(c - 'b')]);
      }
    }
    return all;
  }
  // "(b, slice(None), c)", the first index being the letter `first`.
  std::string torch(char first) const {
    std::string all;
    for (const char c : pattern) {
      all += c == ':' ? "slice(None), " : std::string(1, static_cast<char>(c - 'b' + first)) + ", ";
    }
    return "(" + all + ")";
  }
  // index_put() takes no slices; indexing places of a copy gives the elements' own places.
  std::string put_in_torch(bool accumulate) const {
    return "a.flatten().index_put((torch.arange(a.numel()).reshape(a.shape)[" + torch('c') +
           "],), b, " + (accumulate ? "True" : "False") + ").reshape(a.shape)";
  }
  std::string label() const {
    std::string all = to_string(shape) + " at " + pattern;
    for (const rg::Tensor& index : given) {
      all += " " + describe(index);
    }
    return all;
  }
};

const rg::Tensor kTwo = rg::tensor({2, 0});
const rg::Tensor kOne = rg::tensor({1, -1});
const rg::Tensor kMany = rg::tensor({0, 2, 2, -1, 1});
const rg::Tensor kSquare = rg::tensor({{0, 1}, {-1, 0}});
const rg::Tensor kColumn = rg::tensor({{0}, {1}});
const rg::Tensor kNone = rg::zeros({0}, {.dtype = rg::int64});

const std::vector<IndexRow>& index_rows() {
  static const std::vector<IndexRow> rows{
      {{4}, "b", {kTwo}, {2}, true},
      {{4}, "b", {kMany}, {5}},
      {{4}, "b", {kSquare}, {2, 2}},
      {{4}, "b", {rg::tensor(-2)}, {}, true},
      {{3, 2}, "b", {kTwo}, {2, 2}, true},
      {{3, 3}, "bc", {kTwo, rg::tensor({1, 0})}, {2}, true},
      {{3, 3}, "bc", {kMany, kMany}, {5}},
      {{2, 3}, ":b", {kMany}, {2, 5}},
      {{3, 3}, "bc", {kColumn, kTwo}, {2, 2}, true},
      {{2, 3, 2}, "b:c", {rg::tensor({1, 0}), rg::tensor({0, 1})}, {2, 3}, true},
      {{2, 3, 2}, "b:c", {kColumn, kOne}, {2, 2, 3}},
      {{2, 3, 3}, ":bc", {kTwo, kColumn}, {2, 2, 2}, true},
      {{2, 2, 3, 2}, ":b:c", {kColumn, rg::tensor({0, 1})}, {2, 2, 2, 3}, true},
      {{4}, "b", {mask_of({4})}, {1}, true},
      {{2, 3}, "b", {mask_of({2, 3})}, {2}, true},
      {{2, 3, 2}, ":b", {mask_of({3, 2})}, {2, 2}, true},
      {{3, 3}, "bc", {mask_of({3}), rg::tensor({2})}, {1}, true},
      {{2, 3, 2}, "b:c", {rg::tensor({true, true}), rg::tensor({1, 0})}, {2, 3}, true},
      {{3, 2}, "b", {kNone}, {0, 2}, true},
      {{0, 3}, ":b", {kTwo}, {0, 2}, true},
  };
  return rows;
}

void add_index_cases(Table& table) {
  for (const IndexRow& row : index_rows()) {
    std::vector<Input> inputs{row.shape};
    inputs.insert(inputs.end(), row.given.begin(), row.given.end());
    table.push_back(
        {.op = "index",
         .label = row.label(),
         .inputs = inputs,
         .torch = "a[" + row.torch('b') + "]",
         .function = [row](const Tensors& x) { return rg::index(x[0], row.indices(x, 1)); },
         .affine = true});
    inputs.insert(inputs.begin() + 1, Input(row.result));
    for (const bool accumulate : {false, true}) {
      if (!accumulate && !row.once) {
        continue;
      }
      table.push_back({.op = "index_put",
                       .label = row.label() + (accumulate ? " accumulated" : ""),
                       .inputs = inputs,
                       .torch = row.put_in_torch(accumulate),
                       .function =
                           [row, accumulate](const Tensors& x) {
                             return rg::index_put(x[0], row.indices(x, 2), x[1], accumulate);
                           },
                       .affine = true});
    }
  }
  table.push_back({.op = "index_put",
                   .label = "a number",
                   .inputs = {{3, 2}, kTwo},
                   .torch = "a.index_put((b,), torch.tensor(1.5).double())",
                   .function = [](const Tensors& x) { return rg::index_put(x[0], {x[1]}, 1.5); },
                   .affine = true});
  table.push_back({.op = "index_put",
                   .label = "values that broadcast",
                   .inputs = {{3, 2}, {2}, kTwo},
                   .torch = "a.index_put((c,), b)",
                   .function = [](const Tensors& x) { return rg::index_put(x[0], {x[2]}, x[1]); },
                   .affine = true});
}

void add_mask_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> rows[] = {
      {{}, {}},         {{4}, {4}},       {{2, 3}, {2, 3}},
      {{2, 3}, {3}},    {{2, 3}, {2, 1}}, {{2, 3, 2}, {1, 3, 1}},
      {{0, 3}, {0, 3}}, {{2, 0}, {1, 1}}, {{1, 3}, {2, 3}}};
  for (const auto& [shape, mask_shape] : rows) {
    const rg::Tensor mask = mask_of(mask_shape);
    const std::string label = to_string(shape) + " by " + to_string(mask_shape);
    table.push_back({.op = "masked_fill",
                     .label = label + " with a number",
                     .inputs = {shape, mask},
                     .torch = "a.masked_fill(b, -1.5)",
                     .function = [](const Tensors& x) { return rg::masked_fill(x[0], x[1], -1.5); },
                     .affine = true});
    table.push_back({.op = "masked_fill",
                     .label = label + " with a tensor",
                     .inputs = {shape, mask, rg::Shape{}},
                     .torch = "torch.where(b, c, a)",
                     .function = [](const Tensors& x) { return rg::masked_fill(x[0], x[1], x[2]); },
                     .affine = true});
    table.push_back({.op = "masked_select",
                     .label = label,
                     .inputs = {shape, mask},
                     .torch = "a.masked_select(b)",
                     .function = [](const Tensors& x) { return rg::masked_select(x[0], x[1]); },
                     .affine = true});
    if (shape == rg::Shape{1, 3}) {
      continue;  // the mask is larger
    }
    table.push_back(
        {.op = "masked_scatter",
         .label = label,
         .inputs = {shape, mask, {3, 4}},
         .torch = "a.masked_scatter(b, c)",
         .function = [](const Tensors& x) { return rg::masked_scatter(x[0], x[1], x[2]); },
         .affine = true});
  }
}

void add_cases(Table& table) {
  add_index_cases(table);
  add_mask_cases(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"index", 12}, {"index_put", 12}},
                             .without_gradient = {"nonzero", "one_hot"}});

}  // namespace

}  // namespace op_cases
