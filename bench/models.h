// The models of the training rows.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace bench {

namespace rg = retrograd;
namespace nn = retrograd::nn;

struct Mlp : nn::Sequential {
  Mlp() : Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10)) {}
};

struct LeNet : nn::Sequential {
  LeNet()
      : Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}), nn::ReLU(), nn::MaxPool2d(2),
                   nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                   nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(),
                   nn::Linear(84, 10)) {}
};

// K. He et al., "Deep residual learning for image recognition", 2016, section 4.2: two convolutions
// and a shortcut; where the size halves, the shortcut is a 1x1 convolution.
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
  rg::Tensor forward(const rg::Tensor& x) override {
    return rg::add_relu(residual(x), shortcut(x));
  }
};

struct ResNet20 : nn::Module {
  nn::Sequential blocks{nn::Conv2d(3, 16, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(16),
                        nn::ReLU()};
  nn::Linear fc{64, 10};

  // Three groups of blocks; with n in each there are 6 n + 2 layers.
  explicit ResNet20(int blocks_each = 3) {
    std::int64_t in = 16;
    for (const std::int64_t out : {16, 32, 64}) {
      for (int i = 0; i < blocks_each; ++i) {
        blocks.push_back(Block(in, out, in == out ? 1 : 2));
        in = out;
      }
    }
  }
  nn::Members members() override { return {{"blocks", blocks}, {"fc", fc}}; }
  rg::Tensor forward(const rg::Tensor& images) override {
    return fc(rg::mean(blocks(images), {2, 3}));
  }
};

// A step of training on random samples, with its model and optimiser. Scores of images (N, C, H, W)
// are compared pixel by pixel.
template <class Model>
class Training {
 public:
  explicit Training(const rg::Shape& input, bool autocast = false) : autocast_(autocast) {
    rg::manual_seed(1);
    model_ = std::make_shared<Model>();
    // So small a rate leaves the model as it is: one that fits its samples has denormal gradients.
    optimizer_ = std::make_shared<rg::optim::SGD>(
        model_->parameters(), rg::optim::SGDOptions{.lr = 1e-6, .momentum = 0.9});
    x_ = rg::randn(input);
    const rg::NoGradGuard unrecorded;
    const rg::Tensor scores = (*model_)(x_);
    y_ = scores.dim() == 4 ? (rg::rand(scores.shape()) > 0.5).to(rg::float32)
                           : rg::randint(0, scores.size(1), {scores.size(0)});
  }

  void operator()() const {
    optimizer_->zero_grad();
    loss().backward();
    optimizer_->step();
  }

  Model& model() const { return *model_; }

 private:
  rg::Tensor loss() const {
    const rg::Autocast casting(rg::bfloat16, autocast_);
    const rg::Tensor scores = (*model_)(x_);
    return scores.dim() == 4 ? rg::binary_cross_entropy_with_logits(scores, y_)
                             : rg::cross_entropy(scores, y_);
  }

  bool autocast_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<rg::optim::SGD> optimizer_;
  rg::Tensor x_;
  rg::Tensor y_;
};

// Inference on random samples, by nn::fuse if `fused`.
template <class Model>
class Inference {
 public:
  explicit Inference(const rg::Shape& input, bool fused = false) {
    rg::manual_seed(1);
    Model model;
    model.eval();
    x_ = rg::randn(input);
    if (fused) {
      model_ = std::make_shared<nn::Fused>(nn::fuse(std::move(model), x_));
    } else {
      model_ = std::make_shared<Model>(std::move(model));
    }
  }

  rg::Tensor operator()() const {
    const rg::NoGradGuard unrecorded;
    return (*model_)(x_);
  }

 private:
  std::shared_ptr<nn::Module> model_;
  rg::Tensor x_;
};

// Multiply-adds of a model's layers, by the shapes, and those of its first layer.
struct LayerWork {
  double all = 0;
  double first = 0;
};

template <class Model>
LayerWork layer_work(const rg::Shape& input) {
  Model model;
  LayerWork found;
  for (nn::Module* const module : model.modules()) {
    module->register_forward_hook([&](nn::Module& layer, const std::vector<rg::Tensor>& inputs,
                                      const std::vector<rg::Tensor>& outputs) {
      std::vector<rg::Shape> shapes;
      for (const rg::Tensor& each : inputs) {
        shapes.push_back(each.defined() ? each.shape() : rg::Shape{});
      }
      const auto work = static_cast<double>(layer.multiply_adds(shapes, outputs.front().shape()));
      found.all += work;
      if (found.first == 0) {
        found.first = work;
      }
    });
  }
  const rg::NoGradGuard unrecorded;
  model(rg::randn(input));
  return found;
}

// Multiplications and additions of inference.
template <class Model>
double forward_flops(const rg::Shape& input) {
  return 2 * layer_work<Model>(input).all;
}

// Those of a training step: forward, and both gradients of each layer, of which the first one needs
// none of its input.
template <class Model>
double training_flops(const rg::Shape& input) {
  auto [all, first] = layer_work<Model>(input);
  if constexpr (requires { Model::kInputShare; }) {
    first *= Model::kInputShare;
  }
  return 2 * (3 * all - first);
}

}  // namespace bench
