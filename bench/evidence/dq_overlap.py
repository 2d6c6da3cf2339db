#!/usr/bin/env python3
"""dq_overlap.py PROGRAM REFERENCE ALPACA CIFAR: rows that selections share with the published ones, as a Markdown table. What random rows
share follows the hypergeometric distribution; z counts its standard deviations."""
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy

METHODS = [
    ("random", ["--method", "random"]),
    ("bins", ["--method", "bins", "--bins", "BINS"]),
    ("bins by raw dot, as their code has it", ["--method", "bins", "--bins", "BINS", "--function", "graph-cut-dot"]),
    ("facility-location", ["--method", "facility-location"]),
    ("k-means", ["--method", "k-means"]),
]


def kept(program, data, count, options, bins):
    options = [str(bins) if option == "BINS" else option for option in options]
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "compress", data, "-o", f"{folder}/small", "--keep", str(count), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return numpy.load(f"{folder}/small/indices.npy")


def by_chance(rows, a, b):
    """Mean and standard deviation of the rows that two random sets share."""
    mean = a * b / rows
    return mean, math.sqrt(mean * (1 - a / rows) * (rows - b) / (rows - 1))


def line(published, name, rows, theirs, ours):
    mean, deviation = by_chance(rows, len(theirs), len(ours))
    shared = len(numpy.intersect1d(theirs, ours))
    print(f"| {published} | {len(theirs):,} | {name} | {shared:,} | {mean:,.0f} ± {deviation:.0f} | {(shared - mean) / deviation:+.1f} |", flush=True)


def main():
    program, reference, alpaca, cifar = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    load = lambda name: numpy.load(reference / name)
    print("| published | rows | decant's | shared | by chance | z |\n|---|---|---|---|---|---|")
    for size in ("1k", "5k"):
        theirs = load(f"alpaca_data_dq_k5_{size}.indices.npy")
        line(f"Alpaca, DQ, {size}", "their random rows", 52_002, theirs, load(f"alpaca_data_random_{size}.indices.npy"))
        for name, options in METHODS:
            line(f"Alpaca, DQ, {size}", name, 52_002, theirs, kept(program, alpaca, len(theirs), options, bins=5))
    theirs = load("select_indices_CIFAR10_0.125.npy")
    for name, options in METHODS:
        line("CIFAR-10, DQ, 12.5 %", name, 50_000, theirs, kept(program, cifar, len(theirs), options, bins=10))


if __name__ == "__main__":
    main()
