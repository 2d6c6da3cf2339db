#!/usr/bin/env bash
# sanitize.sh PRESET TEST…: builds the test programs of the core that are named (base_test, formats_test, …) under a sanitizer and runs
# them whole. Recipes and the program itself are left to the plain build: they only call what is checked here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
cmake --preset "$preset" >/dev/null
log=$(mktemp)
cmake --build --preset "$preset" --target "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
rm -f "$log"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
for test in "$@"; do
  "build/$preset/$test" --gtest_brief=1
done
