// A value that a selection discards does not count, whatever it is: 0 times infinity is found
// nowhere, forward or in the first and second derivatives.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;
using Function = std::function<Tensor(const Tensor&)>;

constexpr double kInf = INFINITY;

Tensor leaf(const TensorData& data) {
  return tensor(data, {.dtype = float64, .requires_grad = true});
}

bool all_finite(const Tensor& x) {
  return all(isfinite(x)).item<bool>();
}

// The first derivative of the sum, and the derivative of its sum, where there is one.
void check_finite_derivatives(const Tensor& x, const Function& f) {
  const Tensor y = f(x);
  CHECK(all_finite(y));
  const Tensor first = grad({sum(y)}, {x}, {.create_graph = true})[0];
  CHECK(all_finite(first));
  if (first.requires_grad()) {
    const auto second = grad({sum(first)}, {x}, {.allow_unused = true})[0];
    CHECK((!second.defined() || all_finite(second)));
  }
}

}  // namespace

TEST_CASE("grid_sample: points at infinity see the border, its mirror or zeros") {
  const Tensor image = reshape(arange(9.0, {.dtype = float64}), {1, 1, 3, 3});
  const auto sample = [&](double x, double y, GridPadding padding, InterpolateMode mode) {
    const Tensor grid = leaf({{{{x, y}}}});
    const Tensor value = grid_sample(image, grid, {.mode = mode, .padding_mode = padding});
    CHECK(all_finite(grad({value}, {grid})[0]));
    return value.item<double>();
  };
  for (const auto mode : {InterpolateMode::bilinear, InterpolateMode::nearest}) {
    for (const double far : {1e30, 1e300, kInf}) {
      CHECK(sample(far, 0, GridPadding::border, mode) == 5);
      CHECK(sample(-far, 0, GridPadding::border, mode) == 3);
      CHECK(sample(0, far, GridPadding::border, mode) == 7);
      CHECK(sample(far, -far, GridPadding::border, mode) == 2);
      CHECK(sample(far, 0, GridPadding::zeros, mode) == 0);
      CHECK(sample(0, -far, GridPadding::zeros, mode) == 0);
    }
    CHECK(std::isfinite(sample(kInf, 0, GridPadding::reflection, mode)));
    CHECK(sample(NAN, 0, GridPadding::zeros, mode) == 0);
    CHECK(sample(NAN, 0, GridPadding::border, mode) == 3);
  }
}

TEST_CASE("grid_sample: pixels that no point sees do not count") {
  const Tensor image = leaf({{{{kInf, 1.0, 2.0}, {NAN, 4.0, 5.0}}}});
  const Tensor grid = leaf({{{{0.5, 0.9}, {1.3, 0.0}, {5.0, 5.0}}}});
  const Tensor y = grid_sample(image, grid);
  CHECK(all_finite(y));
  const auto first = grad({sum(y)}, {image, grid}, {.create_graph = true});
  CHECK(all_finite(first[0]));
  CHECK(all_finite(first[1]));
  CHECK(all_finite(grad({sum(first[1])}, {grid})[0]));
}

TEST_CASE("masks discard infinities and NaN, and their derivatives") {
  const Tensor x = leaf({kInf, -kInf, NAN, 2.0});
  const Tensor bad = tensor({true, true, true, false});
  const std::vector<Function> functions = {
      [&](const Tensor& t) { return square(where(bad, 0.0, t)); },
      [&](const Tensor& t) { return square(masked_fill(t, bad, 0.0)); },
      [&](const Tensor& t) { return square(masked_select(t, logical_not(bad))); },
      [&](const Tensor& t) {
        return square(slice(pad(t, {1, 1}), 0, 4));
      },
      [&](const Tensor& t) { return square(index_fill(t, 0, arange(3), 0.0)); },
      [&](const Tensor& t) {
        return square(masked_scatter(t, bad, zeros({3}, {.dtype = float64})));
      },
  };
  for (const Function& f : functions) {
    check_finite_derivatives(x, f);
  }
  const Tensor square_of = leaf({{1.0, kInf}, {2.0, 3.0}});
  check_finite_derivatives(square_of, [](const Tensor& t) { return square(tril(t)); });
}

TEST_CASE("dropout discards infinities") {
  manual_seed(3);
  const Tensor x = full({64}, kInf, {.dtype = float64, .requires_grad = true});
  for (const double p : {0.5, 1.0}) {
    const Tensor y = dropout(x, p);
    CHECK_FALSE(any(isnan(y)).item<bool>());
    CHECK(any(y == 0).item<bool>());
    CHECK_FALSE(any(isnan(grad({y}, {x}, {.grad_outputs = {x.detach()}})[0])).item<bool>());
  }
  CHECK_FALSE(any(isnan(dropout2d(full({2, 8, 2}, kInf), 0.5))).item<bool>());
}

TEST_CASE("an infinite output gradient reaches the chosen element alone") {
  const Tensor x = leaf({1.0, 3.0, 2.0});
  const Tensor seed = tensor(kInf, {.dtype = float64});
  const Numbers chosen{0, kInf, 0};
  const std::vector<Function> functions = {
      [](const Tensor& t) { return max(t); },
      [](const Tensor& t) { return amax(t); },
      [](const Tensor& t) { return max(t, 0).values; },
      [](const Tensor& t) { return norm(t, INFINITY); },
      [](const Tensor& t) {
        return squeeze(max_pool1d(reshape(t, {1, 1, 3}), 3));
      },
      [](const Tensor& t) { return maximum(select(t, 0, 0), select(t, 0, 1)); },
      [](const Tensor& t) {
        return sum(relu(t - tensor({5.0, 0.0, 5.0}, {.dtype = float64})));
      },
      [](const Tensor& t) { return sum(clamp(t, 2.5, 3.5)); },
      [](const Tensor& t) { return sum(hardshrink(t, 2.5)); },
  };
  for (const Function& f : functions) {
    CHECK(grad({f(x)}, {x}, {.grad_outputs = {seed}})[0].to_vector<double>() == chosen);
  }
  const Tensor weight = leaf({0.25});
  const Tensor positive = tensor({1.0, 2.0}, {.dtype = float64});
  CHECK(grad({prelu(positive, weight)}, {weight},
             {.grad_outputs = {tensor({kInf, 1.0}, {.dtype = float64})}})[0]
            .item<double>() == 0);
}

TEST_CASE("pow: a base of 0 under an exponent of 0 has finite derivatives") {
  const Tensor exponent = leaf({0.0, 2.0});
  check_finite_derivatives(leaf({0.0, 0.0}), [&](const Tensor& t) { return pow(t, exponent); });
}

TEST_CASE("multi_margin_loss: the target's own excess is nothing, even for an infinite input") {
  const Tensor x = leaf({{kInf, 1.0, 2.0}});
  const Tensor target = zeros({1}, {.dtype = int64});
  for (const std::int64_t p : {1, 2}) {
    const Tensor loss = multi_margin_loss(x, target, {.p = p});
    CHECK(loss.item<double>() == 0);
    CHECK(grad({loss}, {x})[0].to_vector<double>() == Numbers{0, 0, 0});
  }
}

TEST_CASE("addmm and baddbmm with beta 0 do not read the input, whose gradient is zeros") {
  const Tensor input = leaf({{NAN, kInf}, {1.0, 2.0}});
  const Tensor row = leaf({kInf, 1.0});
  const Tensor a = leaf({{1.0, 2.0}, {3.0, 4.0}});
  for (const Tensor& given : {input, row}) {
    const Tensor y = addmm(given, a, a, {.beta = 0});
    CHECK(y.to_vector<double>() == Numbers{7, 10, 15, 22});
    const auto gradients = grad({sum(y)}, {given, a}, {.create_graph = true});
    CHECK(gradients[0].shape() == given.shape());
    CHECK(gradients[0].dtype() == float64);
    CHECK(sum(abs(gradients[0])).item<double>() == 0);
    CHECK(all_finite(grad({sum(gradients[1])}, {a})[0]));
  }
  const Tensor batch = reshape(a.detach(), {1, 2, 2});
  const Tensor y = baddbmm(row, batch, batch, {.beta = 0});
  CHECK(grad({sum(y)}, {row})[0].to_vector<double>() == Numbers{0, 0});
}

TEST_CASE("factors of 0 give gradients of zeros, and no error") {
  const Tensor x = leaf({{1.0, 2.0}, {3.0, 4.0}});
  const Tensor zero = zeros({2, 2}, {.dtype = float64});
  const Tensor at = zeros({2}, {.dtype = int64});
  const std::vector<Function> functions = {
      [&](const Tensor& t) { return addmm(zero, t, zero + 1.0, {.alpha = 0}); },
      [&](const Tensor& t) { return addmm(t, zero, zero, {.beta = 0, .alpha = 0}); },
      [&](const Tensor& t) { return lerp(zero, t, 0); },
      [&](const Tensor& t) { return lerp(t, zero, 1); },
      [&](const Tensor& t) { return index_add(zero, 0, at, t, 0); },
      [&](const Tensor& t) { return t * 0; },
      [&](const Tensor& t) { return pow(t, 0); },
      [&](const Tensor& t) { return norm(t, 0); },
      [&](const Tensor& t) { return dropout(t, 1); },
      [&](const Tensor& t) { return floor(t) + sign(t); },
      [&](const Tensor& t) { return index_select(t, 0, zeros({0}, {.dtype = int64})); },
  };
  for (const Function& f : functions) {
    CHECK(grad({sum(f(x))}, {x})[0].to_vector<double>() == Numbers{0, 0, 0, 0});
  }
}

TEST_CASE("losses: a target that gives an infinite term no share of the loss discards it") {
  const Tensor zero = tensor({0.0, 1.0}, {.dtype = float64});
  const Tensor logits = leaf({-kInf, kInf});
  const auto check_zero = [&](const Tensor& loss) {
    CHECK(loss.item<double>() == 0);
    const Tensor gradient = grad({loss}, {logits})[0];
    CHECK(gradient.to_vector<double>() == Numbers{0, 0});
  };
  check_zero(binary_cross_entropy_with_logits(logits, zero));
  check_zero(binary_cross_entropy_with_logits(logits, zero,
                                              {.pos_weight = full({2}, 3.0, {.dtype = float64})}));
  const Tensor right = leaf({-kInf, 0.0});
  CHECK(kl_div(right, zero).item<double>() == 0);
  CHECK(poisson_nll_loss(right, zero).item<double>() == 0.5);
  const Tensor masked = leaf({{-kInf, 1.0, 1.0}});
  const Tensor shares = tensor({{0.0, 0.5, 0.5}}, {.dtype = float64});
  const Tensor loss = cross_entropy(masked, shares);
  CHECK(loss.item<double>() == doctest::Approx(std::log(2.0)));
  check_finite_derivatives(leaf({{-1e308, 1.0, 1.0}}),
                           [&](const Tensor& t) { return cross_entropy(t * 10.0, shares); });
  CHECK(all_finite(grad({loss}, {masked})[0]));
  // On the wrong side the loss is infinite, and its gradient that of the logit.
  const Tensor wrong = leaf({kInf});
  const Tensor bad = binary_cross_entropy_with_logits(wrong, zeros({1}, {.dtype = float64}));
  CHECK(bad.item<double>() == kInf);
  CHECK(grad({bad}, {wrong})[0].item<double>() == 1);
}

TEST_CASE("gaussian_nll_loss: an infinite variance is no NaN") {
  const Tensor x = leaf({1.0});
  const Tensor loss = gaussian_nll_loss(x, zeros({1}, {.dtype = float64}), leaf({kInf}));
  CHECK(loss.item<double>() == kInf);
  CHECK(grad({loss}, {x})[0].item<double>() == 0);
}

TEST_CASE("locally_connected: a window reads its own places alone") {
  const Tensor x = leaf({{{kInf, 1.0, 2.0}}});
  const Tensor weight = full({2, 1, 1, 2}, 3.0, {.dtype = float64, .requires_grad = true});
  const Tensor y = locally_connected1d(x, weight);
  CHECK(y.to_vector<double>() == Numbers{kInf, 9});
  const Tensor gradient = grad({sum(y)}, {weight})[0];
  CHECK(gradient.to_vector<double>() == Numbers{kInf, 1, 1, 2});
}
