#!/usr/bin/env bash
# The Python package: import, memory and time of select against the program's, Ctrl-C, Watch, features of a model. PYTHON names a Python
# that has the wheel of ./run wheel installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-$root/build/python/env-system/bin/python}
[ -x "$python" ] && "$python" -c 'import decant' 2>/dev/null || { echo "no Python with decant (PYTHON; ./run wheel makes some): skipped"; exit 0; }
export SCRATCH=$root/build/bench DECANT_PROGRAM=${DECANT_PROGRAM:-$build/decant}
[ ! -x "$build/pipeline_bench" ] || export DECANT_SELECT_BENCH=$build/pipeline_bench
mkdir -p "$SCRATCH"
"$python" "$root/bench/python.py"
