#!/usr/bin/env python3
"""Every source file of the core compiles on its own: a build compiles a folder's files together, so a file could lean on the includes of
the one before it."""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

BUILD = "build/alone"


def compile_alone(entry):
    words = [word for word in shlex.split(entry["command"]) if word not in ("-O1", "-O3")]
    compiler = next(i for i, word in enumerate(words) if pathlib.Path(word).name.startswith(("c++", "g++", "clang++")))
    command = words[compiler:words.index("-o")] + ["-fsyntax-only", entry["file"]]
    result = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    return f"{entry['file']}\n{result.stderr}" if result.returncode else ""


def main():
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    subprocess.run(["cmake", "--preset", "core", "-B", BUILD, "-DDECANT_UNITY=OFF"], check=True, stdout=subprocess.DEVNULL)
    entries = json.loads(pathlib.Path(BUILD, "compile_commands.json").read_text(encoding="utf-8"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for fault in pool.map(compile_alone, entries) if fault]
    print("\n".join(faults) or f"{len(entries)} files compile on their own")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
