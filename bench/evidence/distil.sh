# Sourced by bench/evidence.sh: what synthetic sets teach, next to real rows of the same number and real JPEGs of the same bytes, as protocol
# `distillation` judges them. Tables distil_SET_PERCLASS. A set is made once and kept in build/distil; one that was stopped goes on where it
# was, and so do the trainings. Options, by environment:
#
#   DISTIL_METHODS  names of methods, with their options; default: those of distil_methods below
#   DISTIL_BUDGET   seconds to make each set, 60s; three times as many where experts are trained first
#   DISTIL_WIDTH    channels of ConvNet-3, 32; or DISTIL_NET, any net, for making and judging alike
#   DISTIL_SEEDS    trainings of each set, 3
#
# DECANT_EVIDENCE_OPTIONS reaches `distill` as well: --threads 1.

distil_methods=(dm idm ncfm dc dsa idc mtt bptt rat-bptt kip frepo rfad)

# make_synthetic DATA FOLDER PER_CLASS METHOD: one set, where there is none yet. Those that need experts have three times as long.
make_synthetic() {
  [ ! -e "$2" ] || return 0
  local budget=$distil_budget
  case $4 in mtt* | tesla* | ftd* | haba*) budget=$((3 * ${budget%s}))s ;; esac
  "${build#"$root/"}/decant" distill "${1#"$root/"}" -o "$2" --method "$4" --per-class "$3" --net "$distil_net" --budget "$budget" \
    "${cache[@]}" "${more[@]}"
}

# jpegs_as_large FOLDER…: arms of random JPEGs with the bytes of the smallest and of the largest of these sets; with DISTIL_JPEGS=smallest
# of that alone, since a thousand epochs of many JPEGs take a slow machine a quarter of an hour for each seed.
jpegs_as_large() {
  local bytes
  for bytes in $(python3 "$here/made_sets.py" --bytes "$@"); do
    printf ',random+quality=50+bytes=%s' "$bytes"
    [ "${DISTIL_JPEGS:-both}" = both ] || return 0
  done
}

distil() {  # NAME PER_CLASS [TABLE]
  local data method table="${3:-distil_${1%_mnist}_$2}" sets=()
  data=$(dataset "$1")
  distil_net=${DISTIL_NET:-convnet3+width=${DISTIL_WIDTH:-32}} distil_budget=${DISTIL_BUDGET:-60s}
  local folder=build/distil/$distil_net-$distil_budget/$1-$2
  mkdir -p "$folder"
  for method in ${DISTIL_METHODS:-"${distil_methods[@]}"}; do
    make_synthetic "$data" "$folder/$method" "$2" "$method" || {
      [ $? -ne 130 ] || exit 130
      echo "$table: there is no set by $method" >&2
      continue
    }
    sets+=("$folder/$method")
  done
  python3 "$here/made_sets.py" "${sets[@]}" >"$here/$table.sets"
  judge "$table" "$data" "${sets[@]}" --protocol distillation --nets "$distil_net" \
    --against "random,herding,k-means$(jpegs_as_large "${sets[@]}")" --seeds "${DISTIL_SEEDS:-3}"
}
distil_mnist_1() { distil mnist 1; }
distil_mnist_10() { distil mnist 10; }
distil_fashion_1() { distil fashion_mnist 1; }
distil_fashion_10() { distil fashion_mnist 10; }
distil_cifar10_1() { distil cifar10 1; }
distil_cifar10_10() { distil cifar10 10; }

# The methods that are not in that list: surrogates, forms with labels or bases, and those that differentiate through training.
distil_more_mnist_1() {
  DISTIL_METHODS=${DISTIL_METHODS:-"cafe dcc tesla ftd haba dd remember ld label-solve"} distil mnist 1 distil_more_mnist_1
}

# At the width of the published figures and trained as they were, one picture a class: under DSA, and as each set asks; of MNIST, for those
# that Dataset Condensation's code judges, by one of crop, scale and rotate for each picture. A set takes four minutes of a core.
published() {  # NAME SET METHODS OPTIONS…
  local data folder=build/distil/published/$2-1 method sets=()
  data=$(dataset "$2")
  distil_net=convnet3+width=128 distil_budget=${DISTIL_BUDGET:-240s}
  mkdir -p "$folder"
  for method in ${DISTIL_METHODS:-$3}; do
    make_synthetic "$data" "$folder/$method" 1 "$method"
    sets+=("$folder/$method")
  done
  python3 "$here/made_sets.py" "${sets[@]}" >"$here/$1.sets"
  judge "$1" "$data" "${sets[@]}" --protocol distillation --nets "$distil_net" --columns dsa,own --against random,herding \
    --seeds "${DISTIL_SEEDS:-3}" "${@:4}"
}
distil_published_mnist_1() { published distil_published_mnist_1 mnist "dm dc dsa" --augment each:crop=0.143_scale=1.25_rotate=45; }
distil_published_fashion_1() { published distil_published_fashion_1 fashion_mnist "dm dc dsa frepo"; }
# Those of trajectories have ten minutes, experts and all. The code of IDC mixes half of the batches when it judges.
distil_published_more_mnist_1() {
  DISTIL_BUDGET=200s published distil_published_more_mnist_1 mnist "mtt frepo" --augment each:crop=0.143_scale=1.25_rotate=45
}
distil_published_more_fashion_1() { DISTIL_BUDGET=200s published distil_published_more_fashion_1 fashion_mnist mtt; }
distil_published_idc_mnist_1() { published distil_published_idc_mnist_1 mnist idc --cutmix 0.5; }
distil_published_idc_fashion_1() { published distil_published_idc_fashion_1 fashion_mnist idc --cutmix 0.5; }

# When pictures are cut off at the range of pixels: after each step (on), or when they are stored as PNGs (off, whose PNGs are those of
# `end`), and by which learning rate gradients are matched. On Fashion-MNIST for three networks; on MNIST for `dc` as published.
projected() {  # NAME METHOD OPTIONS…: adds the set to $sets
  [ -e "$folder/$1" ] || "${build#"$root/"}/decant" distill "${data#"$root/"}" -o "$folder/$1" --method "$2" --per-class 1 "${@:3}" \
    --net "$distil_net" --budget "$distil_budget" "${cache[@]}" "${more[@]}"
  sets+=("$folder/$1")
}
distil_projection_fashion_1() {
  local data method how folder=build/distil/projection/fashion-1 sets=()
  data=$(dataset fashion_mnist)
  distil_net=convnet3+width=32 distil_budget=60s
  mkdir -p "$folder"
  for how in on off; do
    for method in dm dcc cafe mtt idc; do projected "$method-$how" "$method" --projection "$how"; done
    for method in dc dsa; do projected "$method-$how" "$method" --projection "$how" --rate 1; done
    projected "dc-$how-rate0.1" dc --projection "$how" --rate 0.1
  done
  projected dsa-off-rate0.1 dsa --projection off --rate 0.1
  judge distil_projection_fashion_1 "$data" "${sets[@]}" --protocol distillation --nets "$distil_net,$distil_net+norm=batch,mlp" \
    --against random,herding --seeds "${DISTIL_SEEDS:-3}"
}
distil_projection_mnist_1() {
  local data folder=build/distil/projection/mnist-1 sets=()
  data=$(dataset mnist)
  distil_net=convnet3+width=128 distil_budget=240s
  mkdir -p "$folder"
  projected dc-on dc --projection on --rate 1
  projected dc-off dc --projection off --rate 1
  projected dc-off-noise dc --projection off --rate 1 --init noise
  projected dc-off-rate0.1 dc --projection off --rate 0.1
  judge distil_projection_mnist_1 "$data" "${sets[@]}" --protocol distillation --nets "$distil_net" \
    --augment each:crop=0.143_scale=1.25_rotate=45 --against random --seeds "${DISTIL_SEEDS:-3}"
}

# What sets made on ConvNet-3 teach other networks: small ones in all columns, and those of the published grid without augmentation, which
# take a core a minute a training.
crossing() {  # NAME NETS OPTIONS…
  local data net=convnet3+width=${DISTIL_WIDTH:-32} method sets=()
  data=$(dataset mnist)
  distil_net=$net distil_budget=${DISTIL_BUDGET:-60s}
  local folder=build/distil/$net-$distil_budget/mnist-1
  mkdir -p "$folder"
  for method in ${DISTIL_METHODS:-dm dc dsa frepo}; do
    make_synthetic "$data" "$folder/$method" 1 "$method"
    sets+=("$folder/$method")
  done
  judge "$1" "$data" "${sets[@]}" --protocol distillation --nets "$net,$2" --against random,herding --seeds "${DISTIL_SEEDS:-2}" "${@:3}"
}
distil_nets_mnist_1() {
  local net=convnet3+width=${DISTIL_WIDTH:-32}
  crossing distil_nets_mnist_1 "$net+norm=batch,$net+norm=none,mlp"
}
distil_large_nets_mnist_1() { crossing distil_large_nets_mnist_1 alexnet,vgg11,resnet18 --columns plain --precision bfloat16; }

# Decoupled methods, whose sets teach what a teacher that knows all rows says of ten views of each picture, in 4 bits; and random rows with
# such labels. DECOUPLED_METHODS, DISTIL_SEEDS.
distil_decoupled_cifar10_10() {
  local data method sets=() taught=(--teach soft:views=10,bits=4) net=convnet3+width=${DISTIL_WIDTH:-32}
  data=$(dataset cifar10)
  local folder=build/distil/decoupled/cifar10-10
  mkdir -p "$folder"
  for method in ${DECOUPLED_METHODS:-rded pca cim sre2l cda fadrm ccfs}; do
    [ -e "$folder/$method" ] || "${build#"$root/"}/decant" distill "${data#"$root/"}" -o "$folder/$method" --method "$method" --per-class 10 \
      --net "$net" --budget "${DISTIL_BUDGET:-60s}" "${taught[@]}" "${cache[@]}" "${more[@]}" || continue
    sets+=("$folder/$method")
  done
  [ -e "$folder/random-labelled" ] || "${build#"$root/"}/decant" compress "${data#"$root/"}" -o "$folder/random-labelled" --method random --keep 100 \
    "${taught[@]}" "${cache[@]}" "${more[@]}"
  sets+=("$folder/random-labelled")
  python3 "$here/made_sets.py" "${sets[@]}" >"$here/distil_decoupled_cifar10_10.sets"
  judge distil_decoupled_cifar10_10 "$data" "${sets[@]}" --protocol distillation --nets "$net" --against random,herding \
    --seeds "${DISTIL_SEEDS:-3}"
}

# What the bytes of distilled pictures are worth in real ones: ten a class by dm, as PNGs and as JPEGs of quality 75 (made again in as many
# steps), next to random JPEGs of several sizes and, of the bytes of the JPEGs, to chosen and to coarser ones.
distil_frontier_cifar10_10() {
  local data folder=build/distil/frontier/cifar10-10 steps each jpegs arms=random
  data=$(dataset cifar10)
  distil_net=convnet3+width=${DISTIL_WIDTH:-32} distil_budget=${DISTIL_BUDGET:-240s}
  mkdir -p "$folder"
  make_synthetic "$data" "$folder/dm" 10 dm
  steps=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["synthetic"]["steps"])' "$folder/dm/run.json")
  [ -e "$folder/dm-75" ] || "${build#"$root/"}/decant" distill "${data#"$root/"}" -o "$folder/dm-75" --method dm --per-class 10 \
    --net "$distil_net" --steps "$steps" --quality 75 "${cache[@]}" "${more[@]}"
  jpegs=$(python3 "$here/made_sets.py" --bytes "$folder/dm-75")
  for each in 25kB 50kB 100kB 255032; do arms+=",random+quality=50+bytes=$each"; done
  arms+=",k-means+quality=50+bytes=$jpegs,random+quality=25+bytes=$jpegs"
  python3 "$here/made_sets.py" "$folder/dm" "$folder/dm-75" >"$here/distil_frontier_cifar10_10.sets"
  judge distil_frontier_cifar10_10 "$data" "$folder"/{dm,dm-75} --protocol distillation --nets "$distil_net" --against "$arms" \
    --seeds "${DISTIL_SEEDS:-3}"
}

# What more time buys: some methods at a quarter, once and four times the usual budget, each set named by both.
distil_slope_mnist_1() {
  local data net=${DISTIL_NET:-convnet3+width=${DISTIL_WIDTH:-32}} budget method sets=()
  data=$(dataset mnist)
  local folder=build/distil/$net-slope/mnist-1
  mkdir -p "$folder"
  for budget in 15s 60s 240s; do
    distil_net=$net distil_budget=$budget
    for method in ${DISTIL_METHODS:-dm dc bptt frepo}; do
      make_synthetic "$data" "$folder/$method-$budget" 1 "$method"
      sets+=("$folder/$method-$budget")
    done
  done
  python3 "$here/made_sets.py" "${sets[@]}" >"$here/distil_slope_mnist_1.sets"
  judge distil_slope_mnist_1 "$data" "${sets[@]}" --protocol distillation --nets "$net" --against random --seeds "${DISTIL_SEEDS:-3}"
}

distil_tables=(distil_{mnist,fashion,cifar10}_{1,10} distil_more_mnist_1 distil_published_{,more_,idc_}{mnist,fashion}_1 distil_projection_{fashion,mnist}_1 distil_decoupled_cifar10_10 distil_frontier_cifar10_10 distil_{nets,large_nets}_mnist_1 distil_slope_mnist_1)
