"""A YOLO set in, the same set as COCO and as Pascal VOC out: every box where it was, pictures copied as they are.

    python3 convert_yolo.py aquarium converted

writes converted/coco/ (annotations/instances_train.json, train/, …) and converted/voc/ (Annotations/, JPEGImages/, ImageSets/Main/).
Rows stand in the order of their paths in all three, so decant keeps the same pictures of each.
"""

# needs: PIL

import ast
import json
import re
import shutil
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
ORIENTATION = 0x0112  # of EXIF; 5 to 8 turn the picture by a quarter


def read_yaml(path):
    """What data.yaml says of the keys that matter: texts, and `names` as a list. Enough for the files that tools write."""
    text = path.read_text(encoding="utf-8-sig")
    said = {key: value.split(" #")[0].strip(" '\"") for key, value in re.findall(r"^(path|train|val|test):[ \t]*(\S.*)$", text, re.M)}
    names = re.search(r"^names:\s*(\[.*?\]|\{.*?\}|(?:\n?[ \t]*(?:-|\d+:)[^\n]*)+)", text, re.M | re.S).group(1)
    if names[0] in "[{":
        try:
            listed = ast.literal_eval(names)
        except (SyntaxError, ValueError):  # names without quotes
            listed = [name.split(":")[-1].strip() for name in names[1:-1].split(",")]
        said["names"] = list(listed.values()) if isinstance(listed, dict) else listed
    else:
        said["names"] = [name.strip(" '\"") for name in re.findall(r"^[ \t]*(?:-|\d+:)[ \t]*([^\n]*)", names, re.M)]
    return said


def folder_of(root, said):
    """Roboflow writes ../train/images for a folder next to data.yaml; trainers drop the dots then, and so does this."""
    return root / said if (root / said).is_dir() else root / said.replace("../", "", 1)


def pictures_of(folder):
    found = [path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS]
    return sorted(found, key=lambda path: path.as_posix())


def label_of(picture):
    """The last folder `images` is `labels`, and the ending .txt."""
    before, after = picture.as_posix().rsplit("/images/", 1)
    return Path(f"{before}/labels/{after}").with_suffix(".txt")


def size_of(picture):
    """As it is shown: YOLO's shares are of that."""
    with Image.open(picture) as image:
        width, height = image.size
        return (height, width) if image.getexif().get(ORIENTATION, 1) >= 5 else (width, height)


def objects_of(picture, width, height):
    """(class, [left, top, right, bottom], outline) of every line; the outline is empty where the line has a box."""
    label = label_of(picture)
    for line in label.read_text(encoding="utf-8-sig").splitlines() if label.exists() else []:
        number, *shares = line.split()
        if not shares:
            continue
        shares = [float(share) for share in shares]
        if len(shares) < 6:  # a box, perhaps with a score behind it
            x, y, w, h = shares[:4]
            yield int(float(number)), [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height], []
        else:
            xs, ys = [x * width for x in shares[0::2]], [y * height for y in shares[1::2]]
            yield int(float(number)), [min(xs), min(ys), max(xs), max(ys)], [c for point in zip(xs, ys) for c in point]


def outline_area(outline):
    xs, ys = outline[0::2], outline[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2


def write_coco(out, split, rows, names):
    (out / split).mkdir(parents=True)
    (out / "annotations").mkdir(exist_ok=True)
    images, annotations = [], []
    for number, (picture, name, width, height, objects) in enumerate(rows, 1):
        shutil.copy(picture, out / split / name)
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        for label, (left, top, right, bottom), outline in objects:
            box = [left, top, right - left, bottom - top]
            area = outline_area(outline) if outline else box[2] * box[3]
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": label + 1, "bbox": box, "area": area,
                                "segmentation": [outline] if outline else [], "iscrowd": 0})  # fmt: skip
    categories = [{"id": label + 1, "name": name} for label, name in enumerate(names)]
    whole = {"images": images, "annotations": annotations, "categories": categories}
    (out / "annotations" / f"instances_{split}.json").write_text(json.dumps(whole), encoding="utf-8")


def xml_of(name, width, height, objects, names):
    text = f"<annotation>\n  <filename>{escape(name)}</filename>\n"
    text += f"  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n"
    for label, box, _ in objects:
        edges = "".join(f"<{tag}>{edge}</{tag}>" for tag, edge in zip(("xmin", "ymin", "xmax", "ymax"), box))
        text += f"  <object><name>{escape(names[label])}</name><difficult>0</difficult><bndbox>{edges}</bndbox></object>\n"
    return text + "</annotation>\n"


def write_voc(out, split, rows, names):
    for folder in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    listed = ""
    for picture, name, width, height, objects in rows:
        stem = name.rsplit(".", 1)[0]
        if (out / "Annotations" / f"{stem}.xml").exists():
            sys.exit(f"convert_yolo.py: {picture}: another picture is called {stem}, and VOC tells them apart by that. Rename one")
        shutil.copy(picture, out / "JPEGImages" / name)
        (out / "Annotations" / f"{stem}.xml").write_text(xml_of(name, width, height, objects, names), encoding="utf-8")
        listed += stem + "\n"
    (out / "ImageSets" / "Main" / f"{split}.txt").write_text(listed, encoding="utf-8")


def convert(source, out):
    if out.exists():
        sys.exit(f"convert_yolo.py: {out} is there already. Remove it, or name another folder")
    said = read_yaml(source / "data.yaml")
    root = source / said.get("path", ".")
    for split in ("train", "val", "test"):
        if split not in said:
            continue
        folder = folder_of(root, said[split])
        rows = []
        for picture in pictures_of(folder):
            width, height = size_of(picture)
            name = picture.relative_to(folder).as_posix().replace("/", "_")
            rows.append((picture, name, width, height, list(objects_of(picture, width, height))))
        write_coco(out / "coco", split, rows, said["names"])
        write_voc(out / "voc", split, rows, said["names"])
        print(f"{split}: {len(rows)} pictures, {sum(len(row[4]) for row in rows)} objects")


if __name__ == "__main__":
    source, out = (sys.argv[1:] + ["aquarium", "converted"][len(sys.argv) - 1 :])[:2]
    convert(Path(source), Path(out))
