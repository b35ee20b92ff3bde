#!/bin/sh
# Compiles SOURCE with what pkg-config says about PACKAGE in LIBDIR, and runs it.
# usage: pkg_config.sh COMPILER SOURCE PACKAGE LIBDIR [--static]
set -eu
compiler=$1 source=$2 package=$3 libdir=$4
shift 4
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
program=$folder/program
# eval, because pkg-config escapes the spaces of paths for a shell
eval "\"$compiler\" -std=c++20 \"$source\" -o \"$program\" $(pkg-config "$@" --cflags --libs "$package")"
cd "$folder"
"$program"
