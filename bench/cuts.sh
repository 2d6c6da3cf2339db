#!/usr/bin/env bash
# Ten class-wise cuts of 5,000 × 256 on one thread against scoring everyone, picks compared first; then one large pool.
# With a features .npy (float32) and a labels .npy (int32) given by path, the same comparison on those.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

"$build/select_bench" "$@"
[ $# -gt 0 ] || "$build/select_bench" --pool 50000 256
