#!/usr/bin/env bash
# sanitize.sh PRESET [TEST…]: builds test programs of the core (base_test, formats_test, …) under a sanitizer
# and runs them; without names all of them under asan, and under tsan those of code that starts threads.
# Left out: what mpirun starts, since MPI leaks, programs of another build that load this one's library,
# and what only starts many processes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
if [ $# -eq 0 ]; then
  case $preset in
    tsan) set -- base_test comm_test loader_test select_test evaluate_test trials_test ;;
    *) set -- base_test comm_test kernels_test data_test formats_test select_test loader_test text_test dedup_test metrics_test features_test draw_test train_test \
         evaluate_test report_test trials_test pipeline_test crossing_test ;;
  esac
fi
cmake --preset "$preset" >/dev/null
log=$(mktemp)
cmake --build --preset "$preset" --target "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
rm -f "$log"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
for test in "$@"; do
  "build/$preset/$test" --gtest_brief=1 '--gtest_filter=-Mpirun.*:Install.*:CacheUse.*'
done
