#!/usr/bin/env bash
# Dropping a quarter of the cells of 1,200 JPEGs of 224 × 224 on one core, against libjpeg-turbo's own loop over the same files (read the
# coefficients, write them with optimised tables). Which coefficients the results hold is checked first. At least 300 pictures a second
# and at most 1.2 times the loop's CPU time are expected.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

photos=$(dataset imagenette_1200) || exit 0
export DECANT_JPEGS=$photos/imagenette

"$build/formats_bench" --benchmark_filter='^(drop_a_quarter|libjpeg_loop)$' --benchmark_repetitions=5 \
  --benchmark_enable_random_interleaving=true --benchmark_format=csv 2>/dev/null | awk -F, '
  /true/ { print "jpeg_recode: FAILED: " $0; failed = 1 }
  { gsub(/"/, "", $1) }
  $1 ~ /_median$/ { sub(/_median$/, "", $1); speed[$1] = $7 }
  END {
    if (failed || !speed["libjpeg_loop"]) exit 1
    ratio = speed["libjpeg_loop"] / speed["drop_a_quarter"]
    printf "%-30s ours %5.0f pictures/s   libjpeg-turbo %5.0f pictures/s   time %.2f of it\n", "jpeg re-coding, one core", speed["drop_a_quarter"], speed["libjpeg_loop"], ratio
    exit ratio > 1.2 || speed["drop_a_quarter"] < 300
  }'
