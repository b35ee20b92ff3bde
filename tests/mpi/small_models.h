// Models and batches of the cases.
#pragma once

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/retrograd.h>

namespace test {

namespace rg = retrograd;
namespace nn = retrograd::nn;
namespace mpi = retrograd::mpi;
using rg::Tensor;

// Weights are a function of `seed`, whatever other threads draw.
inline void draw(nn::Module& model, std::uint64_t seed) {
  const rg::NoGradGuard unrecorded;
  rg::Generator generator(seed);
  for (auto& [name, tensor] : model.named_parameters()) {
    Tensor(tensor.detach()).copy_(rg::randn(tensor.shape(), {}, generator) * 0.3);
  }
}

struct Net : nn::Module {
  nn::Conv2d conv{1, 4, 3, {.padding = 1}};
  nn::BatchNorm2d norm{4};
  nn::Linear head{4 * 6 * 6, 3};
  nn::Linear unused{5, 2};
  bool with_norm = false;
  bool with_unused = false;

  explicit Net(std::uint64_t seed = 1, rg::DType dtype = rg::float64) {
    draw(*this, seed);
    to(dtype);
  }
  nn::Members members() override {
    return {{"conv", conv}, {"norm", norm}, {"head", head}, {"unused", unused}};
  }
  Tensor forward(const Tensor& x) override {
    Tensor y = conv(x);
    y = head(rg::flatten(rg::relu(with_norm ? norm(y) : y), 1));
    return with_unused ? y + rg::sum(unused.weight) : y;
  }
};

inline rg::Batch batch_of(std::int64_t rows, std::uint64_t seed = 5,
                          rg::DType dtype = rg::float64) {
  rg::Generator generator(seed);
  const Tensor x = rg::randn({rows, 1, 6, 6}, {}, generator).to(dtype);
  return {x, rg::randint(0, 3, {rows}, {}, generator)};
}

inline mpi::PartLoss loss_of(nn::Module& model) {
  return [&model](const rg::Batch& part) {
    return rg::cross_entropy(model(part.inputs), part.targets);
  };
}

// Whether all gradients are those of the other model.
void require_close(const nn::Module& model, const nn::Module& wanted, double tolerance);

}  // namespace test
