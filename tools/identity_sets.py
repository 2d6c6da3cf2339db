"""Small data sets with fixed seeds, drawn by the standard library alone: what tools/identity.py lets two programs loose on.

Class k is a ramp of a slope and tint of its own under noise, so that features, proxies and networks have something to learn, and not
everything. Every set has classes of unequal size; photos/ also has a file that is no picture, two equal pictures, grey ones and JPEGs.
"""
import gzip
import io
import json
import pathlib
import random
import struct
import tarfile
import zlib

CLASSES = ["ant", "bee", "cat", "dog"]
SHARES = [9, 7, 5, 3]  # rows of each class in a round of 24


def draw(folder):
    """Draws every set into `folder`; what it holds is the same for every call."""
    folder.mkdir(parents=True, exist_ok=True)
    draw_photos(folder / "photos")
    draw_flat(folder / "flat")
    draw_cifar10(folder / "cifar10")
    draw_cifar100(folder / "cifar100")
    draw_idx(folder / "idx", packed=False)
    draw_idx(folder / "idx-gz", packed=True)
    draw_shards(folder / "shards")
    draw_objects(folder)
    draw_records(folder)
    draw_matrix(folder)
    draw_large_matrix(folder)


def classes_of(rows):
    one_round = [k for k, share in enumerate(SHARES) for _ in range(share)]
    random.Random(1).shuffle(one_round)
    return [one_round[i % len(one_round)] for i in range(rows)]


# Pictures


def pixels(rng, label, side, channels=3):
    """side × side × channels bytes."""
    slope, strength = 2 + 3 * label, rng.choice([1, 1, 1, 0.3])
    noise = iter(rng.randbytes(side * side * channels))
    values = bytearray()
    for y in range(side):
        for x in range(side):
            ramp = (x if label % 2 else y) * slope * strength
            for c in range(channels):
                values.append(int(ramp + (50 if c == label % 3 else 0) + next(noise) * 0.45) & 255)
    return bytes(values)


def png(picture, side, channels=3):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = b"".join(b"\0" + picture[y * side * channels:(y + 1) * side * channels] for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2 if channels == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 0)) + chunk(b"IEND", b"")


def jpeg(picture, side):
    """Baseline JPEG of an RGB picture whose side is a multiple of 8: of every block its mean and its slope to the right.

    Both Huffman tables are codes of four bits in the order of their symbols.
    """
    bits = []

    def code(symbol, number, size):
        bits.append(f"{symbol:04b}")
        if size:
            bits.append(f"{number if number > 0 else number + (1 << size) - 1:0{size}b}")

    before = [0, 0, 0]
    for top in range(0, side, 8):
        for left in range(0, side, 8):
            block = [[picture[3 * ((top + y) * side + left + x):][:3] for x in range(8)] for y in range(8)]
            for c in range(3):  # the three channels are taken for Y, Cb and Cr
                mean = sum(block[y][x][c] for y in range(8) for x in range(8)) // 64 - 128
                slope = sum(block[y][x][c] * (1 if x < 4 else -1) for y in range(8) for x in range(8)) // 64
                step, before[c] = mean - before[c], mean
                size = abs(step).bit_length()
                code(size, step, size)
                size = min(abs(slope), 127).bit_length()
                if size:
                    code(size, max(-127, min(127, slope)), size)
                code(0, 0, 0)  # end of block
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")

    def segment(kind, body):
        return b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body

    dc, ac = bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)), bytes([0, 0, 0, 8] + [0] * 12) + bytes(range(8))
    frame = struct.pack(">BHHB", 8, side, side, 3) + b"".join(bytes([c, 0x11, 0]) for c in (1, 2, 3))
    return (b"\xff\xd8" + segment(0xDB, b"\0" + bytes([8]) * 64) + segment(0xC0, frame) + segment(0xC4, b"\0" + dc) +
            segment(0xC4, b"\x10" + ac) + segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])) + scan + b"\xff\xd9")


def draw_photos(folder):
    for split, rows, seed in (("train", 168, 11), ("test", 48, 12)):
        rng = random.Random(seed)
        for i, label in enumerate(classes_of(rows)):
            side = 16 if i % 5 else 24
            name = folder / split / CLASSES[label] / f"{i:03}"
            name.parent.mkdir(parents=True, exist_ok=True)
            if i % 4 == 1:
                name.with_suffix(".jpg").write_bytes(jpeg(pixels(rng, label, side), side))
            elif i % 13 == 2:
                name.with_suffix(".png").write_bytes(png(pixels(rng, label, side, 1), side, 1))
            else:
                name.with_suffix(".png").write_bytes(png(pixels(rng, label, side), side))
    first = sorted((folder / "train" / "ant").glob("*.png"))[0]
    (folder / "train" / "ant" / "twin.png").write_bytes(first.read_bytes())
    (folder / "train" / "bee" / "none.jpg").write_bytes(b"this is no picture")


def draw_flat(folder):
    folder.mkdir()
    rng = random.Random(13)
    for i, label in enumerate(classes_of(60)):
        (folder / f"{i:02}.png").write_bytes(png(pixels(rng, label, 16), 16))


def planes(picture, side):
    return picture[0::3] + picture[1::3] + picture[2::3]


def draw_cifar10(folder):
    folder.mkdir()
    for name, rows, seed in (("data_batch_1", 72, 21), ("data_batch_2", 72, 22), ("test_batch", 48, 23)):
        rng = random.Random(seed)
        records = [bytes([label]) + planes(pixels(rng, label, 32), 32) for label in classes_of(rows)]
        (folder / f"{name}.bin").write_bytes(b"".join(records))
    (folder / "batches.meta.txt").write_text("".join(f"thing{k}\n" for k in range(10)))


def draw_cifar100(folder):
    folder.mkdir()
    for name, rows, seed in (("train", 48, 24), ("test", 24, 25)):
        rng = random.Random(seed)
        records = [bytes([label // 2, label]) + planes(pixels(rng, label, 32), 32) for label in classes_of(rows)]
        (folder / f"{name}.bin").write_bytes(b"".join(records))
    (folder / "fine_label_names.txt").write_text("".join(f"fine{k}\n" for k in range(100)))
    (folder / "coarse_label_names.txt").write_text("".join(f"coarse{k}\n" for k in range(20)))


def draw_idx(folder, packed):
    folder.mkdir()
    for name, rows, seed in (("train", 208, 31), ("t10k", 48, 32)):
        rng = random.Random(seed)
        labels = classes_of(rows)
        files = {
            f"{name}-images-idx3-ubyte": struct.pack(">IIII", 0x803, rows, 16, 16) + b"".join(pixels(rng, k, 16, 1) for k in labels),
            f"{name}-labels-idx1-ubyte": struct.pack(">II", 0x801, rows) + bytes(labels),
        }
        for file, content in files.items():
            if packed:
                (folder / f"{file}.gz").write_bytes(gzip.compress(content, mtime=0))
            else:
                (folder / file).write_bytes(content)


def draw_shards(folder):
    folder.mkdir()
    labels, rng = classes_of(96), random.Random(41)
    (folder / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    for shard in range(2):
        with tarfile.open(folder / f"s-{shard}.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            for i in range(48 * shard, 48 * shard + 48):
                for ending, content in (("png", png(pixels(rng, labels[i], 16), 16)), ("cls", str(labels[i]).encode())):
                    member = tarfile.TarInfo(f"{i:03}.{ending}")
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))


def boxes_of(rng, i):
    """(class, x, y, width, height) of what is in picture i of 32 × 32; some hold nothing."""
    return [(k, rng.randrange(0, 16), rng.randrange(0, 16), rng.randrange(4, 16), rng.randrange(4, 16))
            for k in rng.choices(range(4), SHARES, k=i % 4)]


def draw_objects(folder):
    """The same pictures and boxes as YOLO, VOC and COCO have them, and as masks in which boxes are filled."""
    names = ", ".join(CLASSES)
    files = {"yolo/data.yaml": f"path: .\ntrain: train/images\nval: valid/images\nnames: [{names}]\n",
             "masks/classes.txt": "".join(f"{name}\n" for name in CLASSES)}
    for split, first, last in (("train", 0, 60), ("valid", 60, 80)):
        rng = random.Random(71 + first)
        images, annotations, listed = [], [], ""
        for i in range(first, last):
            boxes, name = boxes_of(rng, i), f"{i:03}"
            picture = png(pixels(rng, boxes[0][0] if boxes else 0, 32), 32)
            mask = bytearray([255]) * (32 * 32)
            for k, x, y, w, h in boxes:
                for line in range(y, y + h):
                    mask[32 * line + x:32 * line + x + w] = bytes([k]) * w
                annotations.append({"id": len(annotations) + 1, "image_id": i, "category_id": k, "bbox": [x, y, w, h], "area": w * h})
            images.append({"id": i, "file_name": f"{name}.png", "width": 32, "height": 32})
            listed += f"{name}\n"
            objects = "".join(f"<object><name>{CLASSES[k]}</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin><xmax>{x + w}</xmax>"
                              f"<ymax>{y + h}</ymax></bndbox></object>" for k, x, y, w, h in boxes)
            lines = "".join(f"{k} {(x + w / 2) / 32} {(y + h / 2) / 32} {w / 32} {h / 32}\n" for k, x, y, w, h in boxes)
            files |= {f"yolo/{split}/images/{name}.png": picture, f"yolo/{split}/labels/{name}.txt": lines,
                      f"voc/JPEGImages/{name}.png": picture, f"voc/Annotations/{name}.xml": f"<annotation>{objects}</annotation>",
                      f"coco/{split}/{name}.png": picture, f"masks/images/{split}/{name}.png": picture,
                      f"masks/masks/{split}/{name}.png": png(bytes(mask), 32, 1)}
        split_name = "train" if split == "train" else "val"
        categories = [{"id": k, "name": name} for k, name in enumerate(CLASSES)]
        document = {"images": images, "annotations": annotations, "categories": categories}
        files[f"coco/annotations/instances_{split_name}.json"] = json.dumps(document)
        files[f"voc/ImageSets/Main/{split_name}.txt"] = listed
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def draw_records(folder):
    rng, words = random.Random(81), "red green blue round square small large soft loud swift".split()
    lines = [json.dumps({"text": " ".join(rng.choices(words, k=7)) + f" number {i}", "label": CLASSES[k]}) for i, k in enumerate(classes_of(96))]
    (folder / "texts.jsonl").write_text("".join(f"{line}\n" for line in lines))


# Matrices


def write_npy(path, kind, shape, values):
    """`kind`: of NumPy's little-endian types, f2, f4, i4 or i8."""
    header = f"{{'descr': '<{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    letter = {"f2": "e", "f4": "f", "i4": "i", "i8": "q"}[kind]
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}{letter}", *values))


def rows_of(rng, labels, width):
    values = []
    for label in labels:
        spread = rng.choice([1, 1, 2])
        values += [1.5 * (c % 4 == label) + spread * rng.gauss(0, 1) for c in range(width)]
    return values


def draw_matrix(folder):
    rows, width = 240, 24
    rng = random.Random(51)
    labels = classes_of(rows)
    values = rows_of(rng, labels, width)
    values[5 * width:6 * width] = values[4 * width:5 * width]  # two equal rows
    write_npy(folder / "x.npy", "f4", (rows, width), values)
    write_npy(folder / "y.npy", "i8", (rows,), labels)
    test = classes_of(96)
    write_npy(folder / "x-test.npy", "f4", (96, width), rows_of(rng, test, width))
    write_npy(folder / "y-test.npy", "i8", (96,), test)
    for shard, kind in enumerate(("f2", "f4", "f2")):
        write_npy(folder / f"part-{shard}.npy", kind, (80, width), values[80 * shard * width:80 * (shard + 1) * width])
    write_npy(folder / "numbers.npy", "f4", (rows,), [rng.uniform(-1, 1) for _ in range(rows)])
    write_npy(folder / "pools.npy", "i4", (rows,), [i * 7 % 5 for i in range(rows)])
    write_npy(folder / "some.npy", "i8", (60,), list(range(0, rows, 4)))
    write_npy(folder / "others.npy", "i8", (48,), list(range(1, rows, 5)))
    write_npy(folder / "idx-numbers.npy", "f4", (208,), [rng.uniform(0, 1) for _ in range(208)])
    photos = 170  # of photos/train, the file that is no picture and the twin among them
    write_npy(folder / "photo-x.npy", "f4", (photos, 12), rows_of(rng, classes_of(photos), 12))
    write_npy(folder / "photo-numbers.npy", "f4", (photos,), [rng.uniform(0, 1) for _ in range(photos)])
    write_npy(folder / "photo-pools.npy", "i4", (photos,), [i % 3 for i in range(photos)])
    write_npy(folder / "photo-rows.npy", "i8", (34,), list(range(0, photos, 5)))


def draw_large_matrix(folder):
    """Enough rows that bins are written one by one while a run goes on, and that ranks cut a pool together."""
    rows, width = 22000, 8
    rng = random.Random(61)
    write_npy(folder / "large.npy", "f4", (rows, width), [1 + rng.gauss(0, 1) for _ in range(rows * width)])
    write_npy(folder / "large-y.npy", "i4", (rows,), [0 if i % 8 else 1 + i // 8 % 6 for i in range(rows)])


if __name__ == "__main__":
    import sys
    draw(pathlib.Path(sys.argv[1]))
