// Runs a case in processes of MPI.
//
//   mpi_cases NAME      mpi_cases --list      mpi_cases --failures
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/mpi/mpi_communicator.h>

#include "mpi/cases.h"

int main(int argc, char** argv) {
  const std::string name = argc == 2 ? argv[1] : "";
  for (const auto& [known, run] : test::cases()) {
    if (name == "--list") {
      std::printf("%s\n", known.c_str());
    } else if (name == known) {
      return retrograd::mpi::run(run);
    }
  }
  for (const test::Failure& failure : test::failures()) {
    if (name == "--failures") {
      std::printf("%s", failure.name.c_str());
      for (const std::string& text : failure.texts) {
        std::printf("|%s", text.c_str());
      }
      std::printf("\n");
    } else if (name == failure.name) {
      return retrograd::mpi::run(failure.run);
    }
  }
  return name == "--list" || name == "--failures" ? 0 : 2;
}
