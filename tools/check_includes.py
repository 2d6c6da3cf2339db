#!/usr/bin/env python3
"""Every file compiles on its own: a build compiles a folder's files together, so a file could lean on the includes of the one before it.

    tools/check_includes.py         every source file of the core
    tools/check_includes.py BASE    those that differ from the commit BASE, or include a header that does

A file that passed is remembered in build/alone with all that it includes of ours, and compiled again when any of it changes.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

BUILD = pathlib.Path("build/alone")
PASSED = BUILD / "passed.txt"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@functools.cache
def included(name):
    """The files of ours that a file includes itself."""
    return [header for header in INCLUDE.findall(pathlib.Path(name).read_text(encoding="utf-8")) if pathlib.Path(header).is_file()]


def closure(name):
    """The file and all of ours that it includes."""
    seen, waiting = {name}, [name]
    while waiting:
        for header in included(waiting.pop()):
            if header not in seen:
                seen.add(header)
                waiting.append(header)
    return sorted(seen)


def changed_since(base):
    return set(output_of("git", "diff", "--name-only", base).split() + output_of("git", "ls-files", "--others", "--exclude-standard").split())


def command_for(entry):
    """The compiler's command without optimising and without making anything; warnings are the build's business."""
    words = shlex.split(entry["command"])
    compiler = next(i for i, word in enumerate(words) if re.search(r"(c\+\+|g\+\+|clang\+\+)(-\d+)?$", word))
    kept = [word for word in words[compiler:words.index("-o")] if not word.startswith(("-O", "-W"))]
    return [*kept, "-w", "-fsyntax-only", entry["file"]]


def key_of(command, files):
    digest = hashlib.sha256(shlex.join(command).encode())
    for file in files:
        digest.update(pathlib.Path(file).read_bytes())
    return digest.hexdigest()


def compile_alone(job):
    entry, command, key = job
    result = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    return (key, "") if result.returncode == 0 else (None, f"{entry['file']}\n{result.stderr}")


def main(arguments):
    root = pathlib.Path(__file__).resolve().parent.parent
    os.chdir(root)
    output_of("cmake", "--preset", "core", "-B", str(BUILD), "-DDECANT_UNITY=OFF", "-DDECANT_WITH_BENCH=ON")
    changed = changed_since(arguments[0]) if arguments else None
    passed = set(PASSED.read_text(encoding="utf-8").split()) if PASSED.exists() else set()
    jobs, known = [], set()
    for entry in json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8")):
        file = os.path.relpath(entry["file"], root)
        files = closure(file)
        if changed is not None and changed.isdisjoint(files):
            continue
        command = command_for(entry)
        key = key_of(command, files)
        known.add(key)
        if key not in passed:
            jobs.append((entry, command, key))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(compile_alone, jobs))
    passed |= {key for key, fault in results if key}
    PASSED.write_text("\n".join(sorted(passed & known if changed is None else passed)), encoding="utf-8")
    faults = [fault for key, fault in results if fault]
    print("\n".join(faults) or f"{len(known)} files compile on their own, {len(jobs)} of them compiled now")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
