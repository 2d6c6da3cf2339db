#!/usr/bin/env python3
"""sheet_pairs.py TABLE.json SET…: of every set the files and bytes it takes a class, and how far sheets are ahead of each other set, seed by
seed, with the 95 % interval of the mean (Student's t)."""
import json
import math
import pathlib
import statistics
import sys

T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
NAMES = {"whole": "whole pictures", "bytes": "whole pictures of the sheets' bytes", "singles": "the same pictures in files of their own",
         "uncut": "the sheets uncut"}


def interval(values):
    mean = 100 * statistics.mean(values)
    if len(values) not in T95:
        return f"{mean:+.1f}"
    return f"{mean:+.1f} ± {100 * T95[len(values)] * statistics.stdev(values) / math.sqrt(len(values)):.1f}"


def main():
    results = {cell["set"]: cell["values"] for cell in json.load(open(sys.argv[1]))["results"]}
    print("| set | files a class | kB a class |\n|---|---|---|")
    for folder in map(pathlib.Path, sys.argv[2:]):
        run = json.load(open(folder / "run.json"))
        pictures = [file for file in (folder / "data").rglob("*") if file.is_file() and file.suffix != ".jsonl"]
        classes = len({file.parent for file in pictures})
        print(f"| `{folder.name}` | {len(pictures) / classes:.1f} | {run['bytes_after'] / classes / 1000:.1f} |")
    ahead = [f"{interval([a - b for a, b in zip(results['sheets'], results[name])])} points ahead of {NAMES[name]}" for name in results if name != "sheets"]
    print("\nSheets are " + ", ".join(ahead) + f" (differences of {len(results['sheets'])} paired seeds).")


if __name__ == "__main__":
    main()
