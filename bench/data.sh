# Sourced by the benchmarks: where the real data sets are, unpacked once.
#
# The data sets are not part of the project. DECANT_SHARED names a folder that holds data/ (with unpack.py) and golden/; without it the
# folder shared/ next to the checkout is tried. A benchmark that finds neither says so and stops with success.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shared=${DECANT_SHARED:-$root/../shared}
build=${DECANT_BUILD:-$root/build/release}

# dataset NAME: prints the folder of the unpacked data set; fails, saying why, where it is not to be had.
dataset() {
  local to=${DECANT_DATA:-$root/build/data}/$1
  if [ ! -e "$to.done" ]; then
    [ -d "$shared/data/$1" ] || { echo "skipped: $shared/data/$1 is not here (set DECANT_SHARED)" >&2; return 1; }
    mkdir -p "$to"
    if [ -f "$shared/data/$1/SHA1SUMS" ]; then /usr/bin/python3 "$shared/data/unpack.py" "$shared/data/$1" "$to" >&2; else cp "$shared/data/$1"/* "$to"; fi
    for tar in "$to"/*.tar; do [ ! -e "$tar" ] || tar -xf "$tar" -C "$to"; done
    touch "$to.done"
  fi
  echo "$to"
}
