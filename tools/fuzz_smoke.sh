#!/usr/bin/env bash
# fuzz_smoke.sh SECONDS: runs every fuzz target that long, starting from its seed corpus when it has one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0
for source in $(git ls-files --cached --others --exclude-standard '*_fuzz.cc'); do
  name=$(basename "$source" .cc)
  mkdir -p "$scratch/$name"
  corpus=$(dirname "$source")/corpus
  printf '%s: ' "$name"
  "build/fuzz/$name" -max_total_time="$1" -max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$scratch/" "$scratch/$name" $([ ! -d "$corpus" ] || echo "$corpus") >"$scratch/log" 2>&1 ||
    { cat "$scratch/log"; exit 1; }
  grep -o 'number_of_executed_units:.*' "$scratch/log"
  count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "no fuzz target was found" >&2; exit 1; }
echo "$count fuzz targets ran clean"
