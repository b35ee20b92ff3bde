// fmod, remainder and floor_divide, whose values are PyTorch's.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

using namespace retrograd;

namespace {

using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

Tensor ints(const Ints& values) {
  return tensor(values, {.dtype = int64});
}

}  // namespace

TEST_CASE("modulo: integers of both signs") {
  const Tensor a = ints({7, -7, 7, -7, 6, -6, 0});
  const Tensor b = ints({2, 2, -2, -2, 3, 3, 5});
  CHECK(fmod(a, b).to_vector<std::int64_t>() == Ints{1, -1, 1, -1, 0, 0, 0});
  CHECK(remainder(a, b).to_vector<std::int64_t>() == Ints{1, 1, -1, -1, 0, 0, 0});
  CHECK(floor_divide(a, b).to_vector<std::int64_t>() == Ints{3, -4, -4, 3, 2, -2, 0});
  CHECK(floor_divide(a, b).dtype() == int64);
  CHECK(remainder(a, 4).to_vector<std::int64_t>() == Ints{3, 1, 3, 1, 2, 2, 0});
  CHECK(floor_divide(100, b).to_vector<std::int64_t>() == Ints{50, 50, -50, -50, 33, 33, 20});
}

TEST_CASE("modulo: the ends of the integers") {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(fmod(ints({least}), -1).item<std::int64_t>() == 0);
  CHECK(remainder(ints({least}), -1).item<std::int64_t>() == 0);
  CHECK(floor_divide(ints({least}), -1).item<std::int64_t>() == least);  // wraps around
  const Tensor bytes = tensor({200, 255, 254}, {.dtype = uint8});
  CHECK(fmod(bytes, 255).to_vector<std::int64_t>() == Ints{200, 0, 254});
  CHECK(floor_divide(bytes, 255).to_vector<std::int64_t>() == Ints{0, 1, 0});
}

TEST_CASE("modulo: zeros and infinities") {
  const Tensor a = tensor({5.0, -5.0, kInf}, {.dtype = float64});
  const Tensor b = tensor({kInf, kInf, 2.0}, {.dtype = float64});
  const auto left = fmod(a, b).to_vector<double>();
  CHECK(Doubles{left[0], left[1]} == Doubles{5, -5});
  CHECK(std::isnan(left[2]));
  const auto below = remainder(a, b).to_vector<double>();
  CHECK(Doubles{below[0], below[1]} == Doubles{5, kInf});
  CHECK(std::isnan(below[2]));
  const auto quotients = floor_divide(tensor({5.0, -5.0, 0.0}), 0.0).to_vector<double>();
  CHECK(Doubles{quotients[0], quotients[1]} == Doubles{kInf, -kInf});
  CHECK(std::isnan(quotients[2]));
  CHECK(std::signbit(floor_divide(-0.0, tensor({3.0})).item<double>()));
  const auto at_infinity = floor_divide(a, b).to_vector<double>();
  CHECK(Doubles{at_infinity[0], at_infinity[1]} == Doubles{0, -1});
}

TEST_CASE("modulo: float32 and bfloat16 are float64, rounded once") {
  const Doubles values = {0.0, -0.0, 0.5, -0.5, 1.3, -1.3, 3.0, -3.0, 100.0, kInf, -kInf, NAN};
  const auto n = static_cast<std::int64_t>(values.size());
  for (const DType dtype : {float32, bfloat16}) {
    const Tensor row = tensor(values, {.dtype = float64}).to(dtype);
    const Tensor column = reshape(row, {n, 1});
    for (auto* const op : {&fmod, &remainder, &floor_divide}) {
      const auto actual = op(column, row, {}).to_vector<double>();
      const auto wanted = op(column.to(float64), row.to(float64), {}).to(dtype).to_vector<double>();
      for (std::size_t i = 0; i < actual.size(); ++i) {
        INFO(values[i / values.size()] << ", " << values[i % values.size()]);
        CHECK((actual[i] == wanted[i] || (std::isnan(actual[i]) && std::isnan(wanted[i]))));
        CHECK((std::isnan(actual[i]) || std::signbit(actual[i]) == std::signbit(wanted[i])));
      }
    }
  }
}

TEST_CASE("modulo: the gradient of a divisor is the whole quotient, in every dtype") {
  constexpr std::int64_t n = 128;
  for (const DType dtype : {float64, float32, bfloat16}) {
    // Quotients up to 255, all of which bfloat16 has, of every significand that it has.
    const Tensor line = arange(n, 2 * n).to(float64);
    for (const double sign : {1.0, -1.0}) {
      const Tensor a = expand(reshape(sign * line, {n, 1}), {n, n}).to(dtype);
      const Tensor b = expand(line / n, {n, n}).to(dtype).set_requires_grad();
      const auto quotient = [&](const Tensor& y) { return -grad({sum(y)}, {b})[0].to(float64); };
      const Tensor exact = a.to(float64) / b.detach().to(float64);
      CHECK(all(quotient(fmod(a, b)) == sign * floor(sign * exact)).item<bool>());
      CHECK(all(quotient(remainder(a, b)) == floor(exact)).item<bool>());
    }
  }
}

TEST_CASE("modulo: a quotient that rounds up to a whole number") {
  // 1 / 0.1 is 10 in float64, and 0.1 is above a tenth: it goes 9 times into 1.
  const Tensor one = tensor({1.0}, {.dtype = float64});
  CHECK(floor_divide(one, 0.1).item<double>() == 9);
  CHECK(remainder(one, 0.1).item<double>() == std::fmod(1.0, 0.1));
}

TEST_CASE("modulo: what is refused") {
  const Tensor x = ints({1, 2});
  const Tensor yes = ones({2}, {.dtype = boolean});
  REFUSED(ValueError, fmod(x, 0), "fmod", "by 0");
  REFUSED(ValueError, remainder(x, ints({1, 0})), "remainder", "by 0");
  REFUSED(ValueError, floor_divide(5, ints({0})), "floor_divide", "by 0");
  REFUSED(DTypeError, floor_divide(yes, yes), "floor_divide", "booleans");
  REFUSED(ShapeError, fmod(ones({2}), ones({3})), "fmod", "do not broadcast");
  REFUSED(DTypeError, retrograd::remainder(1, 2), "remainder", "both operands are numbers");
}
