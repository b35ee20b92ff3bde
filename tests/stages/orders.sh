#!/bin/sh
# The unit tests in 20 random orders.
set -eu
cmake --preset release
cmake --build --preset release --target retrograd_unit_tests
failed=
for seed in $(seq 1 20); do
  build/release/tests/retrograd_unit_tests -ob=rand -rs="$seed" > build/order.log || {
    cat build/order.log
    failed="$failed $seed"
  }
done
echo "20 orders, failed:${failed:- none}"
[ -z "$failed" ]
