#!/bin/sh
# The unit tests in 20 random orders.
set -eu
cmake --preset release
cmake --build --preset release --target retrograd_unit_tests
failed=$(seq 1 20 | xargs -P "$(nproc)" -I '{}' sh -c '
  OMP_NUM_THREADS=1 build/release/tests/retrograd_unit_tests -ob=rand -rs={} > build/order-{}.log ||
    echo {}')
for seed in $failed; do
  cat "build/order-$seed.log"
done
echo "20 orders, failed:" ${failed:-none}
[ -z "$failed" ]
