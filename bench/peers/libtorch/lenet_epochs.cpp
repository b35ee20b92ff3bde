// One epoch of LeNet training in retrograd and in LibTorch, in turn, in one process.
//
//   lenet_vs_libtorch [MNIST folder] [threads] [epochs]
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

constexpr std::int64_t kBatch = 64;

struct Ours : rg::nn::Module {
  rg::nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  rg::nn::Conv2d conv2{6, 16, 5};
  rg::nn::Linear fc1{400, 120};
  rg::nn::Linear fc2{120, 84};
  rg::nn::Linear fc3{84, 10};

  rg::nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    rg::Tensor x = rg::max_pool2d(rg::relu(conv1(images)), 2);
    x = rg::max_pool2d(rg::relu(conv2(x)), 2);
    x = rg::relu(fc1(rg::flatten(x, 1)));
    return fc3(rg::relu(fc2(x)));
  }
};

struct TheirsImpl : torch::nn::Module {
  torch::nn::Conv2d conv1{torch::nn::Conv2dOptions(1, 6, 5).padding(2)};
  torch::nn::Conv2d conv2{torch::nn::Conv2dOptions(6, 16, 5)};
  torch::nn::Linear fc1{400, 120};
  torch::nn::Linear fc2{120, 84};
  torch::nn::Linear fc3{84, 10};

  TheirsImpl() {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("fc1", fc1);
    register_module("fc2", fc2);
    register_module("fc3", fc3);
  }
  torch::Tensor forward(torch::Tensor x) {
    x = torch::max_pool2d(torch::relu(conv1(x)), 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2);
    x = torch::relu(fc1(x.flatten(1)));
    return fc3(torch::relu(fc2(x)));
  }
};
TORCH_MODULE(Theirs);

template <class F>
double seconds(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double chain_microseconds_ours() {
  const rg::Tensor x = rg::tensor({1.0}, {.requires_grad = true});
  const rg::Tensor factor = rg::tensor({1.0001});
  return 1e3 * seconds([&] {
           rg::Tensor y = x;
           for (int i = 0; i < 1000; ++i) {
             y = y * factor;
           }
           y.backward();
         });
}

double chain_microseconds_theirs() {
  const torch::Tensor x = torch::ones({1}, torch::requires_grad());
  const torch::Tensor factor = torch::full({1}, 1.0001);
  return 1e3 * seconds([&] {
           torch::Tensor y = x;
           for (int i = 0; i < 1000; ++i) {
             y = y * factor;
           }
           y.backward();
         });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "";
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
  const int epochs = argc > 3 ? std::atoi(argv[3]) : 3;
  rg::set_num_threads(threads);
  torch::set_num_threads(threads);

  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = 0; i < 21; ++i) {
    ours.push_back(chain_microseconds_ours());
    theirs.push_back(chain_microseconds_theirs());
  }
  std::printf("threads: %d\n", threads);
  std::printf("multiplication of one element, forward and backward, of a chain of 1,000\n");
  std::printf("  retrograd %.2f us   LibTorch %.2f us   ratio %.1f\n", median(ours), median(theirs),
              median(theirs) / median(ours));

  const rg::TensorDataset data =
      folder.empty() ? rg::drawn_digits(20000) : rg::load_mnist(folder, true);
  rg::DataLoader loader(data, {.batch_size = kBatch, .shuffle = true});
  Ours model;
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.03, .momentum = 0.9});
  Theirs peer;
  torch::optim::SGD peer_optimizer(peer->parameters(),
                                   torch::optim::SGDOptions(0.03).momentum(0.9));

  std::printf("LeNet, %lld images, batches of %lld\n", static_cast<long long>(data.size()),
              static_cast<long long>(kBatch));
  ours.clear();
  theirs.clear();
  for (int epoch = 0; epoch < epochs; ++epoch) {
    double our_loss = 0;
    double their_loss = 0;
    ours.push_back(seconds([&] {
      for (const auto& [images, labels] : loader) {
        optimizer.zero_grad();
        const rg::Tensor loss = rg::cross_entropy(model(images), labels);
        loss.backward();
        optimizer.step();
        our_loss = loss.item<double>();
      }
    }));
    theirs.push_back(seconds([&] {
      for (const auto& [images, labels] : loader) {
        const auto x = torch::from_blob(images.data<float>(), {images.size(0), 1, 28, 28});
        const auto y =
            torch::from_blob(labels.data<std::int64_t>(), {labels.size(0)}, torch::kLong);
        peer_optimizer.zero_grad();
        const torch::Tensor loss = torch::nn::functional::cross_entropy(peer(x), y);
        loss.backward();
        peer_optimizer.step();
        their_loss = loss.item<double>();
      }
    }));
    std::printf(
        "  epoch %d: retrograd %.2f s (last loss %.3f)   LibTorch %.2f s (last loss %.3f)\n",
        epoch + 1, ours.back(), our_loss, theirs.back(), their_loss);
  }
  std::printf("  median: retrograd %.2f s   LibTorch %.2f s   ratio %.2f\n", median(ours),
              median(theirs), median(theirs) / median(ours));
  return 0;
}
