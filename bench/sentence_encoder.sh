#!/usr/bin/env bash
# A sentence encoder (MiniLM-L6 or another model's folder) against sentence-transformers on the same libtorch, with the same threads: texts per
# second. Two sets of drawn texts: all of 126 tokens, which with the two around them fill 128; and of 8 to 126, where texts of about one length
# are computed together by both. All vectors must agree within 1e-4 before the time counts. The two take turns, so that a busy machine is
# unfair to neither; the figures are medians of the rounds. Ours is the whole stage, weights read and texts cut included; theirs is encode()
# alone, of a model that is loaded and warm. PyTorch of another version than decant's libtorch is refused.
#   MODEL (a folder), PYTHON (with torch and sentence-transformers), THREADS (all cores), ROUNDS (5), TEXTS (400)
set -euo pipefail
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}  # spinning at barriers costs up to eight times the time on a busy machine
. "$(dirname "${BASH_SOURCE[0]}")/data.sh"
python=${PYTHON:-python3} threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-5} texts=${TEXTS:-400}
[ -d "${MODEL:-}" ] || { echo "skipped: set MODEL to the folder of a sentence encoder, such as all-MiniLM-L6-v2" >&2; exit 0; }
[ -f "$build/decant_neural.so" ] || { echo "skipped: $build has no decant_neural.so" >&2; exit 0; }
"$python" -c 'import torch, sentence_transformers' 2>/dev/null || { echo "skipped: $python lacks torch or sentence-transformers" >&2; exit 0; }
export OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads  # torch.set_num_threads() does not reach OpenBLAS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$root/bench/sentence_encoder.py" "$build/decant" "$MODEL" "$work" "$threads" "$rounds" "$texts"
