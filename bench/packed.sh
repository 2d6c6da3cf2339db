#!/usr/bin/env bash
# Packed pictures of CIFAR-10 against PNG by libspng in the same run: bytes per picture, a random row, all rows in order, encoding. The
# bounds: fewer bytes than PNG, and a random row in a millisecond. Every picture is compared with the original before the clock starts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

DECANT_CIFAR10=$(dataset cifar10) || exit 0
export DECANT_CIFAR10

"$build/formats_bench" --benchmark_filter='^packed_' --benchmark_repetitions=5 --benchmark_report_aggregates_only=true \
  --benchmark_format=csv 2>/dev/null | awk -F, '
  $1 ~ /_median"?$/ { gsub(/"/, "", $1); sub(/_median$/, "", $1); each[$1] = 1e6 / $7; bytes[$1] = $NF }
  $0 ~ /true/ { print "packed: FAILED: " $0; failed = 1 }
  END {
    if (failed || !each["packed_random_row"]) exit 1
    printf "%-20s ours %7.0f B    PNG %7.0f B    ratio %.2f\n", "bytes per picture", bytes["packed_decode_all"], bytes["packed_decode_all_png"],
           bytes["packed_decode_all"] / bytes["packed_decode_all_png"]
    for (what in each) {
      if (what ~ /_png$/) continue
      printf "%-20s ours %7.1f µs   PNG %7.1f µs   ratio %.2f\n", what, each[what], each[what "_png"], each[what] / each[what "_png"]
    }
    exit bytes["packed_decode_all"] >= bytes["packed_decode_all_png"] || each["packed_random_row"] > 1000
  }'
