#include "gradient/op_cases.h"

namespace op_cases {

namespace {

const std::pair<rg::Shape, std::int64_t> kRows[] = {
    {{}, 0},         {{1}, 0},       {{5}, -1},   {{2, 3}, 0},    {{2, 3}, 1},       {{2, 3, 2}, 1},
    {{2, 3, 2}, -1}, {{2, 1, 3}, 1}, {{0, 3}, 1}, {{2, 0, 3}, 2}, {{2, 2, 3, 2}, 2},
};

std::string num(std::int64_t value) {
  return std::to_string(value);
}

template <class F>
void add(Table& table, const char* op, const rg::Shape& shape, const std::string& arguments,
         const std::string& torch, F function) {
  table.push_back({.op = op,
                   .label = to_string(shape) + " " + arguments,
                   .inputs = {{shape, Values::distinct}},
                   .torch = torch,
                   .function = [function](const Tensors& x) { return function(x[0]); }});
}

void add_order_cases(Table& table, const rg::Shape& shape, std::int64_t d) {
  for (const bool down : {false, true}) {
    const std::string direction = down ? "True" : "False";
    add(table, "sort", shape, num(d) + (down ? " descending" : " ascending"),
        "torch.sort(a, " + num(d) + ", " + direction + ")[0]",
        [=](const rg::Tensor& x) { return rg::sort(x, d, down).values; });
    const std::int64_t length =
        shape.empty() ? 1 : shape[d < 0 ? shape.size() - 1 : static_cast<std::size_t>(d)];
    const std::int64_t k = (length + 1) / 2;
    add(table, "topk", shape, num(k) + " along " + num(d) + (down ? " largest" : " smallest"),
        "torch.topk(a, " + num(k) + ", " + num(d) + ", " + direction + ")[0]",
        [=](const rg::Tensor& x) { return rg::topk(x, k, d, {.largest = down}).values; });
    for (const std::int64_t at : std::set<std::int64_t>{1, length}) {
      if (length > 0) {
        add(table, "kthvalue", shape, num(at) + " along " + num(d) + (down ? " kept" : ""),
            "torch.kthvalue(a, " + num(at) + ", " + num(d) + ", " + direction + ")[0]",
            [=](const rg::Tensor& x) { return rg::kthvalue(x, at, d, down).values; });
      }
    }
    add(table, "median", shape, "along " + num(d) + (down ? " kept" : ""),
        "torch.median(a, " + num(d) + ", " + direction + ")[0]",
        [=](const rg::Tensor& x) { return rg::median(x, d, down).values; });
  }
}

void add_cases(Table& table) {
  for (const auto& [shape, dim] : kRows) {
    add_order_cases(table, shape, dim);
  }
  for (const rg::Shape& shape : {rg::Shape{}, rg::Shape{4}, rg::Shape{3, 3}}) {
    add(table, "median", shape, "of all", "torch.median(a)",
        [](const rg::Tensor& x) { return rg::median(x); });
  }
  add(table, "topk", {4}, "all of them", "torch.topk(a, 4)[0]",
      [](const rg::Tensor& x) { return rg::topk(x, 4).values; });
  add(table, "topk", {4}, "none of them", "torch.topk(a, 0)[0]",
      [](const rg::Tensor& x) { return rg::topk(x, 0).values; });
}

const Registered registered({.add = add_cases,
                             .floors = {{"sort", 12}, {"topk", 12}},
                             .without_gradient = {"argsort"}});

}  // namespace

}  // namespace op_cases
