// x[i] and x(i, ...): what is a view, what writes, and what a variable is.
#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

#include "same_bits.h"

namespace {

using namespace retrograd;
using test::same_bits;
using Floats = std::vector<float>;

Tensor counted(const Shape& shape, DType dtype = float32) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return reshape(arange(count), shape).to(dtype);
}

}  // namespace

TEST_CASE("numbers, slices, ellipses and new axes make one view") {
  const Tensor x = counted({4, 5, 6});
  CHECK(x[3].shape() == Shape{5, 6});
  CHECK(x(3, all, Slice{2, 5}).shape() == Shape{5, 3});
  CHECK(x(3, all, Slice{2, 5}).to_vector<float>()[4] == 90 + 6 + 3);
  CHECK(x(ellipsis, -1).shape() == Shape{4, 5});
  CHECK(x(newaxis, 0, newaxis, ellipsis).shape() == Shape{1, 1, 5, 6});
  CHECK(x(1, 2, 3).item<float>() == 30 + 12 + 3);
  for (const Tensor& view : {Tensor(x[3]), Tensor(x(all, 1)), Tensor(x(ellipsis, newaxis)),
                             Tensor(x(Slice{.step = 2}, 1)), Tensor(x(tensor(1)))}) {
    CHECK(view.shares_memory_with(x));
  }
  CHECK_FALSE(Tensor(x(tensor({1}))).shares_memory_with(x));
}

TEST_CASE("bounds and steps of any size are cut") {
  const Tensor x = counted({3, 2});
  CHECK(x(Slice{INT64_MIN, INT64_MAX, INT64_MAX}).to_vector<float>() == Floats{0, 1});
  CHECK(x(all, Slice{1, INT64_MAX, INT64_MAX}).to_vector<float>() == Floats{1, 3, 5});
  CHECK(x(Slice{INT64_MAX}).numel() == 0);
  CHECK(x(Slice{.stop = INT64_MIN}).numel() == 0);
  std::optional<Graph> graph;
  {
    const Trace trace;
    const Tensor y = x(Slice{INT64_MIN, INT64_MIN});
    graph.emplace(trace, std::vector{x}, std::vector{y});
  }
  CHECK(graph->run({x}).at(0).numel() == 0);
}

TEST_CASE("an index on the tape is one node") {
  const Tensor x = rand({4, 5, 6}, {.requires_grad = true});
  const std::int64_t before = Node::live_count();
  const Tensor view = x(3, newaxis, Slice{.step = 2});
  CHECK(Node::live_count() == before + 1);
}

TEST_CASE("index types of every width, and enumerators") {
  const Tensor x = counted({4, 5});
  enum { first, second };
  const std::size_t n = 2;
  const unsigned char byte = 3;
  CHECK(x(n, byte).item<float>() == 13);
  CHECK(x(-1L, 1U).item<float>() == 16);
  CHECK(x[second][first].item<float>() == 5);
  CHECK(x(Slice{n, n + 1}).to_vector<float>() == Floats{10, 11, 12, 13, 14});
}

TEST_CASE("assigning writes to the tensor, and to its views") {
  const Tensor x = zeros({3, 4});
  const Tensor column = x(all, 1);
  x[0] = 1;
  x(all, 1) = tensor({5.0, 6.0, 7.0});
  x(2, Slice{2}) += 2;
  x[2] *= x[0];
  CHECK(x.to_vector<float>() == Floats{1, 5, 1, 1, 0, 6, 0, 0, 0, 35, 2, 2});
  CHECK(column.to_vector<float>() == Floats{5, 6, 35});
}

TEST_CASE("a variable is a name for a tensor, however it was made") {
  const Tensor x = counted({2, 2});
  auto row = x[0];
  Tensor other = x[1];
  row = x[1];
  CHECK(row.to_vector<float>() == Floats{2, 3});
  row = ones({3});
  other = x[0];
  CHECK(x.to_vector<float>() == Floats{0, 1, 2, 3});
  CHECK(row.shape() == Shape{3});
  auto first = x[0];
  first += 10;  // in place, as on every tensor
  CHECK(x.to_vector<float>() == Floats{10, 11, 2, 3});
}

TEST_CASE("what tensors of indices name is read where a tensor is asked for, and written") {
  const Tensor x = counted({4, 3});
  const Tensor rows = tensor({3, 0});
  const Tensor read = x[rows];
  CHECK(read.to_vector<float>() == Floats{9, 10, 11, 0, 1, 2});
  CHECK(relu(x(rows, 0)).to_vector<float>() == Floats{9, 0});
  CHECK((1 + x(rows, 0) * x(rows, 1)).to_vector<float>() == Floats{91, 1});
  CHECK(sum(x(x > 8)).item<float>() == 30);
  CHECK(x[rows].shape() == Shape{2, 3});
  CHECK(x(rows, all).size(-1) == 3);
  CHECK(x(rows, 1).to(float64).dtype() == float64);
  CHECK(cat({x[0], x(rows, 1)}).shape() == Shape{5});
  x(rows, 1) = -1;
  x[x > 8] = x(0, 0);
  x(rows) = x(rows - 1);
  CHECK(x.to_vector<float>() == Floats{0, -1, 0, 3, 4, 5, 6, 7, 8, 6, 7, 8});
}

TEST_CASE("equal indices: the last value wins, or all are added") {
  Tensor x = zeros({3});
  const Tensor twice = tensor({1, 1, 2});
  x[twice] = tensor({4.0, 5.0, 6.0});
  CHECK(x.to_vector<float>() == Floats{0, 5, 6});
  x[twice] += 1;
  CHECK(x.to_vector<float>() == Floats{0, 6, 7});
  x.index_put_({twice}, 1, true);
  CHECK(x.to_vector<float>() == Floats{0, 8, 8});
}

TEST_CASE("every dtype is read and written") {
  for (const DType dtype : {float32, float64, bfloat16, int64, uint8, boolean}) {
    CAPTURE(name(dtype));
    const Tensor x = counted({3, 4}, dtype);
    const Tensor rows = tensor({2, 0});
    CHECK(x(1, Slice{1, 3}).dtype() == dtype);
    CHECK(same_bits(x[rows], stack({x[2], x[0]})));
    x[0] = 1;
    x(all, 3) = ones({3});  // of another dtype
    x(rows, 1) = zeros({}, {.dtype = dtype});
    CHECK(x(all, 3).to_vector<double>() == std::vector<double>{1, 1, 1});
    CHECK(x(rows, 1).to_vector<double>() == std::vector<double>{0, 0});
    x[x > 0] = 1;
    CHECK(amax(x.to(float32)).item<float>() == 1);
  }
}

TEST_CASE("any strides are read and written") {
  const Tensor whole = counted({4, 6, 5});
  const Tensor before = whole.clone();
  const Tensor x = transpose(whole, 0, 2)(all, Slice{.step = 2});  // (5, 3, 4)
  const Tensor dense = x.contiguous();
  const Tensor rows = tensor({4, 1});
  const Tensor places = tensor({{0}, {2}});
  CHECK(same_bits(x(rows, places), dense(rows, places)));
  CHECK(same_bits(x(places, all, rows - 1), dense(places, all, rows - 1)));
  CHECK(same_bits(x(all, dense[0] > 60), dense(all, dense[0] > 60)));
  x(rows, places) = 1;
  x(all, 1, places) = 2;
  dense(rows, places) = 1;
  dense(all, 1, places) = 2;
  CHECK(same_bits(x, dense));
  CHECK(same_bits(whole(all, Slice{1, {}, 2}), before(all, Slice{1, {}, 2})));  // not x's
}

TEST_CASE("many blocks of few indices, with gaps between them, and by several threads") {
  Tensor whole = counted({40, 33, 50, 9});
  const Tensor x = whole(Slice{.step = 2}, Slice{1}, Slice{{}, 45});  // (20, 32, 45, 9)
  const std::vector<std::int64_t> places{7, 0, 7};
  const Tensor last = tensor(places);
  const int threads_before = get_num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    const Tensor y = x(ellipsis, last);
    for (std::size_t i = 0; i < places.size(); ++i) {
      CHECK(same_bits(y(ellipsis, i), x(ellipsis, places[i])));
    }
  }
  set_num_threads(threads_before);
  const Tensor expected = x.clone();
  expected(ellipsis, Slice{1, 7}) = -1;
  expected(ellipsis, 8) = -1;
  const Tensor values = Tensor(x(ellipsis, last));
  whole.fill_(-1);
  x(ellipsis, last) = values;
  CHECK(same_bits(x, expected));
  CHECK(all(whole(Slice{1, {}, 2}) == -1).item<bool>());  // not x's
}

TEST_CASE("rows are gone through, as views with gradients") {
  const Tensor x = counted({3, 2}).set_requires_grad();
  Tensor total = zeros({2});
  int count = 0;
  for (const Tensor& row : x * 2) {
    total = total + row * ++count;
  }
  CHECK(count == 3);
  sum(total).backward();
  CHECK(x.grad().to_vector<float>() == Floats{2, 2, 4, 4, 6, 6});
  for (Tensor row : x.detach()) {
    row.fill_(7);
  }
  CHECK(x.to_vector<float>() == Floats(6, 7));
  for (const Tensor& row : zeros({0, 2})) {
    FAIL_CHECK(row.shape());
  }
  CHECK(std::distance(begin(x), end(x)) == 3);
}

TEST_CASE("a write through an index is noticed by a backward pass that needs the old values") {
  const Tensor leaf = counted({3, 2}).set_requires_grad();
  const Tensor rows = tensor({1});
  for (const bool by_tensor : {false, true}) {
    const Tensor x = leaf * 1;
    const Tensor square = x * x;
    const std::uint32_t version = x.version();
    if (by_tensor) {
      x[rows] = 1;
    } else {
      x[1] = 1;
    }
    CHECK(x.version() == version + 1);
    CHECK_THROWS_AS(sum(square).backward(), GraphError);
  }
}

TEST_CASE("indices are saved, so a write to them is noticed") {
  const Tensor x = counted({3, 2}).set_requires_grad();
  const Tensor rows = tensor({0, 1});
  const Tensor read = x[rows];
  rows[0] = 2;
  CHECK_THROWS_AS(sum(read).backward(), GraphError);
}

TEST_CASE("leaves are written under a NoGradGuard") {
  const Tensor x = counted({3, 2}).set_requires_grad();
  const NoGradGuard guard;
  x[0] = 5;
  x[x > 4] = 0;
  CHECK(x.to_vector<float>() == Floats{0, 0, 2, 3, 4, 0});
  CHECK(x.is_leaf());
}

TEST_CASE("masks and indices may be what is written") {
  const Tensor x = counted({4});
  x[x > 1] = x[x > 1] * 10;
  CHECK(x.to_vector<float>() == Floats{0, 1, 20, 30});
  const Tensor order = tensor({1, 2, 3, 0});
  order[order] = order;
  CHECK(order.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 2, 3});
}

TEST_CASE("a trace of reads and writes runs again on other values") {
  const auto program = [](const Tensor& x, const Tensor& rows) {
    const Tensor y = x.clone();
    y(0, Slice{1}) = 7;
    y[rows] += y[1];
    y(rows, newaxis, 0) = y(1, 1);
    y[y > 6] = 0;
    return y(ellipsis, Slice{{}, {}, 2}) + y(rows, tensor({0, 1}))[0];
  };
  const Tensor rows = tensor({2, 1});
  const std::vector<Tensor> inputs{counted({3, 4}), rows};
  std::optional<Graph> graph;
  {
    const Trace trace;
    const Tensor y = program(inputs[0], inputs[1]);
    graph.emplace(trace, inputs, std::vector<Tensor>{y});
  }
  const Tensor x = rand({3, 4}) * 10;
  const Tensor others = tensor({0, 2});
  CHECK(same_bits(graph->run({x, others}).at(0), program(x, others)));
}
