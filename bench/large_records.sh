#!/usr/bin/env bash
# A large JSON-lines file, made here and removed afterwards, to 5 % by random: MB/s, and the peak of anonymous memory (what is resident besides
# mapped files). What is written is checked: the count, and that kept lines are the source's. Arguments: millions of records (2), bytes of each
# (1000), and "k-means" to choose by k-means on static embeddings as well (give a tenth of a million: with 5 % of the rows as centres it is
# quadratic). DECANT_ROOM names the folder for it all; default: the temporary one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
work=$(mktemp -d "${DECANT_ROOM:-${TMPDIR:-/tmp}}/large_records.XXXXXX")
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$root/bench/large_records.py" "$build/decant" "$work" "${1:-2}" "${2:-1000}" "${@:3}"
