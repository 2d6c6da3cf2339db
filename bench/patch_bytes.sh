#!/usr/bin/env bash
# What the cells of a folder of JPEGs take: bytes left when 25 and 50 % of them are dropped, as a share of the best lossless re-coding of
# the same pictures, for cells chosen by chance, those of least gradient energy (what decant drops) and those of most.
#
#     bench/patch_bytes.sh [FOLDER]     1,200 Imagenette pictures of 224 × 224 unless a folder is named
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

if [ $# -gt 0 ]; then photos=$1; else photos=$(dataset imagenette_1200)/imagenette || exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/decant" patches "$photos" -o "$work/lowest.npy" --importance gradient-energy --quiet >/dev/null
# The other way around: 1 / (1 + importance), scaled to mean 1 in each map.
python3 - "$work/lowest.npy" "$work/highest.npy" <<'PY'
import array, re, struct, sys
npy = open(sys.argv[1], "rb").read()
start = 10 + struct.unpack("<H", npy[8:10])[0]
rows, side, _ = map(int, re.search(rb"\((\d+), (\d+), (\d+)\)", npy[:start]).groups())
maps = array.array("f", npy[start:])
for row in range(rows):
    one = [1 / (1 + value) for value in maps[row * side * side : (row + 1) * side * side]]
    mean = sum(one) / len(one)
    maps[row * side * side : (row + 1) * side * side] = array.array("f", [value / mean for value in one])
open(sys.argv[2], "wb").write(npy[:start] + maps.tobytes())
PY

for cells in random lowest highest; do
  for share in 25 50; do
    importance=$([ $cells = random ] && echo random || echo "$work/$cells.npy")
    out=$work/$cells-$share
    "$build/decant" compress "$photos" -o "$out" --method random --keep 100% --drop $share% --importance "$importance" --quiet >/dev/null
    python3 - "$out/run.json" "$cells" "$share" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
left, whole = run["bytes_after"], run["patches"]["bytes_recoded"]
kinds = {"random": "by chance", "lowest": "least gradient energy", "highest": "most gradient energy"}
print(f"{sys.argv[3]} % of cells dropped, {kinds[sys.argv[2]]:22s} {100 * left / whole:5.1f} % of the best lossless re-coding ({left:,} of {whole:,} bytes)")
PY
    rm -rf "$out"
  done
done
