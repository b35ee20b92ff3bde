// How the cost of a training step grows with batch, channels and depth, in retrograd and in
// LibTorch: layers of a 3x3 convolution, batch norm and ReLU on images of 32x32, forward and
// backward. Prints a line "axis value library milliseconds" for each; growth.py draws them.
//
//   growth [THREADS]
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>

#include <retrograd/retrograd.h>

namespace {

namespace rg = retrograd;

using Step = std::function<void()>;

struct Sizes {
  std::int64_t batch = 16;
  std::int64_t channels = 32;
  std::int64_t depth = 4;
};
constexpr std::int64_t kSide = 32;

Step ours(const Sizes& sizes) {
  const auto layers = std::make_shared<rg::nn::Sequential>();
  for (std::int64_t i = 0; i < sizes.depth; ++i) {
    layers->push_back(
        rg::nn::Conv2d(sizes.channels, sizes.channels, 3, {.padding = 1, .bias = false}));
    layers->push_back(rg::nn::BatchNorm2d(sizes.channels));
    layers->push_back(rg::nn::ReLU());
  }
  const rg::Tensor x = rg::randn({sizes.batch, sizes.channels, kSide, kSide});
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
  const torch::Tensor x = torch::randn({sizes.batch, sizes.channels, kSide, kSide});
  return [=]() mutable {
    layers->zero_grad();
    layers->forward(x).mean().backward();
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

void measure(const char* axis, std::int64_t Sizes::*size, std::int64_t first, std::int64_t last) {
  for (std::int64_t value = first; value <= last; value *= 2) {
    Sizes sizes;
    sizes.*size = value;
    std::printf("%s %lld retrograd %.4f\n", axis, static_cast<long long>(value),
                milliseconds(ours(sizes)));
    std::printf("%s %lld LibTorch %.4f\n", axis, static_cast<long long>(value),
                milliseconds(theirs(sizes)));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  rg::set_num_threads(threads);
  torch::set_num_threads(threads);
  measure("batch", &Sizes::batch, 1, 128);
  measure("channels", &Sizes::channels, 4, 256);
  measure("depth", &Sizes::depth, 1, 64);
}
