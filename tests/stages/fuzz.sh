#!/bin/sh
# Fuzzes the targets of tests/fuzz, as many side by side as there are cores. Ends with 1 when one of
# them crashed.
#   tests/stages/fuzz.sh [SECONDS [TARGET...]]    600 seconds for each of all by default
set -eu
cd "$(dirname "$0")/../.."
folder=$PWD/build/fuzz
log=$folder/fuzz-logs
mkdir -p "$log"

# A figure of libFuzzer's of the target's run.
figure() {
  sed -n "s/^stat::$2: *//p" "$log/$1"
}

# Runs one target for a time. New inputs are kept in the build folder for the next run.
fuzz() {
  found=$folder/fuzz-found/$1
  crashes=$folder/fuzz-crashes/$1
  mkdir -p "$found" "$crashes"
  rm -f "$crashes"/*
  options="-max_len=8192"
  case $1 in
    programs) options="-max_len=160 -entropic=0" ;;  # longer ones only take longer
    einsum) options="-max_len=160" ;;
  esac
  dictionary=tests/fuzz/$1.dict
  [ ! -f "$dictionary" ] || options="$options -dict=$dictionary"
  state=0
  OMP_NUM_THREADS=1 ASAN_OPTIONS=malloc_context_size=8 UBSAN_OPTIONS=print_stacktrace=1 \
    "$folder/tests/fuzz/fuzz_$1" -max_total_time="$2" -timeout=5 -rss_limit_mb=512 \
    -malloc_limit_mb=256 -print_final_stats=1 -artifact_prefix="$crashes/" $options \
    "$found" "tests/fuzz/corpus/$1" >"$log/$1" 2>&1 || state=$?
  echo "$1: $(figure "$1" number_of_executed_units) executions," \
    "$(figure "$1" average_exec_per_sec) a second, $(figure "$1" new_units_added) new units," \
    "coverage $(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log/$1" | tail -n 1)," \
    "$(find "$crashes" -type f | wc -l) crashes"
  [ "$state" = 0 ] || echo "$1: ended with $state; see $log/$1 and $crashes/"
  return "$state"
}

if [ "${1:-}" = --one ]; then  # as this script calls itself
  fuzz "$3" "$2"
  exit
fi
seconds=${1:-600}
[ $# = 0 ] || shift
for step in "cmake --preset fuzz" "cmake --build --preset fuzz"; do
  $step >"$log/build" || { cat "$log/build" >&2; exit 1; }
done
[ $# -gt 0 ] || set -- $(ls tests/fuzz/corpus)
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 tests/stages/fuzz.sh --one "$seconds" || exit 1
