#!/usr/bin/env python3
"""No file can call another file's local function by accident.

A build compiles the files of a folder as one (cmake/DecantFolder.cmake), so the functions of their unnamed namespaces see each other. The
compiler refuses a second definition, but takes an overload: a call meant for a function of the file itself, or of a header, would go
elsewhere without a word. So no two files of a folder may use one name for it: a function that is local to one is not called in another.
"""
import collections
import os
import pathlib
import re
import sys

LOCAL = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"^(?:template <.*>\n)?(?!return|else|case|struct|class|enum|using|namespace|TEST|INSTANTIATE|}|#|/)[\w:][^=;(){}]*?[ *&>](\w+)\(", re.MULTILINE)
LAMBDA = re.compile(r"^(?:constexpr|const|static) auto (\w+) = \[", re.MULTILINE)
CALL = re.compile(r"(?<![\w.:>])(\w+)\(")
DECLARED = re.compile(r"^ +(?!return\b|else\b|throw\b)[\w:<>,*& ]*[\w>*&][ *&](\w+)(?:\(| = \[)", re.MULTILINE)  # a member, a variable, a lambda


def without_comments(text):
    return re.sub(r'"(?:\\.|[^"\\\n])*"|//(?! namespace)[^\n]*', lambda match: '""' if match.group(0)[0] == '"' else "", text)


def unit_of(path):
    """Files of the same unit are compiled together."""
    return "/".join(path.parts[:2]), "torch" in path.parts, path.stem.endswith("_test")


def main():
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    units = collections.defaultdict(dict)
    for path in sorted(path for top in ("decant", "apps", "tests") for path in pathlib.Path(top).rglob("*.cc")):
        if path.name != "main.cc" and not path.stem.endswith(("_bench", "_fuzz")):
            units[unit_of(path)][path] = without_comments(path.read_text(encoding="utf-8"))
    faults = []
    for files in units.values():
        calls = {path: set(CALL.findall(text)) - set(DECLARED.findall(text)) for path, text in files.items()}
        for path, text in files.items():
            local = {name for part in LOCAL.findall(text) for name in FUNCTION.findall(part) + LAMBDA.findall(part)}
            faults += [f"{path}: {name}() is local, and {other} calls a function of that name: give it another"
                       for other in files if other != path for name in sorted(local & calls[other])]
    print("\n".join(faults) or f"{sum(map(len, units.values()))} files call no local function of another")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
