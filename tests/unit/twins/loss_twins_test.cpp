// The fused cross entropy against log_softmax and a choice of classes.
#include "unit/twins.h"

namespace {

using namespace twins;

Tensor composed(const Tensor& x, const Tensor& target, const rg::CrossEntropyLossOptions& options) {
  const Tensor log_probabilities = rg::log_softmax(x, 1);
  const rg::NLLLossOptions hard{.weight = options.weight, .ignore_index = options.ignore_index};
  const double smoothing = options.label_smoothing;
  const Tensor loss = (1 - smoothing) * rg::nll_loss(log_probabilities, target, hard);
  const Tensor counted = rg::ne(target, options.ignore_index).to(x.dtype());
  rg::Shape along = rg::Shape::filled(static_cast<std::size_t>(x.dim()), 1);
  along[1] = x.size(1);
  const Tensor factors =
      options.weight.defined() ? options.weight : rg::ones({x.size(1)}, {.dtype = x.dtype()});
  const Tensor every = -rg::sum(log_probabilities * rg::reshape(factors, along), 1);
  const Tensor chosen =
      rg::sum(rg::one_hot(rg::where(rg::ne(target, options.ignore_index), target, 0), x.size(1))
                      .to(x.dtype()) *
                  factors,
              -1);
  return loss + smoothing / static_cast<double>(x.size(1)) * rg::sum(every * counted) /
                    rg::sum(chosen * counted);
}

// What backward() gives, which is where the kernel of the gradient runs.
Tensor plain_gradient(const Function& f, const Tensor& x) {
  return rg::grad({f({x})}, {x})[0];
}

}  // namespace

TEST_CASE("cross_entropy is log_softmax and nll_loss") {
  const Tensor weight = rg::tensor({0.5, 2.0, 1.0, 0.25, 1.5}, {.dtype = rg::float64});
  const Tensor target = rg::tensor({{1, 4, 0}, {3, 3, 2}}).to(rg::int64);
  const Tensor contiguous = random({2, 5, 3}, 1);
  const Tensor last = rg::transpose(random({2, 3, 5}, 1), 1, 2).detach().set_requires_grad(true);
  for (const Tensor& x : {contiguous, last}) {
    for (const Tensor& w : {Tensor(), weight}) {
      for (const std::int64_t ignored : {-100, 3}) {
        for (const double smoothing : {0.0, 0.2}) {
          const rg::CrossEntropyLossOptions options{
              .weight = w, .ignore_index = ignored, .label_smoothing = smoothing};
          const auto fused = [&](const Tensors& in) {
            return rg::cross_entropy(in[0], target, options);
          };
          const auto twin = [&](const Tensors& in) { return composed(in[0], target, options); };
          check_equal(fused, twin, {x});
          const Tensor difference = plain_gradient(fused, x) - plain_gradient(twin, x);
          CHECK(rg::amax(rg::abs(difference)).item<double>() < 1e-12);
        }
      }
    }
  }
}

TEST_CASE("cross_entropy gives weights that are trained their gradient") {
  const Tensor target = rg::tensor({1, 2, 0}).to(rg::int64);
  const auto loss = [&](const Tensors& in) {
    return rg::cross_entropy(in[0], target, {.weight = in[1], .label_smoothing = 0.1});
  };
  const auto twin = [&](const Tensors& in) {
    return composed(in[0], target, {.weight = in[1], .label_smoothing = 0.1});
  };
  check_equal(loss, twin,
              {random({3, 4}, 1), rg::exp(random({4}, 2)).detach().set_requires_grad(true)});
}

TEST_CASE("cross_entropy: logits of -inf, ignored rows of NaN, many classes") {
  Tensor x = rg::tensor({{0.0, 1.0, -INFINITY}, {NAN, NAN, NAN}}, {.requires_grad = true});
  const Tensor target = rg::tensor({1, 0}).to(rg::int64);
  const Tensor loss = rg::cross_entropy(x, target, {.ignore_index = 0});
  CHECK(loss.item<float>() == doctest::Approx(std::log1p(std::exp(-1.0))));
  loss.backward();
  const auto gradient = x.grad().to_vector<float>();
  CHECK(gradient[2] == 0);
  CHECK(gradient[3] == 0);
  CHECK(gradient[0] == doctest::Approx(-gradient[1]));

  const std::int64_t classes = 100'000;
  Tensor equal = rg::full({2, classes}, 1e4, {.requires_grad = true});
  const Tensor large = rg::cross_entropy(equal, rg::tensor({7, 99'999}).to(rg::int64));
  CHECK(large.item<float>() == doctest::Approx(std::log(1e5)).epsilon(1e-6));
  large.backward();
  CHECK(rg::sum(equal.grad().to(rg::float64)).item<double>() == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("cross_entropy: what ignored rows hold reaches no derivative, fused or composed") {
  const Tensor x = rg::tensor({{0.0, 1.0, 2.0}, {NAN, INFINITY, -1.0}},
                              {.dtype = rg::float64, .requires_grad = true});
  const Tensor target = rg::tensor({1, 0}).to(rg::int64);
  const Tensor weight = rg::tensor({0.5, 1.0, 2.0}, {.dtype = rg::float64, .requires_grad = true});
  for (const bool trained : {false, true}) {  // weights that are trained need the composed loss
    const rg::CrossEntropyLossOptions options{
        .weight = trained ? weight : weight.detach(), .ignore_index = 0, .label_smoothing = 0.1};
    const auto loss = [&](const Tensor& logits) {
      return rg::cross_entropy(logits, target, options);
    };
    const Tensor first = rg::grad({loss(x)}, {x})[0];
    const Tensor recorded = rg::grad({loss(x)}, {x}, {.create_graph = true})[0];
    const Tensor second = rg::grad({rg::sum(rg::square(recorded))}, {x})[0];
    for (std::int64_t k = 0; k < 3; ++k) {
      CHECK(first.at({0, k}) == doctest::Approx(recorded.at({0, k})));
      CHECK(std::isfinite(second.at({0, k})));
      CHECK(first.at({1, k}) == 0);
      CHECK(recorded.at({1, k}) == 0);
      CHECK(second.at({1, k}) == 0);
    }
  }
}
