#!/usr/bin/env bash
# Counting the equal samples of 50,000 JPEGs (decant inspect --duplicates) against `cat` of the same files to /dev/null, listed beforehand, both
# from memory: CPU time of one core, so that a busy machine does not sway it, best of seven runs each. CIFAR-10 as JPEGs, a hundred of them twice.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

pictures=$root/build/data/inspect_duplicates
if [ ! -e "$pictures.done" ]; then
  cifar=$(dataset cifar10) || exit 0
  "$build/decant" compress "$cifar" --keep 100% --method random --to imagefolder --quality 90 -o "$pictures" --quiet --overwrite >/dev/null
  find "$pictures/data" -name '*.jpg' | sort | awk 'NR % 500 == 1' | while read -r file; do cp "$file" "${file%.jpg}-again.jpg"; done
  touch "$pictures.done"
fi
find "$pictures/data" -name '*.jpg' -print0 >"$pictures.list"

inspect() { OPENBLAS_NUM_THREADS=1 "$build/decant" inspect "$pictures/data" --duplicates --threads 1 --quiet --json; }
inspect | /usr/bin/python3 -c 'import json, sys
found = json.load(sys.stdin)
copies = found["same_bytes"]
if (found["rows"], copies["repeats"], copies["rows_with_other_labels"]) != (50100, 100, 0):
    sys.exit(f"inspect_duplicates: FAILED: {found['"'rows'"']} rows, {copies}")'

TIMEFORMAT='%3U %3S'
best_of() { for _ in 1 2 3 4 5 6 7; do { time "$@" >/dev/null; } 2>&1; done | awk '{ ms = ($1 + $2) * 1e3; if (!best || ms < best) best = ms } END { print best }'; }
read_all() { xargs -0 cat <"$pictures.list"; }
ours=$(best_of inspect)
read=$(best_of read_all)
awk -v ours="$ours" -v read="$read" 'BEGIN { printf "%-30s ours %5.0f ms   cat %5.0f ms   ratio %.2f   (50,100 files)\n", "equal samples by digest", ours, read, ours / read }'
