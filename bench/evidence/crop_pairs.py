#!/usr/bin/env python3
"""crop_pairs.py TABLE.json: how far crops within cells are ahead of the others, seed by seed, with the 95 % interval of the mean."""
import json
import sys

from sheet_pairs import interval

NAMES = {"anywhere": "crops anywhere in the sheets", "of-whole": "crops of whole pictures"}


def main():
    with open(sys.argv[1], encoding="utf-8") as table:
        results = {cell["set"]: cell["values"] for cell in json.load(table)["results"]}
    ahead = [f"{interval([a - b for a, b in zip(results['inside'], results[name])])} points ahead of {words}" for name, words in NAMES.items()]
    print("Crops within cells are " + " and ".join(ahead) + f" (differences of {len(results['inside'])} paired seeds).")


if __name__ == "__main__":
    main()
