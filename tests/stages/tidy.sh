#!/bin/sh
# Runs clang-tidy with the checks of .clang-tidy on the library's sources and headers.
# Needs the packages of packages.txt, and clang, clang-tidy and libomp-dev.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
# Flags that clang knows, as tests/stages/compilers.sh configures them.
cmake --fresh --preset dev -B build/dev-clang \
  -DCMAKE_CXX_COMPILER="$(command -v clang++-14 || command -v clang++)" > build/dev-clang.log
sources=$(git ls-files '*.cpp' | grep -vE '^(bench|docs|exercises|tests|tutorials)/')
export TIDY=$(command -v clang-tidy-14 || command -v clang-tidy)
export PASSED=build/tidy-passed
mkdir -p $PASSED
# A source without findings is looked at again when what the compiler sees of it, or the checks,
# changed.
status=0
echo "$sources" | xargs -P "$(nproc)" -n 1 sh -c '
  command=$(python3 tests/stages/compile_command.py build/dev-clang/compile_commands.json "$1")
  key=$({ cat .clang-tidy; "$TIDY" --version; sh -c "$command -E -o -"; } | sha256sum | cut -c1-32)
  [ ! -e "$PASSED/$key" ] || exit 0
  "$TIDY" -p build/dev-clang --quiet "$1" && touch "$PASSED/$key"
' tidy > build/tidy.log 2>&1 || status=1
# A header's finding is printed for each source that includes it.
grep -E '(warning|error): ' build/tidy.log | sort -u || true
echo "$(echo "$sources" | wc -l) sources, $(grep -E '(warning|error): ' build/tidy.log | sort -u | wc -l) findings"
exit $status
