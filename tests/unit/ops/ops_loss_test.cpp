// Losses at the places that the gradient checks keep away from: kinks, ends of ranges, special
// values, and the weights of means.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "same_bits.h"

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

// The gradient of the sum of f(x).
Numbers gradient(const Tensor& at, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = at.clone().set_requires_grad();
  sum(f(x)).backward();
  return values(x.grad());
}

// The second derivative of the sum of f(x), which treats each element alone.
Numbers curvature(const Tensor& at, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = at.clone().set_requires_grad();
  const Tensor first = grad({sum(f(x))}, {x}, {.create_graph = true}).front();
  return values(grad({sum(first)}, {x}).front());
}

}  // namespace

TEST_CASE("losses of differences at their kinks") {
  const Tensor zero = zeros({5});
  const Tensor x = tensor({-2.0, -1.0, 0.0, 1.0, 3.0});
  const auto l1 = [&](const Tensor& t) { return l1_loss(t, zero); };
  const auto smooth = [&](const Tensor& t) { return smooth_l1_loss(t, zero); };
  const auto huber = [&](const Tensor& t) { return huber_loss(t, zero, {.delta = 2}); };
  CHECK(gradient(5 * x, l1) == Numbers(gradient(x, l1)));
  CHECK(gradient(x, [&](const Tensor& t) { return 5 * l1(t); }) == Numbers{-1, -1, 0, 1, 1});
  CHECK(gradient(x, [&](const Tensor& t) { return 5 * smooth(t); }) == Numbers{-1, -1, 0, 1, 1});
  CHECK(gradient(x, [&](const Tensor& t) { return 5 * huber(t); }) == Numbers{-2, -1, 0, 1, 2});
  CHECK(values(huber_loss(x, zero, {Reduction::none, 2})) == Numbers{2, 0.5, 0, 0.5, 4});
  CHECK(values(smooth_l1_loss(x, zero, {Reduction::none, 2})) == Numbers{1, 0.25, 0, 0.25, 2});
  // A parabola has its second derivative at its lowest point too.
  const Tensor lowest = zeros({5});
  CHECK(curvature(lowest, [&](const Tensor& t) { return 5 * smooth(t); }) ==
        Numbers{1, 1, 1, 1, 1});
  CHECK(curvature(lowest, [&](const Tensor& t) { return 5 * huber(t); }) == Numbers{1, 1, 1, 1, 1});
}

TEST_CASE("smooth_l1_loss with beta 0 is l1_loss") {
  const Tensor x = tensor({-1.5, 0.0, 2.0});
  const auto loss = [](const Tensor& t) {
    return smooth_l1_loss(t, zeros({3}), {.reduction = Reduction::sum, .beta = 0});
  };
  CHECK(loss(x).item<double>() == 3.5);
  CHECK(gradient(x, loss) == Numbers{-1, 0, 1});
}

TEST_CASE("hinges: the gradient at the kink is PyTorch's") {
  const Tensor x = tensor({0.0, 1.0, 2.0});
  const auto hinge = [](const Tensor& t) {
    return hinge_embedding_loss(t, tensor({1.0, -1.0, -1.0}), {.reduction = Reduction::sum});
  };
  CHECK(hinge(x).item<double>() == 0);
  CHECK(gradient(x, hinge) == Numbers{1, -1, 0});
  const auto ranking = [](const Tensor& t) {
    return margin_ranking_loss(t, tensor({0.0, 0.0, 3.0}), tensor({1.0, -1.0, 1.0}),
                               {.reduction = Reduction::sum});
  };
  CHECK(gradient(x, ranking) == Numbers{-1, 1, -1});
  const auto margin = [](const Tensor& t) {
    return multi_margin_loss(t, tensor(1), {.reduction = Reduction::sum});
  };
  // 1 - x[1] + x[0] is 0, and passes nothing on.
  CHECK(gradient(x, margin) == Numbers{0, -1.0F / 3, 1.0F / 3});
}

TEST_CASE("equal vectors are at distance 0 without a gradient, and vectors of 0 have cosine 0") {
  const Tensor x = tensor({{1.0, 2.0}, {0.0, 0.0}});
  for (const double p : {1.0, 2.0, 3.0, static_cast<double>(INFINITY)}) {
    const auto distance = [&](const Tensor& t) {
      return pairwise_distance(t, x, {.p = p, .eps = 0});
    };
    CHECK(values(distance(x)) == Numbers{0, 0});
    CHECK(gradient(x, distance) == Numbers{0, 0, 0, 0});
  }
  const Tensor y = tensor({{3.0, 6.0}, {3.0, 4.0}}, {.dtype = float64});
  const auto cosine = [&](const Tensor& t) { return cosine_similarity(t, y, {.eps = 0.5}); };
  const Tensor z = tensor({{1.0, 2.0}, {0.0, 0.0}}, {.dtype = float64});
  CHECK(cosine(z).at({0}) == doctest::Approx(1));
  CHECK(cosine(z).at({1}) == 0);
  // Shorter than eps, a vector is divided by eps.
  CHECK(gradient(z, cosine)[2] == doctest::Approx(3.0 / 5.0 / 0.5));
  CHECK(gradient(z, cosine)[3] == doctest::Approx(4.0 / 5.0 / 0.5));
}

TEST_CASE("binary_cross_entropy at 0 and 1 is limited as in PyTorch") {
  const Tensor x = tensor({0.0, 1.0, 0.0, 1.0}, {.dtype = float64});
  const Tensor t = tensor({0.0, 1.0, 1.0, 0.0}, {.dtype = float64});
  const auto loss = [&](const Tensor& p) {
    return binary_cross_entropy(p, t, {.reduction = Reduction::none});
  };
  CHECK(values(loss(x)) == Numbers{0, 0, 100, 100});
  CHECK(gradient(x, loss) == Numbers{0, 0, -1e12, 1e12});
}

TEST_CASE("losses of logits far out are exact and their gradients finite") {
  const Tensor x = tensor({1e4, -1e4, 0.0});
  const Tensor ones_ = ones({3});
  const auto weighted = [&](const Tensor& t) {
    return binary_cross_entropy_with_logits(
        t, ones_, {.reduction = Reduction::none, .pos_weight = tensor({2.0, 2.0, 2.0})});
  };
  CHECK(values(weighted(x))[0] == 0);
  CHECK(values(weighted(x))[1] == 2e4);
  CHECK(gradient(x, weighted) == Numbers{0, -2, -1});
  const auto margin = [&](const Tensor& t) { return soft_margin_loss(t, ones_, {Reduction::sum}); };
  CHECK(margin(x).item<double>() == doctest::Approx(1e4 + std::log(2.0)));
  CHECK(gradient(x, margin) == Numbers{0, -1, -0.5});
}

TEST_CASE("kl_div: a target of 0 has no entropy, and no NaN in its gradient") {
  const Tensor x = tensor({0.5, -1.0});
  const Tensor t = tensor({0.0, 1.0});
  const auto of_input = [&](const Tensor& p) { return kl_div(p, t, {Reduction::none}); };
  const auto of_target = [&](const Tensor& p) { return kl_div(x, p, {Reduction::none}); };
  CHECK(values(of_input(x)) == Numbers{0, 1});
  CHECK(gradient(x, of_input) == Numbers{0, -1});
  CHECK(gradient(t, of_target) == Numbers{-0.5, 2});
}

TEST_CASE("the mean over classes divides by the weights of the targets that count") {
  const Tensor x = tensor({{-1.0, -2.0, -3.0}, {-4.0, -5.0, -6.0}, {-7.0, -8.0, -9.0}});
  const Tensor t = tensor({0, 2, 1});
  const Tensor weight = tensor({1.0, 2.0, 5.0});
  CHECK(nll_loss(x, t).item<double>() == 5);
  CHECK(nll_loss(x, t, {.weight = weight}).item<double>() == (1 + 5 * 6 + 2 * 8) / 8.0);
  CHECK(nll_loss(x, t, {.ignore_index = 1}).item<double>() == 3.5);
  CHECK(nll_loss(x, t, {.weight = weight, .ignore_index = 2}).item<double>() ==
        doctest::Approx(17.0 / 3));
  CHECK(values(nll_loss(x, t, {.ignore_index = 2, .reduction = Reduction::none})) ==
        Numbers{1, 0, 8});
  CHECK(nll_loss(x, t, {.reduction = Reduction::batchmean}).item<double>() == 5);
}

TEST_CASE("when all targets are ignored the mean is NaN, the sum 0, and the gradient of it 0") {
  const Tensor x = zeros({2, 3});
  const Tensor t = full({2}, -100);
  CHECK(std::isnan(cross_entropy(x, t).item<double>()));
  CHECK(std::isnan(nll_loss(x, t, {.weight = ones({3})}).item<double>()));
  const auto total = [&](const Tensor& p) {
    return cross_entropy(p, t, {.reduction = Reduction::sum});
  };
  CHECK(total(x).item<double>() == 0);
  CHECK(gradient(x, total) == Numbers(6, 0.0));
}

TEST_CASE("label smoothing and probabilities of classes agree") {
  const Tensor x = tensor({{0.5, -1.0, 2.0}, {1.0, 0.0, -0.5}}, {.dtype = float64});
  const Tensor certain = tensor({{0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}}, {.dtype = float64});
  const Tensor classes = tensor({2, 0});
  for (const double smoothing : {0.0, 0.1, 1.0}) {
    CHECK(cross_entropy(x, certain, {.label_smoothing = smoothing}).item<double>() ==
          doctest::Approx(cross_entropy(x, classes, {.label_smoothing = smoothing}).item<double>())
              .epsilon(1e-14));
  }
}

TEST_CASE("losses of bfloat16 are rounded once, at the end") {
  const Tensor x = rand({1000}).to(bfloat16);
  const Tensor t = rand({1000}).to(bfloat16);
  const Tensor wide = mse_loss(x.to(float32), t.to(float32));
  CHECK(mse_loss(x, t).dtype() == bfloat16);
  CHECK(mse_loss(x, t).item<float>() == wide.to(bfloat16).item<float>());
  const Tensor logits = reshape(x, {10, 100});
  const Tensor classes = randint(0, 100, {10});
  CHECK(cross_entropy(logits, classes).item<float>() ==
        cross_entropy(logits.to(float32), classes).to(bfloat16).item<float>());
}

TEST_CASE("gaussian_nll_loss: small variances count as eps and get their gradient there") {
  const Tensor x = tensor({1.0}, {.dtype = float64});
  const auto loss = [&](const Tensor& var) {
    return gaussian_nll_loss(x, zeros({1}, {.dtype = float64}), var, {.eps = 0.5});
  };
  const Tensor none = zeros({1}, {.dtype = float64});
  CHECK(loss(none).item<double>() == doctest::Approx(0.5 * (std::log(0.5) + 2)));
  CHECK(gradient(none, loss)[0] == doctest::Approx(0.5 * (2 - 4)));
}

TEST_CASE("poisson_nll_loss: Stirling's term is for targets above 1") {
  const Tensor x = zeros({3}, {.dtype = float64});
  const Tensor t = tensor({0.0, 1.0, 3.0}, {.dtype = float64});
  const auto full = [&](const Tensor& counts) {
    return poisson_nll_loss(x, counts, {.full = true, .reduction = Reduction::none});
  };
  const Numbers found = values(full(t));
  CHECK(found[0] == 1);
  CHECK(found[1] == 1);
  CHECK(found[2] == doctest::Approx(1 + 3 * std::log(3) - 3 + 0.5 * std::log(6 * std::acos(-1.0))));
  CHECK(gradient(t, full)[0] == 0);
}

TEST_CASE("cross_entropy of few classes has the bits of log_softmax") {
  Generator generator(7);
  for (const std::int64_t classes : {1, 2, 7, 10, 15, 16, 17, 40}) {
    for (const std::int64_t rows : {1, 5, 16, 17, 33, 5000}) {
      Tensor x = 20.0 * randn({rows, classes}, {}, generator);
      x(0, 0) = rows == 5 && classes > 1 ? -INFINITY : 1.0;
      const Tensor target = randint(0, classes, {rows}, {}, generator);
      const Tensor own = 0.0 - squeeze(gather(log_softmax(x, 1), 1, unsqueeze(target, 1)), 1);
      CAPTURE(classes);
      CAPTURE(rows);
      CHECK(test::same_bits(cross_entropy(x, target, {.reduction = Reduction::none}), own));
      const Tensor weight = rand({classes}, {}, generator) + 0.5;
      const Tensor counted = where(target == 0, 0.0, index(weight, {target}) * own);
      CHECK(test::same_bits(
          cross_entropy(x, target,
                        {.weight = weight, .ignore_index = 0, .reduction = Reduction::none}),
          counted));
    }
  }
}
