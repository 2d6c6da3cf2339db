#!/usr/bin/env bash
# COCO's average precision (decant measure) against pycocotools: a thousand random sets of boxes and as many of masks whose twelve numbers must
# agree, then half a million results of boxes and 100,000 of masks timed, processor time of one thread; and the masks of 20,000
# polygons, which must be pycocotools'. PYTHON names a Python with NumPy and pycocotools.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3}
"$python" -c 'import pycocotools.cocoeval' 2>/dev/null || { echo "no Python with pycocotools (PYTHON): skipped"; exit 0; }
"$python" "$root/bench/coco_metric.py" "$build/decant" cases "${CASES:-1000}"
"$python" "$root/bench/coco_metric.py" "$build/decant" speed
"$python" "$root/bench/coco_metric.py" "$build/formats_bench" polygons "${POLYGONS:-10000}"
