#!/usr/bin/env bash
# Parquet of photographs, one thread, warm: every picture's bytes hashed and random rows against pyarrow, a fifth of the rows written against
# `cp` of the same bytes. The 1,200 photographs, 15 times over, as the datasets library writes them today (bytes as they are, row groups of
# 100 MB, an offset index), as it did before (snappy, dictionaries, groups of 1,000), so with groups of 100 MB, and with zstd, which packs what
# snappy leaves as it is. Half of the rows written on all threads against one. And the memory that random rows take on eight threads, besides
# the mapped files. PYTHON names a Python with pyarrow and xxhash.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3}
"$python" -c 'import pyarrow.parquet, xxhash' 2>/dev/null || { echo "no Python with pyarrow and xxhash (PYTHON): skipped"; exit 0; }
photos=$(dataset imagenette_1200) || exit 0
sets=$root/build/bench/parquet
mkdir -p "$sets"
for layout in today before packed zstd; do
  [ -e "$sets/$layout/done" ] || "$python" "$root/bench/parquet.py" make "$layout" "$photos/imagenette/train" "$sets/$layout"
  DECANT_PARQUET=$sets/$layout "$build/formats_bench" --benchmark_filter='parquet' --benchmark_repetitions=5 --benchmark_min_time=0.2 \
    --benchmark_format=json >"$sets/$layout.json" 2>/dev/null
  "$python" "$root/bench/parquet.py" compare "$layout" "$sets/$layout" "$sets/$layout.json"
done
