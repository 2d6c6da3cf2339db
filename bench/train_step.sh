#!/usr/bin/env bash
# One training step against plain PyTorch (the distribution's python3-torch: the same libtorch), channels-last, the same threads, from the
# same weights on the same pictures. The first five losses must agree before the time counts. The two take turns, so that a busy
# machine is unfair to neither; the figure is the median of the rounds. The ratio of processor time is printed next to it: on a busy machine,
# with one thread, it is the steadier of the two.
#   THREADS (all cores), ROUNDS (5), STEPS a round (8)
set -euo pipefail
# OpenMP's threads sleep at barriers instead of spinning: on a machine that others use too, spinning costs up to eight times the time.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
. "$(dirname "${BASH_SOURCE[0]}")/data.sh"
threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-5} steps=${STEPS:-8}
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
    "$bench" step "$1" "$2" "$threads" "$steps" float32 "$folder" >> "$folder/ours"
    /usr/bin/python3 "$root/bench/train_step.py" "$1" "$threads" "$steps" "$folder" >> "$folder/torch"
  done
  paste -d' ' <(head -1 "$folder/ours") <(head -1 "$folder/torch") | awk '{
    for (i = 3; i <= 7; ++i) { d = $i - $(i + 7); if (d < 0) d = -d; if (d > 0.01 * $i) { print "losses differ: " $0 > "/dev/stderr"; exit 1 } }
    if (!($7 < $3)) { print "the loss does not fall: " $0 > "/dev/stderr"; exit 1 } }'
  echo "$1 $2 $threads $(median "$folder/ours" 1) $(median "$folder/torch" 1) $(median "$folder/ours" 2) $(median "$folder/torch" 2)" |
    awk '{ printf "train step %-9s batch %-4d %d threads   ours %7.1f img/s   pytorch %7.1f img/s   ratio %.3f   (of processor time %.3f)\n",
             $1, $2, $3, $2 / $4, $2 / $5, $5 / $4, $7 / $6 }'
}

compare resnet20 128
compare convnet3 256
compare quick 64
