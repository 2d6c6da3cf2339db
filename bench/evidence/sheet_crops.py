#!/usr/bin/env python3
"""sheet_crops.py SET OUT CROPS [--cells]: what a stock loader sees of the files of a small set, drawn once: CROPS random resized crops of each
file, as torchvision's RandomResizedCrop takes them (8 % to all of the area, sides 3:4 to 4:3), at the resolution of the file and made 64 × 64
then. --cells: of sheets, of each picture in its cell, as many for the file in all. OUT becomes a folder that evaluate takes as made."""
import json
import math
import pathlib
import random
import sys

from PIL import Image

SIDE = 64


def box_of_crop(draw, left, top, width, height):
    """torchvision.transforms.RandomResizedCrop.get_params within a box."""
    for _ in range(10):
        area = width * height * draw.uniform(0.08, 1)
        ratio = math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            x, y = left + draw.randint(0, width - w), top + draw.randint(0, height - h)
            return x, y, x + w, y + h
    side = min(width, height)
    x, y = left + (width - side) // 2, top + (height - side) // 2
    return x, y, x + side, y + side


def cells_of(data):
    with open(data / "sheets.jsonl", encoding="utf-8") as table:
        next(table)
        return {data / sheet["file"]: sheet["boxes"] for sheet in map(json.loads, table)}


def main():
    data, out, crops = pathlib.Path(sys.argv[1]) / "data", pathlib.Path(sys.argv[2]), int(sys.argv[3])
    cells = cells_of(data) if "--cells" in sys.argv else {}
    size = 0
    for path in sorted(file for file in (data / "train").rglob("*") if file.suffix.lower() in (".jpg", ".jpeg", ".png")):
        folder = out / "data" / "train" / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        boxes = cells.get(path, [(0, 0, *picture.size)])
        for crop in range(crops):
            draw = random.Random(f"{path.name} {crop}")
            to = folder / f"{path.stem}-{crop:03}.png"
            picture.resize((SIDE, SIDE), Image.BILINEAR, box_of_crop(draw, *boxes[crop % len(boxes)]), reducing_gap=2.0).save(to)
            size += to.stat().st_size
    (out / "run.json").write_text(json.dumps({"schema": 2, "rows": 0, "kept": 0, "bytes_after": size}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
