// Train LeNet-5 with several processes, each on its part of every batch.
//
//   mpirun -n 2 many_processes [--epochs N] [--seed N] [--threads N] [--save FILE]
//
// lenet_mpi is another name of the program. Without mpirun, it is one process. The trained weights
// have the same bits for 1, 2 and 4 processes, and so the output is the same.
#include <cstdint>
#include <cstdio>
#include <string>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/distributed_loader.h>
#include <retrograd/mpi/mpi_communicator.h>
#include <retrograd/retrograd.h>

#include "command_line.h"

namespace rg = retrograd;
namespace nn = rg::nn;
namespace mpi = rg::mpi;
using rg::Tensor;

nn::Sequential lenet() {
  return nn::Sequential{nn::Conv2d(1, 6, 5, {.padding = 2}),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(6, 16, 5),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Linear(16 * 5 * 5, 120),
                        nn::ReLU(),
                        nn::Dropout(0.2),
                        nn::Linear(120, 84),
                        nn::ReLU(),
                        nn::Linear(84, 10)};
}

double accuracy(nn::Module& model, const rg::TensorDataset& data) {
  const rg::NoGradGuard unrecorded;
  model.eval();
  std::int64_t right = 0;
  for (const auto& [images, labels] : rg::DataLoader(data, {.batch_size = 500})) {
    right += rg::sum(rg::argmax(model(images), 1) == labels).item<std::int64_t>();
  }
  model.train();
  return static_cast<double>(right) / static_cast<double>(data.size());
}

void train(mpi::Communicator& world, const CommandLine& options) {
  const bool is_first = world.rank() == 0;  // it alone prints and writes files
  rg::set_num_threads(static_cast<int>(options.integer("threads", 1)));
  const auto seed = static_cast<std::uint64_t>(options.integer("seed", 1));
  rg::manual_seed(seed);

  nn::Sequential model = lenet();
  // Rank 0's weights are copied to all ranks. A batch is four parts, whose gradients are added in
  // a fixed order: a rank computes four, two or one of them.
  mpi::DataParallel parallel(model, world, {.deterministic = true, .virtual_ranks = 4});
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.03, .momentum = 0.9});

  // Each rank loads its own rows of a batch of 64.
  mpi::DistributedLoader loader(rg::drawn_digits(5000, 1), world,
                                {.batch_size = 64, .shuffle = true, .seed = seed});
  const rg::TensorDataset testing = rg::drawn_digits(1000, 2);

  for (std::int64_t epoch = 1; epoch <= options.integer("epochs", 2); ++epoch) {
    double loss = 0;
    for (const auto& rows : loader) {
      optimizer.zero_grad();
      loss += parallel.backward_shard(rows, [&](const rg::Batch& part) {
        return rg::cross_entropy(model(part.inputs), part.targets);
      });
      optimizer.step();
    }
    if (is_first) {
      std::printf("epoch %d: mean loss %.4f, test accuracy %.3f\n", static_cast<int>(epoch),
                  loss / static_cast<double>(loader.size()), accuracy(model, testing));
    }
  }

  parallel.verify();  // all ranks have the same bits
  double sum = 0;
  for (const Tensor& parameter : model.parameters()) {
    sum += rg::sum(parameter.detach().to(rg::float64)).item<double>();
  }
  if (is_first) {
    std::printf("sum of all weights %.17g\n", sum);
    if (options.has("save")) {
      rg::save(model.state_dict(), options.text("save", ""));
    }
  }
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"epochs", "seed", "threads", "save"},
                     [](const CommandLine& options) {
                       // An exception of one rank ends all of them, with its text and number.
                       mpi::run([&](mpi::Communicator& world) { train(world, options); });
                     });
}

/* Output, where ... is what differs between computers:
epoch 1: mean loss ..., test accuracy 0...
epoch 2: mean loss ..., test accuracy 0...
sum of all weights ...
*/
