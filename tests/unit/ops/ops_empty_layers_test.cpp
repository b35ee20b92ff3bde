// Layers on no images: a batch of 0, channels and places that are missing, and the losses of
// nothing.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

Tensor leaf(const Shape& shape) {
  return rand(shape, {.requires_grad = true});
}

Tensor classes(const Shape& shape) {
  return zeros(shape, {.dtype = int64});
}

// The shape of the result, whose backward pass runs too; or what was refused.
std::string outcome(const std::function<Tensor()>& function) {
  try {
    const Tensor y = function();
    if (y.requires_grad()) {
      sum(y).backward();
    }
    return to_string(y.shape());
  } catch (const Error& error) {
    return error.what();
  }
}

#define SHAPE(expected, ...) CHECK(outcome([] { return __VA_ARGS__; }) == expected)
#define REFUSES(fragment, ...) \
  CHECK(outcome([] { return __VA_ARGS__; }).find(fragment) != std::string::npos)

}  // namespace

TEST_CASE("no images: convolutions") {
  SHAPE("[0, 4, 3]", conv1d(leaf({0, 2, 5}), leaf({4, 2, 3}), leaf({4})));
  SHAPE("[0, 4, 3, 3]", conv2d(leaf({0, 2, 5, 5}), leaf({4, 2, 3, 3}), leaf({4})));
  SHAPE("[0, 4, 3, 3]", conv2d_relu(leaf({0, 2, 5, 5}), leaf({4, 2, 3, 3})));
  SHAPE("[0, 6, 3, 3]",
        separable_conv2d_relu(leaf({0, 4, 5, 5}), leaf({4, 1, 3, 3}), leaf({6, 4, 1, 1})));
  SHAPE("[0, 4, 3, 3]", conv2d(leaf({0, 4, 5, 5}), leaf({4, 1, 3, 3}), {}, {.groups = 4}));
  SHAPE("[0, 4, 3, 3, 3]", conv3d(leaf({0, 2, 5, 5, 5}), leaf({4, 2, 3, 3, 3})));
  SHAPE("[0, 4, 7, 7]", conv_transpose2d(leaf({0, 2, 5, 5}), leaf({2, 4, 3, 3}), leaf({4})));
  SHAPE("[0, 4, 11]", conv_transpose1d(leaf({0, 2, 5}), leaf({2, 4, 3}), {}, {.stride = 2}));
  SHAPE("[0, 3, 2]", locally_connected1d(leaf({0, 2, 4}), leaf({2, 3, 2, 3})));
  SHAPE("[0, 18, 9]", unfold(leaf({0, 2, 5, 5}), 3));
  SHAPE("[0, 2, 5, 5]", fold(leaf({0, 18, 9}), 5, 3));
  REFUSES("spans 3", conv2d(leaf({1, 2, 0, 5}), leaf({4, 2, 3, 3})));
}

TEST_CASE("no images: pools") {
  SHAPE("[0, 2, 2, 2]", max_pool2d(leaf({0, 2, 4, 4}), 2));
  SHAPE("[0, 2, 2, 2]", avg_pool2d(leaf({0, 2, 4, 4}), 2));
  SHAPE("[0, 2, 2]", lp_pool1d(leaf({0, 2, 4}), 2, 2));
  SHAPE("[0, 2, 3, 3]", adaptive_avg_pool2d(leaf({0, 2, 4, 4}), 3));
  SHAPE("[0, 2, 3, 3]", adaptive_max_pool2d(leaf({0, 2, 4, 4}), 3));
  SHAPE("[1, 2, 0, 3]", adaptive_avg_pool2d(leaf({1, 2, 4, 4}), {0, 3}));
  SHAPE("[1, 2, 0, 0]", adaptive_max_pool2d(leaf({1, 2, 4, 4}), 0));
  SHAPE("[0, 2, 4, 4]", max_unpool2d(leaf({0, 2, 2, 2}), classes({0, 2, 2, 2}), 2));
  REFUSES("spans 2", max_pool2d(leaf({1, 2, 0, 4}), 2));
  REFUSES("no positions", adaptive_avg_pool2d(leaf({1, 2, 0, 4}), 3));
  REFUSES("no positions", adaptive_max_pool1d(leaf({1, 2, 0}), 3));
}

TEST_CASE("no images: resampling") {
  SHAPE("[0, 2, 8, 8]", interpolate(leaf({0, 2, 4, 4}), {.scale_factor = 2}));
  SHAPE("[0, 2, 3, 3]",
        interpolate(leaf({0, 2, 4, 4}), {.size = 3, .mode = InterpolateMode::bilinear}));
  SHAPE("[0, 2, 3, 3]",
        interpolate(leaf({0, 2, 4, 4}), {.size = 3, .mode = InterpolateMode::area}));
  REFUSES("at least 1", interpolate(leaf({1, 2, 0, 4}), {.size = 3}));
  REFUSES("at least 1", interpolate(leaf({1, 2, 4, 4}), {.size = 0}));
  SHAPE("[0, 2, 3, 3]", grid_sample(leaf({0, 2, 4, 4}), leaf({0, 3, 3, 2})));
  SHAPE("[1, 2, 0, 3]", grid_sample(leaf({1, 2, 4, 4}), leaf({1, 0, 3, 2})));
  REFUSES("with positions", grid_sample(leaf({1, 2, 0, 4}), leaf({1, 3, 3, 2})));
  SHAPE("[0, 4, 4, 2]", affine_grid(leaf({0, 2, 3}), {0, 2, 4, 4}));
  SHAPE("[1, 0, 4, 2]", affine_grid(leaf({1, 2, 3}), {1, 2, 0, 4}));
  SHAPE("[0, 2, 8, 8]", pixel_shuffle(leaf({0, 8, 4, 4}), 2));
  SHAPE("[1, 0, 8, 8]", pixel_shuffle(leaf({1, 0, 4, 4}), 2));
  SHAPE("[0, 8, 2, 2]", pixel_unshuffle(leaf({0, 2, 4, 4}), 2));
  SHAPE("[1, 8, 0, 2]", pixel_unshuffle(leaf({1, 2, 0, 4}), 2));
}

TEST_CASE("no images: normalisation and dropout") {
  SHAPE("[0, 3, 2, 2]",
        batch_norm(leaf({0, 3, 2, 2}), {}, {}, leaf({3}), leaf({3}), {.training = true}));
  SHAPE("[0, 3]", batch_norm(leaf({0, 3}), zeros({3}), ones({3}), leaf({3}), leaf({3})));
  SHAPE("[2, 0, 4]", batch_norm(leaf({2, 0, 4}), {}, {}, {}, {}, {.training = true}));
  SHAPE("[0, 3]", layer_norm(leaf({0, 3}), {3}, leaf({3}), leaf({3})));
  SHAPE("[2, 0]", layer_norm(leaf({2, 0}), {0}));
  SHAPE("[0, 4, 2]", group_norm(leaf({0, 4, 2}), 2, leaf({4}), leaf({4})));
  SHAPE("[2, 0, 2]", group_norm(leaf({2, 0, 2}), 2));
  SHAPE("[2, 4, 0]", group_norm(leaf({2, 4, 0}), 2, leaf({4}), leaf({4})));
  SHAPE("[0, 4, 2]", instance_norm(leaf({0, 4, 2})));
  SHAPE("[0, 4, 2]", local_response_norm(leaf({0, 4, 2}), 3, 1e-4, 0.75, 1));
  SHAPE("[2, 0, 2]", local_response_norm(leaf({2, 0, 2}), 3, 1e-4, 0.75, 1));
  SHAPE("[0, 4]", dropout(leaf({0, 4}), 0.5));
  SHAPE("[0, 4, 2]", dropout1d(leaf({0, 4, 2}), 0.5));
  SHAPE("[0, 4]", alpha_dropout(leaf({0, 4}), 0.5));
  SHAPE("[0, 3]", glu(leaf({0, 6})));
  SHAPE("[0, 0]", glu(leaf({0, 0})));
  SHAPE("[0, 6]", prelu(leaf({0, 6}), leaf({6})));
}

TEST_CASE("no images: recurrent cells") {
  const auto cell = [] {
    return gru_cell(leaf({0, 3}), leaf({0, 2}), leaf({6, 3}), leaf({6, 2}), leaf({6}), leaf({6}));
  };
  CHECK(outcome(cell) == "[0, 2]");
  SHAPE("[0, 2]", rnn_tanh_cell(leaf({0, 3}), leaf({0, 2}), leaf({2, 3}), leaf({2, 2})));
  SHAPE("[0, 2]",
        lstm_cell(leaf({0, 3}), {leaf({0, 2}), leaf({0, 2})}, leaf({8, 3}), leaf({8, 2})).h);
}

TEST_CASE("no images: the mean of no losses is NaN, and their sum 0") {
  const auto mean_and_sum = [](auto&& loss) {
    CHECK(std::isnan(loss(Reduction::mean).template item<double>()));
    CHECK(loss(Reduction::sum).template item<double>() == 0);
  };
  const Tensor x = leaf({0, 3});
  const Tensor y = zeros({0, 3});
  mean_and_sum([&](Reduction r) { return mse_loss(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return l1_loss(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return smooth_l1_loss(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return huber_loss(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return poisson_nll_loss(x, y, {.reduction = r}); });
  mean_and_sum([&](Reduction r) {
    return gaussian_nll_loss(x, y, ones({0, 3}), {.reduction = r});
  });
  mean_and_sum([&](Reduction r) { return binary_cross_entropy(x, y, {.reduction = r}); });
  mean_and_sum(
      [&](Reduction r) { return binary_cross_entropy_with_logits(x, y, {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return kl_div(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return soft_margin_loss(x, y, {r}); });
  mean_and_sum([&](Reduction r) { return multilabel_soft_margin_loss(x, y, {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return cross_entropy(x, classes({0}), {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return cross_entropy(x, y, {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return nll_loss(x, classes({0}), {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return multi_margin_loss(x, classes({0}), {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return hinge_embedding_loss(x, y, {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return margin_ranking_loss(x, y, y, {.reduction = r}); });
  mean_and_sum(
      [&](Reduction r) { return cosine_embedding_loss(x, y, zeros({0}), {.reduction = r}); });
  mean_and_sum([&](Reduction r) { return triplet_margin_loss(x, y, y, {.reduction = r}); });
}
