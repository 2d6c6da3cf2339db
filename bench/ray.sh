#!/usr/bin/env bash
# Eight jobs of each stage on two processes: decant.ray with two workers against the shell loop of docs/clusters.md, the 1,200 photographs to
# 20 %, one thread each, Ray's start apart. PYTHON names a Python that has ray and the decant package.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3}
"$python" -c 'import ray, decant' 2>/dev/null || { echo "no Python with ray and decant (PYTHON): skipped"; exit 0; }
photos=$(dataset imagenette_1200) || exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" "$root/bench/ray_jobs.py" "$photos/imagenette" "$build/decant" "$scratch"
