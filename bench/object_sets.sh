#!/usr/bin/env bash
# 5,000 pictures with objects or masks of 480 x 360, opened and counted per class and row, one thread, warm page cache, CPU time: against
# plain Python (split for YOLO, ElementTree for VOC, Pillow and NumPy for masks), which must count the same. PYTHON names a Python with both.
# Then choosing by what is annotated, at COCO's size.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3}
"$python" -c 'import numpy, PIL' 2>/dev/null || { echo "no Python with numpy and Pillow (PYTHON): skipped"; exit 0; }
sets=$root/build/bench/object_sets
[ -e "$sets/done" ] || "$python" "$root/bench/object_sets.py" make "$sets"
DECANT_OBJECT_SETS=$sets "$build/formats_bench" --benchmark_filter='open_object_set' --benchmark_repetitions=5 --benchmark_format=json \
  >"$sets/ours.json" 2>/dev/null
"$python" "$root/bench/object_sets.py" compare "$sets" "$sets/ours.json"
"$build/select_bench" --objects
