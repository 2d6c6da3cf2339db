#!/usr/bin/env python3
"""Every file that the documentation names in `code` or links to exists, and docs/extending.md shows the code of the files it links to,
which are as short as it says."""
import pathlib
import re
import subprocess
import sys

NAMED = re.compile(r"`((?:decant|apps|bench|cmake|docs|examples|tests|tools)/[\w./-]+\.\w+)`")
SHORT = 60  # lines of a file that shows how one part is added
LINKED = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)[^)]*\)")


def shown_code_faults(page):
    """The ```cpp blocks of a page that are not, word for word, in the file of the last link before them."""
    text = page.read_text(encoding="utf-8")
    for block in re.finditer(r"(?ms)^```cpp\n(.*?)^```", text):
        file = page.parent / LINKED.findall(text[: block.start()])[-1]
        if block.group(1) not in file.read_text(encoding="utf-8"):
            line = text.count("\n", 0, block.start()) + 1
            yield f"{page.name}:{line}: the code differs from {file.resolve().name}; copy it from there"


def long_files(folder):
    """Those that are longer; a format is a reader and a writer."""
    for file in sorted(folder.glob("*_test.cc")):
        lines = file.read_text(encoding="utf-8").count("\n")
        if lines > SHORT and file.name != "format_test.cc":
            yield f"{file.name} has {lines} lines, and docs/extending.md says at most {SHORT}"


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
    faults += shown_code_faults(root / "docs/extending.md")
    faults += long_files(root / "tests/extending")
    print("\n".join(faults) or f"{len(pages)} pages name files that exist")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
