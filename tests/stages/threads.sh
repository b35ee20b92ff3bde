#!/bin/sh
# Runs the tests in which threads meet under ThreadSanitizer, 20 times (REPEATS=N): clang's, as its
# OpenMP and Archer tell it what threads of OpenMP wait for, which a program may have. OpenBLAS and oneDNN are not
# instrumented; their calls of libgomp are answered by clang's OpenMP, which has its functions.
# Needs the packages of packages.txt, and clang, libclang-rt-dev and libomp-dev.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
cmake --preset tsan > build/tsan.log
cmake --build --preset tsan --target retrograd_thread_tests >> build/tsan.log

llvm=$(dirname "$(dirname "$(readlink -f "$(command -v clang++)")")")
export OMP_NUM_THREADS=4 OMP_TOOL_LIBRARIES="$llvm/lib/libarcher.so" ARCHER_OPTIONS=verbose=1
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 exitcode=66 die_after_fork=0"

# The sanitizer must report this race, or it would report none.
cat > build/tsan/race.cpp <<'EOF'
int main() {
  long sum = 0;
#pragma omp parallel for
  for (long i = 0; i < 100000; ++i) sum += i;
  return sum == 0;
}
EOF
clang++ -fsanitize=thread -fopenmp -O1 build/tsan/race.cpp -o build/tsan/race
build/tsan/race > build/tsan/race.log 2>&1 || true
if ! grep -q 'ThreadSanitizer: data race' build/tsan/race.log; then
  cat build/tsan/race.log >&2
  echo "ThreadSanitizer did not report a race" >&2
  exit 1
fi

tests=build/tsan/tests/retrograd_thread_tests
one_thread="a chain of a million*,a node of a long chain*"  # slow
repeat=0
while [ $repeat -lt "${REPEATS:-20}" ]; do
  repeat=$((repeat + 1))
  if ! "$tests" -tce="$one_thread" > build/tsan/threads.log 2>&1; then
    cat build/tsan/threads.log
    echo "repeat $repeat: a race or a failed test"
    exit 1
  fi
  if ! grep -q '^Archer detected' build/tsan/threads.log; then
    echo "$OMP_TOOL_LIBRARIES was not loaded" >&2
    exit 1
  fi
done
grep 'test cases:' build/tsan/threads.log
echo "$repeat times, no race"
