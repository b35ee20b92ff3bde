// Trains a step in the processes of an MPI job. Without mpirun, there is one.
#include <cstdio>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/mpi_communicator.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main() {
  return rg::mpi::run([](rg::mpi::Communicator& world) {
    rg::nn::Linear layer(2, 1);
    rg::mpi::DataParallel parallel(layer, world);
    const rg::Batch batch{rg::ones({4, 2}), rg::zeros({4, 1})};
    const double loss = parallel.backward(batch, [&](const rg::Batch& part) {
      return rg::mse_loss(layer(part.inputs), part.targets);
    });
    std::printf("rank %d of %d: loss %.3f\n", world.rank(), world.size(), loss);
  });
}
