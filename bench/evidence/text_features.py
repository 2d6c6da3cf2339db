#!/usr/bin/env python3
"""Texts as features: hashed tf-idf, then latent semantic analysis (LSA) to 256 columns.

    text_features.py TRAIN.tsv TEST.tsv OUT/

Lines are "text<TAB>label", split at the last tab. A word or a pair of neighbouring words is hashed to one of 2^16 columns; weights are
(1 + ln count) · ln(n / documents), rows of length 1; the projection is a randomised SVD (Halko, Martinsson, Tropp, SIAM Review 53, 2011;
two power iterations) of the training rows, and the test rows are projected with it. Writes train.npy, train-labels.npy, test.npy,
test-labels.npy. Needs NumPy alone.
"""
import pathlib
import re
import sys
import zlib

import numpy as np

COLUMNS = 1 << 16
WIDTH = 256
OVERSAMPLING = 32
WORD = re.compile(r"[a-z0-9']+")


def read(path):
    texts, labels = [], []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        text, _, label = line.rpartition("\t")
        if label != "label":
            texts.append(text)
            labels.append(label)
    return texts, labels


def counts_of(texts):
    """The sparse matrix as three arrays: where rows begin, columns, counts."""
    begin, columns, counts = [0], [], []
    for text in texts:
        words = WORD.findall(text.lower())
        terms = words + [a + " " + b for a, b in zip(words, words[1:])]
        seen = {}
        for term in terms:
            column = zlib.crc32(term.encode()) % COLUMNS
            seen[column] = seen.get(column, 0) + 1
        if not seen:
            seen[0] = 1
        columns.extend(seen.keys())
        counts.extend(seen.values())
        begin.append(len(columns))
    return np.array(begin), np.array(columns), np.array(counts, np.float64)


def weigh(matrix, inverse_frequency):
    begin, columns, counts = matrix
    values = (1 + np.log(counts)) * inverse_frequency[columns]
    length = np.sqrt(np.add.reduceat(values**2, begin[:-1]))
    return begin, columns, values / np.maximum(np.repeat(length, np.diff(begin)), 1e-12)


def times(matrix, dense, step=4096):
    """matrix · dense, some rows at a time."""
    begin, columns, values = matrix
    out = np.empty((len(begin) - 1, dense.shape[1]))
    for first in range(0, len(out), step):
        last = min(first + step, len(out))
        part = slice(begin[first], begin[last])
        out[first:last] = np.add.reduceat(dense[columns[part]] * values[part, None], begin[first:last] - begin[first], axis=0)
    return out


def transposed_times(matrix, dense):
    begin, columns, values = matrix
    rows = np.repeat(np.arange(len(begin) - 1), np.diff(begin))
    order = np.argsort(columns, kind="stable")
    present, first = np.unique(columns[order], return_index=True)
    by_column = (np.append(first, len(order)), rows[order], values[order])
    out = np.zeros((COLUMNS, dense.shape[1]))
    out[present] = times(by_column, dense)
    return out


def principal_directions(matrix):
    basis = np.random.default_rng(0).standard_normal((COLUMNS, WIDTH + OVERSAMPLING))
    for _ in range(3):
        basis, _ = np.linalg.qr(transposed_times(matrix, np.linalg.qr(times(matrix, basis))[0]))
    _, _, right = np.linalg.svd(times(matrix, basis), full_matrices=False)
    return basis @ right[:WIDTH].T


def main():
    train_file, test_file, out = sys.argv[1:]
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    texts, names = read(train_file)
    test_texts, test_names = read(test_file)
    matrix = counts_of(texts)
    documents = np.bincount(matrix[1], minlength=COLUMNS)
    inverse_frequency = np.log(len(texts) / np.maximum(documents, 1)) * (documents > 0)
    weighed = weigh(matrix, inverse_frequency)
    directions = principal_directions(weighed)
    classes = {name: i for i, name in enumerate(sorted(set(names)))}
    np.save(out / "train.npy", times(weighed, directions).astype(np.float32))
    np.save(out / "test.npy", times(weigh(counts_of(test_texts), inverse_frequency), directions).astype(np.float32))
    np.save(out / "train-labels.npy", np.array([classes[name] for name in names], np.int32))
    np.save(out / "test-labels.npy", np.array([classes[name] for name in test_names], np.int32))
    print(f"{len(texts)} and {len(test_texts)} texts, {len(classes)} classes")


if __name__ == "__main__":
    main()
