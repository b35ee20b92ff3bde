#include "gradient/op_cases.h"

namespace op_cases {

namespace {

// Changes of shape move values and never compute: all are linear.
template <class F>
void add(Table& table, const char* op, const rg::Shape& shape, const std::string& label,
         const std::string& torch, F function) {
  table.push_back({.op = op,
                   .label = to_string(shape) + " " + label,
                   .inputs = {shape},
                   .torch = torch,
                   .function = [function](const Tensors& x) { return function(x[0]); },
                   .affine = true});
}

void add_reshape_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> rows[] = {
      {{}, {}},
      {{}, {1, 1}},
      {{6}, {2, 3}},
      {{2, 3}, {6}},
      {{2, 3}, {3, 2}},
      {{2, 3}, {-1}},
      {{2, 6}, {2, -1, 3}},
      {{2, 3, 2}, {6, 2}},
      {{2, 3, 2}, {2, 6}},
      {{1}, {}},
      {{2, 2, 3, 1}, {4, 3}},
      {{0, 3}, {3, 0}},
      {{0, 3}, {0}},
      {{2, 0}, {5, 0, 2}},
  };
  for (const auto& [from, to] : rows) {
    add(table, "reshape", from, "to " + to_string(to), "a.reshape(" + to_string(to) + ")",
        [to = to](const rg::Tensor& x) { return rg::reshape(x, to); });
  }
}

void add_flatten_cases(Table& table) {
  const struct {
    rg::Shape shape;
    std::int64_t start, end;
  } rows[] = {
      {{}, 0, -1},          {{5}, 0, 0},         {{2, 3}, 0, -1},    {{2, 3, 2}, 1, -1},
      {{2, 3, 2}, 0, 1},    {{2, 3, 2}, -2, -1}, {{2, 1, 3}, 1, 1},  {{2, 2, 3, 2}, 1, 2},
      {{2, 2, 3, 2}, 1, 3}, {{0, 3, 2}, 1, -1},  {{2, 0, 3}, 0, -1},
  };
  for (const auto& [shape, start, end] : rows) {
    add(table, "flatten", shape, std::to_string(start) + " to " + std::to_string(end),
        "a.flatten(" + std::to_string(start) + ", " + std::to_string(end) + ")",
        [start = start, end = end](const rg::Tensor& x) { return rg::flatten(x, start, end); });
  }
}

void add_order_cases(Table& table) {
  const struct {
    rg::Shape shape;
    std::int64_t a, b;
  } transposes[] = {
      {{}, 0, 0},        {{5}, 0, -1},      {{2, 3}, 0, 1},    {{2, 3}, -1, -2},
      {{2, 3, 2}, 0, 2}, {{2, 3, 2}, 1, 1}, {{2, 1, 3}, 0, 1}, {{2, 3, 2, 2}, 1, -1},
      {{0, 3}, 0, 1},    {{2, 0, 3}, 0, 2},
  };
  for (const auto& [shape, a, b] : transposes) {
    add(table, "transpose", shape, std::to_string(a) + " with " + std::to_string(b),
        "a.transpose(" + std::to_string(a) + ", " + std::to_string(b) + ")",
        [a = a, b = b](const rg::Tensor& x) { return rg::transpose(x, a, b); });
    add(table, "swapaxes", shape, std::to_string(a) + " with " + std::to_string(b),
        "torch.swapaxes(a, " + std::to_string(a) + ", " + std::to_string(b) + ")",
        [a = a, b = b](const rg::Tensor& x) { return rg::swapaxes(x, a, b); });
  }
  const std::pair<rg::Shape, rg::Dims> permutations[] = {
      {{}, {}},
      {{5}, {0}},
      {{2, 3}, {1, 0}},
      {{2, 3}, {0, 1}},
      {{2, 3, 2}, {2, 0, 1}},
      {{2, 3, 2}, {1, 2, 0}},
      {{2, 3, 2}, {-1, 0, -2}},
      {{2, 3, 2, 2}, {0, 2, 3, 1}},
      {{2, 3, 1, 2}, {3, 1, 0, 2}},
      {{0, 3}, {1, 0}},
      {{2, 0, 3}, {2, 0, 1}},
  };
  for (const auto& [shape, order] : permutations) {
    add(table, "permute", shape, "to " + to_string(order), "a.permute(" + to_string(order) + ")",
        [order = order](const rg::Tensor& x) { return rg::permute(x, order); });
  }
}

void add_unit_length_cases(Table& table) {
  for (const rg::Shape& shape : {rg::Shape{}, rg::Shape{1, 1}, rg::Shape{2, 3}, rg::Shape{1, 3, 1},
                                 rg::Shape{2, 1, 3, 1}, rg::Shape{0, 1}}) {
    add(table, "squeeze", shape, "all", "a.squeeze()",
        [](const rg::Tensor& x) { return rg::squeeze(x); });
  }
  const std::pair<rg::Shape, std::int64_t> dims[] = {
      {{1}, 0}, {{2, 3}, 1}, {{1, 3, 1}, 0}, {{1, 3, 1}, -1}, {{2, 1, 3}, 1}, {{1, 0, 1}, 2}};
  for (const auto& [shape, dim] : dims) {
    add(table, "squeeze", shape, "dimension " + std::to_string(dim),
        "a.squeeze(" + std::to_string(dim) + ")",
        [dim = dim](const rg::Tensor& x) { return rg::squeeze(x, dim); });
  }
  const std::pair<rg::Shape, std::int64_t> places[] = {
      {{}, 0},      {{}, -1},     {{5}, 0},       {{5}, 1},    {{2, 3}, 1},
      {{2, 3}, -1}, {{2, 3}, -3}, {{2, 3, 2}, 2}, {{0, 3}, 0}, {{2, 0}, -1}};
  for (const auto& [shape, dim] : places) {
    add(table, "unsqueeze", shape, "at " + std::to_string(dim),
        "a.unsqueeze(" + std::to_string(dim) + ")",
        [dim = dim](const rg::Tensor& x) { return rg::unsqueeze(x, dim); });
  }
}

void add_expand_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> rows[] = {
      {{}, {}},
      {{}, {2, 3}},
      {{1}, {4}},
      {{3}, {2, 3}},
      {{2, 1}, {2, 3}},
      {{2, 1}, {-1, 3}},
      {{1, 3}, {2, -1}},
      {{1, 1}, {2, 3}},
      {{3, 1}, {2, 3, 2}},
      {{2, 3}, {2, 3}},
      {{1, 3}, {0, 3}},
      {{0, 1}, {0, 3}},
      {{2, 1, 3, 1}, {2, 2, 3, 2}},
  };
  for (const auto& [from, to] : rows) {
    add(table, "expand", from, "to " + to_string(to), "a.expand(" + to_string(to) + ")",
        [to = to](const rg::Tensor& x) { return rg::expand(x, to); });
    add(table, "broadcast_to", from, "to " + to_string(to),
        "torch.broadcast_to(a, " + to_string(to) + ")",
        [to = to](const rg::Tensor& x) { return rg::broadcast_to(x, to); });
  }
}

void add_cases(Table& table) {
  add_reshape_cases(table);
  add_flatten_cases(table);
  add_order_cases(table);
  add_unit_length_cases(table);
  add_expand_cases(table);
}

const Registered registered({.add = add_cases});

}  // namespace

}  // namespace op_cases
