// Numbers beside tensors whose dtype does not hold them: refused for integers, rounded for
// bfloat16.
#include "unit/ops_errors.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

Tensor bytes() {
  return tensor({50, 200}, {.dtype = uint8});
}

Tensor wholes() {
  return tensor({1, -2});
}

Ints values(const Tensor& x) {
  return x.to_vector<std::int64_t>();
}

}  // namespace

TEST_CASE("numbers that an integer tensor cannot hold are refused where tensors are made") {
  const TensorOptions byte{.dtype = uint8};
  const TensorOptions whole{.dtype = int64};
  REFUSED(ValueError, tensor({300, -1}, byte), "tensor", "300 does not fit uint8", "0 to 255");
  REFUSED(ValueError, tensor({0, -1}, byte), "tensor", "-1 does not fit uint8");
  REFUSED(ValueError, tensor({NAN}, byte), "tensor", "nan does not fit uint8");
  REFUSED(ValueError, tensor({-0.5}, byte), "tensor", "-0.5 does not fit uint8");
  REFUSED(ValueError, tensor({kHuge}), "tensor", "18446744073709551615 does not fit int64");
  REFUSED(ValueError, tensor(std::vector<std::uint64_t>{1, kHuge}), "tensor", "does not fit int64");
  REFUSED(ValueError, tensor({9.3e18}, whole), "tensor", "9.3e+18 does not fit int64", "2^63");
  REFUSED(ValueError, tensor({NAN}, whole), "tensor", "nan does not fit int64");
  REFUSED(ValueError, full({2}, 300, byte), "full", "300 does not fit uint8");
  REFUSED(ValueError, full({2}, INFINITY, whole), "full", "inf does not fit int64");
  REFUSED(ValueError, full({2}, kHuge), "full", "18446744073709551615");
  REFUSED(ValueError, full_like(bytes(), 256), "full_like", "256 does not fit uint8");
  REFUSED(ValueError, full_like(wholes(), NAN), "full_like", "nan does not fit int64");
  REFUSED(ValueError, arange(0, 300, 1, byte), "arange", "299 does not fit uint8");
  REFUSED(ValueError, arange(-1, 3, 1, byte), "arange", "-1 does not fit uint8");
  REFUSED(ValueError, arange(250.0, 260.0, 1.0, byte), "arange", "259 does not fit uint8");
  REFUSED(ValueError, arange(kHuge), "arange", "18446744073709551615 does not fit int64");
  REFUSED(ValueError, linspace(0, 300, 4, byte), "linspace", "300 does not fit uint8");
  REFUSED(ValueError, linspace(NAN, 3, 4, whole), "linspace", "nan does not fit int64");
  Generator generator(1);
  REFUSED(ValueError, randint(0, 300, {4}, byte, generator), "randint", "299 does not fit uint8");
  REFUSED(ValueError, randint(-5, 5, {4}, byte, generator), "randint", "-5 does not fit uint8");
  REFUSED(ValueError, randint(0, 3, {4}, {.dtype = boolean}, generator), "randint", "booleans");
}

TEST_CASE("numbers at the bounds of an integer dtype are taken") {
  const TensorOptions byte{.dtype = uint8};
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(values(tensor({0, 255}, byte)) == Ints{0, 255});
  CHECK(values(tensor({kLeast, kMost})) == Ints{kLeast, kMost});
  CHECK(values(tensor({-9223372036854775808.0}, {.dtype = int64})) == Ints{kLeast});
  CHECK(values(arange(0, 256, 85, byte)) == Ints{0, 85, 170, 255});
  CHECK(values(arange(0, 300, 100, byte)) == Ints{0, 100, 200});
  CHECK(arange(300, 300, 1, byte).numel() == 0);
  CHECK(randint(0, 256, {64}, byte).numel() == 64);
  CHECK(randint(0, 2, {4}, {.dtype = boolean}).numel() == 4);
  // Fractions are cut off, and all but 0 is true, as in PyTorch.
  CHECK(values(tensor({1.9, -1.9}, {.dtype = int64})) == Ints{1, -1});
  CHECK(tensor({NAN, 300.0, 0.0}, {.dtype = boolean}).to_vector<bool>() ==
        std::vector<bool>{true, true, false});
  CHECK(tensor({kHuge}, {.dtype = float64}).item<double>() == 18446744073709551616.0);
  CHECK(full({1}, kHuge, {.dtype = float32}).item<double>() == 18446744073709551616.0);
}

TEST_CASE("numbers that an integer tensor cannot hold are refused where values are put in") {
  const Tensor x = bytes();
  const Tensor at = zeros({1}, {.dtype = int64});
  REFUSED(ValueError, masked_fill(x, x == 50, 300), "masked_fill", "300 does not fit uint8",
          "uint8 [2]");
  REFUSED(ValueError, masked_fill(x, x == 50, tensor(300)), "masked_fill", "300 does not fit");
  REFUSED(ValueError, where(x == 50, x, 300), "where", "300 does not fit uint8");
  REFUSED(ValueError, where(x == 50, -1, x), "where", "-1 does not fit uint8");
  REFUSED(ValueError, where(x == 50, wholes(), kHuge), "where", "does not fit int64");
  REFUSED(ValueError, pad(x, {0, 1}, {.value = 300}), "pad", "300 does not fit uint8");
  REFUSED(ValueError, index_fill(x, 0, at, 300), "index_fill", "300 does not fit uint8");
  REFUSED(ValueError, scatter(x, 0, at, 300), "scatter", "300 does not fit uint8");
  REFUSED(ValueError, index_put(x, {at}, 300), "index_put", "300 does not fit uint8");
  REFUSED(ValueError, maximum(x, 300), "maximum", "300 does not fit uint8");
  REFUSED(ValueError, minimum(-1, x), "minimum", "-1 does not fit uint8");
  REFUSED(ValueError, clamp(x, 300), "clamp", "300 does not fit uint8");
  REFUSED(ValueError, clamp(x, 0, -1), "clamp", "-1 does not fit uint8");
  REFUSED(ValueError, clamp(wholes(), kHuge), "clamp", "does not fit int64");
  REFUSED(ValueError, pow(x, 300), "pow", "300 does not fit uint8");
  REFUSED(ValueError, pow(x, -1), "pow", "-1 does not fit uint8");
  Tensor target = bytes();
  REFUSED(ValueError, target.fill_(300), "fill_", "300 does not fit uint8");
  REFUSED(ValueError, target.fill_(NAN), "fill_", "nan does not fit uint8");
  CHECK(values(target) == Ints{50, 200});
}

TEST_CASE("bounds of clamp that no element reaches need not fit") {
  CHECK(values(clamp(bytes(), -3, 300)) == Ints{50, 200});
  CHECK(values(clamp(bytes(), -3, 100)) == Ints{50, 100});
  CHECK(values(clamp(wholes(), 0, kHuge)) == Ints{1, 0});
}

TEST_CASE("arithmetic on bytes takes the numbers that it wraps around by, and no larger ones") {
  CHECK(values(bytes() + -1) == Ints{49, 199});
  CHECK(values(bytes() - -255) == Ints{49, 199});
  CHECK(values(bytes() * -1) == Ints{206, 56});
  CHECK(values(255 - bytes()) == Ints{205, 55});
  CHECK(values(bytes() + 100) == Ints{150, 44});
  REFUSED(ValueError, add(bytes(), 300), "add", "300 does not fit uint8", "uint8 [2]");
  REFUSED(ValueError, sub(300, bytes()), "sub", "300 does not fit uint8");
  REFUSED(ValueError, mul(bytes(), -256), "mul", "-256 does not fit uint8");
  REFUSED(ValueError, add(wholes(), kHuge), "add", "does not fit int64");
  REFUSED(ValueError,
          index_add(bytes(), 0, zeros({1}, {.dtype = int64}), slice(bytes(), 0, 1), 300),
          "index_add", "300 does not fit uint8");
  Tensor target = bytes();
  REFUSED(ValueError, target.add_(300), "add_", "300 does not fit uint8");
  REFUSED(ValueError, target.mul_(-256), "mul_", "-256 does not fit uint8");
  CHECK(values(target.sub_(-1)) == Ints{51, 201});
  // Division and fractions are floating, which holds every number.
  CHECK((bytes() / 400).to_vector<double>() == std::vector<double>{0.125, 0.5});
  CHECK((bytes() + 300.5).to_vector<double>() == std::vector<double>{350.5, 500.5});
  CHECK(values(tensor({true, false}) + 300) == Ints{301, 300});
}

TEST_CASE("comparisons with numbers out of range are true to the numbers") {
  const auto truth = [](const Tensor& x) { return values(x.to(int64)); };
  CHECK(truth(bytes() == 306) == Ints{0, 0});  // 306 is 50 in eight bits
  CHECK(truth(bytes() != 306) == Ints{1, 1});
  CHECK(truth(bytes() < 300) == Ints{1, 1});
  CHECK(truth(bytes() <= 300) == Ints{1, 1});
  CHECK(truth(bytes() > 300) == Ints{0, 0});
  CHECK(truth(300 > bytes()) == Ints{1, 1});
  CHECK(truth(bytes() >= -1) == Ints{1, 1});
  CHECK(truth(-1 >= bytes()) == Ints{0, 0});
  CHECK(truth(wholes() < kHuge) == Ints{1, 1});
  CHECK(truth(wholes() == kHuge) == Ints{0, 0});
  CHECK(truth(bytes() < 200.5) == Ints{1, 1});
}

TEST_CASE("conversion to an integer dtype is defined for every value") {
  CHECK(values(tensor({300, -1}).to(uint8)) == Ints{44, 255});
  CHECK(values(tensor({300.7, -5.0, NAN, INFINITY}).to(uint8)) == Ints{255, 0, 0, 255});
  CHECK(values(tensor({NAN, -INFINITY}).to(int64)) ==
        Ints{0, std::numeric_limits<std::int64_t>::min()});
}

TEST_CASE("a number is rounded to the dtype of the tensor that it is compared with") {
  for (const DType dtype : {float32, bfloat16, float64}) {
    const Tensor x = full({1}, 0.1, {.dtype = dtype});
    CHECK((x == 0.1).item<bool>());
    CHECK((0.1 == x).item<bool>());
    CHECK_FALSE((x != 0.1).item<bool>());
    CHECK_FALSE((x > 0.1).item<bool>());
    CHECK_FALSE((x < 0.1).item<bool>());
    CHECK((x >= 0.1).item<bool>());
    CHECK((x <= 0.1).item<bool>());
    CHECK((where(x == 0.1, 0.1, x) == x).item<bool>());
    CHECK((clamp(x, 0.1, 0.1) == x).item<bool>());
    CHECK((maximum(x, 0.1) == x).item<bool>());
    CHECK((minimum(0.1, x) == x).item<bool>());
    CHECK((masked_fill(x, x == x, 0.1) == x).item<bool>());
  }
}

TEST_CASE("thresholds are rounded to the dtype, forward and backward") {
  for (const DType dtype : {float32, bfloat16, float64}) {
    const Tensor x = full({1}, 0.1, {.dtype = dtype, .requires_grad = true});
    for (const Tensor& y : {hardshrink(x, 0.1), softshrink(x, 0.1)}) {
      CHECK(y.item<double>() == 0);
      CHECK(grad({y}, {x})[0].item<double>() == 0);
    }
    const Tensor limited = hardtanh(x, -0.1, 0.1);
    CHECK((limited == x).item<bool>());
    CHECK(grad({limited}, {x})[0].item<double>() == 0);
    CHECK(grad({clamp(x, -0.1, 0.1)}, {x})[0].item<double>() == 1);
  }
}
