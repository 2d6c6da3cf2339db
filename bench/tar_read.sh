#!/usr/bin/env bash
# Reading every sample of a WebDataset (opening, indexing, touching every cache line of each picture) against `cat` of the same shards to
# /dev/null, both from memory: CPU time of one core, so that a busy machine does not sway it, best of seven runs each. Five shards of the 1,200 photographs, repeated to more than 200 MB.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

photos=$(dataset imagenette_1200) || exit 0
shards=$root/build/data/tar_read
if [ ! -e "$shards/done" ]; then
  rm -rf "$shards"
  mkdir -p "$shards"
  for i in 0 1 2 3 4; do
    for copy in 0 1 2; do
      tar --sort=name --append -f "$shards/photos-$i.tar" --transform "s,^,$copy/," -C "$photos/imagenette" train
    done
  done
  touch "$shards/done"
fi
export DECANT_SHARDS="$shards/photos-{0..4}.tar"
bytes=$(cat "$shards"/photos-*.tar | wc -c)
pictures=$(find "$photos/imagenette" -name '*.JPEG' -printf '%s\n' | awk '{ sum += $1 } END { print 15 * sum }')

TIMEFORMAT='%3U %3S'
cat_ms=$(for _ in 1 2 3 4 5 6 7; do { time cat "$shards"/photos-*.tar >/dev/null; } 2>&1; done |
  awk '{ ms = ($1 + $2) * 1e3; if (!best || ms < best) best = ms } END { print best }')

"$build/formats_bench" --benchmark_filter='^read_shards$' --benchmark_repetitions=7 --benchmark_min_time=0.1 --benchmark_format=csv 2>/dev/null |
  awk -F, -v bytes="$bytes" -v cat_ms="$cat_ms" -v pictures="$pictures" '
    { gsub(/"/, "", $1) }
    /true/ { print "tar_read: FAILED: " $0; exit 1 }
    $1 == "name" { for (i = 1; i <= NF; i++) { gsub(/"/, "", $i); column[$i] = i } }
    $1 == "read_shards" {
      off = $column["sample_bytes"] / pictures - 1 # the counter has six digits
      if ($column["rows"] != 18000 || off > 1e-5 || off < -1e-5) { print "tar_read: FAILED: " $0; failed = 1 }
      if (!ms || $4 < ms) ms = $4
    }
    END {
      if (failed || !ms) exit 1
      printf "%-30s ours %7.0f MB/s   cat %7.0f MB/s   ratio %.2f   (%.0f MB)\n", "webdataset, every sample", bytes / ms / 1e3, bytes / cat_ms / 1e3, cat_ms / ms, bytes / 1e6
    }'
