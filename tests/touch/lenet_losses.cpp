// Prints the losses of the first steps of touch/lenet.cpp, which a page is compared with.
//
//   touch_lenet_losses STEPS LEARNING_RATE
#include <cstdio>
#include <cstdlib>

#include "touch/lenet.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    return EXIT_FAILURE;
  }
  retrograd::touch::LeNetTraining training(1);
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    std::printf("%.9g\n", training.step(std::atof(argv[2])));
  }
  return EXIT_SUCCESS;
}
