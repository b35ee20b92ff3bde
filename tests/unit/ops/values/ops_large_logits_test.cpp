// Softmax and the losses built on it where exp() overflows.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

}  // namespace

TEST_CASE("softmax does not depend on a shift, however large") {
  const Tensor x = tensor({0.0, 1.0, 3.0}, {.dtype = float64});
  for (const double shift : {1e3, -1e3, 1e15}) {
    CHECK(values(softmax(x + shift, 0)) == values(softmax(x, 0)));
    CHECK(values(log_softmax(x + shift, 0)) == values(log_softmax(x, 0)));
  }
  CHECK(logsumexp(x + 1e3).item<double>() ==
        doctest::Approx(1e3 + logsumexp(x).item<double>()).epsilon(1e-15));
}

TEST_CASE("a logit of -inf has probability 0 and takes no gradient") {
  const Tensor x = tensor({0.0, -INFINITY, 0.0}, {.requires_grad = true});
  CHECK(values(softmax(x, 0)) == Numbers{0.5, 0, 0.5});
  CHECK(log_softmax(x, 0).at({1}) == -INFINITY);
  CHECK(logsumexp(x).item<float>() == std::log(2.0F));
  logsumexp(x).backward();
  CHECK(values(x.grad()) == Numbers{0.5, 0, 0.5});
}

TEST_CASE("logsumexp of infinities") {
  const Tensor none = full({2}, -INFINITY, {.requires_grad = true});
  CHECK(logsumexp(none).item<double>() == -INFINITY);
  logsumexp(none).backward();
  CHECK(values(none.grad()) == Numbers{0, 0});
  CHECK(logsumexp(tensor({INFINITY, 1.0})).item<double>() == INFINITY);
  CHECK(std::isnan(logsumexp(tensor({NAN, 1.0})).item<double>()));
}

TEST_CASE("cross_entropy of large logits is exact and its gradient finite") {
  const Tensor x = tensor({{1e4, 0.0}, {0.0, 1e4}}, {.requires_grad = true});
  const Tensor loss = cross_entropy(x, tensor({1, 1}), {.reduction = Reduction::none});
  CHECK(values(loss) == Numbers{1e4, 0});
  sum(loss).backward();
  CHECK(values(x.grad()) == Numbers{1, -1, 0, 0});
}

TEST_CASE("binary_cross_entropy_with_logits of large logits is exact and its gradient finite") {
  const Tensor x = tensor({1e4, 1e4, -1e4, -1e4}, {.requires_grad = true});
  const Tensor target = tensor({1.0, 0.0, 1.0, 0.0});
  const Tensor loss = binary_cross_entropy_with_logits(x, target, {.reduction = Reduction::none});
  CHECK(values(loss) == Numbers{0, 1e4, 1e4, 0});
  sum(loss).backward();
  CHECK(values(x.grad()) == Numbers{0, 1, -1, 0});
}

TEST_CASE("sigmoid and tanh saturate without overflow") {
  const Tensor x = tensor({-1e4, 1e4}, {.requires_grad = true});
  CHECK(values(sigmoid(x)) == Numbers{0, 1});
  CHECK(values(retrograd::tanh(x)) == Numbers{-1, 1});
  sum(sigmoid(x) + retrograd::tanh(x)).backward();
  CHECK(values(x.grad()) == Numbers{0, 0});
}
