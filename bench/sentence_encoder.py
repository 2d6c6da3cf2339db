#!/usr/bin/env python3
"""sentence_encoder.py PROGRAM MODEL WORK THREADS ROUNDS TEXTS: the same texts through decant and through sentence-transformers, in turns."""
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import time

LONGEST = 128  # tokens, the two around a text included


def words_of(model):
    """Words of one token each."""
    vocabulary = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return [word for word in vocabulary if re.fullmatch("[a-z]{2,}", word)]


def drawn_texts(words, count, shortest):
    draw = random.Random(0)
    return [" ".join(draw.choices(words, k=draw.randint(shortest, LONGEST - 2))) for _ in range(count)]


def write_texts(path, texts):
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")


def copied_model(source, to):
    """The model, cut at 128 tokens."""
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("onnx", "openvino", "*.bin", "*.h5", "*.ot", "*.msgpack"))
    (to / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": LONGEST, "do_lower_case": False}))
    return to


def seconds_of_ours(program, model, texts, out, threads, work):
    """Of the stage that computes the features, from the program's own result."""
    command = [program, "features", texts, "-o", out, "--features", "sentence", "--weights", model, "--cache", work / "cache", "--threads", threads]
    shutil.rmtree(work / "cache", ignore_errors=True)
    result = subprocess.run([str(part) for part in command] + ["--overwrite", "--json"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(result.stderr)
    return json.loads(result.stdout)["seconds"]


def compare(name, shortest, encoder, program, model, work, threads, rounds, count):
    import numpy

    texts = drawn_texts(words_of(model), count, shortest)
    file, out = work / f"{shortest}.jsonl", work / f"{shortest}.npy"
    write_texts(file, texts)
    encoder.encode(texts[:32])
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds_of_ours(program, model, file, out, threads, work))
        begin = time.perf_counter()
        vectors = encoder.encode(texts)
        theirs.append(time.perf_counter() - begin)
    worst = numpy.abs(numpy.load(out) - vectors).max()
    assert worst <= 1e-4, f"vectors differ by {worst}"
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"sentence encoder, {name}: {threads} threads, {count} texts   ours {count / mine:7.1f} texts/s   sentence-transformers "
          f"{count / other:7.1f} texts/s   ratio {other / mine:.2f}   vectors within {worst:.1e}", flush=True)


def main():
    program, source, work, threads, rounds, count = sys.argv[1], *map(pathlib.Path, sys.argv[2:4]), *map(int, sys.argv[4:7])
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    import sentence_transformers
    import torch

    torch.set_num_threads(threads)
    model = copied_model(source, work / "model")
    encoder = sentence_transformers.SentenceTransformer(str(model), device="cpu")
    for name, shortest in (("128 tokens", LONGEST - 2), ("10 to 128 tokens", 8)):
        compare(name, shortest, encoder, program, model, work, threads, rounds, count)


if __name__ == "__main__":
    main()
