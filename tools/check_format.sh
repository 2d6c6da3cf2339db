#!/usr/bin/env bash
# Fails when clang-format would change a source file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v clang-format >/dev/null || { ./run format; git diff --exit-code -- '*.cc' '*.h'; exit; }
git ls-files -z '*.cc' '*.h' | xargs -0 clang-format --dry-run --Werror
echo "every source file is in shape"
