#!/usr/bin/env bash
# What the training-free features are worth and what they cost, on CIFAR-10. One line a figure: what, ours, reference, ratio.
# References: the plain way of docs/features.md (patch 6, stride 1, no square root, columns as PCA leaves them) on all 50,000 pictures,
# and a budget of 90 s. Arguments go to features_bench.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
cifar=$(dataset cifar10) || exit 0
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
