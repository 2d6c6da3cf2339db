#!/usr/bin/env bash
# Static embeddings of a million drawn texts of 5 to 25 words (256 columns, 30,003 tokens) on one core, from JSON lines to the .npy. The
# features of the first 2,000 are compared with the definition (static_embedding.py) before the time counts. It is CPU time of one thread,
# which a busy machine does not sway much; at most 60 s are allowed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$root/bench/static_embedding.py" make "$work"

TIMEFORMAT='%U %S'
{ time "$build/decant" features "$work/texts.jsonl" -o "$work/features.npy" --features static --weights "$work/model" \
  --cache "$work/cache" --threads 1 2>"$work/log" >&2; } 2>"$work/seconds" || { cat "$work/log" >&2; exit 1; }
/usr/bin/python3 "$root/bench/static_embedding.py" check "$work"
awk '{ s = $1 + $2; printf "%-44s %8.2f %8.2f %6.2f\n", "static embeddings: CPU-s per million texts", s, 60, s / 60; exit s > 60 }' "$work/seconds"
