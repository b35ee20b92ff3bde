// The steps that the bench times: any of them must cost what the first one does.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "bench/networks.h"

namespace rg = retrograd;

namespace {

// After `steps` steps, the gradients that are denormal.
template <class Model>
std::int64_t denormal_gradients(const rg::Shape& input, int steps) {
  const bench::Training<Model> step(input);
  for (int i = 0; i < steps; ++i) {
    step();
  }
  std::int64_t count = 0;
  std::int64_t normal = 0;
  for (const rg::Tensor& parameter : step.model().parameters()) {
    for (const float value : parameter.grad().template to_vector<float>()) {
      count += std::fpclassify(value) == FP_SUBNORMAL ? 1 : 0;
      normal += std::fpclassify(value) == FP_NORMAL ? 1 : 0;
    }
  }
  CHECK(normal > 0);
  return count;
}

template <class Model>
void check_inference(const rg::Shape& input, const rg::Shape& scores) {
  const rg::Tensor first = bench::Inference<Model>(input)();
  CHECK(first.shape() == scores);
  CHECK_FALSE(first.requires_grad());
  CHECK(rg::all(rg::isfinite(first)).template item<bool>());
  // Running statistics, and so the scores, stay.
  const bench::Inference<Model> infer(input);
  infer();
  CHECK(rg::all(infer() == first).template item<bool>());
}

}  // namespace

TEST_CASE("the bench's inference: evaluation mode, without gradients") {
  check_inference<bench::ResNet20>({2, 3, 32, 32}, {2, 10});
  check_inference<bench::UNet>({1, 1, 16, 16}, {1, 1, 16, 16});
}

TEST_CASE("the bench's steps: gradients stay normal numbers, however many steps there are") {
  CHECK(denormal_gradients<bench::LeNet>({1, 1, 28, 28}, 2000) == 0);
  CHECK(denormal_gradients<bench::Mlp>({64, 784}, 1000) == 0);
}

TEST_CASE("the bench's flops are those of the layers, by shapes, in both directions") {
  constexpr double kFirst = 64.0 * 784 * 128;
  constexpr double kSecond = 64.0 * 128 * 10;
  CHECK(bench::training_flops<bench::Mlp>({64, 784}) == 2 * (2 * kFirst + 3 * kSecond));
  CHECK(bench::forward_flops<bench::Mlp>({64, 784}) == 2 * (kFirst + kSecond));
  // Gates of an input of 32 and a state of 128, for 50 steps of 32 sequences; scores of each.
  constexpr double kSteps = 32.0 * 50;
  CHECK(bench::training_flops<bench::Lstm>({32, 50, 32}) ==
        2 * kSteps * (512 * (2 * 32 + 3 * 128) + 3 * 128 * 10));
  // Patches of 48 values; of two layers the projections, scores, weighted sums and the MLP; five
  // norms, which scale; scores of the classes.
  constexpr double kTokens = 32.0 * 64;
  constexpr double kLayer = kTokens * (4 * 64 * 64 + 2 * 64 * 64 + 2 * 64 * 256);
  CHECK(bench::training_flops<bench::Vit>({32, 3, 32, 32}) ==
        2 * (2 * kTokens * 48 * 64 + 3 * (2 * kLayer + 5 * kTokens * 64 + 32.0 * 64 * 10)));
}
