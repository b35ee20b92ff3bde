// Rank 0 of a job whose rank 1 is PyTorch, in torch_rank.py: one model, 100 steps, and gradients
// that both average.
#include <cstdio>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/mpi_communicator.h>
#include <retrograd/retrograd.h>

namespace {

namespace rg = retrograd;
namespace nn = rg::nn;
namespace mpi = rg::mpi;

void train(mpi::Communicator& world) {
  rg::manual_seed(1);
  nn::Sequential model{nn::Conv2d(1, 6, 5, {.padding = 2}),
                       nn::ReLU(),
                       nn::MaxPool2d(2),
                       nn::Conv2d(6, 16, 5),
                       nn::ReLU(),
                       nn::MaxPool2d(2),
                       nn::Flatten(),
                       nn::Linear(400, 120),
                       nn::ReLU(),
                       nn::Linear(120, 10)};
  const mpi::DataParallel parallel(model, world, {.deterministic = false});
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.01, .momentum = 0.9});
  double loss = 0;
  for (int step = 0; step < 100; ++step) {
    optimizer.zero_grad();
    const rg::Tensor mean =
        rg::cross_entropy(model(rg::randn({16, 1, 28, 28})), rg::randint(0, 10, {16}));
    mean.backward();
    optimizer.step();
    loss = mean.item<double>();
  }
  for (const auto& [name, tensor] : model.named_parameters()) {
    world.broadcast(tensor.detach().contiguous(), 0, name).wait();  // rank 1 compares them
  }
  std::printf("rank 0, retrograd: the last loss is %.3f\n", loss);
}

}  // namespace

int main() {
  return mpi::run(train);
}
