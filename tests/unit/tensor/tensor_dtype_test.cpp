#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::BFloat16;

namespace {

constexpr rg::DType kAll[] = {rg::float32, rg::float64, rg::bfloat16,
                              rg::int64,   rg::uint8,   rg::boolean};
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::uint16_t rounded(std::uint32_t float_bits) {
  return BFloat16(std::bit_cast<float>(float_bits)).bits;
}

BFloat16 from_bits(std::uint32_t bits) {
  BFloat16 value;
  value.bits = static_cast<std::uint16_t>(bits);
  return value;
}

// The values through a tensor of dtype `from` into one of dtype `to`.
template <class T>
std::vector<T> converted(const std::vector<double>& values, rg::DType from, rg::DType to) {
  return rg::tensor(values, {.dtype = rg::float64}).to(from).to(to).to_vector<T>();
}

}  // namespace

TEST_CASE("dtype: names, sizes and kinds") {
  std::ostringstream out;
  std::size_t bytes = 0;
  for (const rg::DType dtype : kAll) {
    out << dtype << (rg::is_floating(dtype) ? "* " : " ");
    bytes = 10 * bytes + rg::item_size(dtype);
  }
  CHECK(out.str() == "float32* float64* bfloat16* int64 uint8 boolean ");
  CHECK(bytes == 482811);
}

TEST_CASE("bfloat16: ties go to the even neighbour") {
  CHECK(rounded(0x3f800000) == 0x3f80);
  CHECK(rounded(0x3f807fff) == 0x3f80);
  CHECK(rounded(0x3f808000) == 0x3f80);
  CHECK(rounded(0x3f808001) == 0x3f81);
  CHECK(rounded(0x3f818000) == 0x3f82);
  CHECK(rounded(0xbf818000) == 0xbf82);
}

TEST_CASE("bfloat16: overflow, infinities, subnormals and signed zero") {
  CHECK(rounded(0x7f7f7fff) == 0x7f7f);
  CHECK(rounded(0x7f7f8000) == 0x7f80);
  CHECK(rounded(0xff7fffff) == 0xff80);
  CHECK(rounded(0x7f800000) == 0x7f80);
  CHECK(rounded(0x80000000) == 0x8000);
  CHECK(rounded(0x00008000) == 0x0000);
  CHECK(rounded(0x00008001) == 0x0001);
  CHECK(rounded(0x00018000) == 0x0002);
  CHECK(rounded(0x007fffff) == 0x0080);
}

TEST_CASE("bfloat16: NaN stays NaN, with its sign, even when only low bits say so") {
  for (const std::uint32_t bits : {0x7f800001U, 0x7fffffffU, 0xff800001U, 0xffffffffU}) {
    CHECK(std::isnan(static_cast<float>(from_bits(rounded(bits)))));
    CHECK((rounded(bits) >> 15) == (bits >> 31));
  }
}

TEST_CASE("bfloat16: every value comes back from float32") {
  int changed = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float wide = from_bits(bits);
    const BFloat16 back(wide);
    changed += std::isnan(wide) ? !std::isnan(static_cast<float>(back)) : back.bits != bits;
  }
  CHECK(changed == 0);
}

TEST_CASE("bfloat16: the nearest of the two neighbours, over the whole range") {
  int wrong = 0;
  for (std::uint32_t upper = 0; upper < 0x7f7f; ++upper) {
    const double below = from_bits(upper);
    const double above = from_bits(upper + 1);
    for (const std::uint32_t lower : {0U, 1U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
      const std::uint32_t bits = (upper << 16) | lower;
      const double value = std::bit_cast<float>(bits);
      const double to_below = value - below;
      const double to_above = above - value;
      const bool up = to_above < to_below || (to_above == to_below && upper % 2 == 1);
      wrong += rounded(bits) != upper + (up ? 1 : 0);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("conversion: small whole numbers survive between all dtypes") {
  for (const rg::DType from : kAll) {
    for (const rg::DType to : kAll) {
      CAPTURE(from);
      CAPTURE(to);
      const bool truth = from == rg::boolean || to == rg::boolean;
      const auto expected =
          truth ? std::vector<double>{0, 1, 1, 1} : std::vector<double>{0, 1, 2, 200};
      CHECK(converted<double>({0, 1, 2, 200}, from, to) == expected);
      CHECK(rg::zeros({0, 3}, {.dtype = from}).to(to).dtype() == to);
    }
  }
}

TEST_CASE("conversion: floating to integer cuts the fraction, saturates, and turns NaN into 0") {
  const std::vector<double> values = {-kInf, -1e300, -1.9, -0.5, 0.5, 1.9, 255.9, 256, kInf, kNaN};
  constexpr auto low = std::numeric_limits<std::int64_t>::min();
  constexpr auto high = std::numeric_limits<std::int64_t>::max();
  CHECK(converted<std::int64_t>(values, rg::float64, rg::int64) ==
        std::vector<std::int64_t>{low, low, -1, 0, 0, 1, 255, 256, high, 0});
  CHECK(converted<std::int64_t>(values, rg::float32, rg::int64) ==
        std::vector<std::int64_t>{low, low, -1, 0, 0, 1, 255, 256, high, 0});
  CHECK(converted<std::int64_t>(values, rg::float64, rg::uint8) ==
        std::vector<std::int64_t>{0, 0, 0, 0, 0, 1, 255, 255, 255, 0});
  CHECK(converted<std::int64_t>(values, rg::bfloat16, rg::uint8) ==
        std::vector<std::int64_t>{0, 0, 0, 0, 0, 1, 255, 255, 255, 0});
}

TEST_CASE("conversion: the bounds of int64 are met from both sides") {
  const std::vector<double> values = {-0x1p63, 0x1p63, std::nextafter(0x1p63, 0.0)};
  CHECK(converted<std::int64_t>(values, rg::float64, rg::int64) ==
        std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max(), 9223372036854774784});
}

TEST_CASE("conversion: integers keep all 64 bits, and wrap into uint8") {
  const std::vector<std::int64_t> values = {-1, 256, 300, (std::int64_t{1} << 53) + 1};
  const rg::Tensor x = rg::tensor(values);
  CHECK(x.to_vector<std::int64_t>() == values);
  CHECK(rg::select(x, 0, 3).item<std::int64_t>() == values[3]);
  CHECK(x.to(rg::uint8).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{255, 0, 44, 1});
}

TEST_CASE("conversion: all but zero is true, NaN included") {
  for (const rg::DType from : {rg::float32, rg::float64, rg::bfloat16}) {
    CHECK(converted<bool>({0.0, -0.0, 1e-30, kNaN, -kInf}, from, rg::boolean) ==
          std::vector<bool>{false, false, true, true, true});
  }
}

TEST_CASE("conversion: float64 to float32 rounds to nearest and overflows to infinity") {
  CHECK(converted<float>({1 + 0x1p-24, 1 + 0x1.8p-23, 1e39, -1e39, 0x1p-150}, rg::float64,
                         rg::float32) ==
        std::vector<float>{1.0F, 1 + 0x1p-22F, HUGE_VALF, -HUGE_VALF, 0.0F});
}

TEST_CASE("conversion: a tensor of the dtype asked for is itself, another keeps the layout") {
  const rg::Tensor x = rg::transpose(rg::ones({2, 3}), 0, 1);
  CHECK(x.to(rg::float32).impl_or_null() == x.impl_or_null());
  CHECK(x.to(rg::float64).strides() == x.strides());
}

TEST_CASE("promote: boolean < uint8 < int64 < bfloat16 < float32 < float64, in any order") {
  constexpr rg::DType rising[] = {rg::boolean,  rg::uint8,   rg::int64,
                                  rg::bfloat16, rg::float32, rg::float64};
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = 0; b < 6; ++b) {
      CHECK(rg::promote(rising[a], rising[b]) == rising[std::max(a, b)]);
    }
  }
}

TEST_CASE("Scalar: remembers its kind and keeps integers exact") {
  CHECK(rg::Scalar(true).default_dtype() == rg::boolean);
  CHECK(rg::Scalar(3).default_dtype() == rg::int64);
  CHECK(rg::Scalar(3.0F).default_dtype() == rg::float32);
  constexpr std::int64_t large = (std::int64_t{1} << 53) + 1;
  CHECK(rg::Scalar(large).to<std::int64_t>() == large);
  CHECK(rg::Scalar(-2.7).to<std::int64_t>() == -2);
}
