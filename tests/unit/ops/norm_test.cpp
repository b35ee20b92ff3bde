// Normalisation: running statistics, special values, precision, refused calls.
#include "unit/ops_errors.h"

#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

using namespace retrograd;

namespace {

void check_near(const Tensor& actual, const std::vector<double>& expected, double tolerance) {
  const auto values = actual.to_vector<double>();
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(values[i] - expected[i]) <= tolerance);
  }
}

}  // namespace

TEST_CASE("batch_norm: the running variance is unbiased, the one divided by is not") {
  // Two channels: 1, 2, 6 (mean 3, variance 14/3 or 7) and 0, 0, 0.
  const Tensor x = tensor({{1.0, 0.0}, {2.0, 0.0}, {6.0, 0.0}}, {.dtype = float64});
  const Tensor mean = zeros({2}, {.dtype = float64});
  const Tensor variance = ones({2}, {.dtype = float64});
  const Tensor y = batch_norm(x, mean, variance, {}, {}, {.training = true, .momentum = 0.25});
  check_near(mean, {0.75, 0}, 1e-15);
  check_near(variance, {0.75 + 0.25 * 7, 0.75}, 1e-15);
  const double deviation = std::sqrt(14.0 / 3 + 1e-5);
  check_near(y, {-2 / deviation, 0, -1 / deviation, 0, 3 / deviation, 0}, 1e-14);
  const Tensor z = batch_norm(x, mean, variance);
  CHECK(z.at({2, 0}) == doctest::Approx((6 - 0.75) / std::sqrt(2.5 + 1e-5)).epsilon(1e-14));
  check_near(mean, {0.75, 0}, 1e-15);  // evaluation moves nothing
}

TEST_CASE("batch_norm: a backward pass may come after the running statistics moved on") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 5.0}}, {.requires_grad = true});
  Tensor mean = zeros({2});
  Tensor variance = ones({2});
  const Tensor y = batch_norm(x, mean, variance);
  batch_norm(x, mean, variance, {}, {}, {.training = true});
  sum(y).backward();
  check_near(x.grad(), std::vector<double>(4, 1 / std::sqrt(1 + 1e-5)), 1e-6);
}

TEST_CASE("batch_norm: no elements move no statistics") {
  const Tensor mean = full({3}, 0.5);
  const Tensor variance = full({3}, 2.0);
  CHECK(batch_norm(zeros({0, 3, 2}), mean, variance, {}, {}, {.training = true}).shape() ==
        Shape{0, 3, 2});
  check_near(mean, {0.5, 0.5, 0.5}, 0);
  check_near(variance, {2, 2, 2}, 0);
}

TEST_CASE("batch_norm: a mean far from 0 costs float32 no more than rounding of the input") {
  Generator generator(3);
  const Tensor wide = randn({64, 3, 8, 8}, {.dtype = float64}, generator) + 4096.0;
  const Tensor x = wide.to(float32);
  const Tensor y = batch_norm(x, {}, {}, {}, {}, {.training = true});
  const Tensor expected = batch_norm(x.to(float64), {}, {}, {}, {}, {.training = true});
  const auto a = y.to_vector<double>();
  const auto b = expected.to_vector<double>();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::fabs(a[i] - b[i]));
  }
  CHECK(worst < 3e-4);  // half a unit in the last place of 4096 is 2.4e-4
}

TEST_CASE("instance_norm: running statistics move by the mean over the batch") {
  const Tensor x = tensor({{{1.0, 3.0}}, {{2.0, 8.0}}}, {.dtype = float64});  // variances 2, 18
  const Tensor mean = zeros({1}, {.dtype = float64});
  const Tensor variance = ones({1}, {.dtype = float64});
  instance_norm(x, mean, variance, {}, {}, {.momentum = 0.5});
  check_near(mean, {1.75}, 1e-15);
  check_near(variance, {5.5}, 1e-15);
}

TEST_CASE("normalisation: NaN and infinity stay in their group") {
  const Tensor x = tensor({{1.0, 2.0}, {NAN, 4.0}, {3.0, INFINITY}, {1.0, 3.0}});
  const auto y = layer_norm(x, {2}).to_vector<float>();
  CHECK(std::isfinite(y[0]));
  CHECK(std::isnan(y[2]));
  CHECK(std::isnan(y[3]));
  CHECK(std::isnan(y[5]));
  CHECK(y[7] == doctest::Approx(1).epsilon(1e-4));
  const auto z = batch_norm(x, {}, {}, {}, {}, {.training = true}).to_vector<float>();
  CHECK(std::isnan(z[0]));
  const auto u = group_norm(reshape(x, {4, 2, 1}), 1).to_vector<float>();
  CHECK(u[0] == y[0]);
}

TEST_CASE("normalisation: results are channels-last, layer_norm's row-major") {
  const Tensor x = randn({2, 4, 3, 3});
  CHECK(batch_norm(x, {}, {}, {}, {}, {.training = true}).is_channels_last());
  CHECK(group_norm(x, 2).is_channels_last());
  CHECK(instance_norm(x).is_channels_last());
  CHECK(layer_norm(x, {3, 3}).is_contiguous());
}

TEST_CASE("normalisation: bfloat16 is computed in float32, running statistics keep their dtype") {
  Generator generator(5);
  const Tensor x = randn({16, 3, 5}, {}, generator).to(bfloat16);
  const Tensor mean = zeros({3});
  const Tensor variance = ones({3});
  const Tensor y = batch_norm(x, mean, variance, {}, {}, {.training = true});
  const Tensor expected = batch_norm(x.to(float32), {}, {}, {}, {}, {.training = true});
  CHECK(y.dtype() == bfloat16);
  CHECK(y.to_vector<float>() == expected.to(bfloat16).to_vector<float>());
  CHECK(mean.dtype() == float32);
  CHECK(mean.at({0}) != 0);
}

TEST_CASE("normalize: zero vectors stay zero, with the gradient of a division by eps") {
  const Tensor x = tensor({{3.0, 4.0}, {0.0, 0.0}}, {.dtype = float64, .requires_grad = true});
  const Tensor y = normalize(x, 2, 1, 0.5);
  check_near(y, {0.6, 0.8, 0, 0}, 1e-15);
  sum(y).backward();
  check_near(x.grad(), {0.2 - 0.6 * 1.4 / 5, 0.2 - 0.8 * 1.4 / 5, 2, 2}, 1e-14);
}

TEST_CASE("local_response_norm: the window reaches further down than up") {
  const Tensor x = tensor({{{1.0}, {2.0}, {3.0}}}, {.dtype = float64});
  // size 2: channel c sees c - 1 and c; x / (1 + 0.5 * squares).
  check_near(local_response_norm(x, 2, 1, 1, 1), {1 / 1.5, 2 / 3.5, 3 / 7.5}, 1e-15);
}

TEST_CASE("batch_norm refuses inputs it cannot normalise") {
  const Tensor x = zeros({2, 3, 4});
  const Tensor three = zeros({3});
  const Tensor none;
  const BatchNormOptions training{.training = true};
  REFUSED(ValueError, batch_norm(x, none, three), "batch_norm", "running_mean is undefined");
  REFUSED(ValueError, batch_norm(x, three, none), "batch_norm", "running_var is undefined");
  REFUSED(ValueError, batch_norm(zeros({1, 3}), none, none, none, none, training), "batch_norm",
          "more than one value", "[1, 3]");
  REFUSED(ShapeError, batch_norm(three, three, three), "batch_norm", "(N, C)", "[3]");
  REFUSED(ShapeError, batch_norm(x, zeros({4}), three), "batch_norm", "running_mean", "3 channels");
  REFUSED(ShapeError, batch_norm(x, three, three, zeros({2})), "batch_norm", "weight", "[3]");
  REFUSED(ShapeError, batch_norm(x, three, three, none, zeros({3, 1})), "batch_norm", "bias");
  REFUSED(DTypeError, batch_norm(x, three, three, zeros({3}, {.dtype = float64})), "batch_norm",
          "weight", "float64");
  REFUSED(DTypeError, batch_norm(zeros({2, 3}, {.dtype = int64}), three, three), "batch_norm",
          "int64");
  REFUSED(GraphError, batch_norm(none, three, three), "batch_norm", "undefined");
  REFUSED(ValueError, batch_norm(x, three, three, none, none, {.eps = -1}), "batch_norm", "eps");
  REFUSED(ValueError, batch_norm(x, three, three, none, none, {.eps = NAN}), "batch_norm", "nan");
  REFUSED(ValueError, batch_norm(x, three, three, none, none, {.momentum = NAN}), "batch_norm",
          "momentum is nan");
}

TEST_CASE("the other norms refuse inputs they cannot normalise") {
  const Tensor x = zeros({2, 4, 3});
  const Tensor none;
  REFUSED(ShapeError, layer_norm(x, {4}), "layer_norm", "[4]", "[2, 4, 3]");
  REFUSED(ShapeError, layer_norm(x, {}), "layer_norm", "one at least");
  REFUSED(ShapeError, layer_norm(x, {5, 2, 4, 3}), "layer_norm", "[5, 2, 4, 3]");
  REFUSED(ShapeError, layer_norm(x, {3}, zeros({4})), "layer_norm", "weight", "[3]");
  REFUSED(DTypeError, layer_norm(zeros({3}, {.dtype = int64}), {3}), "layer_norm", "int64");
  REFUSED(ValueError, group_norm(x, 3), "group_norm", "4 channels", "3 groups");
  REFUSED(ValueError, group_norm(x, 0), "group_norm", "0 groups");
  REFUSED(ShapeError, group_norm(zeros({4}), 2), "group_norm", "(N, C)");
  REFUSED(ShapeError, group_norm(x, 2, none, zeros({2})), "group_norm", "bias", "[4]");
  REFUSED(ShapeError, instance_norm(zeros({2, 4})), "instance_norm", "spatial");
  REFUSED(ValueError, instance_norm(zeros({2, 4, 1})), "instance_norm", "more than one value");
  REFUSED(ValueError, instance_norm(x, none, none, none, none, {.use_input_stats = false}),
          "instance_norm", "running_mean");
  REFUSED(ShapeError, local_response_norm(zeros({2, 4}), 3), "local_response_norm", "(N, C");
  REFUSED(ValueError, local_response_norm(x, 0), "local_response_norm", "size is 0");
  REFUSED(DTypeError, local_response_norm(zeros({1, 2, 3}, {.dtype = int64}), 1),
          "local_response_norm", "int64");
  REFUSED(IndexError, normalize(x, 2, 3), "normalize", "3");
  REFUSED(ValueError, normalize(x, 0), "normalize", "p is 0");
  REFUSED(ValueError, normalize(x, NAN), "normalize", "nan");
  REFUSED(ValueError, normalize(x, 2, 1, -1e-9), "normalize", "eps is -1e-09");
  REFUSED(ValueError, normalize(x, 2, 1, NAN), "normalize", "eps is nan");
  REFUSED(ValueError, local_response_norm(x, 3, NAN), "local_response_norm", "not nan");
  REFUSED(ValueError, local_response_norm(x, 3, 1, NAN), "local_response_norm", "not nan");
  REFUSED(ValueError, local_response_norm(x, 3, 1, 1, NAN), "local_response_norm", "not nan");
  REFUSED(ValueError, instance_norm(x, none, none, none, none, {.momentum = NAN}), "instance_norm",
          "momentum is nan");
}

TEST_CASE("local_response_norm over more neighbours than channels sees them all") {
  const Tensor x = tensor({1.0, 2.0, 3.0}, {.dtype = float64});
  const Tensor image = reshape(x, {1, 3, 1});
  // The mean counts the channels that are not there.
  const auto y = local_response_norm(image, INT64_MAX, 1e18, 1.0, 1.0).to_vector<double>();
  const double total = 1 + 1e18 / static_cast<double>(INT64_MAX) * 14;
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y[i] == doctest::Approx(static_cast<double>(i + 1) / total));
  }
}
