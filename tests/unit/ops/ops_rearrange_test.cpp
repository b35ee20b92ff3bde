// What changes of shape and order give, and which of them share memory.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
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

Tensor numbers(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return reshape(arange(count), shape);
}

}  // namespace

TEST_CASE("view shares memory or refuses; movedim, swapaxes and unflatten order dimensions") {
  const Tensor x = numbers({2, 3});
  const Tensor flat = view(x, {-1});
  check_tensor(flat, {6}, {0, 1, 2, 3, 4, 5});
  CHECK(flat.shares_memory_with(x));
  CHECK(view(transpose(x, 0, 1), {3, 1, 2}).shares_memory_with(x));
  check_tensor(movedim(numbers({2, 1, 3}), -1, 0), {3, 2, 1}, {0, 3, 1, 4, 2, 5});
  check_tensor(swapaxes(x, 0, 1), {3, 2}, {0, 3, 1, 4, 2, 5});
  CHECK(movedim(numbers({2, 3, 4, 5}), {0, 1}, {2, 0}).shape() == Shape{3, 4, 2, 5});
  check_tensor(unflatten(x, 1, {-1, 1}), {2, 3, 1}, {0, 1, 2, 3, 4, 5});
}

TEST_CASE("parts of a tensor are views of the right elements") {
  const Tensor x = arange(5);
  const auto pairs = split(x, 2);
  REQUIRE(pairs.size() == 3);
  check_tensor(pairs[1], {2}, {2, 3});
  check_tensor(pairs[2], {1}, {4});
  CHECK(pairs[1].shares_memory_with(x));
  const auto listed = split(x, std::vector<std::int64_t>{1, 4});
  REQUIRE(listed.size() == 2);
  check_tensor(listed[1], {4}, {1, 2, 3, 4});
  CHECK(chunk(x, 3).size() == 3);
  CHECK(chunk(x, 4).size() == 3);  // parts of two: PyTorch's count as well
  CHECK(chunk(x, 9).size() == 5);
  CHECK(chunk(zeros({0, 2}), 3).size() == 3);
  CHECK(split(zeros({0, 2}), 0).size() == 1);
  const auto rows = unbind(numbers({2, 3}));
  REQUIRE(rows.size() == 2);
  check_tensor(rows[1], {3}, {3, 4, 5});
  check_tensor(narrow(x, 0, -2, 2), {2}, {3, 4});
}

TEST_CASE("a write to a part is recorded in the whole") {
  const Tensor x = ones({4}, {.requires_grad = true});
  const Tensor y = x * 2;
  split(y, 2)[1].mul_(10);
  diagonal(view(y, {2, 2})).add_(1);
  CHECK(y.to_vector<double>() == Numbers{3, 2, 20, 21});
  sum(y).backward();
  CHECK(x.grad().to_vector<double>() == Numbers{2, 2, 20, 20});
}

TEST_CASE("repeat, tile, flip and roll copy") {
  const Tensor x = numbers({2, 3});
  check_tensor(repeat(x, {1, 2}), {2, 6}, {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5});
  check_tensor(repeat(arange(2), {2, 2}), {2, 4}, {0, 1, 0, 1, 0, 1, 0, 1});
  check_tensor(tile(x, 2), {2, 6}, {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5});
  CHECK_FALSE(repeat(x, {1, 1}).shares_memory_with(x));
  CHECK_FALSE(tile(x, {}).shares_memory_with(x));
  check_tensor(flip(x, {1}), {2, 3}, {2, 1, 0, 5, 4, 3});
  check_tensor(flip(x, {0, 1}), {2, 3}, {5, 4, 3, 2, 1, 0});
  check_tensor(flip(transpose(x, 0, 1), {0}), {3, 2}, {2, 5, 1, 4, 0, 3});
  check_tensor(roll(arange(4), 1), {4}, {3, 0, 1, 2});
  check_tensor(roll(x, {1, -1}, {0, 1}), {2, 3}, {4, 5, 3, 1, 2, 0});
  check_tensor(roll(x, 2), {2, 3}, {4, 5, 0, 1, 2, 3});
  const Tensor booleans = tensor({true, false, false});
  check_tensor(roll(flip(booleans, 0), 2), {3}, {0, 1, 0});
}

TEST_CASE("triangles keep NaN out; diagonals are views") {
  const Tensor x = numbers({3, 3}).to(float32);
  check_tensor(tril(x), {3, 3}, {0, 0, 0, 3, 4, 0, 6, 7, 8});
  check_tensor(triu(x, 1), {3, 3}, {0, 1, 2, 0, 0, 5, 0, 0, 0});
  check_tensor(tril(full({2, 2}, NAN) * 0 + INFINITY, -5), {2, 2}, {0, 0, 0, 0});
  CHECK(tril(x, INT64_MAX).to_vector<double>() == x.to_vector<double>());
  CHECK(sum(triu(x, INT64_MAX)).item<double>() == 0);
  check_tensor(diagonal(x), {3}, {0, 4, 8});
  check_tensor(diagonal(x, 1), {2}, {1, 5});
  check_tensor(diagonal(x, -2), {1}, {6});
  check_tensor(diagonal(x, INT64_MIN), {0}, {});
  CHECK(diagonal(x).shares_memory_with(x));
  check_tensor(diag_embed(tensor({1.0, 2.0}), 1), {3, 3}, {0, 1, 0, 0, 0, 2, 0, 0, 0});
}

TEST_CASE("meshgrid expands vectors to their grid") {
  const Tensor a = arange(2);
  const Tensor b = arange(3);
  const auto grids = meshgrid({a, b});
  check_tensor(grids[0], {2, 3}, {0, 0, 0, 1, 1, 1});
  check_tensor(grids[1], {2, 3}, {0, 1, 2, 0, 1, 2});
  check_tensor(meshgrid({a, b}, GridIndexing::xy)[0], {3, 2}, {0, 1, 0, 1, 0, 1});
}
