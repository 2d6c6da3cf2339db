#!/usr/bin/env python3
"""Every file that the documentation names in `code` or links to exists."""
import pathlib
import re
import subprocess
import sys

NAMED = re.compile(r"`((?:decant|apps|bench|cmake|docs|examples|tests|tools)/[\w./-]+\.\w+)`")
LINKED = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)[^)]*\)")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    pages = subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    faults = []
    for page in pages:
        text = re.sub(r"(?ms)^```.*?^```", lambda code: "\n" * code.group(0).count("\n"), (root / page).read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            files = [root / name for name in NAMED.findall(line)] + [(root / page).parent / name for name in LINKED.findall(line)]
            faults += [f"{page}:{number}: {file.relative_to(root) if file.is_relative_to(root) else file} does not exist"
                       for file in files if not file.exists() and "NAME" not in file.name]
    print("\n".join(faults) or f"{len(pages)} pages name files that exist")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
