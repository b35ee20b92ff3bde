// Dropout: how many, how scaled, which of them, refused calls.
#include "unit/ops_errors.h"

#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

using namespace retrograd;

namespace {

// The share of zeros.
double dropped(const Tensor& y) {
  double zeros = 0;
  for (const float value : y.to_vector<float>()) {
    zeros += value == 0 ? 1 : 0;
  }
  return zeros / static_cast<double>(y.numel());
}

}  // namespace

TEST_CASE("dropout: the share p becomes 0 and the rest is divided by 1 - p") {
  for (const double p : {0.1, 0.5, 0.8}) {
    CAPTURE(p);
    Generator generator(11);
    const Tensor y = dropout(ones({200, 500}), p, true, generator);
    const double sigma = std::sqrt(p * (1 - p) / 1e5);
    CHECK(std::fabs(dropped(y) - p) < 4 * sigma);
    for (const float value : y.to_vector<float>()) {
      REQUIRE((value == 0 || value == doctest::Approx(1 / (1 - p)).epsilon(1e-6)));
    }
  }
}

TEST_CASE("dropout: the mask depends on seed and shape, not on layout or threads") {
  const Tensor x = ones({8, 16, 24, 24});
  const auto drawn = [&](const Tensor& input, std::uint64_t seed) {
    Generator generator(seed);
    return dropout(input, 0.3, true, generator).to_vector<float>();
  };
  const auto expected = drawn(x, 1);
  CHECK(drawn(x, 1) == expected);
  CHECK(drawn(x, 2) != expected);
  CHECK(drawn(batch_norm(x, {}, {}, ones({16}), ones({16}), {.training = true}), 1) == expected);
  CHECK(drawn(expand(ones({1}), x.shape()), 1) == expected);
  const int before = get_num_threads();
  set_num_threads(1);
  CHECK(drawn(x, 1) == expected);
  set_num_threads(before);
}

TEST_CASE("dropout: calls after each other differ; neighbouring elements do not depend") {
  Generator generator(3);
  const Tensor x = ones({50001});
  const auto a = dropout(x, 0.5, true, generator).to_vector<float>();
  const auto b = dropout(x, 0.5, true, generator).to_vector<float>();
  double equal = 0;
  double repeated = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    equal += a[i] == b[i] ? 1 : 0;
    repeated += i > 0 && a[i] == a[i - 1] ? 1 : 0;
  }
  CHECK(std::fabs(equal / 50001 - 0.5) < 0.01);
  CHECK(std::fabs(repeated / 50000 - 0.5) < 0.01);
}

TEST_CASE("dropout: the gradient passes where the values do") {
  Tensor x = full({1000}, 2.0, {.requires_grad = true});
  Generator generator(4);
  const Tensor y = dropout(x, 0.25, true, generator);
  sum(y).backward();
  const auto values = y.to_vector<float>();
  const auto gradients = x.grad().to_vector<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(gradients[i] == values[i] / 2);
  }
}

TEST_CASE("dropout: evaluation shows the input; p of 0 keeps all, p of 1 nothing") {
  const Tensor x = randn({4, 5, 6});
  for (const Tensor& shown : {dropout(x, 0.5, false), dropout1d(x, 0.5, false), alpha_dropout(x)}) {
    CHECK(shown.shares_memory_with(x));
    CHECK(shown.to_vector<float>() == x.to_vector<float>());
  }
  CHECK(dropout(x, 0).to_vector<float>() == x.to_vector<float>());
  CHECK(dropped(dropout(x, 1)) == 1);
  CHECK(dropped(alpha_dropout(x, 1, true)) == 1);
  CHECK(dropout(tensor({NAN}), 1).item<float>() == 0);  // chosen, not multiplied
}

TEST_CASE("dropout1d, 2d, 3d: channels go as a whole") {
  Generator generator(6);
  const Tensor results[] = {dropout1d(ones({10, 20, 6}), 0.5, true, generator),
                            dropout2d(ones({10, 20, 2, 3}), 0.5, true, generator),
                            dropout3d(ones({10, 20, 1, 2, 3}), 0.5, true, generator)};
  for (const Tensor& y : results) {
    const auto values = y.to_vector<float>();
    double zeros = 0;
    for (std::size_t channel = 0; channel < 200; ++channel) {
      zeros += values[6 * channel] == 0 ? 1 : 0;
      for (std::size_t i = 1; i < 6; ++i) {
        REQUIRE(values[6 * channel + i] == values[6 * channel]);
      }
    }
    CHECK(std::fabs(zeros - 100) < 30);
  }
  const auto unbatched = dropout1d(ones({50, 4}), 0.5, true, generator).to_vector<float>();
  CHECK(unbatched[0] == unbatched[3]);
}

TEST_CASE("stochastic_depth: samples go as a whole, or the batch does") {
  Generator generator(6);
  const auto rows =
      stochastic_depth(ones({200, 2, 3}), 0.25, StochasticDepthMode::row, true, generator)
          .to_vector<float>();
  double zeros = 0;
  for (std::size_t row = 0; row < 200; ++row) {
    zeros += rows[6 * row] == 0 ? 1 : 0;
    for (std::size_t i = 0; i < 6; ++i) {
      REQUIRE(rows[6 * row + i] == rows[6 * row]);
      REQUIRE((rows[6 * row] == 0 || rows[6 * row] == doctest::Approx(4.0 / 3)));
    }
  }
  CHECK(std::fabs(zeros - 50) < 25);
  double gone = 0;
  for (int i = 0; i < 400; ++i) {
    const auto all = stochastic_depth(ones({7}), 0.25, StochasticDepthMode::batch, true, generator)
                         .to_vector<float>();
    gone += all[0] == 0 ? 1 : 0;
    REQUIRE(all == std::vector<float>(7, all[0]));
  }
  CHECK(std::fabs(gone - 100) < 36);
}

TEST_CASE("alpha_dropout keeps mean 0 and variance 1") {
  Generator generator(7);
  const Tensor x = randn({200000}, {.dtype = float64}, generator);
  const Tensor y = alpha_dropout(x, 0.3, true, generator);
  CHECK(std::fabs(mean(y).item<double>()) < 0.02);
  CHECK(std::fabs(mean(square(y)).item<double>() - 1) < 0.03);
}

TEST_CASE("dropout refuses probabilities out of range and integers") {
  const Tensor x = zeros({2, 3, 4});
  REFUSED(ValueError, dropout(x, -0.1), "dropout", "p is -0.1", "[2, 3, 4]");
  REFUSED(ValueError, dropout(x, 1.5, false), "dropout", "between 0 and 1");
  REFUSED(ValueError, dropout(x, NAN), "dropout", "nan");
  REFUSED(ValueError, alpha_dropout(x, 2), "alpha_dropout", "p is 2");
  REFUSED(DTypeError, dropout(zeros({2}, {.dtype = int64})), "dropout", "int64");
  REFUSED(GraphError, dropout(Tensor()), "dropout", "undefined");
  REFUSED(ShapeError, dropout1d(zeros({2})), "dropout1d", "(N, C, L)");
  REFUSED(ShapeError, dropout2d(zeros({2, 3})), "dropout2d", "(N, C, H, W)");
  REFUSED(ShapeError, dropout3d(x), "dropout3d", "(N, C, D, H, W)");
  REFUSED(ValueError, stochastic_depth(x, -1, StochasticDepthMode::row), "stochastic_depth",
          "p is -1");
  REFUSED(ShapeError, stochastic_depth(ones({}), 0.5, StochasticDepthMode::row), "stochastic_depth",
          "samples");
}
