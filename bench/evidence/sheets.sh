# Sourced by bench/evidence.sh: what the files of a class teach whole, as sheets and as the same rows in files of their own. Table
# sheets_imagenette_10files; and sheets_imagenette_crops, of crops within cells and anywhere.
#
# 1,200 photographs of Imagenette, of which the last 40 of each class are tested on. Every set is drawn at random, the same number of each
# class: 10 whole pictures; 40 in ten sheets of 2 × 2, and the same 40 shrunk alike, in files of their
# own; whole pictures of the bytes that the sheets take; and the ten sheets as a loader sees them that knows of no cells.
#
#   SHEETS_SEEDS  trainings of each set, 3
#   SHEETS_STEPS  steps of each, 600 as in the tables of patches.sh

# split_imagenette: prints a folder with train/ and test/, made once.
split_imagenette() {
  local to=$root/build/data/imagenette_split photos class files
  photos=$(dataset imagenette_1200)/imagenette/train
  if [ ! -e "$to.done" ]; then
    rm -rf "$to"
    for class in "$photos"/*/; do
      class=$(basename "$class")
      mkdir -p "$to"/{train,test}/"$class"
      mapfile -t files < <(find "$photos/$class" -type f | LC_ALL=C sort)
      cp "${files[@]:0:80}" "$to/train/$class"
      cp "${files[@]:80}" "$to/test/$class"
    done
    touch "$to.done"
  fi
  echo "$to"
}

# small_set DATA NAME OPTIONS…: random rows, made once, at $small/NAME.
small_set() {
  [ -e "$small/$2" ] || "${build#"$root/"}/decant" compress "${1#"$root/"}" -o "$small/$2" --method random --quiet "${@:3}" >/dev/null
}

bytes_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/run.json"))["bytes_after"])' "$1"; }

# uncut FROM TO: the sheets as whole pictures; run.json says that they are no rows of the source.
uncut() {
  [ ! -e "$2" ] || return 0
  mkdir -p "$2.new/data"
  cp -r "$1/data/train" "$2.new/data/train"
  printf '{"schema": 2, "rows": 0, "kept": 0, "bytes_after": %s}\n' "$(bytes_of "$1")" >"$2.new/run.json"
  mv "$2.new" "$2"
}

sheets_imagenette_10files() {
  local data small=build/sheets table=sheets_imagenette_10files
  data=$(split_imagenette)
  mkdir -p $small
  small_set "$data" whole --keep 100
  small_set "$data" sheets --keep 400 --tile 2
  small_set "$data" singles --keep 400 --tile 1 --tile-side 112
  small_set "$data" bytes --bytes "$(bytes_of $small/sheets)"
  uncut $small/sheets $small/uncut
  judge $table "$data" $small/{whole,sheets,singles,bytes,uncut} --against "" --steps "${SHEETS_STEPS:-600}" --seeds "${SHEETS_SEEDS:-3}"
  python3 "$here/sheet_pairs.py" "$here/$table.json" $small/{whole,sheets,singles,bytes,uncut} >"$here/$table.txt"
  python3 "$here/tables.py"
}

# The same sheets and whole pictures under the random resized crops of a stock loader: within each cell, anywhere in the file, and of whole
# pictures. 60 crops of every file are drawn once, so a crop is seen six times in 600 steps of 64.
sheets_imagenette_crops() {
  local data small=build/sheets name
  data=$(split_imagenette)
  mkdir -p $small
  small_set "$data" whole --keep 100
  small_set "$data" sheets --keep 400 --tile 2
  crops sheets inside --cells
  crops sheets anywhere
  crops whole of-whole
  judge sheets_imagenette_crops "$data" $small/{inside,anywhere,of-whole} --against "" --steps "${SHEETS_STEPS:-600}" --seeds "${SHEETS_SEEDS:-3}"
  python3 "$here/crop_pairs.py" "$here/sheets_imagenette_crops.json" >"$here/sheets_imagenette_crops.txt"
  python3 "$here/tables.py"
}

# crops FROM TO OPTIONS…
crops() {
  [ -e "$small/$2" ] || { rm -rf "$small/$2.new" && /usr/bin/python3 "$here/sheet_crops.py" "$small/$1" "$small/$2.new" 60 "${@:3}" && mv "$small/$2.new" "$small/$2"; }
}

sheet_tables=(sheets_imagenette_10files sheets_imagenette_crops)
