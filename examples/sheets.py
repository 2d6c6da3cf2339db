#!/usr/bin/env python3
"""sheets.py FOLDER: a set of sheets (decant compress --tile) for torchvision and Pillow. Every picture is cut out of its cell before
anything else is done to it, so no random crop ever leaves its cell.

    decant compress photos/ -o small --keep 20% --tile 2
    python3 examples/sheets.py small/data
"""
import json
import os
import random
import sys

from PIL import Image


def boxes_of(folder):
    """Of every sheet, by its path, the boxes of its pictures: left, top, width, height."""
    with open(os.path.join(folder, "sheets.jsonl"), encoding="utf-8") as table:
        next(table)  # how the sheets were made
        return {os.path.join(folder, sheet["file"]): sheet["boxes"] for sheet in map(json.loads, table)}


def cut_out(cell):
    path, (left, top, width, height) = cell
    with Image.open(path) as sheet:
        return sheet.convert("RGB").crop((left, top, left + width, top + height))


class AnyCell:
    """A loader for stock code that wants one sample a file: whenever a sheet is read, another of its pictures, by chance.
    ImageFolder(f"{folder}/train", transform, loader=AnyCell(folder))"""

    def __init__(self, folder):
        self.boxes = boxes_of(folder)

    def __call__(self, path):
        return cut_out((path, random.choice(self.boxes[path])))


def all_cells(folder, transform=None):
    """An ImageFolder of all pictures: sample i is row i of decant."""
    from torchvision.datasets import ImageFolder

    boxes = boxes_of(folder)
    data = ImageFolder(os.path.join(folder, "train"), transform, loader=cut_out)
    data.samples = [((path, box), label) for path, label in data.samples for box in boxes[path]]
    data.targets = [label for _, label in data.samples]
    return data


def main():
    folder = sys.argv[1]
    try:
        data = all_cells(folder)
        pictures, classes = [picture for picture, _ in data], len(data.classes)
    except ImportError:  # without torchvision
        boxes = boxes_of(folder)
        pictures, classes = [cut_out((path, box)) for path in boxes for box in boxes[path]], len({os.path.dirname(path) for path in boxes})
    print(f"{len(pictures)} pictures of {classes} classes in {len(boxes_of(folder))} sheets")


if __name__ == "__main__":
    main()
