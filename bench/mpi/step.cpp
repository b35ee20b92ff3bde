// Times training steps on the ranks of MPI: the work alone, the exchange of gradients alone, the
// work beside a sum that needs none of it, and a step. Rank 0 prints milliseconds, as one
// line of JSON.
//
//   mpi_step resnet20|resnet50|lenet|mlp BATCH THREADS STEPS [--width N] [--layers N] [--bucket
//   BYTES] [--check_finite 0|1]
//
// BATCH is that of a rank. The mlp has LAYERS linear layers of WIDTH x WIDTH.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/mpi_communicator.h>
#ifdef RETROGRAD_WITH_MODELS
#include <retrograd/models/resnet.h>
#endif

#include "bench/models.h"

namespace {

namespace rg = retrograd;
namespace nn = rg::nn;
namespace mpi = rg::mpi;
using rg::Tensor;

struct Settings {
  std::string model;
  std::int64_t batch = 32;
  int threads = 1;
  int steps = 20;
  std::int64_t width = 512;
  int layers = 8;
  std::int64_t bucket = mpi::DataParallelOptions().bucket_bytes;
  bool check = mpi::DataParallelOptions().check_finite;
};

struct Training {
  std::unique_ptr<nn::Module> model;
  rg::Batch batch;
};

Training make(const Settings& settings) {
  Training made;
  rg::Shape inputs;
  if (settings.model == "resnet20") {
    made.model = std::make_unique<bench::ResNet20>();
    inputs = {settings.batch, 3, 32, 32};
#ifdef RETROGRAD_WITH_MODELS
  } else if (settings.model == "resnet50") {
    made.model = std::make_unique<rg::models::ResNet>(rg::models::resnet50());
    inputs = {settings.batch, 3, 224, 224};
#endif
  } else if (settings.model == "lenet") {
    made.model = std::make_unique<bench::LeNet>();
    inputs = {settings.batch, 1, 28, 28};
  } else if (settings.model == "mlp") {
    auto layers = std::make_unique<nn::Sequential>();
    for (int i = 0; i < settings.layers; ++i) {
      layers->push_back(nn::Linear(settings.width, settings.width));
      layers->push_back(nn::ReLU());
    }
    made.model = std::move(layers);
    inputs = {settings.batch, settings.width};
  } else {
    throw std::invalid_argument("no model is called '" + settings.model + "'");
  }
  made.batch = {rg::randn(inputs), rg::randint(0, 10, {settings.batch})};
  return made;
}

struct Part {
  const char* name;
  std::function<void()> run;
  std::vector<double> times{};  // ms
};

// Parts take turns, so that a machine whose speed drifts slows all of them.
void time(mpi::Communicator& world, int rounds, std::vector<Part>& parts) {
  for (int i = -3; i < rounds; ++i) {
    for (Part& part : parts) {
      world.barrier();
      const auto begin = std::chrono::steady_clock::now();
      part.run();
      const std::chrono::duration<double, std::milli> time =
          std::chrono::steady_clock::now() - begin;
      if (i >= 0) {
        part.times.push_back(time.count());
      }
    }
  }
}

double median(std::vector<double> times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// A backward pass beside a sum that needs none of its gradients, which leaves look at as they do in
// training.
void step_beside_sum(mpi::Communicator& world, mpi::DataParallel& parallel, nn::Module& model,
                     const std::function<Tensor()>& loss_of, rg::optim::Optimizer& optimizer,
                     const Tensor& flat) {
  const auto unsynchronised = parallel.no_sync();
  optimizer.zero_grad();
  const Tensor loss = loss_of();
  mpi::Work work = world.all_reduce(flat, "gradients");
  std::vector<std::pair<Tensor, int>> hooks;
  for (const Tensor& leaf : model.parameters()) {
    hooks.emplace_back(leaf, Tensor(leaf).register_post_accumulate_grad_hook(
                                 [&work](const Tensor& /*leaf*/) { work.test(); }));
  }
  loss.backward();
  optimizer.step();
  work.wait();
  for (auto& [leaf, hook] : hooks) {
    leaf.remove_hook(hook);
  }
}

// What DataParallel does with gradients beside sending them: looks at them, and copies them into
// buckets and back.
void copy_gradients(nn::Module& model, const Tensor& flat) {
  std::int64_t begin = 0;
  for (const Tensor& leaf : model.parameters()) {
    const Tensor gradient = leaf.grad();
    Tensor slot = rg::view(rg::narrow(flat, 0, begin, leaf.numel()), leaf.shape());
    begin += leaf.numel();
    rg::sum(gradient);
    slot.copy_(gradient);
    Tensor(gradient).copy_(slot);
  }
}

void measure(mpi::Communicator& world, const Settings& settings) {
  rg::set_num_threads(settings.threads);
  const Training training = make(settings);
  nn::Module& model = *training.model;
  mpi::DataParallel parallel(
      model, world,
      {.bucket_bytes = settings.bucket, .check_finite = settings.check, .deterministic = false});
  rg::optim::SGD optimizer(model.parameters(), {.lr = 1e-6, .momentum = 0.9});
  const auto loss = [&] {
    return rg::cross_entropy(model(training.batch.inputs), training.batch.targets);
  };
  const auto step = [&] {
    optimizer.zero_grad();
    loss().backward();
    optimizer.step();
  };
  const Tensor flat = rg::zeros({model.parameter_count()});
  std::vector<Part> parts{
      {"forward_ms", [&] { loss(); }},
      {"alone_ms",
       [&] {
         const auto unsynchronised = parallel.no_sync();
         step();
       }},
      {"step_ms", step},
      {"update_ms", [&] { optimizer.step(); }},
      {"exchange_ms", [&] { world.all_reduce(flat, "gradients").wait(); }},
      {"beside_ms", [&] { step_beside_sum(world, parallel, model, loss, optimizer, flat); }},
      {"copies_ms", [&] { copy_gradients(model, flat); }}};
  time(world, settings.steps, parts);
  if (world.rank() == 0) {
    std::printf(
        "{\"model\": \"%s\", \"ranks\": %d, \"threads\": %d, \"batch\": %lld, \"bytes\": %lld",
        settings.model.c_str(), world.size(), settings.threads,
        static_cast<long long>(settings.batch), static_cast<long long>(flat.numel() * 4));
    for (const Part& part : parts) {
      std::printf(", \"%s\": %.3f", part.name, median(part.times));
    }
    std::printf("}\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4) {
    std::fprintf(stderr,
                 "usage: mpi_step resnet20|resnet50|lenet|mlp BATCH THREADS STEPS [--width N] "
                 "[--layers N]\n");
    return 2;
  }
  Settings settings;
  settings.model = arguments[0];
  settings.batch = std::atoll(arguments[1].c_str());
  settings.threads = std::atoi(arguments[2].c_str());
  settings.steps = std::atoi(arguments[3].c_str());
  for (std::size_t i = 4; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--width") {
      settings.width = std::atoll(arguments[i + 1].c_str());
    } else if (arguments[i] == "--layers") {
      settings.layers = std::atoi(arguments[i + 1].c_str());
    } else if (arguments[i] == "--bucket") {
      settings.bucket = std::atoll(arguments[i + 1].c_str());
    } else if (arguments[i] == "--check_finite") {
      settings.check = std::atoi(arguments[i + 1].c_str()) != 0;
    }
  }
  return mpi::run([&](mpi::Communicator& world) { measure(world, settings); });
}
