#!/usr/bin/env bash
# A step of distillation against plain PyTorch (the distribution's python3-torch: the same libtorch) as published code makes it: class by
# class, for DC with the graphs of all classes kept until one backward. Neither side trains the network between two steps. Ten classes of
# 32×32 colour pictures, ConvNet-3 of width 128, the same real rows, first pictures and first network; the objectives of the first step must
# agree before the time counts. The two take turns; figures are medians of the rounds, the ratio of processor time beside that of the wall's
# clock. Memory is the process's peak. Last, a step of SRe2L: a frozen ResNet-20, one picture of each of 100 classes.
#   THREADS (1), ROUNDS (3), STEPS (4), REAL (256) rows of each class
set -euo pipefail
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
. "$(dirname "${BASH_SOURCE[0]}")/data.sh"
threads=${THREADS:-1} rounds=${ROUNDS:-3} steps=${STEPS:-4} real=${REAL:-256}
bench=$build/distill_torch_bench
[ -x "$bench" ] || { echo "skipped: $bench is not built (DECANT_WITH_TORCH, DECANT_WITH_BENCH)" >&2; exit 0; }
/usr/bin/python3 -c 'import torch, numpy' 2>/dev/null || { echo "skipped: /usr/bin/python3 has no torch" >&2; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# median FILE COLUMN
median() { sort -g -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }

# compare METHOD PER_CLASS: the method with options of its own, of which the other side knows the name
compare() {
  local folder=$work/$1-$2 name=${1%%+*}
  mkdir "$folder"
  for _ in $(seq "$rounds"); do
    OPENBLAS_NUM_THREADS=$threads "$bench" "$1" "$2" "$real" "$steps" "$threads" "$folder" >> "$folder/ours"
    OPENBLAS_NUM_THREADS=$threads /usr/bin/python3 "$root/bench/distill_step.py" "$name" "$steps" "$threads" "$folder" >> "$folder/torch"
  done
  report "$name" "$2" "$folder"
}

# report NAME PER_CLASS FOLDER: the objectives must agree, then the time counts
report() {
  local name=$1 folder=$3
  paste -d' ' <(head -1 "$folder/ours") <(head -1 "$folder/torch") | awk '{
    d = $4 - $8; if (d < 0) d = -d; if (d > 0.001 * $4) { print "objectives differ: " $0 > "/dev/stderr"; exit 1 } }'
  echo "$name $2 $threads $(median "$folder/ours" 1) $(median "$folder/torch" 1) $(median "$folder/ours" 2) $(median "$folder/torch" 2) \
$(median "$folder/ours" 3) $(median "$folder/torch" 3)" |
    awk '{ printf "step of %-5s %3d a class, %d threads   ours %6.2f s %5d MB   pytorch %6.2f s %5d MB   ratio %.2f (of processor time %.2f), memory %.2f\n",
             $1, $2, $3, $4, $8, $5, $9, $5 / $4, $7 / $6, $8 / $9 }'
}

# compare_inversion: SRe2L's step, of pictures that are not mirrored, so that both sides see the same
compare_inversion() {
  local folder=$work/inversion
  mkdir "$folder"
  for _ in $(seq "$rounds"); do
    OPENBLAS_NUM_THREADS=$threads "$bench" inversion 100 1 "$((steps * 5))" "$threads" "$folder" >> "$folder/ours"
    OPENBLAS_NUM_THREADS=$threads /usr/bin/python3 "$root/bench/inversion_step.py" "$((steps * 5))" "$threads" "$folder" >> "$folder/torch"
  done
  report sre2l 1 "$folder"
}

compare_inversion
compare dm 10
compare dc+inner=1+updates=0 10
