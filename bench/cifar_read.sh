#!/usr/bin/env bash
# Reads the 50,000 training records of CIFAR-10 as interleaved pixels on one core, against a plain memcpy of the same records in the
# same run. The bound: at least 500 MB/s of stored bytes. The pixels are compared with a naive decoder's before the clock starts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

DECANT_CIFAR10=$(dataset cifar10) || exit 0
export DECANT_CIFAR10

"$build/formats_bench" --benchmark_filter='^cifar_(decode|copy|open_and_decode)' --benchmark_repetitions=5 \
  --benchmark_report_aggregates_only=true --benchmark_format=csv 2>/dev/null | awk -F, '
  $1 ~ /_median"?$/ { gsub(/"/, "", $1); sub(/_median$/, "", $1); speed[$1] = $6 / 1e6 }
  $0 ~ /true/ { print "cifar_read: FAILED: " $0; failed = 1 }
  END {
    if (failed || !speed["cifar_decode"]) exit 1
    copy = speed["cifar_copy"]
    printf "%-34s ours %8.0f MB/s   memcpy %8.0f MB/s   ratio %.2f\n", "cifar decode, warm", speed["cifar_decode"], copy, speed["cifar_decode"] / copy
    printf "%-34s ours %8.0f MB/s   memcpy %8.0f MB/s   ratio %.2f\n", "cifar open + check + decode", speed["cifar_open_and_decode"], copy, speed["cifar_open_and_decode"] / copy
    exit speed["cifar_decode"] < 500
  }'
