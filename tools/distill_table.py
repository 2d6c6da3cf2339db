#!/usr/bin/env python3
"""Writes the table of methods in docs/distill.md from what each file of decant/distill/torch/methods says of itself.

    tools/distill_table.py            writes the table
    tools/distill_table.py --check    fails where the table is not what the methods say, or the page names no option of one
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/distill.md"
METHODS = ROOT / "decant/distill/torch/methods"
TABLE = re.compile(r"(?m)^\| method \| branch of the survey \|.*\n(?:\|.*\n)+")
FACTS = re.compile(r'\.facts = \{"([^"]+)",\s*"([^"]+)",\s*"([^"]+)",\s*"([^"]+)"\}')
MAKER = re.compile(r"(?m)^Method (\w+)\(\) \{")
OPTION = re.compile(r'own\.(?:number|real|word)\("([\w-]+)"')
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{5})")


def methods():
    """Facts of each method by the function that makes it, with its file."""
    found = {}
    for file in sorted(METHODS.glob("*.cc")):
        if file.name.endswith("_test.cc"):
            continue
        text = file.read_text(encoding="utf-8")
        makers, facts = list(MAKER.finditer(text)), list(FACTS.finditer(text))
        for maker, following in zip(makers, makers[1:] + [None]):
            own = [f for f in facts if maker.start() < f.start() < (following.start() if following else len(text))]
            if len(own) == 1:
                found[maker.group(1)] = (*own[0].groups(), file.name)
    return found


def table(found):
    listed = re.findall(r"entry\((\w+)\)", (METHODS / "list.h").read_text(encoding="utf-8"))
    listed = [name for name in listed if name != "make"]
    missing = [name for name in listed if name not in found]
    if missing:
        sys.exit(f"tools/distill_table.py cannot read the facts of {', '.join(missing)} in {METHODS.relative_to(ROOT)}")
    rows = ["| method | branch of the survey | what is matched | source | file |", "|---|---|---|---|---|"]
    for name in listed:
        method, family, summary, source, file = found[name]
        source = ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", source)
        rows.append(f"| `{method}` | {family} | {summary} | {source} | `decant/distill/torch/methods/{file}` |")
    return "\n".join(rows) + "\n"


def unnamed_options(page):
    for file in [METHODS.parent / "method.cc", *sorted(METHODS.glob("*.*"))]:
        if "_test." in file.name:
            continue
        for option in OPTION.findall(file.read_text(encoding="utf-8")):
            if f"`{option}" not in page and f"+{option}=" not in page:
                yield f"docs/distill.md does not name the option {option} of {file.name}"


def main(arguments):
    page = PAGE.read_text(encoding="utf-8")
    current = TABLE.sub(lambda _: table(methods()), page, count=1)
    if arguments != ["--check"]:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    faults = [] if page == current else ["docs/distill.md is not what the methods say: run tools/distill_table.py"]
    faults += unnamed_options(page)
    print("\n".join(faults) or "docs/distill.md is what the methods say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
