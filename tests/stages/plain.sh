#!/bin/sh
# Unit and gradient tests of a build without the optional libraries: OpenMP, oneDNN, BLAS, zlib.
set -eu
cmake --preset plain
cmake --build --preset plain --target retrograd_unit_tests retrograd_gradient_tests
ctest --preset plain -R "^(unit|gradient|left out):"
