#include <doctest/doctest.h>

#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

void check_same(const Tensor& a, const Tensor& b) {
  CHECK(a.shape() == b.shape());
  CHECK(a.to_vector<float>() == b.to_vector<float>());
}

}  // namespace

TEST_CASE("layers: Linear is linear(), with and without bias") {
  const Tensor x = rg::randn({2, 5, 3});
  nn::Linear layer(3, 4);
  check_same(layer(x), rg::linear(x, layer.weight, layer.bias));
  nn::Linear bare(3, 4, {.bias = false});
  CHECK_FALSE(bare.bias.defined());
  check_same(bare(x), rg::linear(x, bare.weight));
}

TEST_CASE("layers: convolutions pass on every option") {
  const Tensor image = rg::randn({2, 4, 11, 13});
  nn::Conv2d conv2d(4, 6, {3, 2},
                    {.stride = {2, 1}, .padding = {1, 3}, .dilation = {2, 3}, .groups = 2});
  check_same(conv2d(image),
             rg::conv2d(image, conv2d.weight, conv2d.bias,
                        {.stride = {2, 1}, .padding = {1, 3}, .dilation = {2, 3}, .groups = 2}));
  nn::Conv2d keeping(4, 1, 3, {.padding = rg::same, .bias = false});
  CHECK_FALSE(keeping.bias.defined());
  check_same(keeping(image), rg::conv2d(image, keeping.weight, {}, {.padding = rg::same}));

  const Tensor signal = rg::randn({2, 4, 15});
  nn::Conv1d conv1d(4, 2, 3, {.stride = 3, .padding = 2, .dilation = 2});
  check_same(conv1d(signal), rg::conv1d(signal, conv1d.weight, conv1d.bias,
                                        {.stride = 3, .padding = 2, .dilation = 2}));
}

TEST_CASE("layers: pooling passes on every option") {
  const Tensor x = rg::randn({2, 3, 9, 10});
  const rg::MaxPool2dOptions max_options{
      .stride = {2, 3}, .padding = 1, .dilation = 2, .ceil_mode = true};
  nn::MaxPool2d max(rg::Size<2>(2, 3), max_options);
  check_same(max(x), rg::max_pool2d(x, {2, 3}, max_options));
  const rg::AvgPool2dOptions avg_options{
      .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false};
  nn::AvgPool2d avg(3, avg_options);
  check_same(avg(x), rg::avg_pool2d(x, 3, avg_options));
  nn::MaxPool2d halving(2);
  CHECK(halving(x).shape() == rg::Shape{2, 3, 4, 5});
}

TEST_CASE("layers: activations and Flatten") {
  const Tensor x = rg::randn({2, 3, 4});
  nn::ReLU relu;
  nn::Tanh tanh;
  nn::Sigmoid sigmoid;
  check_same(relu(x), rg::relu(x));
  check_same(tanh(x), rg::tanh(x));
  check_same(sigmoid(x), rg::sigmoid(x));
  nn::Flatten all_but_batch;
  nn::Flatten front(0, 1);
  check_same(all_but_batch(x), rg::reshape(x, {2, 12}));
  check_same(front(x), rg::reshape(x, {6, 4}));
}

TEST_CASE("layers: Sequential runs its parts in order, and none is the identity") {
  const Tensor x = rg::randn({4, 3});
  nn::Sequential model(nn::Linear(3, 5), nn::Tanh(), nn::Linear(5, 2));
  check_same(model(x), model[2](rg::tanh(model[0](x))));
  nn::Sequential none;
  CHECK(none(x).impl_or_null() == x.impl_or_null());
}

TEST_CASE("layers: gradients reach every parameter of a model") {
  nn::Sequential model(nn::Conv2d(1, 2, 3), nn::ReLU(), nn::AvgPool2d(2), nn::Flatten(),
                       nn::Linear(8, 3), nn::Sigmoid());
  rg::sum(model(rg::rand({2, 1, 6, 6}))).backward();
  for (const auto& entry : model.named_parameters()) {
    CAPTURE(entry.first);
    REQUIRE(entry.second.grad().defined());
    CHECK(entry.second.grad().shape() == entry.second.shape());
  }
}
