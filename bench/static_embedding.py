#!/usr/bin/env python3
"""static_embedding.py make FOLDER | check FOLDER: a Model2Vec model and a million short texts, drawn; and whether features.npy in FOLDER
are what the definition gives, of which tokens are known because the texts were drawn from them."""
import json
import pathlib
import struct
import sys

import numpy

TEXTS, WORDS, WIDTH = 1_000_000, 30_000, 256
CHECKED = 2000


def vocabulary():
    """Words of one token, and words of two: "w17" and "x17q", of which "##q" is the second token."""
    return ["[PAD]", "[UNK]", "##q"] + [f"w{i}" if i % 4 else f"x{i}" for i in range(WORDS)]


def drawn_ids():
    """For each text 5 to 25 tokens, as ids of words; a word that begins with x is followed by ##q."""
    random = numpy.random.default_rng(0)
    counts = random.integers(5, 26, TEXTS)
    ids = 3 + random.integers(0, WORDS, counts.sum())
    return numpy.split(ids, numpy.cumsum(counts)[:-1])


def write_safetensors(path, name, values):
    header = json.dumps({name: {"dtype": "F32", "shape": values.shape, "data_offsets": [0, values.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + values.tobytes())


def make_model(folder):
    model = folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    tokens = vocabulary()
    (model / "vocab.txt").write_text("\n".join(tokens) + "\n")
    (model / "config.json").write_text('{"model_type": "model2vec", "normalize": true}')
    table = numpy.random.default_rng(1).standard_normal((len(tokens), WIDTH), dtype=numpy.float32)
    write_safetensors(model / "model.safetensors", "embeddings", table)


def make(folder):
    make_model(folder)
    words = [token + "q" if token.startswith("x") else token for token in vocabulary()]
    with open(folder / "texts.jsonl", "w") as file:
        for ids in drawn_ids():
            file.write('{"text": "' + " ".join(words[i] for i in ids).capitalize() + '."}\n')


def check(folder):
    table = numpy.random.default_rng(1).standard_normal((len(vocabulary()), WIDTH), dtype=numpy.float32)
    made = numpy.load(folder / "features.npy", mmap_mode="r")
    assert made.shape == (TEXTS, WIDTH), made.shape
    for row, ids in enumerate(drawn_ids()[:CHECKED]):
        mean = table[ids].sum(0, dtype=numpy.float64) + table[2] * sum((i - 3) % 4 == 0 for i in ids)  # "." is unknown
        assert numpy.abs(made[row] - mean / numpy.linalg.norm(mean)).max() < 1e-6, row


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
