"""Small data sets, drawn. DECANT_PROGRAM names the C++ program to compare with; without it the package's own command is taken."""

import io
import os
import struct
import subprocess
import sys
import tarfile
import zlib

import numpy as np
import pytest


def png(pixels):
    """(height, width, 3) of uint8 as a PNG file."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def drawn_pictures(count, side=16, classes=3, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    pictures = random.integers(0, 120, (count, side, side, 3))
    for label in range(classes):
        pictures[labels == label, :, :, label] += 100
    return pictures.astype(np.uint8), labels


def write_folder(folder, count=90):
    pictures, labels = drawn_pictures(count)
    for i, (picture, label) in enumerate(zip(pictures, labels)):
        file = folder / "train" / f"class{label}" / f"{i:04}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(picture))
    return folder


def write_yolo(folder, count=12):
    """Pictures with a box each, of three classes."""
    (folder / "train" / "images").mkdir(parents=True)
    (folder / "train" / "labels").mkdir()
    pictures, labels = drawn_pictures(count)
    for i, (picture, label) in enumerate(zip(pictures, labels)):
        (folder / "train" / "images" / f"{i:04}.png").write_bytes(png(picture))
        (folder / "train" / "labels" / f"{i:04}.txt").write_text(f"{label} 0.5 0.5 0.4 0.2\n")
    (folder / "data.yaml").write_text("train: train/images\nnames: [ant, bee, cat]\n")
    return folder


def write_shards(folder, count=90):
    pictures, labels = drawn_pictures(count)
    folder.mkdir()
    for shard in range(3):
        with tarfile.open(folder / f"im-{shard:03}.tar", "w") as tar:
            for i in range(shard, count, 3):
                for name, data in ((f"{i:04}.png", png(pictures[i])), (f"{i:04}.cls", str(labels[i]).encode())):
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    return folder / "im-{000..002}.tar"


def write_cifar(folder, count=100):
    pictures, labels = drawn_pictures(count, side=32)
    folder.mkdir()
    records = [bytes([label]) + np.ascontiguousarray(p.transpose(2, 0, 1)).tobytes() for p, label in zip(pictures, labels)]
    for batch in range(5):
        (folder / f"data_batch_{batch + 1}.bin").write_bytes(b"".join(records[batch * 20 : batch * 20 + 20]))
    (folder / "test_batch.bin").write_bytes(b"".join(records[:10]))
    return folder


def write_idx(folder, count=90):
    pictures, labels = drawn_pictures(count, side=28)
    folder.mkdir()
    for prefix, n in (("train", count), ("t10k", 10)):
        grey = pictures[:n, :, :, 0]
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 2051, n, 28, 28) + grey.tobytes())
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, n) + labels[:n].astype(np.uint8).tobytes())
    return folder


def write_matrix(folder, count=300):
    X, y = matrix(count)
    folder.mkdir()
    np.save(folder / "features.npy", X)
    np.save(folder / "labels.npy", y)
    return folder


def write_records(folder, count=120):
    folder.mkdir()
    words = "red green blue round square small large soft".split()
    random = np.random.default_rng(0)
    lines = []
    for i in range(count):
        text = " ".join(random.choice(words, 6))
        lines.append(f'{{"text": "{text} number {i}", "label": "{"ab"[i % 2]}"}}\n')
    (folder / "train.jsonl").write_text("".join(lines))
    return folder / "train.jsonl"


def matrix(count=300, width=8, dtype=np.float32, seed=0):
    """Rows about three centres, and their classes."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, count)
    X = random.normal(size=(count, width)) + 2 * np.eye(3, width)[y] + 1
    return X.astype(dtype), y.astype(np.int64)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def pictures(tmp_path):
    return write_folder(tmp_path / "pictures")


@pytest.fixture
def program():
    command = os.environ.get("DECANT_PROGRAM")
    words = [command] if command else [sys.executable, "-m", "decant"]

    def run(*arguments, check=True):
        done = subprocess.run([*words, *map(str, arguments)], capture_output=True, text=True)
        assert not check or done.returncode == 0, done.stderr
        return done

    return run
