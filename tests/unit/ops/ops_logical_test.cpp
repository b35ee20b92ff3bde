// Questions with boolean answers, rounding, and lerp.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/ops_errors.h"

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

}  // namespace

TEST_CASE("isnan, isinf and isfinite, in every floating dtype") {
  for (const DType dtype : {float32, float64, bfloat16}) {
    const Tensor x = tensor({0.0, -1.5, NAN, INFINITY, -INFINITY}, {.dtype = dtype});
    CHECK(isnan(x).dtype() == boolean);
    CHECK(values(isnan(x)) == Numbers{0, 0, 1, 0, 0});
    CHECK(values(isinf(x)) == Numbers{0, 0, 0, 1, 1});
    CHECK(values(isfinite(x)) == Numbers{1, 1, 0, 0, 0});
  }
  const Tensor largest = full({1}, std::numeric_limits<double>::max(), {.dtype = float64});
  CHECK(values(isfinite(largest)) == Numbers{1});
  CHECK(values(isinf(largest)) == Numbers{0});
}

TEST_CASE("integers and booleans are finite numbers") {
  for (const Tensor& x : {tensor({0, 3}), full({2}, INT64_MAX), tensor({true, false}),
                          full({2}, 255, {.dtype = uint8})}) {
    CHECK(values(isnan(x)) == Numbers{0, 0});
    CHECK(values(isinf(x)) == Numbers{0, 0});
    CHECK(values(isfinite(x)) == Numbers{1, 1});
  }
}

TEST_CASE("logical operators take every dtype, and what is not 0 is true") {
  const Tensor a = tensor({0.0, 0.5, NAN, -0.0});
  const Tensor b = tensor({0, 0, 2, 1});
  CHECK(logical_and(a, b).dtype() == boolean);
  CHECK(values(logical_not(a)) == Numbers{1, 0, 0, 1});
  CHECK(values(logical_not(b)) == Numbers{1, 1, 0, 0});
  CHECK(values(logical_and(a, b)) == Numbers{0, 0, 1, 0});
  CHECK(values(logical_or(a, b)) == Numbers{0, 1, 1, 1});
  CHECK(values(logical_xor(a, b)) == Numbers{0, 1, 0, 1});
  const Tensor truths = tensor({true, false});
  CHECK(values(logical_not(truths)) == Numbers{0, 1});
  CHECK(values(logical_and(truths, truths)) == Numbers{1, 0});
  CHECK(values(logical_xor(tensor({{true}, {false}}), truths)) == Numbers{0, 1, 1, 0});
  CHECK(logical_or(zeros({0, 2}), truths).shape() == Shape{0, 2});
}

TEST_CASE("comparisons and logical operators broadcast every pair of shapes") {
  using Compare = Tensor (*)(const Operand&, const Operand&, Where);
  using Logical = Tensor (*)(const Tensor&, const Tensor&, Where);
  const Shape shapes[] = {{}, {1}, {3}, {1, 3}, {2, 1}, {2, 3}, {0, 3}};
  Generator generator(3);
  for (const Shape& first : shapes) {
    for (const Shape& second : shapes) {
      const bool fit = first.size() < 2 || second.size() < 2 || first[0] == second[0] ||
                       first[0] == 1 || second[0] == 1;
      if (!fit) {
        continue;
      }
      INFO(to_string(first) << " with " << to_string(second));
      const Tensor a = randint(0, 2, first, {}, generator);
      const Tensor b = randint(0, 2, second, {}, generator);
      const Tensor sum = a + b;
      const Tensor wide_a = expand(a, sum.shape()).contiguous();
      const Tensor wide_b = expand(b, sum.shape()).contiguous();
      for (const Compare op : {eq, ne, lt, le, gt, ge}) {
        CHECK(op(a, b, {}).shape() == sum.shape());
        CHECK(values(op(a, b, {})) == values(op(wide_a, wide_b, {})));
      }
      for (const Logical op : {logical_and, logical_or, logical_xor}) {
        CHECK(op(a, b, {}).shape() == sum.shape());
        CHECK(values(op(a, b, {})) == values(op(wide_a, wide_b, {})));
      }
    }
  }
}

TEST_CASE("answers have no gradient") {
  const Tensor x = rand({3}, {.requires_grad = true});
  for (const Tensor& answer : {isnan(x), isinf(x), isfinite(x), logical_not(x), logical_and(x, x),
                               logical_or(x, x), logical_xor(x, x)}) {
    CHECK_FALSE(answer.requires_grad());
    CHECK(answer.dtype() == boolean);
  }
}

TEST_CASE("rounding goes to the even of two neighbours and leaves integers alone") {
  const Tensor x = tensor({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.75});
  CHECK(values(round(x)) == Numbers{-2, -2, 0, 0, 2, 2, 3});
  CHECK(values(floor(x)) == Numbers{-3, -2, -1, 0, 1, 2, 2});
  CHECK(values(ceil(x)) == Numbers{-2, -1, 0, 1, 2, 3, 3});
  const Tensor integers = tensor({-3, 7});
  Tensor rounded = retrograd::round(integers);
  CHECK(rounded.dtype() == int64);
  rounded.add_(1);
  CHECK(values(integers) == Numbers{-3, 7});
  CHECK(values(rounded) == Numbers{-2, 8});
  CHECK(values(floor(full({1}, INT64_MAX))) == values(full({1}, INT64_MAX)));
  REFUSED(DTypeError, ceil(tensor({true})), "ceil", "a boolean cannot be rounded", "bool");
}

TEST_CASE("lerp hits both ends, and beyond") {
  const Tensor a = tensor({0.1, -3.0}, {.dtype = float64});
  const Tensor b = tensor({0.7, 5.0}, {.dtype = float64});
  CHECK(values(lerp(a, b, 0)) == values(a));
  CHECK(values(lerp(a, b, 1)) == values(b));
  CHECK(values(lerp(a, b, 0.5))[1] == 1);
  CHECK(values(lerp(a, b, 2))[1] == 13);
  CHECK(values(lerp(a, b, tensor({0.0, 1.0}, {.dtype = float64}))) == Numbers{0.1, 5});
  CHECK(lerp(a.to(bfloat16), b.to(bfloat16), 0.5).dtype() == bfloat16);
}

TEST_CASE("logical operators and lerp refuse what does not fit") {
  const Tensor a = zeros({2, 3});
  const Tensor b = zeros({2});
  REFUSED(ShapeError, logical_and(a, b), "logical_and", "[2, 3]", "[2]");
  REFUSED(ShapeError, logical_xor(a, b), "logical_xor", "[2, 3]", "[2]");
  REFUSED(GraphError, logical_or(a, Tensor()), "logical_or", "the second operand is undefined");
  REFUSED(GraphError, isnan(Tensor()), "isnan", "input is undefined");
  REFUSED(ShapeError, lerp(a, b, 0.5), "lerp", "[2, 3]", "[2]");
  REFUSED(ShapeError, lerp(a, a, b), "lerp", "[2, 3]", "[2]");
  REFUSED(DTypeError, lerp(a, a.to(float64), 0.5), "lerp", "start and end must have one dtype");
  REFUSED(DTypeError, lerp(a, a, b.to(float64)), "lerp", "weight must have one dtype");
  REFUSED(DTypeError, lerp(arange(3), arange(3), 0.5), "lerp", "needs a floating input");
}
