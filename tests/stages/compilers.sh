#!/bin/sh
# Compiles the whole tree with GCC and with clang, warnings as errors, and runs the unit tests of
# clang's build. GCC compiles bench/ too where LibTorch and Google Benchmark are installed; clang 14
# takes LibTorch 1.13's headers for no C++20.
# Needs the packages of packages.txt, and clang and libomp-dev.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
failed=0

# Compiles everything in build/NAME: compile NAME COMPILER OPTION...
compile() {
  name=$1 compiler=$2
  shift 2
  version=$("$compiler" --version | head -n 1)
  cmake --fresh --preset dev -B "build/$name" -DCMAKE_CXX_COMPILER="$compiler" \
    -DRETROGRAD_PRECOMPILE=OFF "$@" > "build/$name.log"
  if cmake --build "build/$name" -- -k 0 >> "build/$name.log" 2>&1; then
    echo "$version: no warnings"
  else
    grep -E '(warning|error): |^FAILED' "build/$name.log" | sort -u
    echo "$version: failed, see build/$name.log"
    failed=1
  fi
}

bench=OFF
if dpkg-query -W libtorch-dev libbenchmark-dev >/dev/null 2>&1; then
  bench=ON
fi
compile dev g++ -DRETROGRAD_BENCH=$bench
compile dev-clang "$(command -v clang++-14 || command -v clang++)"
if [ $failed = 0 ]; then
  build/dev-clang/tests/retrograd_unit_tests --minimal || failed=1
fi
exit $failed
