#!/usr/bin/env bash
# The engine's pools, answers checked before the time counts: class-wise cuts against scoring everyone, then one pool of every size with
# audits. Arguments: the largest pool in thousands of rows (default 200; 1280 takes ten minutes and 6 GB, 10000 as much again and 8 GB), then --threads T.
# With a features .npy (float32) and a labels .npy (int32) given by path, the comparison on those instead.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
bench="$build/select_bench"

if [ -f "${1:-}" ]; then
  "$bench" "$@"
  exit
fi
largest=${1:-200}
[ $# -eq 0 ] || shift
"$bench" "$@"
"$bench" --noise 20000 256 "$@"
growth=$(mktemp)
trap 'rm -f "$growth"' EXIT
for rows in 12500 25000 50000 100000 200000 400000 800000 1280000; do
  [ "$rows" -gt "${largest}000" ] || "$bench" --pool "$rows" 256 --counts "$@" | tee -a "$growth"
done
! [ -s "$growth" ] || python3 "$root/bench/growth.py" <"$growth"
[ "$largest" -lt 1280 ] || "$bench" --pool 1280000 768 --counts "$@"
[ "$largest" -lt 10000 ] || "$bench" --pool 10000000 128 --counts --audits 10 "$@"
