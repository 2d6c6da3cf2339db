#!/usr/bin/env python3
"""CIFAR-10's training pictures on a plane that keeps neighbours together, by t-SNE of their pixels: features that know no network.

    manifold.py CIFAR10/ OUT.npy [--iterations 500]

Pixels are reduced to 50 principal components first, as is usual. Writes float32 (50,000, 2), in the order of data_batch_1..5, scaled to a
deviation of 1. Needs NumPy and scikit-learn; about ten minutes of a core.
"""
import argparse
import pathlib

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

RECORD = 1 + 3 * 32 * 32


def pixels(folder):
    batches = [np.fromfile(folder / f"data_batch_{i}.bin", np.uint8).reshape(-1, RECORD)[:, 1:] for i in range(1, 6)]
    return np.concatenate(batches).astype(np.float32) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cifar10", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--iterations", type=int, default=500)
    args = parser.parse_args()
    reduced = PCA(50, random_state=0).fit_transform(pixels(args.cifar10))
    plane = TSNE(2, perplexity=30, max_iter=args.iterations, random_state=0, n_jobs=1).fit_transform(reduced)
    np.save(args.out, (plane / plane.std()).astype(np.float32))


if __name__ == "__main__":
    main()
