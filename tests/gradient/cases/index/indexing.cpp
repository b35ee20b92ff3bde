// x(...) as it is written: what is read, and what is written to.
#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using rg::all;
using rg::ellipsis;
using rg::newaxis;
using rg::Slice;
using rg::Tensor;

const Tensor kTwo = rg::tensor({2, 0});
const Tensor kMany = rg::tensor({0, -1, 2, 2, 1});
const Tensor kColumn = rg::tensor({{0}, {1}});
const Tensor kSquare = rg::tensor({{0, 1}, {-1, 0}});
const Tensor kNone = rg::zeros({0}, {.dtype = rg::int64});

Tensor mask_of(const rg::Shape& shape) {
  return rg::eq(indices(shape, 3), 1);
}

// x, and the row's tensors of indices b and c: the same letters in PyTorch's text, where x is a.
struct Row {
  const char* code;
  const char* torch;
  std::function<Tensor(const Tensor& x, const Tensor& b, const Tensor& c)> function;
  rg::Shape shape;
  Tensors given = {};
};

#define READ(torch, code, ...)                                                       \
  {                                                                                  \
#code, torch,                                                                    \
        []([[maybe_unused]] const Tensor& x, [[maybe_unused]] const Tensor& b,       \
           [[maybe_unused]] const Tensor& c) -> Tensor { return code; }, __VA_ARGS__ \
  }

const std::vector<Row>& reads() {
  static const std::vector<Row> rows{
      READ("a[2]", x[2], {4}),
      READ("a[-1]", x[-1], {4, 3}),
      READ("a[1][2]", x[1][2], {4, 3}),
      READ("a[1, 2]", x(1, 2), {4, 3}),
      READ("a[-4, -3]", x(-4, -3), {4, 3}),
      READ("a[1, :]", x(1, all), {4, 3}),
      READ("a[:, 1]", x(all, 1), {4, 3}),
      READ("a[:]", x(all), {4, 3}),
      READ("a[...]", x(ellipsis), {4, 3}),
      READ("a[...]", x(ellipsis), {}),
      READ("a[None]", x(newaxis), {}),
      READ("a[None]", x[newaxis], {3}),
      READ("a[..., None]", x(ellipsis, newaxis), {2, 3}),
      READ("a[:, None, :, None]", x(all, newaxis, all, newaxis), {2, 3}),
      READ("a[1:3]", x(Slice{1, 3}), {4, 3}),
      READ("a[-3:-1]", x(Slice{-3, -1}), {4, 3}),
      READ("a[1:]", x(Slice{1}), {4}),
      READ("a[:2]", x(Slice{{}, 2}), {4}),
      READ("a[::2]", x(Slice{{}, {}, 2}), {5}),
      READ("a[1::3, ::2]", x(Slice{1, {}, 3}, Slice{.step = 2}), {5, 3}),
      READ("a[-9:9]", x(Slice{-9, 9}), {4, 2}),
      READ("a[3:1]", x(Slice{3, 1}), {4, 2}),
      READ("a[7:]", x(Slice{7}), {4, 2}),
      READ("a[..., 1]", x(ellipsis, 1), {2, 3, 2}),
      READ("a[1, ..., 0]", x(1, ellipsis, 0), {2, 3, 2}),
      READ("a[1, ..., :2, 1]", x(1, ellipsis, Slice{{}, 2}, 1), {2, 3, 2}),
      READ("a[0, ..., 2]", x(0, ellipsis, 2), {2, 3}),
      READ("a[1, :, 1:, None]", x(1, all, Slice{1}, newaxis), {2, 2, 3}),
      READ("a[:, 1]", x(all, 1), {0, 3}),
      READ("a[:, 1:1]", x(all, Slice{1, 1}), {2, 3}),
      READ("a[b]", x[b], {4}, {kMany}),
      READ("a[b]", x(b), {3, 2}, {kSquare}),
      READ("a[b, 1]", x(b, 1), {3, 2}, {kMany}),
      READ("a[1, b]", x(1, b), {2, 3}, {kMany}),
      READ("a[b, 1:]", x(b, Slice{1}), {3, 3}, {kTwo}),
      READ("a[::2, b]", x(Slice{.step = 2}, b), {3, 3}, {kSquare}),
      READ("a[..., b]", x(ellipsis, b), {2, 2, 3}, {kTwo}),
      READ("a[b, ..., c]", x(b, ellipsis, c), {3, 2, 3}, {kTwo, kTwo}),
      READ("a[b, c]", x(b, c), {3, 3}, {kColumn, kTwo}),
      READ("a[b, :, c]", x(b, all, c), {2, 3, 2}, {kColumn, kSquare}),
      READ("a[:, b, c]", x(all, b, c), {2, 3, 3}, {kColumn, kTwo}),
      READ("a[b, 1, c]", x(b, 1, c), {2, 3, 2}, {kColumn, kSquare}),
      READ("a[:, b, 0, c]", x(all, b, 0, c), {2, 2, 2, 3}, {kColumn, kTwo}),
      READ("a[1, :, b]", x(1, all, b), {2, 3, 3}, {kTwo}),
      READ("a[b, None]", x(b, newaxis), {3, 2}, {kTwo}),
      READ("a[None, b]", x(newaxis, b), {3, 2}, {kTwo}),
      READ("a[b, None, c]", x(b, newaxis, c), {3, 3}, {kTwo, kColumn}),
      READ("a[:, b, None, 1:, c]", x(all, b, newaxis, Slice{1}, c), {2, 3, 2, 3}, {kTwo, kTwo}),
      READ("a[b]", x(b), {3, 2}, {rg::tensor(-2)}),
      READ("a[b, :, c]", x(b, all, c), {2, 3, 3}, {rg::tensor(1), kTwo}),
      READ("a[b]", x[b], {2, 3}, {mask_of({2, 3})}),
      READ("a[b]", x(b), {2, 3, 2}, {mask_of({2, 3})}),
      READ("a[:, b]", x(all, b), {2, 3, 2}, {mask_of({3, 2})}),
      READ("a[..., b]", x(ellipsis, b), {2, 3, 2}, {mask_of({3, 2})}),
      READ("a[b, 1:]", x(b, Slice{1}), {4, 3}, {mask_of({4})}),
      READ("a[b, c]", x(b, c), {3, 3}, {mask_of({3}), kTwo}),
      READ("a[0, b]", x(0, b), {2, 4}, {mask_of({4})}),
      READ("a[b]", x(b), {2, 3}, {rg::zeros({2, 3}, {.dtype = rg::boolean})}),
      READ("a[b]", x(b), {3, 2}, {kNone}),
      READ("a[:, b]", x(all, b), {0, 3}, {kTwo}),
      READ("a[b, 1:1]", x(b, Slice{1, 1}), {3, 2}, {kTwo}),
      READ("torch.relu(a[0]) + a[b, 0] * 2", rg::relu(x[0]) + x(b, 0) * 2, {3, 2}, {kTwo}),
      READ("a[torch.tensor([1, 0, -1])][b]", Tensor(x(rg::tensor({1, 0, -1})))[b], {3, 2}, {kMany}),
      READ("torch.stack([row * 2 for row in a])",
           [&x] {
             Tensors all_rows;
             for (const Tensor& row : x) {
               all_rows.push_back(row * 2);
             }
             return rg::stack(all_rows);
           }(),
           {3, 2}),
  };
  return rows;
}

// Writes v to a copy of x.
struct WriteRow {
  const char* op;
  const char* code;
  const char* torch;  // of the copy y and the value c
  std::function<void(const Tensor& x, const Tensor& b, const Tensor& v)> write;
  rg::Shape shape;
  rg::Shape value;
  Tensors given = {};
};

#define WRITE(op, torch, code, ...)                                                               \
  {                                                                                               \
    op, #code, torch,                                                                             \
        [](const Tensor& x, [[maybe_unused]] const Tensor& b, [[maybe_unused]] const Tensor& v) { \
          code;                                                                                   \
        },                                                                                        \
        __VA_ARGS__                                                                               \
  }

const std::vector<WriteRow>& writes() {
  static const std::vector<WriteRow> rows{
      WRITE("copy_", "y.__setitem__(at[0], v)", x[0] = v, {3, 2}, {2}),
      WRITE("copy_", "y.__setitem__(at[1, :], v)", x(1, all) = v, {3, 2}, {}),
      WRITE("copy_", "y.__setitem__(at[:, 1:], v)", x(all, Slice{1}) = v, {3, 2}, {3, 1}),
      WRITE("copy_", "y.__setitem__(at[::2], v)", x(Slice{.step = 2}) = v, {3, 2}, {2}),
      WRITE("copy_", "y.__setitem__(at[..., 0], v)", x(ellipsis, 0) = v, {2, 3, 2}, {3}),
      WRITE("copy_", "y.__setitem__(at[0], v)", x[0] = v, {3, 2}, {1, 1, 2}),
      WRITE("copy_", "y.__setitem__(at[None, 0], v)", x(newaxis, 0) = v, {3, 2}, {1, 2}),
      WRITE("copy_", "y[1].__setitem__(at[0], v)", x[1][0] = v, {3, 2}, {}),
      WRITE("copy_", "y.__setitem__(at[0], y[1] + v)", x[0] = x[1] + v, {3, 2}, {2}),
      WRITE("copy_", "y.__setitem__(at[0], y[2])", x[0] = x[2], {3, 2}, {2}),
      WRITE("copy_", "y.__setitem__(at[1:], y[:-1].clone())", x(Slice{1}) = x(Slice{{}, -1}),
            {3, 2}, {2}),
      WRITE("copy_", "y.__setitem__(at[3:], v)", x(Slice{3}) = v, {3, 2}, {2}),
      WRITE("fill_", "y.__setitem__(at[:, 0], 1.5)", x(all, 0) = 1.5, {3, 2}, {2}),
      WRITE("add_", "y[0].add_(v)", x[0] += v, {3, 2}, {2}),
      WRITE("sub_", "y[:, 1].sub_(v)", x(all, 1) -= v, {3, 2}, {}),
      WRITE("mul_", "y[1:].mul_(v)", x(Slice{1}) *= v, {3, 2}, {2, 1}),
      WRITE("div_", "y[0].div_(2)", x[0] /= 2, {3, 2}, {2}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x(b) = v, {3, 2}, {2, 2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x[b] = v, {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b, :], v)", x(b, all) = v, {3, 2}, {}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b, 1], v)", x(b, 1) = v, {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[1, b], v)", x(1, b) = v, {3, 3}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b, 1:], v)", x(b, Slice{1}) = v, {3, 3}, {2, 1},
            {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[:, b, None], v)", x(all, b, newaxis) = v, {2, 3, 2},
            {1, 2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b, :, b], v)", x(b, all, b) = v, {3, 2, 3}, {2, 2},
            {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x(b) = v, {3, 2}, {1, 1, 2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], y[b] + v)", x(b) += v, {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b, 1], y[b, 1] * v)", x(b, 1) *= v, {3, 2}, {2},
            {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], y[b] - 1.5)", x(b) -= 1.5, {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], y[b] / 2)", x(b) /= 2, {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], y[b - 1])", x(b) = x(b - 1), {3, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x(b) = v, {2, 3}, {2}, {mask_of({2, 3})}),
      WRITE("index_put_", "y.__setitem__(at[b], 1.5)", x(b) = 1.5, {2, 3}, {2}, {mask_of({2, 3})}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x(b) = v, {4, 2}, {2}, {mask_of({4})}),
      WRITE("index_put_", "y.__setitem__(at[:, b], v)", x(all, b) = v, {2, 4}, {2, 1},
            {mask_of({4})}),
      WRITE("index_put_", "y.__setitem__(at[b], v)", x(b) = v, {3, 2}, {2}, {kNone}),
      WRITE("index_put_", "y.__setitem__(at[:, b], v)", x(all, b) = v, {0, 3}, {}, {kTwo}),
      WRITE("index_put_", "y.T.__setitem__(at[b], v)", rg::transpose(x, 0, 1)(b) = v, {2, 3},
            {2, 2}, {kTwo}),
      WRITE("index_put_", "y[1:].__setitem__(at[b], v)", x(Slice{1})[b] = v, {4, 2}, {2}, {kTwo}),
      WRITE("index_put_", "y.index_put_((b,), v, True)", Tensor(x).index_put_({b}, v, true), {3, 2},
            {5, 2}, {kMany}),
      WRITE("index_put_", "y[:, 1].index_put_((b,), v, True)",
            Tensor(x).index_put_({b, 1}, v, true), {3, 2}, {}, {kMany}),
      WRITE("index_put_", "y[1:].add_(v)", Tensor(x).index_put_({Slice{1}}, v, true), {3, 2}, {2}),
  };
  return rows;
}

std::string label(const char* code, const rg::Shape& shape, const Tensors& given) {
  std::string text = std::string(code) + " of " + to_string(shape);
  for (const Tensor& index : given) {
    text += " " + describe(index);
  }
  return text;
}

std::vector<Input> with_given(std::vector<Input> inputs, const Tensors& given) {
  inputs.insert(inputs.end(), given.begin(), given.end());
  return inputs;
}

void add_put_case(Table& table, const std::string& key, const rg::Indices& indices,
                  const rg::Shape& value, bool accumulate, const Tensors& given = {}) {
  table.push_back(
      {.op = "index_put",
       .label = key + " by " + to_string(value) + (accumulate ? " accumulated" : ""),
       .inputs = with_given({{3, 2, 3}, value}, given),
       .torch = "(lambda y: (y.__setitem__(at[" + key + "], b" +
                (accumulate ? " + a[" + key + "]" : "") + "), y)[1])(a.clone())",
       .function = [indices, accumulate](
                       const Tensors& x) { return rg::index_put(x[0], indices, x[1], accumulate); },
       .affine = true});
}

void add_put_cases(Table& table) {
  for (const bool accumulate : {false, true}) {
    add_put_case(table, "1", {1}, {2, 3}, accumulate);
    add_put_case(table, "..., 1:", {ellipsis, Slice{1}}, {2, 1}, accumulate);
    add_put_case(table, "0, :, None, ::2", {0, all, newaxis, Slice{.step = 2}}, {}, accumulate);
    add_put_case(table, ":", {all}, {3}, accumulate);
    add_put_case(table, "1:, 0, c", {Slice{1}, 0, kTwo}, {2, 2}, accumulate, {kTwo});
    add_put_case(table, "c, 1:, d", {kColumn, Slice{1}, kTwo}, {2, 1}, accumulate, {kColumn, kTwo});
  }
}

void add_cases(Table& table) {
  add_put_cases(table);
  for (const Row& row : reads()) {
    table.push_back({.op = "index",
                     .label = label(row.code, row.shape, row.given),
                     .inputs = with_given({row.shape}, row.given),
                     .torch = row.torch,
                     .function = [&row](const Tensors& x) {
                       return row.function(x[0], x.size() > 1 ? x[1] : Tensor(),
                                           x.size() > 2 ? x[2] : Tensor());
                     }});
  }
  for (const WriteRow& row : writes()) {
    // What is overwritten has no gradient, and what is not read none either; the factors keep one.
    table.push_back({.op = row.op,
                     .label = label(row.code, row.shape, row.given) + " by " + to_string(row.value),
                     .inputs = with_given({row.shape, row.value}, row.given),
                     .torch = std::string("(lambda y, v, b: (") + row.torch +
                              ", torch.cat([(y * a).flatten(), v.flatten()]))[1])(a.clone(), b, " +
                              (row.given.empty() ? "None" : "c") + ")",
                     .function = [&row](const Tensors& x) {
                       const Tensor y = x[0].clone();
                       row.write(y, x.size() > 2 ? x[2] : Tensor(), x[1]);
                       return rg::cat({rg::flatten(y * x[0]), rg::flatten(x[1])});
                     }});
  }
}

const Registered registered({.add = add_cases,
                             .floors = {{"index", 60}, {"index_put_", 20}},
                             .internal = {"index_into_zeros"}});

}  // namespace

}  // namespace op_cases
