#!/usr/bin/env bash
# One pool cut into bins, and one ordered by facility location, against public packages (apricot-select and submodlib, from PyPI) and against
# plain code: the same rows, the same function; picks are compared place for place. bench/peers.py says what is timed. Some ten to fifteen
# minutes for the bins, as many for facility location. Arguments: bins, facility-location, or nothing for both.
#   LIMIT_S (120) processor seconds and LIMIT_MB (12000) of memory for each package and size
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
scratch=$root/build/bench/peers
python=$scratch/venv/bin/python
mkdir -p "$scratch"
if ! "$python" -c 'import apricot, submodlib' 2>/dev/null; then
  echo "Installing apricot-select and submodlib-py from PyPI into $scratch/venv" >&2
  { /usr/bin/python3 -m venv "$scratch/venv" && "$python" -m pip install -q wheel &&
    "$python" -m pip install -q apricot-select==0.6.1 submodlib-py==0.0.3; } >"$scratch/pip.log" 2>&1 ||
    echo "the packages cannot be installed (see $scratch/pip.log): comparing with the plain code only" >&2
fi
"$python" -c 'import numpy' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/bench/peers.py" "$build/decant" "$scratch/run" "${LIMIT_S:-120}" "${LIMIT_MB:-12000}" "$@"
