#!/bin/sh
# Runs what the README promises in a bare system: ./dev demo, run, exercise, test, bench and oracle.
#
# usage: try_system.sh bookworm|trixie [FOLDER]
#
# Needs root (chroot, mounts) and installs debootstrap where it is missing. The system is made in
# FOLDER, or used as it stands there, and kept; without FOLDER it is made in a temporary one and
# removed. What each command prints goes to SUITE-COMMAND.log in the current folder. Ends with one
# line of counts, and with 1 where a command failed.
#   STAGES="demo run exercise test bench oracle"  commands to run
#   CACHE=FOLDER                     a folder for ccache, kept between runs
#   RETROGRAD_TEST_DATA=FOLDER       data sets for the tests
set -eu

suite=${1:?bookworm or trixie}
tree=$(cd "$(dirname "$0")/../.." && pwd)
logs=$(pwd)
stages=${STAGES:-demo run exercise test bench oracle}

if [ "${TRY_SYSTEM_INSIDE:-}" != 1 ]; then
  # Mounts of a namespace of its own go when the script ends, however it ends.
  TRY_SYSTEM_INSIDE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi

root=${2:-}
if [ -z "$root" ]; then
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/retrograd-$suite.XXXXXX")
  trap 'umount -R "$root/proc" "$root/dev" "$root/cache" "$root/data" 2>/dev/null || true
        rm -rf --one-file-system "$root"' EXIT
fi
if [ ! -x "$root/bin/sh" ]; then
  command -v debootstrap >/dev/null || apt-get install -y --no-install-recommends debootstrap
  debootstrap --variant=minbase "$suite" "$root" > "$logs/$suite-debootstrap.log"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/cache" "$root/data" "$root/retrograd"
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
inside="env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true DEBIAN_FRONTEND=noninteractive"
if [ -n "${CACHE:-}" ]; then
  mkdir -p "$CACHE"
  mount --bind "$CACHE" "$root/cache"
  inside="$inside CCACHE_DIR=/cache"
  chroot "$root" sh -c 'command -v ccache >/dev/null ||
    { apt-get update && apt-get install -y --no-install-recommends ccache; }' >/dev/null
fi
if [ -n "${RETROGRAD_TEST_DATA:-}" ]; then
  mount --bind "$RETROGRAD_TEST_DATA" "$root/data"
  inside="$inside RETROGRAD_TEST_DATA=/data"
fi
# Sources of an earlier run may have moved since; what it built is of use.
find "$root/retrograd" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
(cd "$tree" && git ls-files -z --cached --others --exclude-standard |
  tar --null --files-from=- --ignore-failed-read -cf -) | tar -C "$root/retrograd" -xf -

command_of() {
  case $1 in
    bench) echo "./dev bench --threads 1 --repeats 1" ;;
    oracle) echo "./dev oracle --cases 2000" ;;
    # The README's network, and an exercise, which is marked as not yet right.
    run) echo "sed -n '/file: mine.cpp/,/^\`\`\`\$/p' README.md | sed '1,/^\`\`\`cpp/d; /^\`\`\`/d' > mine.cpp &&" \
           "./dev run mine.cpp && rm mine.cpp" ;;
    exercise) echo "./dev exercise 2 > hint.log; cat hint.log; grep -q ^Hint: hint.log" ;;
    *) echo "./dev $1" ;;
  esac
}

# What a command counted, from its log.
counts_of() {
  case $1 in
    test) sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)/\2 tests, \1 failed/p' "$2"
          echo ", $(grep -c '(Skipped)$' "$2" || true) skipped" ;;
    bench) grep -c '^| ' "$2" | sed 's/$/ rows/' ;;
    oracle) grep -E 'disagreements|failed' "$2" ;;
    run) grep -o '[0-9]* of 500 unseen digits are right' "$2" ;;
    exercise) grep -c '^Hint: ' "$2" | sed 's/$/ hint/' ;;
    demo) grep -o 'accuracy[: ]*0\.[0-9]*' "$2" | tail -n 1 ;;
  esac | tr '\n' ' ' | sed 's/ ,/,/g; s/ *$//'
}

summary=
status=0
for stage in $stages; do
  log=$logs/$suite-$stage.log
  start=$(date +%s)
  if chroot "$root" $inside sh -c "cd /retrograd && $(command_of "$stage")" > "$log" 2>&1; then
    result=passed
  else
    result=FAILED
    status=1
  fi
  summary="$summary; $stage $result in $(($(date +%s) - start)) s ($(counts_of "$stage" "$log"))"
  echo "$suite: $stage $result" >&2
done
echo "$suite${summary#;}"
exit $status
