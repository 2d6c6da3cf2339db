#!/usr/bin/env bash
# What the training-free features are worth and what they cost, on CIFAR-10. One line a figure: what, ours, reference, ratio.
# The references are accuracies of the published single layer with far more filters, or of the same features at another setting, and
# stand in docs/features.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
cifar=$(dataset cifar10)
[ -d "$cifar" ] || exit 0

line=$("$build/features_bench" "$cifar" "$@")
echo "$line" >&2
number() { grep -oE "$1 [0-9.]+" <<<"$line" | grep -oE '[0-9.]+$'; }
ridge=$(number ridge) knn=$(number knn) fit=$(number fit) features=$(number features)
awk -v r="$ridge" -v k="$knn" 'BEGIN { exit !(r >= 55 && k >= 55) }' || { echo "the features are worse than they should be: $line" >&2; exit 1; }

row() { awk -v what="$1" -v a="$2" -v b="$3" 'BEGIN { printf "%-44s %8.2f %8.2f %6.2f\n", what, a, b, a / b }'; }
row "conv-kmeans: linear probe, %" "$ridge" 62.70
row "conv-kmeans: 10 nearest neighbours, %" "$knn" 56.60
row "conv-kmeans: seconds to fit and extract" "$(awk -v a="$fit" -v b="$features" 'BEGIN { print a + b }')" 90
