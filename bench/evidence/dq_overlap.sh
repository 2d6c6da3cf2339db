#!/usr/bin/env bash
# How many rows decant's selections of Alpaca and CIFAR-10 share with those that were published with Dataset Quantization, next to what random
# rows of the same number share. Needs the published indices: data/dq_reference in DECANT_SHARED.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../data.sh"
reference=$shared/data/dq_reference
[ -d "$reference" ] || { echo "skipped: $reference is not here (set DECANT_SHARED)" >&2; exit; }
alpaca=$(dataset alpaca) || exit 0
cifar=$(dataset cifar10) || exit 0
/usr/bin/python3 "$root/bench/evidence/dq_overlap.py" "$build/decant" "$reference" "$alpaca/alpaca_data.json" "$cifar"
