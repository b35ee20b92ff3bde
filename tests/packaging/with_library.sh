#!/bin/sh
# Runs PROGRAM with the shared library in LIBDIR in place of the one that it was linked with.
# usage: with_library.sh LIBDIR PROGRAM [ARGUMENTS]
set -eu
export LD_LIBRARY_PATH="$1"
shift
ldd "$1" | grep -F "$LD_LIBRARY_PATH/libretrograd.so" ||
  { echo "$1 does not take the library of $LD_LIBRARY_PATH" >&2; exit 1; }
exec "$@"
