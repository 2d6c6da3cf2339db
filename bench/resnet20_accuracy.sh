#!/usr/bin/env bash
# The published CIFAR-10 ResNet-20 (weights trained elsewhere, read as safetensors) must reach its published accuracy through our
# readers, our network and our feature pipeline; and the pipeline must keep the network busy.
# One line a figure: what, ours, reference, ratio.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

cifar=$(dataset cifar10) || exit 0
weights=$shared/data/weights_cifar10_resnet/resnet20-12fca82f.safetensors
[ -n "$cifar" ] || exit 0
[ -f "$weights" ] || { echo "skipped: $weights is not here (set DECANT_SHARED)" >&2; exit 0; }
"$build/features_torch_bench" "$cifar" "$weights"
