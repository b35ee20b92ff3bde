#!/bin/sh
# Runs stages one after the other, whatever becomes of the others, and ends with a table of them.
# usage: run.sh STAGE...      STAGE: the name of a script in this folder
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
table=
status=0
for stage in "$@"; do
  echo "=== $stage"
  begin=$(date +%s)
  result=passed
  "$here/$stage.sh" || { result=FAILED; status=1; }
  table="$table$(printf '%-12s %-7s %5d s' "$stage" "$result" $(($(date +%s) - begin)))
"
done
printf '=== stages\n%s' "$table"
exit $status
