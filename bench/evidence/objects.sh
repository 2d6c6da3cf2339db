# Sourced by bench/evidence.sh: what pictures with objects and masks teach a detector and a segmenter, on a backbone that saw ImageNet and
# stays as it is. Tables aquarium_PERCENT take three quarters of an hour of a core, camvid_PERCENT one to two, bccd from scratch likewise.
# OBJECTS_SEEDS and OBJECTS_METHODS: trainings of each set, 10 of Aquarium, and ways of choosing, those of object_methods below.

backbone=mobilenetv2-tensorflow
backbone_weights() {
  local to=$root/build/data/$backbone.safetensors from
  from=$(dataset weights_imagenet_mobilenetv2)/mobilenet_v2_1.0_224_quant.safetensors
  [ -e "$to" ] || { /usr/bin/python3 "$here/mobilenet_backbone.py" "$from" "$to.new" && mv "$to.new" "$to"; }
  echo "$to"
}

judge_scenes() {  # NAME PATH HEAD OPTIONS…
  judge "$1" "$2" --nets "$3+backbone=$backbone" --backbone "$(backbone_weights)" --normalise 0.50196/0.50196 "${@:4}"
}

object_methods=random,objects,objects+balance=0.5,objects+balance=0,objects+per-image=8,random+pools=rarest,k-means,facility-location,csod,diverse-objects
mask_methods=random,objects,objects+balance=0.5,objects+balance=0,random+pools=rarest,k-means,facility-location,diverse-objects

aquarium() {  # TABLE ARMS HOW-MUCH…
  judge_scenes "aquarium_$1" "$(dataset aquarium_yolo)" centre --image-size 427 --precision bfloat16 --seeds "${OBJECTS_SEEDS:-10}" \
    --against "${OBJECTS_METHODS:-$2}" "${@:3}"
}
aquarium_25() { aquarium 25 "full,$object_methods" --keep 25%; }
aquarium_10() { aquarium 10 "$object_methods" --keep 10%; }
# As many boxes, or bytes of pictures, as a random quarter holds.
few_object_methods=random,objects,objects+balance=0
aquarium_objects_25() { aquarium objects_25 "$few_object_methods" --keep-objects 25%; }
aquarium_bytes_25() { aquarium bytes_25 "$few_object_methods" --bytes 25%; }
camvid_10() { judge_scenes camvid_10 "$(dataset camvid)" pyramid --against "full,$mask_methods" --keep 10% --seeds 5; }
camvid_default_10() { judge_scenes camvid_default_10 "$(dataset camvid)" pyramid --against full,random,objects --keep 10% --seeds 5 --seed 100; }
camvid_bytes_10() { judge_scenes camvid_bytes_10 "$(dataset camvid)" pyramid --against random,objects --bytes 10% --seeds 5 --seed 100; }
# Its data.yaml does not name the folder test/ that it comes with.
aquarium_with_test() {
  local to=$root/build/data/aquarium_with_test
  [ -e "$to" ] || { rm -rf "$to.new" && cp -r "$(dataset aquarium_yolo)" "$to.new" && printf '\ntest: ../test/images\n' >>"$to.new/data.yaml" && mv "$to.new" "$to"; }
  echo "$to"
}
# Whether the judges are fit: in a square of 320 that every picture fills, in a frame of as many pixels and the shape of most pictures, and
# on both splits that BCCD tests on.
aquarium_small() {  # TABLE OPTIONS…
  judge_scenes "$1" "$(aquarium_with_test)" centre --precision bfloat16 --test-split both --seeds 3 --against full,random --keep 25% "${@:2}"
}
aquarium_320() { aquarium_small aquarium_320 --image-size 320 --stretch; }
aquarium_370() { aquarium_small aquarium_370 --image-size 370; }
bccd_both() { judge bccd_both "$(dataset bccd_voc)/BCCD" --against full --test-split both --seeds 3 --steps 300; }
bccd_25() {
  judge bccd_25 "$(dataset bccd_voc)/BCCD" --against "full,$few_object_methods,csod" --keep 25% --seeds 5 --steps 300 --precision bfloat16
}

# What a backbone that saw all, a random or a chosen part of some photographs is worth to detectors and a segmenter.
transfer_60() {
  judge transfer_60 "$(dataset imagenette_1200)/imagenette" --protocol transfer --steps 1000 --then-steps 300 --seeds 3 --keep 60% \
    --then "$(dataset aquarium_yolo),$(dataset camvid),$(dataset bccd_voc)/BCCD" --against full,random,bins,auto
}

object_tables=(aquarium_{25,10,objects_25,bytes_25,320,370} camvid_10 camvid_default_10 camvid_bytes_10 bccd_25 bccd_both transfer_60)
