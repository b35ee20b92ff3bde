// What Autocast does to accuracy: LeNet on MNIST and ResNet-8 on CIFAR-10, each trained in float32
// and with bfloat16 products from the same start, in the same order of samples.
//
//   mixed_precision MNIST_FOLDER CIFAR_FOLDER [SEEDS]
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "models.h"

namespace {

using namespace bench;
using rg::Tensor;

// The samples of a binary file: a label and 3 x 32 x 32 bytes each.
rg::TensorDataset cifar(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  constexpr std::int64_t kImage = 3 * 32 * 32;
  const auto count = static_cast<std::int64_t>(bytes.size()) / (kImage + 1);
  if (count == 0) {
    throw rg::IoError("cannot read images from " + path);
  }
  const Tensor images = rg::empty({count, 3, 32, 32});
  const Tensor labels = rg::empty({count}, {.dtype = rg::int64});
  for (std::int64_t i = 0; i < count; ++i) {
    const char* const sample = bytes.data() + i * (kImage + 1);
    labels.data<std::int64_t>()[i] = sample[0];
    for (std::int64_t k = 0; k < kImage; ++k) {
      const auto value = static_cast<unsigned char>(sample[k + 1]);
      images.data<float>()[i * kImage + k] = static_cast<float>(value) / 64 - 2;
    }
  }
  return {images, labels};
}

double accuracy(nn::Module& model, const rg::TensorDataset& data) {
  const rg::NoGradGuard unrecorded;
  model.eval();
  double right = 0;
  for (const auto& [images, labels] : rg::DataLoader(data, {.batch_size = 500})) {
    right += rg::sum((rg::argmax(model(images), 1) == labels).to(rg::float32)).item<double>();
  }
  model.train();
  return 100 * right / static_cast<double>(data.size());
}

struct Task {
  const char* name;
  std::function<std::unique_ptr<nn::Module>()> make;
  rg::TensorDataset training;
  rg::TensorDataset testing;
  std::int64_t epochs;
  double lr;
};

double train(const Task& task, std::uint64_t seed, bool autocast) {
  rg::manual_seed(seed);
  const auto model = task.make();
  rg::optim::SGD optimizer(model->parameters(), {.lr = task.lr, .momentum = 0.9});
  rg::DataLoader loader(task.training, {.batch_size = 64, .shuffle = true, .seed = seed});
  rg::optim::lr_scheduler::CosineAnnealingLR schedule(optimizer, {.T_max = task.epochs});
  const auto loss = [&](const Tensor& images, const Tensor& labels) {
    const rg::Autocast casting(rg::bfloat16, autocast);
    return rg::cross_entropy((*model)(images), labels);
  };
  for (std::int64_t epoch = 0; epoch < task.epochs; ++epoch) {
    for (const auto& [images, labels] : loader) {
      optimizer.zero_grad();
      loss(images, labels).backward();
      optimizer.step();
    }
    schedule.step();
  }
  return accuracy(*model, task.testing);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: mixed_precision MNIST_FOLDER CIFAR_FOLDER [SEEDS]\n");
    return 2;
  }
  const std::string folder = argv[2];
  const Task tasks[] = {
      {"LeNet on MNIST", [] { return std::make_unique<LeNet>(); }, rg::load_mnist(argv[1], true),
       rg::load_mnist(argv[1], false), 3, 0.03},
      {"ResNet-8 on one file of CIFAR-10", [] { return std::make_unique<ResNet20>(1); },
       cifar(folder + "/data_batch_1.bin"), cifar(folder + "/test_batch.bin"), 3, 0.05},
  };
  const int seeds = argc > 3 ? std::atoi(argv[3]) : 3;
  for (const Task& task : tasks) {
    double sums[2] = {};
    for (int seed = 1; seed <= seeds; ++seed) {
      for (const bool autocast : {false, true}) {
        const double found = train(task, static_cast<std::uint64_t>(seed), autocast);
        sums[autocast ? 1 : 0] += found;
        std::printf("%s, seed %d, %s: %.2f %%\n", task.name, seed,
                    autocast ? "bfloat16" : "float32", found);
        std::fflush(stdout);
      }
    }
    std::printf("%s: float32 %.2f %%, bfloat16 %.2f %% on average\n", task.name, sums[0] / seeds,
                sums[1] / seeds);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mixed_precision: %s\n", error.what());
    return 1;
  }
}
