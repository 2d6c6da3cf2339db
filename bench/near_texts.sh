#!/usr/bin/env bash
# Near-duplicates of a million drawn records by MinHash, from a file: recall and precision are checked against measuring every pair of 20,000 first.
# Arguments: records, threshold, threads, folder for the file.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
"$build/pipeline_bench" "$@"
