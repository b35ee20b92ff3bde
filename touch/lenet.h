// LeNet-5, trained on drawn digits step by step.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/data/tensor_dataset.h>
#include <retrograd/nn/nn.h>
#include <retrograd/optim/sgd.h>

namespace retrograd::touch {

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};  // (N, 1, 28, 28) -> (N, 6, 28, 28)
  nn::Conv2d conv2{6, 16, 5};                 // (N, 6, 14, 14) -> (N, 16, 10, 10)
  nn::Linear fc1{16 * 5 * 5, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};

  nn::Members members() override;
  // What the layers make of images, one after another; the logits, (N, 10), are the last.
  std::vector<Tensor> layers(const Tensor& images);
  Tensor forward(const Tensor& images) override { return layers(images).back(); }
};

class LeNetTraining {
 public:
  static constexpr std::int64_t kBatch = 40;
  static constexpr std::int64_t kHeldOut = 500;

  explicit LeNetTraining(std::uint64_t seed);

  // Steps on a batch of digits that no earlier step had, and returns its loss before the step.
  double step(double learning_rate);
  // Returns how many of the held-out digits in [begin, end) are classified correctly.
  double correct(std::int64_t begin, std::int64_t end);
  const TensorDataset& held_out() const { return held_out_; }
  LeNet& model() { return model_; }

 private:
  std::uint64_t seed_;
  LeNet model_;
  optim::SGD optimizer_;
  std::uint64_t steps_ = 0;
  TensorDataset held_out_;
};

}  // namespace retrograd::touch
