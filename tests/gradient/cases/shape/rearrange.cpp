// view, movedim, parts of a tensor, repeats, flips, rolls, triangles and diagonals.
#include <algorithm>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

std::string num(std::int64_t value) {
  return std::to_string(value);
}

template <class F>
void add(Table& table, const char* op, const rg::Shape& shape, const std::string& arguments,
         F function, const std::string& torch) {
  table.push_back({.op = op,
                   .label = to_string(shape) + " " + arguments,
                   .inputs = {shape},
                   .torch = torch,
                   .function = [function](const Tensors& x) { return function(x[0]); },
                   .affine = true});
}

// Called as torch.op(a, arguments).
template <class F>
void add(Table& table, const char* op, const rg::Shape& shape, const std::string& arguments,
         F function) {
  add(table, op, shape, arguments, function,
      "torch." + std::string(op) + "(a" + (arguments.empty() ? "" : ", ") + arguments + ")");
}

void add_view_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> views[] = {
      {{}, {1}},        {{6}, {2, 3}},       {{2, 3}, {2, 3, 1}}, {{4}, {2, -1}},
      {{0, 3}, {3, 0}}, {{3, 1}, {1, 3, 1}}, {{6}, {-1}},         {{1, 4}, {1, 2, 2}}};
  for (const auto& [from, to] : views) {
    // Of a contiguous copy: whatever the layout, the view is one.
    add(
        table, "view", from, "to " + to_string(to),
        [to = to](const rg::Tensor& x) { return rg::view(x.contiguous(), to); },
        "a.view(" + to_string(to) + ")");
  }
  const struct {
    rg::Shape shape;
    std::int64_t dim;
    rg::Shape sizes;
  } parts[] = {{{6}, 0, {2, 3}},        {{6}, -1, {-1, 2}},     {{2, 4}, 1, {2, 2}},
               {{4, 2}, 0, {1, -1, 2}}, {{2, 3, 2}, 1, {3, 1}}, {{0, 4}, 1, {2, -1}},
               {{2, 0}, 1, {0, 3}},     {{2, 4, 2}, -2, {2, 2}}};
  for (const auto& [shape, dim, sizes] : parts) {
    add(
        table, "unflatten", shape, num(dim) + ", " + to_string(sizes),
        [dim = dim, sizes = sizes](const rg::Tensor& x) { return rg::unflatten(x, dim, sizes); },
        "a.unflatten(" + num(dim) + ", " + to_string(sizes) + ")");
  }
  const struct {
    rg::Shape shape;
    rg::Dims from, to;
  } moves[] = {{{}, {}, {}},
               {{5}, 0, -1},
               {{2, 3, 2}, 0, 2},
               {{2, 3, 2}, -1, 0},
               {{2, 3, 2}, {0, 1}, {1, 0}},
               {{2, 3, 1, 2}, {0, -1}, {2, 1}},
               {{2, 0, 3}, 0, 1},
               {{2, 3, 2, 2}, {3, 1}, {0, 3}}};
  for (const auto& [shape, from, to] : moves) {
    add(table, "movedim", shape, to_string(from) + ", " + to_string(to),
        [from = from, to = to](const rg::Tensor& x) { return rg::movedim(x, from, to); });
  }
}

// The parts in reverse order, joined.
rg::Tensor reversed(Tensors parts, std::int64_t dim) {
  std::reverse(parts.begin(), parts.end());
  return rg::cat(parts, dim);
}

template <class F>
void add_parts(Table& table, const char* op, const rg::Shape& shape, const std::string& arguments,
               std::int64_t dim, F function) {
  add(
      table, op, shape, arguments + ", " + num(dim),
      [=](const rg::Tensor& x) { return reversed(function(x), dim); },
      "torch.cat(torch." + std::string(op) + "(a, " + arguments + ", " + num(dim) + ")[::-1], " +
          num(dim) + ")");
}

void add_part_cases(Table& table) {
  const struct {
    rg::Shape shape;
    std::int64_t dim, start, length;
  } narrows[] = {{{5}, 0, 1, 3},     {{5}, 0, -2, 2},      {{5}, 0, 5, 0},       {{2, 3}, 1, 0, 2},
                 {{2, 3}, -2, 1, 1}, {{2, 3, 4}, 2, 1, 2}, {{2, 0, 3}, 2, 1, 2}, {{1}, 0, 0, 1}};
  for (const auto& [shape, dim, start, length] : narrows) {
    add(table, "narrow", shape, num(dim) + ", " + num(start) + ", " + num(length),
        [dim = dim, start = start, length = length](const rg::Tensor& x) {
          return rg::narrow(x, dim, start, length);
        });
  }
  const struct {
    rg::Shape shape;
    std::int64_t size, dim;
  } splits[] = {{{5}, 2, 0},    {{5}, 5, 0},       {{5}, 9, 0},    {{4}, 1, -1},
                {{2, 3}, 2, 1}, {{3, 2, 2}, 2, 0}, {{0, 3}, 0, 0}, {{2, 0}, 1, 0}};
  for (const auto& [shape, size, dim] : splits) {
    add_parts(table, "split", shape, num(size), dim,
              [size = size, dim = dim](const rg::Tensor& x) { return rg::split(x, size, dim); });
    if (size > 0) {
      add_parts(table, "chunk", shape, num(size), dim,
                [size = size, dim = dim](const rg::Tensor& x) { return rg::chunk(x, size, dim); });
    }
  }
  const struct {
    rg::Shape shape;
    std::vector<std::int64_t> sizes;
    std::int64_t dim;
  } lists[] = {{{5}, {2, 3}, 0}, {{5}, {1, 0, 4}, 0}, {{2, 4}, {1, 2, 1}, -1}, {{0}, {0, 0}, 0}};
  for (const auto& [shape, sizes, dim] : lists) {
    add_parts(table, "split", shape, to_string(rg::Dims(sizes)), dim,
              [sizes = sizes, dim = dim](const rg::Tensor& x) { return rg::split(x, sizes, dim); });
  }
  const std::pair<rg::Shape, std::int64_t> unbinds[] = {
      {{3}, 0}, {{2, 3}, 0}, {{2, 3}, 1}, {{2, 3, 2}, -1}, {{2, 3, 2}, 1}, {{2, 0}, 0}};
  for (const auto& [shape, dim] : unbinds) {
    add(
        table, "unbind", shape, num(dim),
        [dim = dim](const rg::Tensor& x) {
          Tensors parts = rg::unbind(x, dim);
          std::reverse(parts.begin(), parts.end());
          return rg::stack(parts, -1);
        },
        "torch.stack(torch.unbind(a, " + num(dim) + ")[::-1], -1)");
  }
}

void add_repeat_cases(Table& table) {
  const std::pair<rg::Shape, rg::Dims> rows[] = {
      {{}, {}},
      {{}, {3}},
      {{3}, {2}},
      {{3}, {2, 1}},
      {{2, 3}, {2, 2}},
      {{2, 1}, {1, 3}},
      {{2, 3}, {1, 1}},
      {{2, 3}, {0, 2}},
      {{0, 3}, {2, 2}},
      {{1, 2}, {2, 3, 2}},
      {{2, 1, 2}, {3, 1, 2}},
      // More dimensions than a tensor can have, if each were split in two.
      {{2, 1, 1, 2, 2}, {2, 1, 1, 2, 2}},
      {{2, 2, 2, 1, 2}, {1, 2, 1, 2, 2}}};
  for (const auto& [shape, repeats] : rows) {
    add(
        table, "repeat", shape, to_string(repeats),
        [repeats = repeats](const rg::Tensor& x) { return rg::repeat(x, repeats); },
        "a.repeat(" + to_string(repeats) + ")");
    add(table, "tile", shape, to_string(repeats),
        [repeats = repeats](const rg::Tensor& x) { return rg::tile(x, repeats); });
  }
  add(table, "tile", {2, 3}, "[2]", [](const rg::Tensor& x) { return rg::tile(x, 2); });
  add(table, "tile", {2, 3}, "[]", [](const rg::Tensor& x) { return rg::tile(x, {}); });
}

void add_flip_cases(Table& table) {
  const std::pair<rg::Shape, rg::Dims> flips[] = {
      {{}, {}},      {{4}, {0}},        {{4}, {}},        {{2, 3}, {0}},
      {{2, 3}, {1}}, {{2, 3}, {0, -1}}, {{2, 3, 2}, {1}}, {{2, 3, 2}, {0, 2}},
      {{1, 3}, {0}}, {{0, 3}, {1}},     {{2, 0}, {0, 1}}, {{2, 2, 3, 2}, {2, 3}}};
  for (const auto& [shape, dims] : flips) {
    add(table, "flip", shape, to_string(dims),
        [dims = dims](const rg::Tensor& x) { return rg::flip(x, dims); });
  }
  const struct {
    rg::Shape shape;
    rg::Dims shifts, dims;
  } rolls[] = {{{4}, 1, 0},
               {{4}, -1, 0},
               {{4}, 9, -1},
               {{4}, 2, {}},
               {{2, 3}, 1, {}},
               {{2, 3}, {1, 1}, {0, 1}},
               {{2, 3}, {1, 1}, {1, 1}},
               {{2, 3, 2}, {-1, 1}, {1, 2}},
               {{2, 3}, 0, 1},
               {{0, 3}, 2, 1},
               {{2, 0}, 1, 1},
               {{2, 2, 3, 2}, {1, -2, 3}, {0, 2, 3}}};
  for (const auto& [shape, shifts, dims] : rolls) {
    const auto list = [](const rg::Dims& values) {
      return values.empty() ? std::string("()") : to_string(values);
    };
    add(table, "roll", shape, list(shifts) + ", " + list(dims),
        [shifts = shifts, dims = dims](const rg::Tensor& x) { return rg::roll(x, shifts, dims); });
  }
}

void add_diagonal_cases(Table& table) {
  const std::pair<rg::Shape, std::int64_t> triangles[] = {
      {{3, 3}, 0},    {{3, 3}, 1}, {{3, 3}, -1}, {{2, 4}, 0},    {{2, 4}, 2}, {{4, 2}, -2},
      {{2, 2, 3}, 0}, {{3, 3}, 9}, {{3, 3}, -9}, {{2, 3, 2}, 1}, {{0, 3}, 0}, {{2, 0, 3}, 1}};
  for (const auto& [shape, k] : triangles) {
    add(table, "tril", shape, num(k), [k = k](const rg::Tensor& x) { return rg::tril(x, k); });
    add(table, "triu", shape, num(k), [k = k](const rg::Tensor& x) { return rg::triu(x, k); });
  }
  struct Row {
    rg::Shape shape;
    std::int64_t offset, dim1, dim2;
  };
  const Row rows[] = {{{3, 3}, 0, 0, 1},      {{3, 3}, 1, 0, 1},       {{3, 3}, -1, 0, 1},
                      {{2, 4}, 0, 0, 1},      {{2, 4}, 2, 0, 1},       {{2, 4}, 5, 0, 1},
                      {{3, 2}, -1, 1, 0},     {{2, 3, 3}, 0, 1, 2},    {{2, 3, 2}, 0, 0, 2},
                      {{2, 3, 2}, 1, -1, -2}, {{2, 2, 3, 2}, 0, 3, 1}, {{0, 3}, 0, 0, 1},
                      {{3, 0, 3}, 1, 0, 2}};
  for (const auto& [shape, offset, dim1, dim2] : rows) {
    const std::string arguments = num(offset) + ", " + num(dim1) + ", " + num(dim2);
    add(table, "diagonal", shape, arguments,
        [offset = offset, dim1 = dim1, dim2 = dim2](const rg::Tensor& x) {
          return rg::diagonal(x, offset, dim1, dim2);
        });
  }
  const Row embedded[] = {{{3}, 0, -2, -1},    {{3}, 1, 0, 1},     {{2}, -2, 0, 1},
                          {{2, 3}, 0, -2, -1}, {{2, 3}, 1, 0, 2},  {{2, 2}, 0, 2, 0},
                          {{0}, 1, 0, 1},      {{0, 3}, 0, -2, -1}};
  for (const auto& [shape, offset, dim1, dim2] : embedded) {
    add(table, "diag_embed", shape, num(offset) + ", " + num(dim1) + ", " + num(dim2),
        [offset = offset, dim1 = dim1, dim2 = dim2](const rg::Tensor& x) {
          return rg::diag_embed(x, offset, dim1, dim2);
        });
  }
}

void add_grid_cases(Table& table) {
  const std::vector<rg::Shape> rows[] = {{{3}}, {{2}, {3}}, {{2}, {}}, {{2}, {1}, {3}}, {{2}, {0}}};
  for (const auto& shapes : rows) {
    for (const bool xy : {false, true}) {
      std::string label = xy ? "xy" : "ij";
      std::string letters;
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        label += " " + to_string(shapes[i]);
        letters += (i == 0 ? "" : ", ") + std::string(1, static_cast<char>('a' + i));
      }
      table.push_back({.op = "meshgrid",
                       .label = label,
                       .inputs = {shapes.begin(), shapes.end()},
                       .torch = "torch.stack(torch.meshgrid(" + letters + ", indexing='" +
                                (xy ? "xy" : "ij") + "'))",
                       .function =
                           [xy](const Tensors& x) {
                             return rg::stack(
                                 rg::meshgrid(x, xy ? rg::GridIndexing::xy : rg::GridIndexing::ij));
                           },
                       .affine = true});
    }
  }
}

void add_cases(Table& table) {
  add_view_cases(table);
  add_part_cases(table);
  add_repeat_cases(table);
  add_flip_cases(table);
  add_diagonal_cases(table);
  add_grid_cases(table);
}

const Registered registered({.add = add_cases});

}  // namespace

}  // namespace op_cases
