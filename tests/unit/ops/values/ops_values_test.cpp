// Values against numbers one can check by hand, and against the definitions written out as loops.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;
using Indices = std::vector<std::int64_t>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

// Small integers, so that sums are exact in any order.
Tensor small_integers(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return randint(-4, 5, shape, {.dtype = float64}, generator);
}

struct Window {
  Shape x;
  Shape weight;
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
};

// The definition in ops/conv.h, term by term.
double convolved(const Tensor& x, const Tensor& weight, const Window& w, const Dims& out) {
  const std::int64_t per_group = weight.size(1);
  const std::int64_t first = out[1] / (weight.size(0) / w.groups) * per_group;
  double sum = 0;
  for (std::int64_t c = 0; c < per_group; ++c) {
    for (std::int64_t kh = 0; kh < weight.size(2); ++kh) {
      for (std::int64_t kw = 0; kw < weight.size(3); ++kw) {
        const std::int64_t h = out[2] * w.stride + kh * w.dilation - w.padding;
        const std::int64_t v = out[3] * w.stride + kw * w.dilation - w.padding;
        if (h >= 0 && h < x.size(2) && v >= 0 && v < x.size(3)) {
          sum += weight.at({out[1], c, kh, kw}) * x.at({out[0], first + c, h, v});
        }
      }
    }
  }
  return sum;
}

// Calls f(index) for every index of a shape of four dimensions.
template <class F>
void for_each_index(const Shape& shape, F&& f) {
  for (std::int64_t a = 0; a < shape[0]; ++a) {
    for (std::int64_t b = 0; b < shape[1]; ++b) {
      for (std::int64_t c = 0; c < shape[2]; ++c) {
        for (std::int64_t d = 0; d < shape[3]; ++d) {
          f(Dims{a, b, c, d});
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("conv1d slides a filter without flipping it") {
  const auto convolve = [](const Numbers& image, const Numbers& filter) {
    return values(conv1d(reshape(tensor(image), {1, -1}), reshape(tensor(filter), {1, 1, -1})));
  };
  CHECK(convolve({0, 0, 1, 1, 1, 0, 1, 0, 0, 0}, {-1, 1, -1}) ==
        Numbers{-1, 0, -1, 0, -2, 1, -1, 0});
  CHECK(convolve({1, 1, 1, 0, 0}, {1, 0, 1}) == Numbers{2, 1, 1});
  CHECK(convolve({1, 2, 3, 4}, {1, 0}) == Numbers{1, 2, 3});
}

TEST_CASE("conv2d is its definition") {
  const Window windows[] = {
      {{2, 3, 5, 4}, {4, 3, 3, 2}},
      {{1, 2, 5, 6}, {2, 2, 3, 3}, 2, 1},
      {{1, 2, 7, 6}, {3, 2, 2, 2}, 1, 2, 3},
      {{2, 4, 4, 4}, {6, 2, 2, 3}, 1, 1, 1, 2},
      {{1, 3, 4, 5}, {3, 1, 3, 3}, 2, 2, 1, 3},
      {{1, 2, 5, 5}, {2, 2, 1, 1}, 3},
  };
  for (const Window& w : windows) {
    CAPTURE(to_string(w.weight));
    const Tensor x = small_integers(w.x, 1);
    const Tensor weight = small_integers(w.weight, 2);
    const Tensor bias = small_integers({w.weight[0]}, 3);
    const Tensor y = conv2d(
        x, weight, bias,
        {.stride = w.stride, .padding = w.padding, .dilation = w.dilation, .groups = w.groups});
    for_each_index(y.shape(), [&](const Dims& at) {
      CHECK(y.at(at) == convolved(x, weight, w, at) + bias.at({at[1]}));
    });
  }
}

TEST_CASE("padding 'same' keeps the length and puts an odd zero at the end") {
  const Tensor x = reshape(tensor({1.0, 2.0, 3.0, 4.0}), {1, 4});
  const Tensor ones_of_two = ones({1, 1, 2});
  CHECK(values(conv1d(x, ones_of_two, {}, {.padding = same})) == Numbers{3, 5, 7, 4});
  CHECK(values(conv1d(x, ones({1, 1, 3}), {}, {.padding = same})) == Numbers{3, 6, 9, 7});
  CHECK(values(conv1d(x, ones_of_two, {}, {.padding = valid})) == Numbers{3, 5, 7});
}

TEST_CASE("pools of a picture one can check by eye") {
  const Tensor x = reshape(arange(1, 13, 1, {.dtype = float64}), {1, 3, 4});  // 1 to 12
  CHECK(values(max_pool2d(x, 2)) == Numbers{6, 8});
  CHECK(values(max_pool2d(x, 2, {.ceil_mode = true})) == Numbers{6, 8, 10, 12});
  CHECK(values(max_pool2d(x, 2, {.stride = 1})) == Numbers{6, 7, 8, 10, 11, 12});
  CHECK(values(max_pool2d(x, 2, {.stride = Size<2>(1, 2), .dilation = {2, 1}})) == Numbers{10, 12});
  CHECK(values(max_pool2d(-x, 2, {.padding = 1})) == Numbers{-1, -2, -4, -5, -6, -8});
  CHECK(values(avg_pool2d(x, 2)) == Numbers{3.5, 5.5});
  CHECK(values(avg_pool2d(x, 2, {.ceil_mode = true})) == Numbers{3.5, 5.5, 9.5, 11.5});
  CHECK(values(avg_pool2d(x, 2, {.padding = 1})) == Numbers{0.25, 1.25, 1, 3.5, 8.5, 5});
  CHECK(values(avg_pool2d(x, 2, {.padding = 1, .count_include_pad = false})) ==
        Numbers{1, 2.5, 4, 7, 8.5, 10});
}

TEST_CASE("matmul of vectors, matrices and batches") {
  const Tensor a = tensor({{1, 2}, {3, 4}});
  const Tensor v = tensor({5, 6});
  CHECK(matmul(v, v).item<int64_t>() == 61);
  CHECK(values(matmul(a, v)) == Numbers{17, 39});
  CHECK(values(matmul(v, a)) == Numbers{23, 34});
  CHECK(values(matmul(a, a)) == Numbers{7, 10, 15, 22});
  CHECK(matmul(v, v).shape() == Shape{});
  const Tensor x = small_integers({2, 1, 3, 4}, 1);
  const Tensor y = small_integers({5, 4, 2}, 2);
  const Tensor products = matmul(x, y);
  REQUIRE(products.shape() == Shape{2, 5, 3, 2});
  for_each_index(products.shape(), [&](const Dims& at) {
    double sum = 0;
    for (std::int64_t k = 0; k < 4; ++k) {
      sum += x.at({at[0], 0, at[2], k}) * y.at({at[1], k, at[3]});
    }
    CHECK(products.at(at) == sum);
  });
  CHECK(values(matmul(zeros({2, 0}), zeros({0, 3}))) == Numbers(6, 0));
}

TEST_CASE("linear is x weight^T + bias") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  const Tensor weight = tensor({{1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}});
  CHECK(values(linear(x, weight, tensor({10.0, 20.0, 30.0}))) == Numbers{11, 22, 33, 13, 24, 37});
}

TEST_CASE("changes of shape keep the row-major order") {
  const Tensor x = reshape(arange(6), {2, 3});
  CHECK(values(transpose(x, 0, 1)) == Numbers{0, 3, 1, 4, 2, 5});
  CHECK(values(reshape(transpose(x, 0, 1), {2, 3})) == Numbers{0, 3, 1, 4, 2, 5});
  CHECK(permute(zeros({2, 3, 4}), {2, 0, 1}).shape() == Shape{4, 2, 3});
  CHECK(values(slice(x, 1, {}, {}, 2)) == Numbers{0, 2, 3, 5});
  CHECK(values(slice(x, -1, -2, 100)) == Numbers{1, 2, 4, 5});
  CHECK(values(select(x, 0, -1)) == Numbers{3, 4, 5});
  CHECK(values(cat({x, x}, 1)) == Numbers{0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5});
  CHECK(values(stack({select(x, 0, 0), select(x, 0, 1)}, 1)) == Numbers{0, 3, 1, 4, 2, 5});
  CHECK(flatten(zeros({2, 3, 4}), 1).shape() == Shape{2, 12});
  CHECK(squeeze(zeros({1, 3, 1})).shape() == Shape{3});
  CHECK(unsqueeze(zeros({3}), -1).shape() == Shape{3, 1});
  CHECK(values(expand(tensor({1, 2}), {2, 2})) == Numbers{1, 2, 1, 2});
  CHECK(reshape(x, {6}).shares_memory_with(x));
  CHECK(values(sum_to(ones({2, 3}), {3})) == Numbers{2, 2, 2});
}

TEST_CASE("gather reads and scatter_add adds where the index says") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  const Tensor index = tensor({{0, 0}, {1, 0}});
  CHECK(values(gather(x, 1, index)) == Numbers{1, 1, 4, 3});
  CHECK(values(gather(x, 0, index)) == Numbers{1, 2, 3, 2});
  CHECK(values(scatter_add(x, 1, index, ones({2, 2}))) == Numbers{3, 2, 4, 5});
  CHECK(values(x) == Numbers{1, 2, 3, 4});
}

TEST_CASE("writes in place show through every view") {
  Tensor x = zeros({2, 3});
  Tensor column = select(x, 1, 1);
  column.add_(tensor({1.0, 2.0}));
  x.mul_(10);
  x += 1;
  CHECK(values(x) == Numbers{1, 11, 1, 1, 21, 1});
  CHECK(values(column) == Numbers{11, 21});
  column.fill_(-1);
  slice(x, 0, 1).zero_();
  x.copy_(x - tensor({0.0, 0.0, 2.0}));
  CHECK(values(x) == Numbers{1, -1, -1, 0, 0, -2});
}

TEST_CASE("losses of numbers one can check by hand") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 5.0}});
  const Tensor y = tensor({{1.0, 0.0}, {0.0, 1.0}});
  CHECK(mse_loss(x, y).item<double>() == (0 + 4 + 9 + 16) / 4.0);
  CHECK(mse_loss(x, y, {Reduction::sum}).item<double>() == 29);
  CHECK(values(mse_loss(x, y, {Reduction::none})) == Numbers{0, 4, 9, 16});
  const Tensor classes = tensor({1, 0});
  CHECK(values(nll_loss(x, classes, {.reduction = Reduction::none})) == Numbers{-2, -3});
  CHECK(nll_loss(x, classes).item<double>() == -2.5);
  const Tensor even = zeros({2, 4}, {.dtype = float64});
  CHECK(cross_entropy(even, tensor({1, 3})).item<double>() == doctest::Approx(std::log(4.0)));
  CHECK(binary_cross_entropy_with_logits(even, even).item<double>() ==
        doctest::Approx(std::log(2.0)));
}
