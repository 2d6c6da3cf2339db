#!/usr/bin/env bash
# A COCO json of about 450 MB, 118,000 images and 860,000 annotations, opened into rows and objects and written, one thread, warm page cache,
# CPU time: against json.load, which must count the same. Peak memory is the process's without the file. PYTHON names a Python.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3}
scratch=${DECANT_SCRATCH:-$root/build/bench}/coco_json
[ -e "$scratch/done" ] || "$python" "$root/bench/coco_json.py" make "$scratch"
cat "$scratch/labels.json" >/dev/null
DECANT_COCO_JSON=$scratch "$build/formats_bench" --benchmark_filter='coco_json|write_a' --benchmark_repetitions=3 --benchmark_format=json \
  >"$scratch/ours.json" 2>/dev/null
"$python" "$root/bench/coco_json.py" compare "$scratch" "$scratch/ours.json"
