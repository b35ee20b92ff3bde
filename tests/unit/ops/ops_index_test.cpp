// Reading and writing by indices and masks, worked out by hand.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

void check_tensor(const Tensor& x, const Shape& shape, const Numbers& values) {
  CHECK(x.shape() == shape);
  CHECK(x.to_vector<double>() == values);
}

const Tensor kTable = reshape(arange(12), {3, 4});

}  // namespace

TEST_CASE("index reads element-wise, from the end for negative indices") {
  check_tensor(index(kTable, {tensor({2, -3})}), {2, 4}, {8, 9, 10, 11, 0, 1, 2, 3});
  check_tensor(index(kTable, {tensor({0, 2}), tensor({1, -1})}), {2}, {1, 11});
  check_tensor(index(kTable, {{}, tensor({3, 0})}), {3, 2}, {3, 0, 7, 4, 11, 8});
  check_tensor(index(kTable, {tensor({{0}, {1}}), tensor({0, 1})}), {2, 2}, {0, 1, 4, 5});
  check_tensor(index(kTable, {kTable > 9}), {2}, {10, 11});
  check_tensor(index(kTable, {tensor({true, false, true}), tensor({0})}), {2}, {0, 8});
}

TEST_CASE("the place of indexed dimensions is PyTorch's") {
  const Tensor x = zeros({2, 3, 4, 5});
  const Tensor i = zeros({7}, {.dtype = int64});
  const Tensor square = zeros({6, 7}, {.dtype = int64});
  CHECK(index(x, {{}, i}).shape() == Shape{2, 7, 4, 5});
  CHECK(index(x, {{}, i, square}).shape() == Shape{2, 6, 7, 5});
  CHECK(index(x, {i, {}, square}).shape() == Shape{6, 7, 3, 5});
  CHECK(index(x, {{}, i, {}, i}).shape() == Shape{7, 2, 4});
  CHECK(index(x, {{}, ones({3, 4}, {.dtype = boolean})}).shape() == Shape{2, 12, 5});
  CHECK(index(x, {zeros({}, {.dtype = int64}), {}, i}).shape() == Shape{3, 7, 5});  // a number
}

TEST_CASE("index_put replaces or accumulates") {
  const Tensor x = zeros({4});
  const Tensor twice = tensor({1, 3, 1});
  const Tensor values = tensor({1.0, 2.0, 3.0});
  check_tensor(index_put(x, {twice}, values, true), {4}, {0, 4, 0, 2});
  check_tensor(index_put(x, {twice}, values), {4}, {0, 3, 0, 2});  // the last one wins
  check_tensor(index_put(x, {x < 1}, 5), {4}, {5, 5, 5, 5});
  check_tensor(x, {4}, {0, 0, 0, 0});
  const Tensor cube = zeros({2, 2, 2});
  check_tensor(index_put(cube, {tensor({0, 1}), {}, tensor({1, 0})}, tensor({7.0, 8.0})), {2, 2, 2},
               {0, 7, 0, 8, 7, 0, 8, 0});
}

TEST_CASE("slices by index: duplicates add up, or the last one wins") {
  const Tensor x = zeros({3, 2});
  const Tensor rows = tensor({2, 0, 2});
  const Tensor source = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  check_tensor(index_select(kTable, 1, tensor({3, 3})), {3, 2}, {3, 3, 7, 7, 11, 11});
  check_tensor(index_add(x, 0, rows, source), {3, 2}, {3, 4, 0, 0, 6, 8});
  check_tensor(index_add(x, 0, rows, source, -1), {3, 2}, {-3, -4, 0, 0, -6, -8});
  check_tensor(index_copy(x, 0, rows, source), {3, 2}, {3, 4, 0, 0, 5, 6});
  check_tensor(index_fill(x, 1, tensor({1}), 9), {3, 2}, {0, 9, 0, 9, 0, 9});
  check_tensor(take(kTable, tensor({{-1, 0}})), {1, 2}, {11, 0});
}

TEST_CASE("bfloat16 sums of many rows are rounded once") {
  const Tensor x = zeros({1}, {.dtype = bfloat16});
  const Tensor index = zeros({1000}, {.dtype = int64});
  const Tensor source = ones({1000}, {.dtype = bfloat16});
  CHECK(index_add(x, 0, index, source).item<double>() == 1000);
  CHECK(scatter_add(x, 0, index, source).item<double>() == 1000);
}

TEST_CASE("scatter writes in row-major order of the index, whatever its layout") {
  const Tensor x = zeros({1, 2}, {.dtype = int64});
  const Tensor index = transpose(tensor({{0, 1}, {0, 1}}), 0, 1);  // {{0, 0}, {1, 1}}
  const Tensor source = tensor({{1, 2}, {3, 4}});
  check_tensor(scatter(x, 1, slice(index, 0, 0, 1), source), {1, 2}, {2, 0});
  check_tensor(scatter(zeros({2, 2}), 0, index, source.to(float32)), {2, 2}, {1, 2, 3, 4});
  check_tensor(scatter(zeros({2, 2}), 0, zeros_like(index), source.to(float32)), {2, 2},
               {3, 4, 0, 0});
  check_tensor(scatter(x, 1, tensor({{1}}), 7), {1, 2}, {0, 7});
}

TEST_CASE("the gradient of an overwritten source is that of its place, as in PyTorch") {
  const Tensor source = tensor({1.0, 2.0}, {.dtype = float64, .requires_grad = true});
  const Tensor y = scatter(zeros({2}, {.dtype = float64}), 0, tensor({1, 1}), source);
  (y * tensor({3.0, 5.0})).backward(ones({2}, {.dtype = float64}));
  CHECK(source.grad().to_vector<double>() == Numbers{5, 5});
}

TEST_CASE("masks: fill, select, scatter") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  const Tensor mask = tensor({true, false});
  check_tensor(masked_fill(x, mask, 9), {2, 2}, {9, 2, 9, 4});
  check_tensor(masked_fill(kTable, kTable > 1, 0), {3, 4}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(masked_fill(kTable, kTable > 1, 0).dtype() == int64);
  CHECK(masked_fill(x.to(bfloat16), mask, 0.5).dtype() == bfloat16);
  check_tensor(masked_select(x, mask), {2}, {1, 3});
  check_tensor(masked_select(x, x > 5), {0}, {});
  check_tensor(masked_scatter(x, mask, tensor({7.0, 8.0, 9.0})), {2, 2}, {7, 2, 8, 4});
}

TEST_CASE("nonzero and one_hot") {
  check_tensor(nonzero(tensor({{0.0, -1.0}, {2.0, 0.0}})), {2, 2}, {0, 1, 1, 0});
  check_tensor(nonzero(tensor(3.0)), {1, 0}, {});
  check_tensor(nonzero(zeros({3})), {0, 1}, {});
  check_tensor(nonzero(transpose(tensor({{false, true}, {false, true}}), 0, 1)), {2, 2},
               {1, 0, 1, 1});
  check_tensor(one_hot(tensor({2, 0})), {2, 3}, {0, 0, 1, 1, 0, 0});
  check_tensor(one_hot(tensor(1), 2), {2}, {0, 1});
  CHECK(one_hot(zeros({0, 2}, {.dtype = int64}), 4).shape() == Shape{0, 2, 4});
  CHECK(one_hot(tensor({2, 0})).dtype() == int64);
}
