"""A set with boxes as decant writes it, untouched, read by the loaders that people have, and a few steps of a tiny detector on it.

    decant compress aquarium -o small --method objects --keep 25%
    python3 train_objects.py small

COCO is read by torchvision's CocoDetection, VOC by its VOCDetection, YOLO by the rule of its folders. The detector says of each cell
of a picture which class has the middle of a box there; yours goes in its place.
"""

# needs: PIL torch torchvision pycocotools

import json
import re
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from PIL import Image
    from pycocotools import coco  # noqa: F401, of CocoDetection
    from torchvision.datasets import CocoDetection, VOCDetection
    from torchvision.transforms.functional import to_tensor
except ImportError as missing:
    sys.exit(f"train_objects.py: {missing.name} is not installed. This example needs pip install torch torchvision pycocotools pillow")

SIDE, CELLS, STEPS, BATCH = 128, 8, 20, 8


def read_coco(folder):
    """(picture, [(class, x, y)]) of every row: middles of boxes, as shares of the picture."""
    file = next(folder.rglob("*train*.json"))
    names = [image["file_name"] for image in json.loads(file.read_text(encoding="utf-8"))["images"]]
    places = (file.parent, folder / "train", folder / "train2017", folder / "images" / "train", folder)
    data = CocoDetection(str(next(place for place in places if (place / names[0]).exists())), str(file))
    order = {category: label for label, category in enumerate(sorted(data.coco.cats))}
    for picture, found in data:
        boxes = [(order[one["category_id"]], one["bbox"]) for one in found]
        yield picture, [(label, (x + w / 2) / picture.width, (y + h / 2) / picture.height) for label, (x, y, w, h) in boxes]


def read_voc(folder):
    """The same; VOCDetection wants its folder in one called VOCdevkit, for which a link will do."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "VOCdevkit").mkdir()
        (Path(root) / "VOCdevkit" / "VOC2012").symlink_to(folder.resolve())
        classes = {}
        for picture, found in VOCDetection(root, year="2012", image_set="train"):
            middles = []
            for one in found["annotation"].get("object", []):
                left, top, right, bottom = (float(one["bndbox"][edge]) for edge in ("xmin", "ymin", "xmax", "ymax"))
                label = classes.setdefault(one["name"], len(classes))
                middles.append((label, (left + right) / 2 / picture.width, (top + bottom) / 2 / picture.height))
            yield picture, middles


def read_yolo(folder):
    """The same; data.yaml names a folder of pictures, or a list of them (--store list)."""
    train = re.search(r"^train:\s*(\S+)", (folder / "data.yaml").read_text(encoding="utf-8"), re.M).group(1)
    place = folder / train if (folder / train).exists() else folder / train.replace("../", "", 1)
    pictures = map(Path, place.read_text().split("\n")[:-1]) if place.is_file() else sorted(place.iterdir())
    for path in pictures:
        label = Path("/labels/".join(path.as_posix().rsplit("/images/", 1))).with_suffix(".txt")
        lines = [line.split() for line in label.read_text().splitlines()] if label.exists() else []
        with Image.open(path) as picture:
            yield picture.convert("RGB"), [(int(line[0]), float(line[1]), float(line[2])) for line in lines if line]


def cells_of(middles):
    """Of each cell 0, or one more than the class whose box has its middle there."""
    cells = torch.zeros(CELLS, CELLS, dtype=torch.long)
    for label, x, y in middles:
        cells[min(int(y * CELLS), CELLS - 1), min(int(x * CELLS), CELLS - 1)] = label + 1
    return cells


def train(pictures, cells):
    """The losses of some steps of a detector of four convolutions."""
    torch.manual_seed(0)
    layers = []
    for channels, wider in ((3, 16), (16, 32), (32, 64), (64, 64)):
        layers += [torch.nn.Conv2d(channels, wider, 3, stride=2, padding=1), torch.nn.BatchNorm2d(wider), torch.nn.ReLU()]
    detector = torch.nn.Sequential(*layers, torch.nn.Conv2d(64, int(cells.max()) + 1, 1))
    optimizer = torch.optim.AdamW(detector.parameters(), lr=3e-3)
    for _ in range(STEPS):
        rows = torch.randint(len(pictures), (BATCH,))
        loss = torch.nn.functional.cross_entropy(detector(pictures[rows]), cells[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def main():
    folder = Path((sys.argv[1:] or ["aquarium"])[0])
    folder = folder / "data" if (folder / "data").is_dir() else folder
    if (folder / "data.yaml").exists():
        kind, read = "YOLO", read_yolo
    elif (folder / "Annotations").is_dir():
        kind, read = "VOC", read_voc
    else:
        kind, read = "COCO", read_coco
    rows = [(to_tensor(picture.resize((SIDE, SIDE))), cells_of(middles), len(middles)) for picture, middles in read(folder)]
    print(f"{kind}: {len(rows)} pictures, {sum(count for _, _, count in rows)} objects")
    losses = list(train(torch.stack([row[0] for row in rows]), torch.stack([row[1] for row in rows])))
    print(f"loss {losses[0]:.2f}, after {STEPS} steps {losses[-1]:.2f}")


if __name__ == "__main__":
    main()
