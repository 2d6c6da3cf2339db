#!/usr/bin/env python3
"""check_tests.py BUILD: every TEST written in a *_test.cc is one that ctest runs; in a build of the core, those that need no libtorch."""
import json
import pathlib
import re
import subprocess
import sys

NEEDS_TORCH = re.compile(r"^decant/(nn|\w+/torch)/")
TEST = re.compile(r"^(TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


def output_of(command, folder):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout


def tests_of(test, folder):
    """The gtest names that one of ctest's tests runs: its own, or all that its program lists."""
    command = test.get("command", [])
    if len(command) != 1:
        return [test["name"]]
    names, suite = [], ""
    for line in output_of([command[0], "--gtest_list_tests"], folder).splitlines():
        line = line.split("#")[0].rstrip()
        if line.startswith("  "):
            names.append(suite + line.strip())
        elif line.endswith("."):
            suite = line
    return names


def has_torch(build):
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(r"^DECANT_WITH_TORCH:\w+=(ON|TRUE|1)$", cache, re.MULTILINE | re.IGNORECASE) is not None


def main(build):
    root = pathlib.Path(__file__).resolve().parent.parent
    torch = has_torch(root / build)
    listing = json.loads(output_of(["ctest", "--test-dir", build, "--show-only=json-v1"], root))
    unbuilt = [test["name"] for test in listing["tests"] if test["name"].endswith("_NOT_BUILT")]  # ctest's mark
    if unbuilt:
        print(f"{build}: build everything first; not built are {', '.join(name.removesuffix('_NOT_BUILT') for name in unbuilt)}")
        return 2
    known = [name for test in listing["tests"] for name in tests_of(test, root)]
    missing, written, not_built = [], 0, 0
    for path in sorted(p for top in ("decant", "apps", "tests") for p in (root / top).rglob("*_test.cc")):
        tests = TEST.findall(path.read_text(encoding="utf-8"))
        if not torch and NEEDS_TORCH.match(str(path.relative_to(root))):
            not_built += len(tests)
            continue
        written += len(tests)
        for _, suite, name in tests:
            found = any(f"{suite}.{name}" == test or ("/" in test and suite in test and name in test) for test in known)
            if not found:
                missing.append(f"{path.relative_to(root)}: {suite}.{name} is not registered")
    rest = f"; {not_built} that need libtorch are not in this build" if not_built else ""
    print("\n".join(missing) or f"{written} tests are written, {len(known)} are registered{rest}")
    return 1 if missing or not known else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: tools/check_tests.py BUILD", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
