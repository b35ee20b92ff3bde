#!/bin/sh
# The tests of retrograd::mpi with the other MPI library; the commit's stages use Open MPI.
set -eu
build=build/mpich
cmake -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
  -DMPI_CXX_COMPILER=mpicxx.mpich -DMPIEXEC_EXECUTABLE="$(command -v mpiexec.mpich)" \
  -DRETROGRAD_WITH_MPI=ON -DRETROGRAD_INSTALL=OFF
cmake --build "$build" --target retrograd_mpi_tests mpi_cases mpi_train mpi_run \
  mpi_with_torch many_processes
# python3-mpi4py is Open MPI's
ctest --test-dir "$build" --output-on-failure -L '^mpi$' -E PyTorch
python3 -B tests/mpi/check_bits.py mpiexec.mpich "$build/tests/mpi/mpi_train" --steps 50
python3 -B tests/mpi/check_kills.py mpiexec.mpich "$build/tests/mpi/mpi_train" --kills 20
python3 -B tests/mpi/check_runs.py mpiexec.mpich "$build/tests/mpi/mpi_run" --kills 20
