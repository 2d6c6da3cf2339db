# Sourced by bench/evidence.sh: sheets, synthetic sets and labels at one budget of bytes, next to real pictures. Tables
# made_SET_PERCENT. The budget is a share of all pictures as JPEGs, as in the tables frontier_SET_PERCENT of patches.sh, and every set
# fills it to a hundredth, labels included, or is left out, which is said.
#
#   sheets-N           random rows, N × N to a JPEG of quality 75, in cells of their own size (CIFAR-10) or of 64 pixels (Imagenette)
#   METHOD-png, -jpeg  a set by that method, as PNGs and as JPEGs of quality 75
#   METHOD-soft        the JPEGs again, fewer of them, with labels of views by a teacher of all rows; so is random+…+labels=…
#
# A set is made with some pictures too many, and of these as many of each class are kept as the budget holds, JPEGs re-coded without loss as
# those of real pictures are. What is not here:
# factorised sets as factors (haba, and idc as learnt) are float32 next to the pictures that they stand for, and take more than those; so
# idc is one of the methods, and its set the pictures that it decodes to. Float32 pictures take twenty times the bytes of JPEGs, so none are
# stored. A made set of a fifth of CIFAR-10 would be 10,000 pictures, of which two cores see each once in a minute: hence budgets up to 5 %.
#
#   MADE_METHODS   methods, "dm rded" (the second is decoupled); also idc (factorised), pca, cim, sre2l, cda, fadrm
#   MADE_BUDGET    seconds to make each set, 240s
#   MADE_VIEWS     views that labels speak of, 10
#   MADE_EPOCHS    passes of the teacher over all rows, 15, of Imagenette 60
#   MADE_SEEDS     trainings of each set, 3
#   MADE_STEPS     steps of each; those of `quick`, of Imagenette 600
#   MADE_THREADS   of everything that is made here, 1

made_quality=75
decant() { nice -n 2 "${build#"$root/"}/decant" "$@" --threads "${MADE_THREADS:-1}"; }

# fits FOLDER: whether the set fills $made_bytes to a hundredth.
fits() {
  local bytes
  bytes=$(bytes_of "$1")
  if ((bytes <= made_bytes && 100 * bytes >= 99 * made_bytes)); then return 0; fi
  echo "$(basename "$1") takes $bytes of $made_bytes bytes and is left out" >&2
  return 1
}

# made FOLDER METHOD PICTURE-BYTES OPTIONS…: $folder/FOLDER, some pictures too many; PICTURE-BYTES is what one takes, at least.
made() {
  local per_class=$((made_bytes / (made_classes * $3) + 1))
  [ -e "$folder/$1" ] || decant distill "${made_data#"$root/"}" -o "$folder/$1" --method "$2" --per-class $per_class \
    --net "$made_net" --budget "${MADE_BUDGET:-240s}" "${@:4}" "${cache[@]}" --quiet >/dev/null
}

# kept FROM TO BYTES OPTIONS…: of FROM as many pictures as fit, those of each class in equal number, and no rows of the data set.
kept() {
  if [ ! -e "$folder/$2" ]; then
    rm -rf "$folder/$2.new"
    decant compress "$folder/$1" -o "$folder/$2.new" --method random --bytes "$3" "${@:4}" "${cache[@]}" --quiet >/dev/null
    python3 "$here/as_made.py" "$folder/$2.new"
    mv "$folder/$2.new" "$folder/$2"
  fi
  if fits "$folder/$2"; then sets+=("$folder/$2"); fi
}

# soft FROM TO LIKE: the same with labels. Pictures get the share of the budget that labels of so many views leave them, seven bytes each; what
# a picture takes is what those of LIKE do.
soft() {
  local each of_pictures
  each=$(($(bytes_of "$folder/$3") / $(find "$folder/$3/data" -name '*.jpg' | wc -l)))
  of_pictures=$(((made_bytes - 600) * each / (each + 7 * ${MADE_VIEWS:-10})))
  kept "$1" "$2" "$of_pictures" --teach "soft:views=${MADE_VIEWS:-10}" --teacher quick --teacher-weights "$made_teacher"
}

# teacher: a network that learns all rows, once; $made_teacher.
teacher() {
  made_teacher=$folder/teacher-${MADE_EPOCHS:-$made_epochs}.safetensors
  [ -e "$made_teacher" ] || decant train "${made_data#"$root/"}" -o "$made_teacher" --net quick --epochs "${MADE_EPOCHS:-$made_epochs}" "${made_test[@]}" --quiet >/dev/null
}

# sheets N SIDE
sheets() {
  local to=$folder/sheets-$1
  [ -e "$to" ] || decant compress "${made_data#"$root/"}" -o "$to" --method random --tile "$1" --tile-side "$2" --quality $made_quality \
    --bytes "$made_bytes" "${cache[@]}" --quiet >/dev/null
  if fits "$to"; then sets+=("$to"); fi
}

# made_table TABLE PERCENT SIDE PNG-BYTES JPEG-BYTES CELLS STEPS: $made_data, $made_test, $made_classes and $made_epochs are known.
made_table() {
  local table=$1 method cells asks sets=() steps=() made_bytes made_teacher made_net=${MADE_NET:-convnet3+width=32}
  local folder=build/made/$table
  mkdir -p "$folder"
  made_bytes=$(find "$made_data/" -path '*train*' \( -iname '*.jpg' -o -iname '*.jpeg' \) -printf '%s\n' | awk -v share="$2" '{ sum += $1 } END { print int(sum * share / 100) }')
  teacher
  for cells in $6; do sheets "$cells" "$3"; done
  for method in ${MADE_METHODS:-dm rded}; do
    asks=()
    case $method in rded* | pca* | cim* | sre2l* | cda* | fadrm* | ccfs*) asks=(--teacher quick --teacher-weights "$made_teacher") ;; esac
    if made "$method.png" "$method" "$4" "${asks[@]}"; then kept "$method.png" "$method-png" "$made_bytes"; fi
    made "$method.jpeg" "$method" "$5" --quality $made_quality "${asks[@]}" || continue
    kept "$method.jpeg" "$method-jpeg" "$made_bytes"
    soft "$method.jpeg" "$method-soft" "$method-jpeg"
  done
  [ -z "${MADE_STEPS:-$7}" ] || steps=(--steps "${MADE_STEPS:-$7}")
  judge "$table" "$made_data" "${sets[@]}" "${made_test[@]}" --bytes "$made_bytes" --seeds "${MADE_SEEDS:-3}" \
    --against "random,random+quality=$made_quality,random+spend=auto,random+quality=$made_quality+labels=soft:views=${MADE_VIEWS:-10}" \
    --teacher quick --teacher-weights "$made_teacher" "${steps[@]}"
}

made_cifar10() {  # PERCENT
  local made_data made_test made_classes=10 made_epochs=15
  made_data=$(jpegs cifar10 90)
  made_test=(--test "$(dataset cifar10)")
  made_table "made_cifar10_$1" "$1" 32 2000 560 "2 8" ""
}
made_cifar10_2() { made_cifar10 2; }
made_cifar10_5() { made_cifar10 5; }

made_imagenette() {  # PERCENT
  local made_data made_test=() made_classes=10 made_epochs=60
  made_data=$(split_imagenette)
  made_table "made_imagenette_$1" "$1" 64 7000 1300 "2 3" 600
}
made_imagenette_5() { made_imagenette 5; }
made_imagenette_10() { made_imagenette 10; }

made_tables=(made_cifar10_{2,5} made_imagenette_{5,10})
