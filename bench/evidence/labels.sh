# Sourced by bench/evidence.sh: what labels of views are worth, next to classes of the same rows. Tables labels_cifar10_ROWS.
#
# Random rows of CIFAR-10, the same for every arm of a seed, taught their classes (smoothed by 0.1, as protocol `quick` does) or what a
# teacher that knows all 50,000 rows says of 1, 10 or 30 views of each: in float32, in 4 bits, of all classes or the three likeliest. The
# teacher is the network `quick`; one of the two networks that are trained is another. Every training has the same number of steps.
#
#   LABELS_SEEDS   trainings of each, 3
#   LABELS_STEPS   steps of each, 1500
#   LABELS_EPOCHS  passes of the teacher over all rows, 15

labels_cifar10() {  # ROWS
  local arms=random label
  for label in soft:views=1:bits=32 soft:views=1 soft:views=10 soft:views=10:bits=32 soft:views=30 soft:views=30:top=3; do arms+=",random+labels=$label"; done
  judge "labels_cifar10_$1" "$(dataset cifar10)" --keep "$1" --nets quick,convnet3+width=32 --against "$arms" \
    --teacher quick --teacher-epochs "${LABELS_EPOCHS:-15}" --steps "${LABELS_STEPS:-1500}" --seeds "${LABELS_SEEDS:-3}"
}
labels_cifar10_100() { labels_cifar10 100; }
labels_cifar10_500() { labels_cifar10 500; }

label_tables=(labels_cifar10_{100,500})
