#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
using rg::Tensor;
using rg::optim::clip_grad_norm_;
using rg::optim::clip_grad_value_;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor with_grad(const Tensor& grad) {
  Tensor parameter = rg::zeros_like(grad).set_requires_grad();
  parameter.set_grad(grad);
  return parameter;
}

}  // namespace

TEST_CASE("clip_grad_norm_: the gradients are scaled where they are") {
  Tensor a = with_grad(rg::tensor({3.0, 0.0}, {.dtype = rg::float64}));
  Tensor b = with_grad(rg::tensor({{-4.0}}, {.dtype = rg::float64}));
  const Tensor grad = a.grad();
  const auto version = grad.version();
  CHECK(clip_grad_norm_({a, b}, 1) == 5);
  CHECK(grad.at({0}) == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(b.grad().at({0, 0}) == doctest::Approx(-0.8).epsilon(1e-6));
  CHECK(grad.version() > version);
}

TEST_CASE("clip_grad_norm_: small gradients are left as they are, bit for bit") {
  Tensor a = with_grad(rg::tensor({0.1F, 0.3F}));
  const auto before = a.grad().to_vector<float>();
  CHECK(clip_grad_norm_({a}, 1) < 1);
  CHECK(clip_grad_norm_({a}, kInf) < 1);
  CHECK(a.grad().to_vector<float>() == before);
}

TEST_CASE("clip_grad_norm_: parameters without gradients, without elements, and none at all") {
  Tensor a = rg::zeros({2}, {.requires_grad = true});
  Tensor empty = with_grad(rg::zeros({0, 2}));
  CHECK(clip_grad_norm_({}, 1) == 0);
  CHECK(clip_grad_norm_({a, empty}, 1) == 0);
  CHECK(clip_grad_norm_({a, empty}, 1, kInf) == 0);
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("clip_grad_norm_: a norm that is not finite") {
  Tensor a = with_grad(rg::tensor({1.0, kInf}));
  CHECK_THROWS_WITH_AS(clip_grad_norm_({a}, 1, 2, true),
                       doctest::Contains("clip_grad_norm_: the norm of the gradients is inf"),
                       rg::ValueError);
  CHECK(a.grad().to_vector<double>() == std::vector<double>{1, kInf});
  CHECK(clip_grad_norm_({a}, 1) == kInf);
  CHECK(a.grad().at({0}) == 0);
  Tensor b = with_grad(rg::tensor({1.0, kNan}));
  CHECK(std::isnan(clip_grad_norm_({b}, 1)));
  CHECK(std::isnan(b.grad().at({0})));
}

TEST_CASE("clip: a gradient that is an expanded tensor is replaced, not scaled several times") {
  const Tensor two = rg::full({1}, 2.0);
  Tensor a = with_grad(rg::expand(two, {4}));
  CHECK(clip_grad_norm_({a}, 2) == 4);
  CHECK(a.grad().at({3}) == doctest::Approx(1).epsilon(1e-6));
  CHECK(two.item<double>() == 2);
  Tensor b = with_grad(rg::expand(two, {4}));
  clip_grad_value_({b}, 0.5);
  CHECK(b.grad().to_vector<double>() == std::vector<double>(4, 0.5));
}

TEST_CASE("clip_grad_norm_: one gradient of two parameters counts once and is scaled once") {
  const Tensor grad = rg::full({1}, 4.0);
  const Tensor a = with_grad(grad);
  const Tensor b = with_grad(grad);
  CHECK(clip_grad_norm_({a, b}, 2) == 4);
  CHECK(grad.item<double>() == doctest::Approx(2).epsilon(1e-6));
}

TEST_CASE("clip: any layout and floating dtype") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const Tensor base = rg::full({3, 40}, 3.0, {.dtype = dtype});
    const Tensor a = with_grad(rg::transpose(base, 0, 1));
    CHECK(clip_grad_norm_({a}, 1, 1) == 360);  // bfloat16 has no 360 times 1.003
    CHECK(base.at({1, 1}) == doctest::Approx(1.0 / 120).epsilon(1e-2));
    const Tensor b = with_grad(rg::slice(rg::full({6}, -3.0, {.dtype = dtype}), 0, 0, 6, 2));
    clip_grad_value_({b}, 1.5);
    CHECK(b.grad().to_vector<double>() == std::vector<double>(3, -1.5));
  }
}

TEST_CASE("clip_grad_value_: both bounds; NaN stays") {
  const Tensor a = with_grad(rg::tensor({-3.0, -0.5, 0.5, 3.0, kNan, -kInf}));
  clip_grad_value_({a}, 1);
  const auto values = a.grad().to_vector<double>();
  CHECK(std::vector(values.begin(), values.begin() + 4) == std::vector<double>{-1, -0.5, 0.5, 1});
  CHECK(std::isnan(values[4]));
  CHECK(values[5] == -1);
}

TEST_CASE("clip: bounds out of range are refused") {
  const Tensor a = with_grad(rg::ones({2}));
  REFUSED(ValueError, clip_grad_norm_({a}, -1), "clip_grad_norm_", "max_norm", "not -1");
  REFUSED(ValueError, clip_grad_norm_({a}, kNan), "clip_grad_norm_", "max_norm", "not nan");
  REFUSED(ValueError, clip_grad_norm_({a}, 1, 0), "clip_grad_norm_", "norm_type", "not 0");
  REFUSED(ValueError, clip_grad_norm_({a}, 1, -2), "clip_grad_norm_", "norm_type", "not -2");
  REFUSED(ValueError, clip_grad_norm_({a}, 1, kNan), "clip_grad_norm_", "norm_type", "not nan");
  REFUSED(ValueError, clip_grad_value_({a}, -0.1), "clip_grad_value_", "not -0.1");
  REFUSED(ValueError, clip_grad_value_({a}, kNan), "clip_grad_value_", "not nan");
  REFUSED(GraphError, clip_grad_norm_({a, Tensor()}, 1), "clip_grad_norm_",
          "parameter 1 is undefined");
}
