// How the cost of a training step grows with batch, channels, depth and the side of images, in
// retrograd and in LibTorch: layers of a 3x3 convolution, batch norm and ReLU, forward and
// backward. And with the steps of an LSTM, and the tokens of attention. Prints a line "axis value
// library milliseconds" for each; growth.py draws them.
//
//   growth [THREADS [AXIS]]
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include <retrograd/retrograd.h>

#include "peers/libtorch/networks.h"

namespace {

namespace rg = retrograd;

using Step = std::function<void()>;

struct Sizes {
  std::int64_t batch = 16;
  std::int64_t channels = 32;
  std::int64_t depth = 4;
  std::int64_t side = 32;
};

Step ours(const Sizes& sizes) {
  const auto layers = std::make_shared<rg::nn::Sequential>();
  for (std::int64_t i = 0; i < sizes.depth; ++i) {
    layers->push_back(
        rg::nn::Conv2d(sizes.channels, sizes.channels, 3, {.padding = 1, .bias = false}));
    layers->push_back(rg::nn::BatchNorm2d(sizes.channels));
    layers->push_back(rg::nn::ReLU());
  }
  const rg::Tensor x = rg::randn({sizes.batch, sizes.channels, sizes.side, sizes.side});
  return [=] {
    for (rg::Tensor parameter : layers->parameters()) {
      parameter.zero_grad();
    }
    rg::mean((*layers)(x)).backward();
  };
}

Step theirs(const Sizes& sizes) {
  torch::nn::Sequential layers;
  for (std::int64_t i = 0; i < sizes.depth; ++i) {
    layers->push_back(torch::nn::Conv2d(
        torch::nn::Conv2dOptions(sizes.channels, sizes.channels, 3).padding(1).bias(false)));
    layers->push_back(torch::nn::BatchNorm2d(sizes.channels));
    layers->push_back(torch::nn::ReLU());
  }
  const torch::Tensor x = torch::randn({sizes.batch, sizes.channels, sizes.side, sizes.side});
  return [=]() mutable {
    layers->zero_grad();
    layers->forward(x).mean().backward();
  };
}

// An LSTM of 64 states on 16 sequences of 32 values.
Step our_lstm(std::int64_t steps) {
  const auto lstm = std::make_shared<rg::nn::LSTM>(32, 64);
  const rg::Tensor x = rg::randn({steps, 16, 32});
  return [=] {
    for (rg::Tensor parameter : lstm->parameters()) {
      parameter.zero_grad();
    }
    rg::mean((*lstm)(x).output).backward();
  };
}

Step their_lstm(std::int64_t steps) {
  torch::nn::LSTM lstm(32, 64);
  const torch::Tensor x = torch::randn({steps, 16, 32});
  return [=]() mutable {
    lstm->zero_grad();
    std::get<0>(lstm(x)).mean().backward();
  };
}

// Attention of 4 heads of 32, whose work is quadratic in the tokens.
Step our_attention(std::int64_t tokens) {
  rg::Tensor x = rg::randn({1, 4, tokens, 32}, {.requires_grad = true});
  return [=]() mutable {
    x.zero_grad();
    rg::mean(rg::scaled_dot_product_attention(x, x, x)).backward();
  };
}

Step their_attention(std::int64_t tokens) {
  const torch::Tensor x = torch::randn({1, 4, tokens, 32}, torch::requires_grad());
  return [=] {
    x.mutable_grad().reset();
    bench::attend(x, x, x).mean().backward();
  };
}

// Of as many steps as fit into a third of a second, but three at least, the fastest.
double milliseconds(const Step& step) {
  using Clock = std::chrono::steady_clock;
  step();
  const auto begin = Clock::now();
  double best = 1e30;
  for (int i = 0; i < 3 || Clock::now() - begin < std::chrono::milliseconds(333); ++i) {
    const auto start = Clock::now();
    step();
    best = std::min(best, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return best;
}

using StepOf = std::function<Step(std::int64_t)>;

void measure(const char* axis, std::int64_t first, std::int64_t last, const StepOf& own,
             const StepOf& other) {
  for (std::int64_t value = first; value <= last; value *= 2) {
    std::printf("%s %lld retrograd %.4f\n", axis, static_cast<long long>(value),
                milliseconds(own(value)));
    std::printf("%s %lld LibTorch %.4f\n", axis, static_cast<long long>(value),
                milliseconds(other(value)));
    std::fflush(stdout);
  }
}

void measure(const char* axis, std::int64_t Sizes::*size, std::int64_t first, std::int64_t last) {
  const auto with = [size](std::int64_t value) {
    Sizes sizes;
    sizes.*size = value;
    return sizes;
  };
  measure(
      axis, first, last, [=](std::int64_t value) { return ours(with(value)); },
      [=](std::int64_t value) { return theirs(with(value)); });
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  rg::set_num_threads(threads);
  torch::set_num_threads(threads);
  const std::string only = argc > 2 ? argv[2] : "";
  const auto images = [&](const char* axis, std::int64_t Sizes::*size, std::int64_t first,
                          std::int64_t last) {
    if (only.empty() || only == axis) {
      measure(axis, size, first, last);
    }
  };
  images("batch", &Sizes::batch, 1, 128);
  images("channels", &Sizes::channels, 4, 256);
  images("depth", &Sizes::depth, 1, 64);
  images("side", &Sizes::side, 8, 128);
  if (only.empty() || only == "steps") {
    measure("steps", 8, 512, our_lstm, their_lstm);
  }
  if (only.empty() || only == "tokens") {
    measure("tokens", 64, 2048, our_attention, their_attention);
  }
}
