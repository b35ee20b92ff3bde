// What rows of the operator table cannot say of attention: chance, refusals, rows without keys.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/attention.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/random.h>

#include "unit/ops_errors.h"

using namespace retrograd;

TEST_SUITE_BEGIN("attention");

TEST_CASE("attention drops weights and divides those that stay") {
  const Tensor query = zeros({1, 1});
  const Tensor key = zeros({1000, 1});
  const Tensor value = ones({1000, 1});
  manual_seed(3);
  // All weights are 1/1000. Of 1,000 each is dropped with chance 1/4: 750 stay, 13.7 the standard
  // deviation; beyond 7 of them with a chance below 1e-11.
  const double kept =
      0.75 * 1000 *
      scaled_dot_product_attention(query, key, value, {.dropout_p = 0.25}).item<double>();
  CHECK(std::fabs(kept - 750) < 96);
  CHECK(std::fabs(kept - std::round(kept)) < 1e-3);
  manual_seed(3);
  CHECK(0.75 * 1000 *
            scaled_dot_product_attention(query, key, value, {.dropout_p = 0.25}).item<double>() ==
        kept);
  CHECK(scaled_dot_product_attention(query, key, value, {.dropout_p = 1}).item<double>() == 0);
}

TEST_CASE("attention of a query that sees no key is NaN") {
  const Tensor mask = tensor({{1, 0}, {0, 0}}) != 0;
  const auto y =
      scaled_dot_product_attention(ones({2, 1}), ones({2, 1}), ones({2, 1}), {.attn_mask = mask})
          .to_vector<float>();
  CHECK(y[0] == 1);
  CHECK(std::isnan(y[1]));
}

TEST_CASE("attention refuses") {
  const Tensor x = ones({2, 3});
  REFUSED(ShapeError, scaled_dot_product_attention(x, ones({2, 4}), x),
          "scaled_dot_product_attention", "key (..., S, E)", "float32 [2, 4]");
  REFUSED(ShapeError, scaled_dot_product_attention(x, x, ones({3, 3})),
          "scaled_dot_product_attention", "value (..., S, Ev)", "float32 [3, 3]");
  REFUSED(DTypeError, scaled_dot_product_attention(x, x, ones({2, 3}, {.dtype = float64})),
          "scaled_dot_product_attention", "float64 [2, 3]");
  REFUSED(ShapeError, scaled_dot_product_attention(x, x, x, {.attn_mask = ones({3, 2})}),
          "scaled_dot_product_attention", "attn_mask", "[2, 2]");
  REFUSED(ValueError,
          scaled_dot_product_attention(x, x, x, {.attn_mask = ones({2, 2}), .is_causal = true}),
          "scaled_dot_product_attention", "not both");
  REFUSED(ValueError, scaled_dot_product_attention(x, x, x, {.scale = std::nan("")}),
          "scaled_dot_product_attention", "scale is nan");
  REFUSED(ValueError, scaled_dot_product_attention(x, x, x, {.dropout_p = 1.5}),
          "scaled_dot_product_attention", "dropout_p is 1.5");
}

TEST_SUITE_END();
