#!/usr/bin/env bash
# The tables of docs/evidence.md, measured again: one `decant evaluate` each, its answer in bench/evidence/NAME.json, with command, machine,
# date and seeds. Every training that ends is kept in build/evidence, so this may be stopped at any time and goes on where it was.
# Arguments: names of tables; without any, those that take minutes each are run in order. `list` names them all; `long`, `patches`,
# `distil`, `objects`, `sheets`, `made`, `labels` and `apps` stand for those of the scripts of these names in bench/evidence, which take hours.
# DECANT_EVIDENCE_OPTIONS: more options of every evaluation, such as --threads 1.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
here=$root/bench/evidence
cache=(--cache build/evidence)
read -ra more <<<"${DECANT_EVIDENCE_OPTIONS:-}"
cd "$root"

judge() {  # NAME PATH OPTIONS…
  local name=$1
  shift
  "${build#"$root/"}/decant" evaluate "${@//"$root/"/}" "${cache[@]}" "${more[@]}" --overwrite -o "bench/evidence/$name.json"
  python3 "$here/tables.py"
}

methods=random,progress,dual,dual+beta-power=0,ccs,d2,aum+rule=band,bins,bins-weighted,bins+hard-cut=0.3,facility-location
methods+=,facility-location+hard-cut=0.3,subzerocore,zcore,thinning,moderate,herding,k-center,k-means

cifar10_auto() { judge cifar10_auto "$(dataset cifar10)" --against random,auto --keep 5%,10%,20%,30%,50%,70% --seeds 5; }
cifar10_full() { judge cifar10_full "$(dataset cifar10)" --against full --seeds 5; }
cifar10_methods() { judge cifar10_methods "$(dataset cifar10)" --against "$methods" --keep 10% --seeds 3; }
cifar10_methods_30() { judge cifar10_methods_30 "$(dataset cifar10)" --against "$methods" --keep 30% --seeds 3; }
cifar10_nets() { judge cifar10_nets "$(dataset cifar10)" --against random,auto --keep 10% --nets quick,convnet3,resnet20,vit-mini --seeds 3; }
fashion() { judge fashion "$(dataset fashion_mnist)" --against random,auto --keep 10% --seeds 5; }

noisy_cifar10() {  # a fifth of the labels wrong
  local noisy=$root/build/data/cifar10_noisy
  [ -e "$noisy/.done" ] || { /usr/bin/python3 "$here/noisy_labels.py" "$(dataset cifar10)" "$noisy" 0.2 >&2 && touch "$noisy/.done"; }
  echo "$noisy"
}

noise() {
  local noisy
  noisy=$(noisy_cifar10)
  judge noise "$noisy" --against random,auto --keep 10%,30% --seeds 5
  local keep small
  for keep in 10% 30%; do
    small=$(mktemp -d)
    "$build/decant" compress "$noisy" -o "$small/auto" --keep "$keep" "${cache[@]}" --quiet >/dev/null
    /usr/bin/python3 "$here/noisy_labels.py" --count "$noisy" "$small/auto/indices.npy" "auto at $keep" | tee -a "$here/noise.txt.new"
    rm -rf "$small"
  done
  mv "$here/noise.txt.new" "$here/noise.txt"
  python3 "$here/tables.py"
}

# Chosen without a look at a label, from features that are given.
label_free=random,progress+pools=kmeans:20,facility-location+pools=kmeans:20,subzerocore+pools=kmeans:20,zcore+pool
label_free() {  # NAME FEATURES
  judge "$1" "$(dataset cifar10)" --features "$2" --against "$label_free" --keep 10% --seeds 3
}
label_free_resnet56() {  # a network that was trained on these labels
  local to=$root/build/data/cifar10_resnet56.npy weights
  weights=$(dataset weights_cifar10_resnet)/resnet56-4bfd9763.safetensors
  [ -e "$to" ] || "$build/decant" features "$(dataset cifar10)" -o "$to" --features embedding --net resnet56 --weights "$weights" --normalisation imagenet
  label_free label_free_resnet56 "$to"
}
label_free_rotation() {  # one that learnt by how far the same pictures are turned
  judge label_free_rotation "$(dataset cifar10)" --features rotation --against "$label_free" --keep 10% --seeds 3 --precision bfloat16
}
# The pictures on a plane that keeps neighbours together, evenly drawn from, as "near-memory sampling" has it (arXiv:2508.02313, 2508.16647).
label_free_manifold() {
  local to=$root/build/data/cifar10_tsne.npy
  [ -e "$to" ] || { /usr/bin/python3 "$here/manifold.py" "$(dataset cifar10)" "$to.new.npy" && mv "$to.new.npy" "$to"; }
  judge label_free_manifold "$(dataset cifar10)" --features "$to" --keep 10% --seeds 3 --precision bfloat16 \
    --against random,random+pool,facility-location+pool,thinning+pool,k-center+pool,bins+pool
}
label_free_mobilenet() {  # one that never saw the data set
  local to=$root/build/data/cifar10_mobilenetv2.npy weights
  weights=$(dataset weights_imagenet_mobilenetv2)/mobilenet_v2_1.0_224_quant.safetensors
  [ -e "$to" ] || { /usr/bin/python3 "$here/mobilenet_features.py" "$(dataset cifar10)" "$weights" "$to.new.npy" && mv "$to.new.npy" "$to"; }
  label_free label_free_mobilenet "$to"
}

# Labelled texts from their own files. The last ones look at no label; k-means and zcore would take hours of SST-2.
text_methods=auto,herding,herding+hard-cut=0.2,facility-location,bins,k-center,moderate,d2+scores=probe,random+length=auto
text_methods+=,probe+pools=kmeans:20,subzerocore+pools=kmeans:20
texts() { judge "$1" "$2" --test "$3" --against "random,$4" --keep 5%,10%,30% --seeds 10; }
agnews() { texts agnews "$(dataset agnews_part)/dev.tsv" "$(dataset agnews_part)/test.tsv" "$text_methods,k-means,k-means+pool,zcore"; }
sst2() { texts sst2 "$(dataset sst2)/train.tsv" "$(dataset sst2)/test.tsv" "$text_methods"; }

# Instructions without labels: equal tokens of answers, a tenth of the records to test on.
text_alpaca_3() {
  judge text_alpaca_3 "$(dataset alpaca)/alpaca_data.json" --keep-tokens 3% --hold-out 0.1 --seeds 5 \
    --against random,k-means,random+length=k-means,facility-location,random+length=facility-location,bins,bins-weighted,herding,kernel-herding,k-center,thinning,moderate,subzerocore
}

source "$here/patches.sh"
source "$here/distil.sh"
source "$here/objects.sh"
source "$here/sheets.sh"
source "$here/frontier.sh"
source "$here/labels.sh"
source "$here/long.sh"
source "$here/apps.sh"

quick=(agnews sst2 text_alpaca_3 fashion cifar10_auto noise cifar10_full label_free_resnet56 label_free_mobilenet label_free_rotation label_free_manifold cifar10_methods cifar10_methods_30
  cifar10_nets)
every=("${quick[@]}" "${long_tables[@]}" "${patches[@]}" "${distil_tables[@]}" "${object_tables[@]}" "${sheet_tables[@]}" "${made_tables[@]}" "${label_tables[@]}" "${apps_tables[@]}")
if [ "${1:-}" = list ]; then
  echo "${every[*]}"
  exit
fi
case ${1:-} in
  long) set -- "${long_tables[@]}" ;;
  patches) set -- "${patches[@]}" ;;
  distil) set -- "${distil_tables[@]}" ;;
  objects) set -- "${object_tables[@]}" ;;
  sheets) set -- "${sheet_tables[@]}" ;;
  made) set -- "${made_tables[@]}" ;;
  labels) set -- "${label_tables[@]}" ;;
  apps) set -- "${apps_tables[@]}" ;;
esac
for table in "${@:-${quick[@]}}"; do
  declare -F "$table" >/dev/null || { echo "no table is called $table; there are: ${every[*]}" >&2; exit 2; }
  echo "== $table" >&2
  "$table"
done
