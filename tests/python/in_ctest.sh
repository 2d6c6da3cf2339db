#!/usr/bin/env bash
# in_ctest.sh SOURCE EXTENSION PYTHON PROGRAM: the Python tests on the extension of this build, or a word why not, and exit code 77.
set -euo pipefail
skip() { echo "skipped: $1"; exit 77; }
[ -n "$2" ] || skip "this build has no Python extension (DECANT_WITH_PYTHON)"
"$3" -c 'import numpy, pytest, nanobind_backend' 2>/dev/null || skip "$3 has no NumPy, pytest or nanobind_backend"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/decant"
ln -s "$1"/apps/python/decant/* "$2" "$stage/decant/"
PYTHONPATH=$stage DECANT_PROGRAM=$4 "$3" -m pytest -q -p no:cacheprovider "$1/tests/python"
