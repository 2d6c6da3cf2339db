#!/usr/bin/env python3
"""check_tests.py BUILD: every TEST written in a *_test.cc is one that ctest runs."""
import json
import pathlib
import re
import subprocess
import sys

TEST = re.compile(r"^(TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


def main(build):
    root = pathlib.Path(__file__).resolve().parent.parent
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True, cwd=root).stdout
    known = [test["name"] for test in json.loads(listing)["tests"]]
    missing, written = [], 0
    for path in sorted(p for top in ("decant", "apps", "tests") for p in (root / top).rglob("*_test.cc")):
        for kind, suite, name in TEST.findall(path.read_text(encoding="utf-8")):
            written += 1
            found = any(f"{suite}.{name}" == test or ("/" in test and suite in test and name in test) for test in known)
            if not found:
                missing.append(f"{path.relative_to(root)}: {suite}.{name} is not registered")
    print("\n".join(missing) or f"{written} tests are written, {len(known)} are registered")
    return 1 if missing or not known else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: tools/check_tests.py BUILD", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
