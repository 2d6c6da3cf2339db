#!/usr/bin/env python3
"""object_sets.py make FOLDER | compare FOLDER OURS.json: sets of 5,000 pictures as YOLO, VOC and masks, and Python's time to count them."""
import json
import os
import pathlib
import statistics
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter

import numpy
from PIL import Image, ImageDraw

ROWS, WIDTH, HEIGHT, CLASSES = 5000, 480, 360, 12


def boxes_of(row):
    random = numpy.random.default_rng(row)
    for _ in range(int(random.integers(1, 12))):
        x, y = random.uniform(0, 0.7, 2)
        w, h = random.uniform(0.02, 0.3, 2)
        yield int(random.integers(CLASSES)), x, y, x + w, y + h


def write_row(folder, row, picture):
    name = f"{row:06d}"
    boxes = list(boxes_of(row))
    for below in ("yolo/images/train", "voc/JPEGImages", "masks/images"):
        os.link(picture, folder / below / f"{name}.jpg")
    lines = [f"{c} {(x0 + x1) / 2:.6f} {(y0 + y1) / 2:.6f} {x1 - x0:.6f} {y1 - y0:.6f}\n" for c, x0, y0, x1, y1 in boxes]
    (folder / "yolo/labels/train" / f"{name}.txt").write_text("".join(lines))
    objects = "".join(
        f"\t<object>\n\t\t<name>class {c:02d}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n"
        f"\t\t<bndbox>\n\t\t\t<xmin>{x0 * WIDTH:.0f}</xmin>\n\t\t\t<ymin>{y0 * HEIGHT:.0f}</ymin>\n\t\t\t<xmax>{x1 * WIDTH + 1:.0f}</xmax>\n"
        f"\t\t\t<ymax>{y1 * HEIGHT + 1:.0f}</ymax>\n\t\t</bndbox>\n\t</object>\n" for c, x0, y0, x1, y1 in boxes)
    (folder / "voc/Annotations" / f"{name}.xml").write_text(
        f"<annotation>\n\t<folder>x</folder>\n\t<filename>{name}.jpg</filename>\n\t<size>\n\t\t<width>{WIDTH}</width>\n\t\t<height>{HEIGHT}</height>\n"
        f"\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n{objects}</annotation>\n")
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(mask)
    for c, x0, y0, x1, y1 in boxes:
        draw.ellipse((x0 * WIDTH, y0 * HEIGHT, x1 * WIDTH, y1 * HEIGHT), fill=c)
    mask.save(folder / "masks/masks" / f"{name}.png")


def make(folder):
    for below in ("yolo/images/train", "yolo/labels/train", "voc/JPEGImages", "voc/Annotations", "voc/ImageSets/Main", "masks/images", "masks/masks"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    picture = folder / "picture.jpg"
    noise = numpy.random.default_rng(0).integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), dtype=numpy.uint8)
    Image.fromarray(noise).resize((WIDTH, HEIGHT)).save(picture, quality=80)
    for row in range(ROWS):
        write_row(folder, row, picture)
    (folder / "yolo/data.yaml").write_text("train: images/train\nnames: [" + ", ".join(f"class {c:02d}" for c in range(CLASSES)) + "]\n")
    (folder / "voc/ImageSets/Main/train.txt").write_text("".join(f"{row:06d}\n" for row in range(ROWS)))
    (folder / "masks/classes.txt").write_text("".join(f"class {c:02d}\n" for c in range(CLASSES)))
    (folder / "done").touch()


def count_yolo(folder):
    total = 0
    for file in sorted((folder / "yolo/labels/train").iterdir()):
        counts = Counter(int(line.split()[0]) for line in file.read_text().splitlines())
        total += sum((c + 1) * n for c, n in counts.items())
    return total


def count_voc(folder):
    classes, total = {}, 0
    for line in (folder / "voc/ImageSets/Main/train.txt").read_text().splitlines():
        root = ElementTree.parse(folder / "voc/Annotations" / f"{line}.xml").getroot()
        for found in root.findall("object"):
            box = found.find("bndbox")
            [float(box.findtext(edge)) for edge in ("xmin", "ymin", "xmax", "ymax")]
            total += classes.setdefault(found.findtext("name"), len(classes)) + 1
    return total


def count_masks(folder):
    total = 0
    for file in sorted((folder / "masks/masks").iterdir()):
        counts = numpy.bincount(numpy.asarray(Image.open(file)).ravel(), minlength=CLASSES)
        total += int((counts * numpy.arange(1, len(counts) + 1)).sum())
    return total


def compare(folder, ours):
    limits = {"yolo": 200, "voc": 500, "masks": 3000}  # milliseconds
    runs = [run for run in json.loads(ours.read_text())["benchmarks"] if run.get("run_type") == "iteration"]
    failed = False
    for name, count in (("yolo", count_yolo), ("voc", count_voc), ("masks", count_masks)):
        mine = [run for run in runs if run["name"].startswith(f"open_object_set/{name}")]
        count(folder)
        start = time.process_time()
        answer = count(folder)
        python = 1000 * (time.process_time() - start)
        own = statistics.median(run["cpu_time"] for run in mine)
        same = all(run["answer"] == answer for run in mine)
        failed |= not same or own > limits[name]
        print(f"{name:6} {ROWS} rows   ours {own:6.0f} ms   Python {python:6.0f} ms   ratio {python / own:5.1f}   {'' if same else 'OTHER COUNTS'}")
    sys.exit(failed)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[2])
    make(folder) if sys.argv[1] == "make" else compare(folder, pathlib.Path(sys.argv[3]))
