#!/usr/bin/env bash
# CIFAR-10, 50,000 rows with 256 features given: 20 % chosen, written and verified, on two threads. Wall time and peak memory.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
decant=$build/decant
cifar=$(dataset cifar10) || exit 0
scratch=$root/build/bench
mkdir -p "$scratch"
[ -f "$scratch/cifar10.npy" ] || "$decant" features "$cifar" -o "$scratch/cifar10.npy" --cache "$scratch/cache" --quiet >/dev/null

measure() { /usr/bin/time -f '%e %M' -o "$scratch/time" "$@" >/dev/null; }
report() {
  local seconds kilobytes
  read -r seconds kilobytes <"$scratch/time"
  printf '%-44s %6.2f s   (limit %s s)   %4d MB%s\n' "$1" "$seconds" "$2" $((kilobytes / 1000)) "${3:+ (limit $3 MB)}"
}

rm -rf "$scratch/small"
measure "$decant" compress "$cifar" -o "$scratch/small" --keep 20% --method bins --features "$scratch/cifar10.npy" --threads 2 --quiet
cp "$scratch/time" "$scratch/time.compress"
measure "$decant" verify "$scratch/small" --source "$cifar" --threads 2 --quiet
cp "$scratch/time" "$scratch/time.verify"
[ "$(wc -l <"$scratch/small/manifest.jsonl")" -eq 10000 ] || { echo "not 10,000 rows" >&2; exit 1; }
paste -d ' ' "$scratch/time.compress" "$scratch/time.verify" | awk '{print $1 + $3, ($2 > $4 ? $2 : $4)}' >"$scratch/time"
report 'compress 50,000 × 256 to 20 %, and verify' 8 400

measure "$decant" --help
report 'decant --help' 0.05
measure "$decant" inspect "$cifar"
report 'decant inspect, 50,000 rows' 0.3
