#!/usr/bin/env python3
"""large_records.py PROGRAM FOLDER MILLIONS BYTES [k-means]: makes records of so many bytes each, has them compressed to 5 %, and prints speed and memory."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import numpy

import static_embedding

RECORDS = 50_000  # of a piece, which is written again and again with other numbers
KEEP = 0.05


def piece(vocabulary, each):
    """A piece of the file, and where in it the ten digits of each record's number stand."""
    draw = random.Random(0)
    lines, at, places = [], 0, []
    for _ in range(RECORDS):
        head = '{"id": "'
        body = '", "instruction": "%s", "output": "' % " ".join(draw.choices(vocabulary, k=each // 40))
        words = []
        rest = room = each - len(head) - 10 - len(body) - len('"}\n')
        while room > 0:
            words.append(draw.choice(vocabulary))
            room -= len(words[-1]) + 1
        line = head + "0" * 10 + body + " ".join(words)[:rest].ljust(rest, ".") + '"}\n'
        places.append(at + len(head))
        at += len(line)
        lines.append(line)
    return numpy.frombuffer("".join(lines).encode(), dtype=numpy.uint8).copy(), numpy.array(places)


def make(path, count, each, vocabulary):
    text, places = piece(vocabulary, each)
    powers = 10 ** numpy.arange(9, -1, -1, dtype=numpy.int64)
    with open(path, "wb") as file:
        for first in range(0, count, RECORDS):
            numbers = first + numpy.arange(RECORDS, dtype=numpy.int64)
            text[places[:, None] + numpy.arange(10)] = (numbers[:, None] // powers % 10 + ord("0")).astype(numpy.uint8)
            file.write(text.tobytes() if first + RECORDS <= count else text[: each * (count - first)].tobytes())


def anonymous_bytes(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon")), 0)
    except FileNotFoundError:
        return 0


def measured(command):
    """Seconds, and the peak of anonymous memory."""
    begin, peak = time.monotonic(), 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while process.poll() is None:
        peak = max(peak, anonymous_bytes(process.pid))
        time.sleep(0.02)
    if process.returncode != 0:
        sys.exit(process.stdout.read())
    return time.monotonic() - begin, peak


def check(source, small, count, each):
    """Every kept line stands in the source where its number says."""
    lines = small.read_bytes().splitlines(keepends=True)
    assert len(lines) == round(count * KEEP), len(lines)
    numbers = [int(line[8:18]) for line in lines]
    assert all(a < b for a, b in zip(numbers, numbers[1:]))
    with open(source, "rb") as file:
        for number, line in list(zip(numbers, lines))[:: max(1, len(lines) // 1000)]:
            file.seek(number * each)
            assert file.read(each) == line, number


def run(program, folder, source, count, each, name, options):
    out = folder / "small"
    size = source.stat().st_size
    seconds, peak = measured([program, "compress", str(source), "-o", str(out), "--keep", f"{KEEP:.0%}", "--cache", str(folder / "cache"), *options])
    check(source, out / "data" / source.name, count, each)
    shutil.rmtree(out)
    print(f"{name}: {count:,} records, {size / 1e9:.1f} GB, {seconds:.1f} s, {size / 1e6 / seconds:.0f} MB/s, {peak / 1e6:.0f} MB anonymous", flush=True)


def main():
    program, folder, count, each = sys.argv[1], pathlib.Path(sys.argv[2]), int(float(sys.argv[3]) * 1e6), int(sys.argv[4])
    source = folder / "records.jsonl"
    vocabulary = [token + "q" if token.startswith("x") else token for token in static_embedding.vocabulary()[3:]]
    make(source, count, each, vocabulary)
    run(program, folder, source, count, each, "random", ["--method", "random"])
    if sys.argv[5:] == ["k-means"]:
        static_embedding.make_model(folder)
        run(program, folder, source, count, each, "k-means", ["--method", "k-means", "--features", "static", "--weights", str(folder / "model")])


if __name__ == "__main__":
    main()
