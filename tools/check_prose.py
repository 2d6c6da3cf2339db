#!/usr/bin/env python3
"""check_prose.py: comments and pages are at most 100 columns wide, where they are prose.

Free: code, comments behind code, what a comment indents by three or more (formulas, tables), and in Markdown tables, code, headings,
generated pages and blocks, and a word that is longer than that by itself.
"""
import pathlib
import re
import subprocess
import sys

WIDTH = 100
GENERATED = {"docs/api.md"}
COMMENT = re.compile(r"^\s*//(/(?!<))?(?!/) {0,2}(?=[^\s-])")

BLOCK = re.compile(r"^<!-- (end )?\w+ -->$")  # around what a tool writes


def lines_of(path):
    return pathlib.Path(path).read_text(encoding="utf-8").splitlines()


def wide_comments(path):
    return [n for n, line in enumerate(lines_of(path), 1) if len(line) > WIDTH and COMMENT.match(line)]


def wide_prose(path):
    wide, code = [], False
    for n, line in enumerate(lines_of(path), 1):
        code ^= line.lstrip().startswith("```") or bool(BLOCK.match(line))
        if len(line) > WIDTH and not code and not line.startswith(("|", "#", "    ")) and " " in line.strip().lstrip("*- "):
            wide.append(n)
    return wide


def main():
    files = subprocess.run(["git", "ls-files", "*.cc", "*.h", "*.md"], capture_output=True, text=True, check=True).stdout.split()
    faults = []
    for path in files:
        if path not in GENERATED:
            faults += [f"{path}:{n}: wider than {WIDTH} columns" for n in (wide_prose if path.endswith(".md") else wide_comments)(path)]
    print("\n".join(faults) or f"{len(files)} files: prose is at most {WIDTH} columns wide")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
