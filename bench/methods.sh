#!/usr/bin/env bash
# The methods that rank rows, a tenth kept: ten drawn pools of 5,000 × 256, and with "big" as the first argument one of 50,000 as well (a minute or
# more each). Facility location's picks are audited before the time counts: at random picks up to 2,500 other gains are summed by the formula alone. Then --threads T.
# With a features .npy (float32) given by path, one pool of those rows instead; with a labels .npy (int32) after it, one per class.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
bench="$build/select_bench"

all_methods() {
  for method in facility-location k-center herding k-means subzerocore; do
    "$bench" --method "$method" --counts "$@"
  done
}

if [ -f "${1:-}" ] && [ -f "${2:-}" ]; then
  all_methods "$@"
elif [ -f "${1:-}" ]; then
  all_methods --pool "$@"
elif [ "${1:-}" = big ]; then
  all_methods "${@:2}"
  all_methods --pool 50000 256 "${@:2}"
else
  all_methods "$@"
fi
