#!/usr/bin/env bash
# Decoding JPEGs on one core: decode_image() against libjpeg-turbo's TurboJPEG on the same 1,200 photographs of 224 × 224 (same bytes, same
# settings: accurate DCT, smooth upsampling, RGB; the pixels are compared first), and against its own tjbench on 40 of them.
# The first ratio counts CPU time, measured turn by turn in one process, so a busy machine does not sway it. At least 0.9 is expected.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

photos=$(dataset imagenette_1200) || exit 0
export DECANT_JPEGS=$photos/imagenette

figures=$("$build/formats_bench" --benchmark_filter='^(decode_jpeg|decode_jpeg_turbojpeg)$' --benchmark_repetitions=7 \
  --benchmark_enable_random_interleaving=true --benchmark_format=csv 2>/dev/null)
awk -F, '
  /true/ { print "jpeg_decode: FAILED: " $0; failed = 1 }
  { gsub(/"/, "", $1) }
  $1 ~ /_median$/ { sub(/_median$/, "", $1); speed[$1] = $7 / 1e6 }
  END {
    if (failed || !speed["decode_jpeg_turbojpeg"]) exit 1
    ratio = speed["decode_jpeg"] / speed["decode_jpeg_turbojpeg"]
    printf "%-30s ours %7.1f Mpixel/s   turbojpeg %7.1f Mpixel/s   ratio %.2f\n", "jpeg decode, one core", speed["decode_jpeg"], speed["decode_jpeg_turbojpeg"], ratio
    exit ratio < 0.9
  }' <<<"$figures"

command -v tjbench >/dev/null || { echo "tjbench is not here (package libjpeg-turbo-progs)"; exit 0; }
# tjbench measures wall time over repeated decodes of one file: seconds per file = pixels / speed, summed over the files.
ours=$(awk -F, '{ gsub(/"/, "", $1) } $1 == "decode_jpeg" { if (!best || $3 < best) best = $3 } END { print best }' <<<"$figures")
find "$DECANT_JPEGS" -name '*.JPEG' | sort | awk 'NR % 30 == 1' | while read -r photo; do
  tjbench "$photo" -rgb -quiet -nowrite -benchtime 0.05 -warmup 0.02 2>/dev/null | grep '^RGB'
done | awk -v ours="$ours" '
  { seconds += 224 * 224 / 1e6 / $NF; n++ }
  END {
    mine = 1200 * 224 * 224 / 1e6 / (ours / 1e3)
    theirs = n * 224 * 224 / 1e6 / seconds
    printf "%-30s ours %7.1f Mpixel/s   tjbench   %7.1f Mpixel/s   ratio %.2f   (wall time, %d files)\n", "jpeg decode against tjbench", mine, theirs, mine / theirs, n
  }'
