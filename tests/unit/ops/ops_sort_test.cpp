// Orders: ties, NaN, dtypes, layouts.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Indices64 = std::vector<std::int64_t>;

constexpr double kInf = std::numeric_limits<double>::infinity();

Indices64 list(const Tensor& x) {
  return x.to_vector<std::int64_t>();
}

}  // namespace

TEST_CASE("sort is stable both ways, and NaN is the largest") {
  const Tensor x = tensor({2.0, NAN, 1.0, 2.0, -kInf, kInf, NAN, 1.0});
  CHECK(list(argsort(x)) == Indices64{4, 2, 7, 0, 3, 5, 1, 6});
  CHECK(list(argsort(x, 0, true)) == Indices64{1, 6, 5, 0, 3, 2, 7, 4});
  const auto [values, indices] = sort(x);
  CHECK(values.at({0}) == -kInf);
  CHECK(std::isnan(values.at({7})));
  CHECK(indices.dtype() == int64);
  CHECK(list(sort(tensor({3, 1, 2}), 0, true).values) == Indices64{3, 2, 1});
  CHECK(list(argsort(tensor({true, false, true}))) == Indices64{1, 0, 2});
}

TEST_CASE("sort works along any dimension of any layout, and on long lines") {
  const Tensor x = tensor({{3, 1, 2}, {0, 5, 4}});
  CHECK(list(sort(x, 0).values) == Indices64{0, 1, 2, 3, 5, 4});
  CHECK(list(sort(transpose(x, 0, 1), 0).values) == Indices64{1, 0, 2, 4, 3, 5});
  const Tensor order = randperm(100000);
  CHECK(list(sort(order).values) == list(arange(100000)));
  CHECK(list(argsort(order)) == list(scatter(order, 0, order, arange(100000))));
  CHECK(list(topk(order, 3).values) == Indices64{99999, 99998, 99997});
  CHECK(sort(order.to(bfloat16)).values.dtype() == bfloat16);
}

TEST_CASE("topk gives the largest or smallest in order, the first of equals first") {
  const Tensor x = tensor({1.0, 4.0, 4.0, NAN, 2.0});
  CHECK(list(topk(x, 3).indices) == Indices64{3, 1, 2});
  CHECK(list(topk(x, 2, 0, {.largest = false}).indices) == Indices64{0, 4});
  CHECK(topk(x, 0).values.shape() == Shape{0});
  CHECK(topk(tensor(3.0), 1).values.item<double>() == 3);
}

TEST_CASE("median is the lower middle, and NaN if there is one") {
  CHECK(median(tensor({4.0, 1.0, 3.0, 2.0})).item<double>() == 2);
  CHECK(median(tensor({5, 1, 3})).item<std::int64_t>() == 3);
  CHECK(std::isnan(median(tensor({1.0, NAN, 3.0})).item<double>()));
  CHECK(median(tensor({{1.0, NAN, 3.0}}), 1).indices.item<std::int64_t>() == 1);
  CHECK(kthvalue(tensor({1.0, NAN, 3.0}), 2).values.item<double>() == 3);
  CHECK(kthvalue(tensor({{7, 9, 8}}), 3, 1, true).values.shape() == Shape{1, 1});
}

TEST_CASE("the gradient goes to the elements that were taken") {
  const Tensor x = tensor({1.0, 3.0, 3.0}, {.dtype = float64, .requires_grad = true});
  (topk(x, 2).values * tensor({2.0, 5.0})).backward(ones({2}, {.dtype = float64}));
  CHECK(x.grad().to_vector<double>() == std::vector<double>{0, 2, 5});
}
