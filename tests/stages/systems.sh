#!/bin/sh
# What the README promises, in a bare Debian 12 and a bare Debian 13.
mkdir -p build/systems && cd build/systems || exit 1
status=0
for suite in bookworm trixie; do
  CACHE=${CACHE:-$PWD/cache-$suite} ../../tests/systems/try_system.sh "$suite" || status=1
done
exit $status
