#!/bin/sh
# All tests but those of packaging under AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu
cmake --preset asan-ubsan
cmake --build --preset asan-ubsan
ctest --preset asan-ubsan
