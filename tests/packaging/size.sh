#!/bin/sh
# size.sh STRIP LIBRARY BYTES: whether the library, stripped, has at most so many bytes.
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"$1" -o "$stripped" "$2"
size=$(wc -c < "$stripped")
echo "$size bytes stripped"
[ "$size" -le "$3" ]
