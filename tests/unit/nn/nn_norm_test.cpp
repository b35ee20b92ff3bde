// Normalisation, dropout, embedding and resampling layers: options, modes, names, refusals.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using Names = std::vector<std::string>;

namespace {

void check_same(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  CHECK(a.to_vector<float>() == b.to_vector<float>());
}

Names state_names(nn::Module& module) {
  Names names;
  for (const auto& entry : module.state_dict()) {
    names.push_back(entry.first);
  }
  return names;
}

// A ValueError at this very line whose message holds both parts.
void check_refused(const std::function<void()>& make, const std::string& layer,
                   const std::string& part) {
  CAPTURE(layer);
  CAPTURE(part);
  try {
    make();
  } catch (const rg::ValueError& error) {
    const std::string message = error.what();
    CHECK(message.rfind(layer + ": ", 0) == 0);
    CHECK(message.find(part) != std::string::npos);
    CHECK(message.find("at nn_norm_test.cpp:") != std::string::npos);
    return;
  }
  FAIL_CHECK("nothing was thrown");
}

}  // namespace

TEST_CASE("layers: BatchNorm follows its mode, and counts batches in training alone") {
  const Tensor x = rg::randn({6, 3, 4, 5}) * 3.0 + 1.0;
  nn::BatchNorm2d layer(3, {.eps = 0.25, .momentum = 0.5});
  CHECK(state_names(layer) ==
        Names{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"});
  CHECK(layer.named_buffers().size() == 3);
  CHECK(layer.num_batches_tracked.dtype() == rg::int64);
  const Tensor mean = rg::zeros({3});
  const Tensor variance = rg::ones({3});
  const Tensor expected = rg::batch_norm(x, mean, variance, layer.weight, layer.bias,
                                         {.training = true, .momentum = 0.5, .eps = 0.25});
  check_same(layer(x), expected);
  check_same(layer.running_mean, mean);
  check_same(layer.running_var, variance);
  CHECK(layer.num_batches_tracked.item<int>() == 1);
  layer.eval();
  check_same(layer(x), rg::batch_norm(x, mean, variance, layer.weight, layer.bias, {.eps = 0.25}));
  check_same(layer.running_mean, mean);
  CHECK(layer.num_batches_tracked.item<int>() == 1);
  layer.reset_running_stats();
  check_same(layer.running_mean, rg::zeros({3}));
  check_same(layer.running_var, rg::ones({3}));
  CHECK(layer.num_batches_tracked.item<int>() == 0);
}

TEST_CASE("layers: BatchNorm without a momentum keeps plain averages") {
  nn::BatchNorm1d layer(1, {.momentum = {}});
  layer(rg::tensor({{0.0}, {2.0}}));
  layer(rg::tensor({{5.0}, {9.0}}));
  layer(rg::tensor({{3.0}, {3.0}}));
  CHECK(layer.running_mean.item<float>() == doctest::Approx((1 + 7 + 3) / 3.0));
  CHECK(layer.running_var.item<float>() == doctest::Approx((2 + 8 + 0) / 3.0));
}

TEST_CASE("layers: BatchNorm without tracking or affine has nothing to save") {
  const Tensor x = rg::randn({4, 3});
  nn::BatchNorm1d layer(3, {.affine = false, .track_running_stats = false});
  CHECK(state_names(layer).empty());
  layer.eval();
  check_same(layer(x), rg::batch_norm(x, {}, {}, {}, {}, {.training = true}));
}

TEST_CASE("layers: a refused batch is not counted") {
  nn::BatchNorm1d layer(3);
  CHECK_THROWS_AS(layer(rg::zeros({1, 3})), rg::ValueError);
  CHECK_THROWS_AS(layer(rg::zeros({4, 2})), rg::ShapeError);
  CHECK_THROWS_AS(layer(rg::zeros({4, 3, 2, 2})), rg::ShapeError);
  CHECK(layer.num_batches_tracked.item<int>() == 0);
  nn::BatchNorm2d image(3);
  CHECK_THROWS_AS(image(rg::zeros({4, 3})), rg::ShapeError);
  nn::BatchNorm3d volume(3);
  CHECK(volume(rg::zeros({1, 3, 1, 2, 2})).shape() == rg::Shape{1, 3, 1, 2, 2});
}

TEST_CASE("layers: InstanceNorm takes batches and single inputs") {
  const Tensor x = rg::randn({2, 3, 4});
  nn::InstanceNorm1d layer(3);
  CHECK(state_names(layer).empty());
  check_same(layer(x), rg::instance_norm(x));
  const Tensor one = rg::select(x, 0, 1);
  check_same(layer(one), rg::select(rg::instance_norm(x), 0, 1));
  nn::InstanceNorm2d tracking(3, {.momentum = 0.5, .affine = true, .track_running_stats = true});
  CHECK(state_names(tracking).size() == 5);
  const Tensor image = rg::randn({2, 3, 4, 4});
  const Tensor mean = rg::zeros({3});
  const Tensor variance = rg::ones({3});
  check_same(tracking(image), rg::instance_norm(image, mean, variance, {}, {}, {.momentum = 0.5}));
  check_same(tracking.running_mean, mean);
  tracking.eval();
  check_same(tracking(image),
             rg::instance_norm(image, mean, variance, {}, {}, {.use_input_stats = false}));
}

TEST_CASE("layers: LayerNorm, GroupNorm and LocalResponseNorm pass on every option") {
  const Tensor x = rg::randn({2, 4, 3, 2});
  nn::LayerNorm layer({3, 2}, {.eps = 0.5});
  layer.weight.detach().copy_(rg::randn({3, 2}));
  CHECK(state_names(layer) == Names{"weight", "bias"});
  check_same(layer(x), rg::layer_norm(x, {3, 2}, layer.weight, layer.bias, 0.5));
  nn::LayerNorm bare(2, {.elementwise_affine = false});
  CHECK(bare.parameters().empty());
  check_same(bare(x), rg::layer_norm(x, {2}));
  nn::GroupNorm group(2, 4, {.eps = 0.5});
  group.bias.detach().copy_(rg::randn({4}));
  CHECK(state_names(group) == Names{"weight", "bias"});
  check_same(group(x), rg::group_norm(x, 2, group.weight, group.bias, 0.5));
  CHECK(nn::GroupNorm(2, 4, {.affine = false}).parameters().empty());
  nn::LocalResponseNorm response(3, {.alpha = 0.5, .beta = 0.25, .k = 2});
  check_same(response(x), rg::local_response_norm(x, 3, 0.5, 0.25, 2));
}

TEST_CASE("layers: dropout is random in training and the identity in evaluation") {
  const Tensor x = rg::ones({20, 30, 4});
  nn::Dropout dropout(0.25);
  rg::manual_seed(3);
  const Tensor y = dropout(x);
  rg::manual_seed(3);
  check_same(y, rg::dropout(x, 0.25));
  dropout.eval();
  CHECK(dropout(x).shares_memory_with(x));
  check_same(dropout(x), x);
  nn::Dropout1d lines;
  rg::manual_seed(4);
  const Tensor z = lines(x);
  rg::manual_seed(4);
  check_same(z, rg::dropout1d(x));
  nn::Dropout2d images(0.75);
  rg::manual_seed(5);
  const Tensor u = images(rg::ones({20, 30, 2, 2}));
  rg::manual_seed(5);
  check_same(u, rg::dropout2d(rg::ones({20, 30, 2, 2}), 0.75));
  nn::StochasticDepth depth(0.4, rg::StochasticDepthMode::row);
  rg::manual_seed(6);
  const Tensor v = depth(rg::ones({20, 30}));
  rg::manual_seed(6);
  check_same(v, rg::stochastic_depth(rg::ones({20, 30}), 0.4, rg::StochasticDepthMode::row));
  depth.eval();
  check_same(depth(x), x);
}

TEST_CASE("layers: Embedding starts normal, its padding row at 0") {
  nn::Embedding layer(200, 50, {.padding_idx = -1});
  CHECK(state_names(layer) == Names{"weight"});
  const auto values = layer.weight.to_vector<double>();
  double squares = 0;
  for (const double value : values) {
    squares += value * value;
  }
  CHECK(squares / (199 * 50) == doctest::Approx(1).epsilon(0.06));
  CHECK(layer.weight.at({199, 0}) == 0);
  CHECK(layer.weight.requires_grad());
  const Tensor words = rg::tensor({{3, 199}, {7, 3}});
  check_same(layer(words), rg::embedding(words, layer.weight));
  rg::sum(layer(words)).backward();
  CHECK(layer.weight.grad().at({199, 0}) == 0);
  CHECK(layer.weight.grad().at({3, 0}) == 2);
}

TEST_CASE("layers: Upsample, PixelShuffle and PixelUnshuffle") {
  const Tensor x = rg::randn({1, 4, 3, 4});
  const rg::InterpolateOptions options{
      .scale_factor = {2, 1.5}, .mode = rg::InterpolateMode::bilinear, .align_corners = true};
  nn::Upsample up(options);
  check_same(up(x), rg::interpolate(x, options));
  nn::PixelShuffle shuffle(2);
  nn::PixelUnshuffle unshuffle(2);
  check_same(shuffle(x), rg::pixel_shuffle(x, 2));
  check_same(unshuffle(shuffle(x)), x);
}

TEST_CASE("layers: how these describe themselves") {
  CHECK(nn::BatchNorm1d(3).describe() == "BatchNorm1d(3)");
  CHECK(nn::BatchNorm2d(16).describe() == "BatchNorm2d(16)");
  CHECK(nn::InstanceNorm2d(4).describe() == "InstanceNorm2d(4)");
  CHECK(nn::LayerNorm({3, 2}).describe() == "LayerNorm([3, 2])");
  CHECK(nn::GroupNorm(2, 4).describe() == "GroupNorm(2, 4)");
  CHECK(nn::LocalResponseNorm(5).describe() == "LocalResponseNorm(5)");
  CHECK(nn::Dropout().describe() == "Dropout(0.5)");
  CHECK(nn::Dropout(1e-9).describe() == "Dropout(1e-09)");
  CHECK(nn::Dropout2d(1).describe() == "Dropout2d(1)");
  CHECK(nn::StochasticDepth(0.1, rg::StochasticDepthMode::row).describe() ==
        "StochasticDepth(0.1, row)");
  CHECK(nn::StochasticDepth(0, rg::StochasticDepthMode::batch).describe() ==
        "StochasticDepth(0, batch)");
  CHECK(nn::Upsample({.scale_factor = {10, 2}}).describe() == "Upsample(*10, *2, nearest)");
  CHECK(nn::Embedding(10, 3).describe() == "Embedding(10, 3)");
  CHECK(nn::Upsample({.size = {3, 4}}).describe() == "Upsample(3x4, nearest)");
  CHECK(nn::Upsample({.scale_factor = 1.5, .mode = rg::InterpolateMode::linear}).describe() ==
        "Upsample(*1.5, linear)");
  CHECK(nn::PixelShuffle(2).describe() == "PixelShuffle(2)");
}

TEST_CASE("layers: constructors refuse values out of range") {
  check_refused([] { nn::BatchNorm2d(0); }, "BatchNorm2d", "num_features is 0");
  check_refused([] { nn::BatchNorm1d(3, {.eps = -1}); }, "BatchNorm1d", "eps is -1");
  check_refused([] { nn::BatchNorm3d(3, {.momentum = 1.5}); }, "BatchNorm3d", "momentum is 1.5");
  check_refused([] { nn::BatchNorm3d(3, {.momentum = NAN}); }, "BatchNorm3d", "momentum is nan");
  check_refused([] { nn::InstanceNorm1d(-2); }, "InstanceNorm1d", "num_features is -2");
  check_refused([] { nn::InstanceNorm2d(2, {.eps = NAN}); }, "InstanceNorm2d", "eps is nan");
  check_refused([] { nn::LayerNorm(rg::Shape{}); }, "LayerNorm", "one dimension");
  check_refused([] { nn::LayerNorm({3, 0}); }, "LayerNorm", "is 0");
  check_refused([] { nn::GroupNorm(3, 4); }, "GroupNorm", "3 groups");
  check_refused([] { nn::GroupNorm(0, 4); }, "GroupNorm", "num_groups is 0");
  check_refused([] { nn::LocalResponseNorm(0); }, "LocalResponseNorm", "size is 0");
  check_refused([] { nn::LocalResponseNorm(2, {.beta = NAN}); }, "LocalResponseNorm", "nan");
  check_refused([] { nn::Dropout(1.5); }, "Dropout", "p is 1.5");
  check_refused([] { nn::Dropout1d(-1); }, "Dropout1d", "p is -1");
  check_refused([] { nn::Dropout2d(NAN); }, "Dropout2d", "p is nan");
  check_refused([] { nn::StochasticDepth(2, rg::StochasticDepthMode::row); }, "StochasticDepth",
                "p is 2");
  check_refused([] { nn::Embedding(0, 3); }, "Embedding", "num_embeddings is 0");
  check_refused([] { nn::Embedding(4, 3, {.padding_idx = 4}); }, "Embedding", "padding_idx is 4");
  check_refused([] { nn::Upsample({}); }, "Upsample", "either size or scale_factor");
  check_refused([] { nn::Upsample({.scale_factor = -1.0}); }, "Upsample", "scale_factor is -1");
  check_refused([] { nn::PixelShuffle(0); }, "PixelShuffle", "upscale_factor is 0");
  check_refused([] { nn::PixelUnshuffle(-1); }, "PixelUnshuffle", "downscale_factor is -1");
}
