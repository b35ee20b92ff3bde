#!/bin/sh
# The unit tests under AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu
cmake --preset asan-ubsan
cmake --build --preset asan-ubsan --target retrograd_unit_tests
# One process: a test is a few milliseconds, and starting a sanitized program half a second.
build/asan-ubsan/tests/retrograd_unit_tests
