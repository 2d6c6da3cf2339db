#!/usr/bin/env bash
# What the input pipeline costs: seconds of training steps with shuffled, cut, mirrored and normalised CIFAR-10 pictures over seconds of
# the same steps on one batch in memory, by turns; the median of the rounds. All cores compute: the pipeline's worker has none of its own.
# Goal: a cost of at most 5 %.
#   THREADS (all cores), ROUNDS (13)
set -euo pipefail
# OpenMP's threads sleep at barriers instead of spinning: on a machine that others use too, spinning costs up to eight times the time.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
. "$(dirname "${BASH_SOURCE[0]}")/data.sh"
threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-13}
bench=$build/train_torch_bench
[ -x "$bench" ] || { echo "skipped: $bench is not built (DECANT_WITH_TORCH, DECANT_WITH_BENCH)" >&2; exit 0; }
cifar=$(dataset cifar10) || exit 0
[ -n "$cifar" ] || exit 0

# measure NET BATCH STEPS
measure() {
  "$bench" input "$1" "$2" "$threads" "$3" "$rounds" "$cifar" |
    awk -v net="$1" -v batch="$2" -v n="$(($2 * $3))" -v t="$threads" '{
      printf "input pipeline %-9s batch %-4d %d threads   with %7.1f img/s   fixed batch %7.1f img/s   cost %+.1f %%   waited %.1f %%   %.1f µs a picture\n",
             net, batch, t, n / $1, n / $2, 100 * ($3 - 1), 100 * $4, $5 }'
}

measure quick 64 60
measure resnet20 128 6
