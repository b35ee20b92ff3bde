// Max pooling while nothing is recorded: the bits of the recorded one, which keeps winners.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"

using namespace retrograd;

namespace {

// Channels-last, as convolutions give it.
Tensor images(std::int64_t batch, std::int64_t channels, std::int64_t height, std::int64_t width,
              DType dtype) {
  Generator generator(4);
  const Tensor x = randn({batch, height, width, channels}, {}, generator);
  return permute(x.to(dtype), {0, 3, 1, 2});
}

void check(const Tensor& x, const MaxPool2dOptions& options) {
  const Tensor recorded = max_pool2d(x.detach().set_requires_grad(), 2, options);
  const NoGradGuard unrecorded;
  CHECK(test::same_bits(max_pool2d(x, 2, options), recorded.detach()));
}

}  // namespace

TEST_CASE("unrecorded max pooling of four taps gives the same bits for all channels and edges") {
  for (const DType dtype : {float32, float64, bfloat16}) {
    CAPTURE(dtype);
    for (const std::int64_t channels : {1, 2, 3, 6, 8, 13, 16, 31}) {
      CAPTURE(channels);
      for (const std::int64_t width : {2, 3, 4, 7, 10}) {
        CAPTURE(width);
        const Tensor x = images(2, channels, 5, width, dtype);
        check(x, {});
        check(x, {.stride = 1});
        check(x, {.padding = 1});
        check(x, {.ceil_mode = true});
        check(x, {.stride = 1, .dilation = {2, 1}});
      }
    }
    check(images(1, 3, 2, 2, dtype), {});
    check(images(3, 5, 64, 96, dtype), {});
  }
}

TEST_CASE("unrecorded max pooling keeps NaN, infinities and the first of two zeros") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> special = {std::nanf(""), -kInfinity, kInfinity, -0.0F, 0.0F, -1.0F};
  for (const std::int64_t channels : {1, 6, 16}) {
    CAPTURE(channels);
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      Generator generator(seed);
      const Tensor which = randint(seed % 2 == 0 ? 0 : 1, 6, {2, 6, 10, channels}, {}, generator);
      const Tensor x = permute(
          reshape(index_select(tensor(special), 0, flatten(which)), which.shape()), {0, 3, 1, 2});
      check(x, {});
    }
  }
}
