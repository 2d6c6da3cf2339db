#!/usr/bin/env python3
"""read_pictures.py FOLDER: reads every picture of a small set as training code would: by torchvision's ImageFolder where that is
installed, else by Pillow. Pictures from which decant dropped cells are ordinary files, so nothing here knows of decant.

    decant compress photos/ -o small --drop 25%
    python3 examples/read_pictures.py small/data/train
"""
import pathlib
import sys

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def by_torchvision(folder):
    from torchvision.datasets import ImageFolder

    data = ImageFolder(folder)
    return sum(picture.size[0] * picture.size[1] > 0 for picture, _ in data), len(data.classes)


def by_pillow(folder):
    from PIL import Image

    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in ENDINGS)
    for path in files:
        with Image.open(path) as picture:
            picture.convert("RGB").load()
    return len(files), len({path.parent for path in files})


def main():
    try:
        pictures, classes = by_torchvision(sys.argv[1])
    except ImportError:
        pictures, classes = by_pillow(sys.argv[1])
    print(f"{pictures} pictures of {classes} classes")


if __name__ == "__main__":
    main()
