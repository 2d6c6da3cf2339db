#!/usr/bin/env bash
# What stands where cells were dropped, against the pictures as they were: PSNR in dB of the dropped pixels of 2,000 test pictures of
# CIFAR-10, 25 and 50 % of their 8 × 8 cells dropped, by chance and by gradient energy. The pictures are packed, filled and written back
# as the batch that they came from, and compared with it by Python alone. Then what the two fills without a network take.
#
#     bench/patch_fill.sh [MAE.safetensors]     decant train cifar10/ --net mae -o MAE.safetensors
#
# With weights, their network is a column too, and at least 2 dB above `harmonic` are expected of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

weights=${1:-}
cifar=$(dataset cifar10) || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/test"
ln -s "$(realpath "$cifar/test_batch.bin")" "$work/test/data_batch_1.bin"

# psnr SMALL FILLED: kept pixels are the same, so the squares of all pixels are those of the dropped ones.
psnr() {
  python3 - "$work/test/data_batch_1.bin" "$@" <<'PY'
import math, struct, sys
source, small, filled, dropped = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
npy = open(f"{small}/indices.npy", "rb").read()
start = 10 + struct.unpack("<H", npy[8:10])[0]
rows = struct.unpack(f"<{(len(npy) - start) // 8}q", npy[start:])
before, after = open(source, "rb").read(), open(filled, "rb").read()
squares = 0
for i, row in enumerate(rows):
    a, b = before[3073 * row + 1 : 3073 * (row + 1)], after[3073 * i + 1 : 3073 * (i + 1)]
    squares += sum((x - y) ** 2 for x, y in zip(a, b))
assert len(after) == 3073 * len(rows)
print(f"{10 * math.log10(255 ** 2 * dropped * 3072 * len(rows) / squares):.2f}")
PY
}

failed=0
for cells in random gradient-energy; do
  for share in 25 50; do
    small=$work/$cells-$share
    "$build/decant" compress "$work/test" -o "$small" --method random --keep 2000 --drop $share% --importance $cells --to packed --quiet >/dev/null
    line=""
    for fill in stored harmonic smooth $weights; do
      "$build/decant" unpack "$small" -o "$small-$(basename "$fill")" --fill "$fill" --to cifar10 --quiet >/dev/null
      figure=$(psnr "$small" "$small-$(basename "$fill")/data_batch_1.bin" 0.$share)
      line+=$(printf '  %s %5.2f' "$([ "$fill" = "$weights" ] && echo mae || echo "$fill")" "$figure")
      [ "$fill" != harmonic ] || harmonic=$figure
    done
    printf 'dropped pixels, dB: %2d %% of cells, %-16s%s\n' "$share" "$cells" "$line"
    [ -z "$weights" ] || awk -v mae="$figure" -v harmonic="$harmonic" 'BEGIN { exit !(mae >= harmonic + 2) }' || failed=1
  done
done
if [ -x "$build/patches_bench" ]; then
  "$build/patches_bench" --benchmark_format=csv 2>/dev/null | awk -F, '
    /true/ { print "patch_fill: FAILED: " $0; failed = 1 }
    $1 ~ /^"?fill_with/ { gsub(/"/, "", $1); sub(/fill_with\//, "", $1); printf "%-20s %6.2f ms of CPU time a picture, one core\n", $1, 1000 / $7 }
    END { exit failed }' || failed=1
fi
exit $failed
