#!/usr/bin/env bash
# sanitize.sh PRESET [REGEX]: builds the core under a sanitizer and runs its tests, or those whose names match.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset "$1" >/dev/null
cmake --build --preset "$1" | tail -n 1
ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 \
  ctest --test-dir "build/$1" --output-on-failure -j "$(nproc)" ${2:+-R "$2"} | tail -n 25
