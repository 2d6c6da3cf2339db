# Sourced by bench/evidence.sh: what bytes of pictures are worth. Tables of what one budget buys (frontier_SET_PERCENT), of dropped and
# filled cells (cells_SET_PERCENT), and of how a budget is best divided between rows and quality (divide_PERCENT).

# jpegs NAME QUALITY: prints the folder of a data set of raw pixels as JPEGs of that quality, made once.
jpegs() {
  local to=$root/build/data/$1_jpeg
  if [ ! -e "$to.done" ]; then
    "$build/decant" compress "$(dataset "$1")" -o "$to" --overwrite --keep 100% --method random --quality "$2" --to imagefolder --quiet >&2
    touch "$to.done"
  fi
  echo "$to/data"
}

# Random rows and those of `auto`, whole and with --spend auto; and every row where that little is possible at all.
bought=random,auto,random+spend=auto,auto+spend=auto
frontier_cifar10() {  # PERCENT MORE-ARMS
  judge "frontier_cifar10_$1" "$(jpegs cifar10 90)" --test "$(dataset cifar10)" --bytes "$1%" --against "$bought$2" --seeds 3
}
frontier_cifar10_2() { frontier_cifar10 2 ''; }
frontier_cifar10_5() { frontier_cifar10 5 ''; }
fewer_cells=,random+drop=25%+importance=gradient-energy,random+drop=50%+importance=gradient-energy
frontier_cifar10_10() { frontier_cifar10 10 $fewer_cells; }
frontier_cifar10_20() { frontier_cifar10 20 ''; }
frontier_cifar10_40() { frontier_cifar10 40 ,full+spend=quality,full+spend=resolution; }

# The photographs are few and large: 600 steps see each of a tenth of them 400 times, each of all 40 times.
frontier_imagenette() {  # PERCENT MORE-ARMS
  judge "frontier_imagenette_$1" "$(dataset imagenette_1200)/imagenette" --bytes "$1%" --against "$bought$2" --steps 600 --seeds 3
}
frontier_imagenette_5() { frontier_imagenette 5 ,full+spend=resolution; }  # not even quality 1 is as small
frontier_imagenette_10() { frontier_imagenette 10 ,full+spend=quality,full+spend=resolution; }
frontier_imagenette_20() { frontier_imagenette 20 ,full+spend=quality,full+spend=resolution; }
frontier_imagenette_40() { frontier_imagenette 40 ,full+spend=quality,full+spend=resolution,full+spend=cells; }

# Rows of a tenth (CIFAR-10) or half (Imagenette) of the set, all cells or some, by how they are chosen and filled.
dropped_arms() {  # PERCENT
  local importance fill
  printf random
  for importance in random gradient-energy gradcam++; do
    for fill in stored gray harmonic mae; do printf ',random+drop=%s%%+importance=%s+fill=%s' "$1" "$importance" "$fill"; done
  done
}
cells_cifar10() { judge "cells_cifar10_$1" "$(dataset cifar10)" --keep 10% --against "$(dropped_arms "$1")" --seeds 3; }
cells_cifar10_25() { cells_cifar10 25; }
cells_cifar10_50() { cells_cifar10 50; }
cells_imagenette() {
  judge "cells_imagenette_$1" "$(dataset imagenette_1200)/imagenette" --keep 50% --against "$(dropped_arms "$1")" --steps 600 --seeds 3
}
cells_imagenette_25() { cells_imagenette 25; }
cells_imagenette_50() { cells_imagenette 50; }

# Dataset Quantization as published, at its ratios: rows times the 75 % of the cells that are left.
dq_cifar10() { judge dq_cifar10 "$(dataset cifar10)" --keep 6666,20000 --features embedding --against random,auto,bins,dq --seeds 3; }

# Random rows of Fashion-MNIST as JPEGs: qualities that take a picture to B^0, B^0.1, B^0.2 and B^0.3 of its bytes at quality 90, or as
# near as quality 10 comes; 34,421,130 bytes are all rows at quality 90.
divide() {  # PERCENT BYTES QUALITY…
  local arms
  arms=$(printf ',random+quality=%s' "${@:3}")
  judge "divide_$1" "$(dataset fashion_mnist)" --bytes "$2" --against "${arms:1}" --seeds "${divide_seeds:-1}"
}
divide_2() { divide 2 688423 90 57 13 10; }
divide_5() { divide 5 1721057 90 69 27 10; }
divide_seeds=3
divide_10() { divide 10 3442113 90 76; }
divide_20() { divide 20 6884226 90 81; }
divide_40() { divide 40 13768452 90 86; }

patches=(frontier_cifar10_{5,2,10,20,40} divide_{5,2,20,10,40} cells_cifar10_{50,25} dq_cifar10 frontier_imagenette_{5,10,20,40} cells_imagenette_{50,25})
