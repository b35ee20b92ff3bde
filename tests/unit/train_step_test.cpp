// What a training step costs beside its arithmetic: memory from the system, copies of activations.
#include <doctest/doctest.h>

#include <cstdint>

#include <retrograd/retrograd.h>

#include "skip.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
namespace nn = retrograd::nn;
using rg::Tensor;

namespace {

// Two convolutions and a shortcut, as in ResNet-20.
struct Block : nn::Module {
  nn::Sequential residual;
  nn::Sequential shortcut;

  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : residual(nn::Conv2d(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
                 nn::BatchNorm2d(out), nn::ReLU(),
                 nn::Conv2d(out, out, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(out)) {
    if (in != out) {
      shortcut.push_back(nn::Conv2d(in, out, 1, {.stride = stride, .bias = false}));
      shortcut.push_back(nn::BatchNorm2d(out));
    }
  }
  nn::Members members() override { return {{"residual", residual}, {"shortcut", shortcut}}; }
  Tensor forward(const Tensor& x) override { return rg::add_relu(residual(x), shortcut(x)); }
};

struct ResNet : nn::Module {
  nn::Sequential blocks{nn::Conv2d(3, 16, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(16),
                        nn::ReLU(), Block(16, 16, 1), Block(16, 32, 2)};
  nn::Linear fc{32, 10};

  nn::Members members() override { return {{"blocks", blocks}, {"fc", fc}}; }
  Tensor forward(const Tensor& images) override { return fc(rg::mean(blocks(images), {2, 3})); }
};

struct Run {
  std::uint64_t system_allocations;
  long long reorders;
};

// The costs of one step after three equal ones.
template <class Model, class Optimizer, class Options>
Run fourth_step(const rg::Shape& shape, const Options& options) {
  rg::manual_seed(1);
  Model model;
  Optimizer optimizer(model.parameters(), options);
  const Tensor x = rg::randn(shape);
  const Tensor y = rg::randint(0, 10, {shape[0]});
  Run run{};
  for (int step = 0; step < 4; ++step) {
    run = {rg::memory::stats().system_allocations, rg::kernel_counts().reorders};
    optimizer.zero_grad();
    rg::cross_entropy(model(x), y).backward();
    optimizer.step();
  }
  return {rg::memory::stats().system_allocations - run.system_allocations,
          rg::kernel_counts().reorders - run.reorders};
}

}  // namespace

TEST_CASE("a training step takes no memory from the system after the third") {
  const rg::optim::SGDOptions sgd{.lr = 0.01, .momentum = 0.9};
  const rg::optim::AdamOptions adam{.lr = 0.001};
  using rg::optim::Adam;
  using rg::optim::SGD;
  CHECK(fourth_step<test::SmallLeNet, SGD>({8, 1, 16, 16}, sgd).system_allocations == 0);
  CHECK(fourth_step<test::SmallLeNet, Adam>({8, 1, 16, 16}, adam).system_allocations == 0);
  CHECK(fourth_step<ResNet, SGD>({4, 3, 16, 16}, sgd).system_allocations == 0);
  CHECK(fourth_step<ResNet, Adam>({4, 3, 16, 16}, adam).system_allocations == 0);
}

TEST_CASE("a training step copies no activation into another layout but the images") {
  if (!rg::onednn_enabled()) {
    test::skip(test::Lacks::option, "portable kernels bring filters into this layout too");
    return;
  }
  const rg::optim::SGDOptions sgd{.lr = 0.01};
  // For the gradient of the first weight; in the forward pass AVX-512 needs none.
  const auto reorders = fourth_step<ResNet, rg::optim::SGD>({4, 3, 16, 16}, sgd).reorders;
  CHECK(reorders >= 1);
  CHECK(reorders <= 2);
}
