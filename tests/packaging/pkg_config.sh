#!/bin/sh
# Compiles SOURCE with what pkg-config says about the library in LIBDIR, and runs it.
# usage: pkg_config.sh COMPILER SOURCE LIBDIR [--static]
set -eu
compiler=$1 source=$2 libdir=$3
shift 3
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"
program=$(mktemp)
trap 'rm -f "$program"' EXIT
# eval, because pkg-config escapes the spaces of paths for a shell
eval "\"$compiler\" -std=c++20 \"$source\" -o \"$program\" $(pkg-config "$@" --cflags --libs retrograd)"
"$program"
