#!/usr/bin/env bash
# Pictures in sheets against the same pictures as files of their own (--tile 1: shrunk and coded alike): 1,200 photographs of Imagenette in
# cells of 112 pixels, 2 × 2 at quality 75, and 10,000 pictures of CIFAR-10 in cells of 32, 8 × 8 at quality 50. At most .94 and .42 of the
# bytes of the files are expected, and at least 300 pictures a second on one core: CPU time of the whole run, which reads, hashes, shrinks,
# writes and makes the report. Before time or bytes count, every cell is read by decant and compared with the same cut out of the whole sheet
# by Pillow, where that is installed, and the set is verified against its source.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${DECANT_PYTHON:-python3}
TIMEFORMAT='%3U %3S'

# compress NAME PATH OPTIONS…: writes $work/NAME, and prints the CPU seconds.
compress() {
  { time "$build/decant" compress "$2" -o "$work/$1" --method random --no-check --threads 1 --cache "$work/cache" --quiet "${@:3}" >/dev/null; } 2>&1 |
    awk '{ print $1 + $2 }'
}

# check NAME PATH: cells as decant reads them are cells of the decoded sheets, and sheets are the source's pictures.
check() {
  "$build/decant" verify "$work/$1" --source "$2" --quiet >/dev/null || { echo "sheets: FAILED: $1 is not its source, shrunk" >&2; exit 1; }
  "$build/decant" compress "$work/$1" -o "$work/$1-png" --method random --keep 100% --to imagefolder --threads 1 --quiet >/dev/null
  "$python" - "$work/$1" "$work/$1-png/data/train" <<'PY'
import collections, hashlib, json, pathlib, sys
try:
    from PIL import Image
except ImportError:
    print("sheets: cells are not compared with Pillow's, which is not installed (DECANT_PYTHON)", file=sys.stderr)
    sys.exit(0)
sheets, cells = map(pathlib.Path, sys.argv[1:])


def digest(picture):
    return hashlib.sha256(repr(picture.size).encode() + picture.convert("RGB").tobytes()).hexdigest()


found = collections.Counter(digest(Image.open(file)) for file in cells.rglob("*.png"))
cut = collections.Counter()
with open(sheets / "data" / "sheets.jsonl") as table:
    next(table)
    for sheet in map(json.loads, table):
        whole = Image.open(sheets / "data" / sheet["file"]).convert("RGB")
        cut.update(digest(whole.crop((left, top, left + width, top + height))) for left, top, width, height in sheet["boxes"])
if cut != found:
    sys.exit(f"sheets: FAILED: of {sum(cut.values())} cells cut out by Pillow, {sum((cut - found).values())} are not what decant reads")
PY
  rm -rf "${work:?}/$1-png"
}

# against TITLE PATH ROWS TILE MOST OPTIONS…
against() {
  local seconds
  compress files "$2" --keep "$3" --tile 1 "${@:6}" >/dev/null
  seconds=$(compress sheets "$2" --keep "$3" --tile "$4" "${@:6}")
  check sheets "$2"
  "$python" - "$work" "$1" "$5" "$seconds" <<'PY'
import json, sys
work, title, most, seconds = sys.argv[1:]
run = {name: json.load(open(f"{work}/{name}/run.json")) for name in ("files", "sheets")}
files, tiled = run["files"]["sheets"], run["sheets"]["sheets"]
ratio = tiled["bytes_sheets"] / files["bytes_sheets"]
speed = run["sheets"]["kept"] / float(seconds)
print(f"{title:30s} sheets {tiled['bytes_sheets']:,} bytes in {tiled['sheets']:,} files, singles {files['bytes_sheets']:,} in {files['sheets']:,}: {ratio:.3f}"
      f" ({run['sheets']['bytes_after'] / run['files']['bytes_after']:.3f} with tables)   {speed:,.0f} pictures/s")
sys.exit(ratio > float(most) or speed < 300)
PY
  rm -rf "${work:?}"/{files,sheets}
}

failed=0
photos=$(dataset imagenette_1200) || exit 0
against "224 to 112 px, 2 x 2, q 75" "$photos/imagenette" 100% 2 .94 --tile-side 112 --quality 75 || failed=1
cifar=$(dataset cifar10) || exit 0
against "32 px, 8 x 8, quality 50" "$cifar" 10000 8 .42 --quality 50 || failed=1
exit $failed
