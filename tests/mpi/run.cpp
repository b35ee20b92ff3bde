// Trains in a folder, or continues there, with any number of ranks.
//
//   mpi_run FOLDER THREADS [MILLISECONDS]
//
// It waits for so long after each step, so that it can be killed between its saves.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <retrograd/mpi/mpi_communicator.h>

#include "mpi/run_training.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: mpi_run FOLDER THREADS [MILLISECONDS]\n");
    return 2;
  }
  const std::string folder = argv[1];
  retrograd::set_num_threads(std::atoi(argv[2]));
  const int milliseconds = argc > 3 ? std::atoi(argv[3]) : 0;
  return retrograd::mpi::run([&](retrograd::mpi::Communicator& world) {
    test::RunTraining training(world);
    training.pause = std::chrono::milliseconds(milliseconds);
    training.train_in(folder);
    if (world.rank() == 0) {
      std::printf("%s after %d steps\n", training.resumed ? "resumed, ended" : "ended",
                  static_cast<int>(training.steps));
      retrograd::save(training.state(), folder + "/end.safetensors");
    }
  });
}
