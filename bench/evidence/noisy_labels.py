#!/usr/bin/env python3
"""CIFAR-10 with wrong labels, and how many of them a choice holds.

    noisy_labels.py CIFAR OUT SHARE        SHARE of the training labels become another class, each as likely (symmetric noise)
    noisy_labels.py --count OUT rows.npy NAME

Needs NumPy. The rows whose labels were changed are in OUT/wrong.npy; the test batch stays as it is.
"""
import pathlib
import shutil
import sys

import numpy as np

RECORD = 3073


def make(source, out, share):
    out.mkdir(parents=True, exist_ok=True)
    names = [f"data_batch_{i}.bin" for i in range(1, 6)]
    batches = [np.fromfile(source / name, np.uint8).reshape(-1, RECORD) for name in names]
    rows = np.concatenate(batches)
    draw = np.random.default_rng(0)
    wrong = np.sort(draw.permutation(len(rows))[: round(share * len(rows))])
    rows[wrong, 0] = (rows[wrong, 0] + draw.integers(1, 10, len(wrong))) % 10
    for name, batch in zip(names, np.array_split(rows, 5)):
        batch.tofile(out / name)
    shutil.copy(source / "test_batch.bin", out)
    np.save(out / "wrong.npy", wrong)


def main():
    if sys.argv[1] == "--count":
        wrong = np.load(pathlib.Path(sys.argv[2]) / "wrong.npy")
        rows = np.load(sys.argv[3])
        print(f"* {sys.argv[4]}: {100 * np.isin(rows, wrong).mean():.2f} % of its {len(rows):,} labels are wrong; of all, {100 * len(wrong) / 50000:.2f} %.")
    else:
        make(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3]))


if __name__ == "__main__":
    main()
