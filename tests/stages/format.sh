#!/bin/sh
# All sources are as clang-format 14 leaves them; other versions break lines elsewhere.
set -eu
program=$(command -v clang-format-14 || command -v clang-format)
"$program" --version | grep -q 'version 14\.' || { echo "$program is not clang-format 14" >&2; exit 1; }
git ls-files -z '*.h' '*.cpp' | xargs -0 "$program" --dry-run -Werror
