#!/usr/bin/env python3
"""`decant measure` against pycocotools, on sets drawn here.

    coco_metric.py DECANT cases COUNT      COUNT random sets of boxes and as many of masks: all twelve numbers within 1e-12
    coco_metric.py BENCH polygons COUNT    the masks of COUNT random polygons and of the outlines of as many ragged shapes: equal, then both timed
    coco_metric.py DECANT speed            5,000 pictures, 80 classes, 100 results each, and 1,000 with masks: the answer checked, then both timed

Needs NumPy and pycocotools.
"""
import contextlib
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
from pycocotools import mask as masks_of
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = "AP AP50 AP75 AP_small AP_medium AP_large AR1 AR10 AR100 AR_small AR_medium AR_large".split()


def outline(draw, box):
    x, y, w, h = box
    points = draw.uniform(size=(draw.integers(3, 9), 2)) * [w, h] + [x, y]
    if draw.integers(4) == 0:
        points = np.round(points)
    return [[round(float(v), 2) for v in points.ravel()]]


def drawn(draw, pictures, classes, objects, results, masks):
    """Truth and results: some crowds, empty pictures, equal scores, results near objects and far from them, ids 0 among them."""
    sizes = draw.integers(20, 640, size=(pictures, 2))
    images = [{"id": int(3 * i), "file_name": f"{i}.jpg", "width": int(w), "height": int(h)} for i, (w, h) in enumerate(sizes)]
    annotations, found = [], []

    def box_in(size):
        w, h = np.maximum(1, size * draw.uniform(0.02, 1.1, 2) ** 2)
        return [round(float(v), 1) for v in (draw.uniform(-5, size[0]), draw.uniform(-5, size[1]), w, h)]

    def add_result(image, label, box):
        size = sizes[image["id"] // 3]
        result = {"image_id": image["id"], "category_id": label, "score": round(float(draw.uniform()), int(draw.integers(1, 4)))}
        if masks:
            runs = masks_of.merge(masks_of.frPyObjects(outline(draw, box), int(size[1]), int(size[0])))
            result["segmentation"] = {"size": [int(v) for v in runs["size"]], "counts": runs["counts"].decode()}
        else:
            result["bbox"] = box
        found.append(result)

    for image, size in zip(images, sizes):
        for _ in range(draw.integers(0, 2 * objects + 1)):
            box, label = box_in(size), int(draw.integers(1, classes + 1))
            annotation = {"id": len(annotations) + int(draw.integers(0, 2) == 0 or len(annotations) > 0), "image_id": image["id"], "category_id": label,
                          "bbox": box, "area": round(box[2] * box[3] * float(draw.uniform(0.3, 1)), 2), "iscrowd": int(draw.integers(9) == 0)}
            if masks:
                annotation["segmentation"] = outline(draw, box)
                if annotation["iscrowd"]:
                    runs = masks_of.merge(masks_of.frPyObjects(annotation["segmentation"], image["height"], image["width"]))
                    pixels = masks_of.decode(runs).ravel(order="F")
                    edges = np.flatnonzero(np.diff(np.concatenate([[0], pixels, [-1]])))
                    annotation["segmentation"] = {"size": [image["height"], image["width"]],
                                                  "counts": [int(v) for v in np.diff(np.concatenate([[0], edges]))]}
            annotations.append(annotation)
            for _ in range(draw.integers(0, 3)):
                near = [round(float(v), 1) for v in np.array(box) + draw.normal(size=4) * np.array([box[2], box[3], box[2], box[3]]) * 0.1]
                add_result(image, label if draw.integers(6) else int(draw.integers(1, classes + 1)), near[:2] + [max(1.0, near[2]), max(1.0, near[3])])
        for _ in range(draw.integers(0, 2 * results + 1)):
            add_result(image, int(draw.integers(1, classes + 1)), box_in(size))
    categories = [{"id": c + 1, "name": f"class {c}"} for c in range(classes)]
    return {"images": images, "annotations": annotations, "categories": categories}, found


def theirs(truth, found, masks):
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = truth
        data.createIndex()
        evaluation = COCOeval(data, data.loadRes(found), "segm" if masks else "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def ours(decant, truth, found, masks, threads=0):
    command = [decant, "measure", truth, found, "--json", "--quiet", *(["--masks"] if masks else []), *(["--threads", str(threads)] if threads else [])]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [-1 if answer[name] is None else answer[name] for name in NAMES]


def require_equal(mine, reference, what):
    worst = max(abs(a - b) for a, b in zip(mine, reference))
    if worst > 1e-12:
        sys.exit(f"coco_metric: FAILED: {what}: {list(mine)} and {list(reference)}")
    return worst


def cases(decant, count, folder):
    worst = 0.0
    for masks in (False, True):
        for seed in range(count):
            draw = np.random.default_rng([seed, masks])
            truth, found = drawn(draw, int(draw.integers(1, 8)), int(draw.integers(1, 5)), int(draw.integers(1, 6)), int(draw.integers(1, 8)), masks)
            if not found or not truth["annotations"]:
                continue
            (folder / "truth.json").write_text(json.dumps(truth))
            (folder / "found.json").write_text(json.dumps(found))
            mine = ours(decant, folder / "truth.json", folder / "found.json", masks, 1)
            worst = max(worst, require_equal(mine, theirs(truth, found, masks), f"{'masks' if masks else 'boxes'}, seed {seed}"))
    print(f"COCO's twelve numbers, {count} random sets of boxes and {count} of masks: within {worst:.1g} of pycocotools'")


def ragged(draw, width, height):
    """The outline of a shape as an annotator follows it: hundreds of points around a centre, some of them outside the picture."""
    count = int(draw.integers(20, 400))
    angles = np.sort(draw.uniform(0, 2 * np.pi, count))
    radius = draw.uniform(2, 0.6 * max(width, height)) * (1 + np.cumsum(draw.normal(0, 0.03, count)))
    centre = draw.uniform(0, 1, 2) * [width, height]
    return np.stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)], 1).round(2).ravel()


def polygons(bench, count, folder):
    """Ours by the benchmark of the formats, which times them too."""
    draw = np.random.default_rng(1)
    drawn_ones = []
    for i in range(2 * count):
        width, height = (int(v) for v in draw.integers(20, 640, 2))
        box = [draw.uniform(-5, width), draw.uniform(-5, height), *(np.maximum(1, np.array([width, height]) * draw.uniform(0.02, 1.1, 2)))]
        points = np.array(outline(draw, box)[0]) if i % 2 else ragged(draw, width, height)
        drawn_ones.append((height, width, [float(v) for v in points]))
    file = folder / "polygons.txt"
    file.write_text("".join(f"{h} {w} {' '.join(map(repr, points))}\n" for h, w, points in drawn_ones))
    found = subprocess.run([bench, "--benchmark_filter=runs_of_polygons", "--benchmark_format=json"], env={**os.environ, "DECANT_POLYGONS": str(file)},
                           check=True, capture_output=True, text=True)
    rate = json.loads(found.stdout)["benchmarks"][0]["items_per_second"]
    begin = time.process_time()
    theirs_ = [masks_of.frPyObjects([points], h, w)[0]["counts"].decode() for h, w, points in drawn_ones]
    other = len(drawn_ones) / (time.process_time() - begin)
    for number, (mine, reference) in enumerate(zip((folder / "polygons.txt.runs").read_text().splitlines(), theirs_, strict=True)):
        if mine != reference:
            sys.exit(f"coco_metric: FAILED: polygon {number} of {drawn_ones[number]}: {mine} and {reference}")
    print(f"masks of {len(drawn_ones):,} polygons: equal to pycocotools'   ours {rate:,.0f} a second   pycocotools {other:,.0f}   ratio {rate / other:.1f}")


def speed_of(decant, folder, pictures, masks):
    truth, found = drawn(np.random.default_rng(0), pictures, 80, 7, 93, masks)
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "found.json").write_text(json.dumps(found))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    mine = ours(decant, folder / "truth.json", folder / "found.json", masks, 1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    begin = time.process_time()
    reference = theirs(json.loads((folder / "truth.json").read_text()), json.loads((folder / "found.json").read_text()), masks)
    other = time.process_time() - begin
    require_equal(mine, reference, f"{pictures} pictures")
    print(f"measure {len(found):,} results of {'masks' if masks else 'boxes'}, 80 classes   ours {own:.2f} s   "
          f"pycocotools {other:.1f} s of processor time   ratio {other / own:.0f}")


def speed(decant, folder):
    speed_of(decant, folder, 5000, False)
    speed_of(decant, folder, 1000, True)


def main(decant, what, count="100"):
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if what == "speed":
            speed(decant, folder)
        else:
            {"cases": cases, "polygons": polygons}[what](decant, int(count), folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
