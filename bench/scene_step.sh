#!/usr/bin/env bash
# A training step of a detector and of a segmenter, both from scratch, against plain PyTorch (the distribution's python3-torch: the same
# libtorch), channels-last, from the same weights on the same scenes, by turns; the figure is the median of the rounds. The first loss must
# agree within two parts in 100,000 before the time counts, the next three to five per cent: AdamW's first steps enlarge what rounding leaves.
#   THREADS (all cores), ROUNDS (5), STEPS a round (6)
set -euo pipefail
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
. "$(dirname "${BASH_SOURCE[0]}")/data.sh"
threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-5} steps=${STEPS:-6}
bench=$build/train_torch_bench
[ -x "$bench" ] || { echo "skipped: $bench is not built (DECANT_WITH_TORCH, DECANT_WITH_BENCH)" >&2; exit 0; }
/usr/bin/python3 -c 'import torch, numpy' 2>/dev/null || { echo "skipped: /usr/bin/python3 has no torch" >&2; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# median FILE COLUMN
median() { sort -g -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }

# compare NET BATCH
compare() {
  local folder=$work/$1
  mkdir "$folder"
  for _ in $(seq "$rounds"); do
    "$bench" scene "$1" "$2" "$threads" "$steps" "$folder" >>"$folder/ours"
    /usr/bin/python3 "$root/bench/scene_step.py" "$1" "$2" "$threads" "$steps" "$folder" >>"$folder/torch"
  done
  paste -d' ' <(head -1 "$folder/ours") <(head -1 "$folder/torch") | awk '{
    for (i = 3; i <= 6; ++i) { d = $i - $(i + 7); if (d < 0) d = -d; if (d > (i == 3 ? 2e-5 : 0.05) * $i) { print "losses differ: " $0 > "/dev/stderr"; exit 1 } }
    if (!($7 < $3)) { print "the loss does not fall: " $0 > "/dev/stderr"; exit 1 } }'
  echo "$1 $2 $threads $(median "$folder/ours" 1) $(median "$folder/torch" 1) $(median "$folder/ours" 2) $(median "$folder/torch" 2)" |
    awk '{ printf "scene step %-8s batch %d %d threads   ours %6.2f pictures/s   pytorch %6.2f pictures/s   ratio %.3f   (of processor time %.3f)\n",
             $1, $2, $3, $2 / $4, $2 / $5, $5 / $4, $7 / $6 }'
}

compare centre 8
compare pyramid 8
