#!/usr/bin/env bash
# The engine's pools, answers checked before the time counts: class-wise cuts against scoring everyone, then one pool of every size with
# audits. Arguments: the largest pool in thousands of rows (default 200; 1280 takes some minutes and 5 GB), then --threads T.
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
for thousands in 12 25 50 100 200; do
  [ "$thousands" -gt "$largest" ] || "$bench" --pool "${thousands}000" 256 --counts "$@"
done
[ "$largest" -lt 1280 ] || "$bench" --pool 1280000 768 --counts "$@"
