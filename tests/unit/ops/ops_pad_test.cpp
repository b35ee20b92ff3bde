// Padding and unfolding: values worked out by hand, dtypes, layouts.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

Numbers padded(const Tensor& x, const std::vector<std::int64_t>& padding, PaddingMode mode) {
  return pad(x, padding, {.mode = mode}).to_vector<double>();
}

}  // namespace

TEST_CASE("pad adds by mode") {
  const Tensor x = tensor({{1.0, 2.0, 3.0}});
  CHECK(pad(x, {2, 1}, {.value = 9}).to_vector<double>() == Numbers{9, 9, 1, 2, 3, 9});
  CHECK(padded(x, {2, 1}, PaddingMode::reflect) == Numbers{3, 2, 1, 2, 3, 2});
  CHECK(padded(x, {2, 1}, PaddingMode::replicate) == Numbers{1, 1, 1, 2, 3, 3});
  CHECK(padded(x, {2, 1}, PaddingMode::circular) == Numbers{2, 3, 1, 2, 3, 1});
  CHECK(padded(x, {-1, 1}, PaddingMode::replicate) == Numbers{2, 3, 3});
  CHECK(pad(x, {-1, 1}).to_vector<double>() == Numbers{2, 3, 0});
  CHECK(pad(x, {0, 0, 1, 0}, {.value = -INFINITY}).at({0, 2}) == -INFINITY);
}

TEST_CASE("the corners of an image come from both dimensions") {
  const Tensor x = reshape(arange(9).to(float32), {1, 3, 3});
  const Tensor y = pad(x, {1, 1, 1, 1}, {.mode = PaddingMode::reflect});
  CHECK(y.at({0, 0, 0}) == 4);
  CHECK(y.at({0, 4, 4}) == 4);
  CHECK(y.at({0, 0, 1}) == 3);
  CHECK(pad(x, {1, 0, 1, 0}, {.mode = PaddingMode::circular}).at({0, 0, 0}) == 8);
  CHECK(pad(x, {0, 2, 0, 2}, {.mode = PaddingMode::replicate}).at({0, 4, 4}) == 8);
}

TEST_CASE("pad keeps dtypes, and channels-last memory") {
  CHECK(pad(tensor({1, 2}), {1, 0}, {.value = 5}).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{5, 1, 2});
  CHECK(pad(tensor({true}), {1, 1}).to_vector<bool>() == std::vector<bool>{false, true, false});
  const Tensor image = permute(randn({2, 4, 5, 3}), {0, 3, 1, 2});
  for (const PaddingMode mode : {PaddingMode::constant, PaddingMode::reflect,
                                 PaddingMode::replicate, PaddingMode::circular}) {
    const Tensor y = pad(image, {1, 2, 0, 1}, {.mode = mode});
    CHECK(y.is_channels_last());
    CHECK(y.to_vector<float>() ==
          pad(image.contiguous(), {1, 2, 0, 1}, {.mode = mode}).to_vector<float>());
    const Tensor halves = pad(image.to(bfloat16), {1, 2, 0, 1}, {.mode = mode});
    CHECK(halves.to_vector<float>() == y.to(bfloat16).to_vector<float>());
  }
}

TEST_CASE("the gradient of a replicated element is summed before it is rounded") {
  const Tensor x = ones({1, 1}, {.dtype = bfloat16, .requires_grad = true});
  sum(pad(x, {1000, 0}, {.mode = PaddingMode::replicate})).backward();
  CHECK(x.grad().item<double>() == 1000);  // 1001 to eight bits
}

TEST_CASE("unfold lists windows as columns; fold adds them up") {
  const Tensor x = reshape(arange(1, 10).to(float32), {1, 1, 3, 3});
  const Tensor columns = unfold(x, 2);
  CHECK(columns.shape() == Shape{1, 4, 4});
  CHECK(columns.to_vector<double>() == Numbers{1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9});
  CHECK(fold(columns, 3, 2).to_vector<double>() == Numbers{1, 4, 3, 8, 20, 12, 7, 16, 9});
  CHECK(unfold(x, 1, {.padding = 1, .stride = 4}).to_vector<double>() == Numbers{0, 0, 0, 0});
  CHECK(unfold(x.to(bfloat16), 2).to_vector<double>() == columns.to_vector<double>());
  // 384 windows meet in the middle; bfloat16 alone would stop counting at 256.
  const Tensor many = ones({1, 384, 384}, {.dtype = bfloat16});
  CHECK(fold(many, {1, 767}, {1, 384}).at({0, 0, 0, 383}) == 384);
}

TEST_CASE("convolution is a product with unfolded windows") {
  const Tensor x = randn({2, 3, 7, 6}, {.dtype = float64});
  const Tensor weight = randn({4, 3, 3, 2}, {.dtype = float64});
  const Tensor expected =
      conv2d(x, weight, {}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}});
  const Tensor columns =
      unfold(x, {3, 2}, {.dilation = {1, 2}, .padding = {1, 2}, .stride = {2, 1}});
  const Tensor product = matmul(reshape(weight, {4, 18}), columns);
  REQUIRE(product.numel() == expected.numel());
  const Numbers a = product.to_vector<double>();
  const Numbers b = flatten(expected, 2).to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(std::fabs(a[i] - b[i]) <= 1e-12);
  }
}
