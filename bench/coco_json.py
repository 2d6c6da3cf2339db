#!/usr/bin/env python3
"""coco_json.py make FOLDER | compare FOLDER OURS.json: a COCO json as large as that of COCO's training pictures, and json.load's time for it."""
import json
import pathlib
import random
import statistics
import sys
import time

IMAGES, ANNOTATIONS, CLASSES, OUTLINES = 118_000, 860_000, 80, 4096
LIMITS = {"seconds": 1.5, "ratio": 12, "megabytes": 120, "tenth": 0.5}


def outline(rng):
    """A polygon of 8 to 41 points with its box and area, or one in a hundred times a crowd's runs."""
    x, y, width, height = rng.uniform(0, 400), rng.uniform(0, 300), rng.uniform(9, 240), rng.uniform(9, 180)
    box = f'"bbox": [{x:.2f},{y:.2f},{width:.2f},{height:.2f}]'
    if rng.random() < 0.01:
        runs = [rng.randint(1, 900) for _ in range(300)]
        runs.append(640 * 480 - sum(runs))
        return f'{{"segmentation": {{"counts": {runs},"size": [480,640]}},"area": {sum(runs[1::2])},"iscrowd": 1', box
    points = ",".join(f"{x + rng.random() * width:.2f},{y + rng.random() * height:.2f}" for _ in range(rng.randint(8, 41)))
    return f'{{"segmentation": [[{points}]],"area": {width * height * 0.61},"iscrowd": 0', box


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(0)
    ids = rng.sample(range(1, 600_000), IMAGES)
    outlines = [outline(rng) for _ in range(OUTLINES)]
    with open(folder / "labels.json", "w") as out:
        out.write('{"info": {"description": "as large as COCO 2017"},"images": [')
        for i, own in enumerate(ids):
            out.write((",\n" if i else "") + f'{{"license": {i % 8 + 1},"file_name": "{own:012d}.jpg","coco_url": "http://images.cocodataset.org/'
                      f'train2017/{own:012d}.jpg","height": 480,"width": 640,"date_captured": "2013-11-14 16:28:13",'
                      f'"flickr_url": "http://farm4.staticflickr.com/3153/2970773875_164f0c0b83_z.jpg","id": {own}}}')
        out.write('],"annotations": [')
        for i in range(ANNOTATIONS):
            shape, box = outlines[rng.randrange(OUTLINES)]
            out.write((",\n" if i else "") + f'{shape},"image_id": {ids[rng.randrange(IMAGES)]},{box},"category_id": {rng.randrange(CLASSES)},"id": {i + 1}}}')
        out.write('],"categories": [' + ",".join(f'{{"supercategory": "thing","id": {c},"name": "class {c:02d}"}}' for c in range(CLASSES)) + "]}")
    (folder / f"{min(ids):012d}.jpg").touch()  # the picture that the others' folder is known by; none is read
    (folder / "done").touch()


def answer_of(document):
    """What the benchmark counts, too: of every object that is no crowd its class + 1."""
    return sum(one["category_id"] + 1 for one in document["annotations"] if not one["iscrowd"])


def median_of(runs, name, field):
    return statistics.median(run[field] for run in runs if run["name"].split("/")[0] == name)


def compare(folder, ours):
    runs = [run for run in json.loads(ours.read_text())["benchmarks"] if run.get("run_type") == "iteration"]
    if failed := [run["error_message"] for run in runs if run.get("error_occurred")]:
        sys.exit(failed[0])
    start = time.process_time()
    with open(folder / "labels.json", "rb") as file:
        document = json.load(file)
    python = time.process_time() - start
    own = median_of(runs, "open_coco_json", "cpu_time") / 1000
    same = answer_of(document) == int(median_of(runs, "open_coco_json", "answer"))
    found = {"seconds": own, "ratio": python / own, "megabytes": median_of(runs, "open_coco_json", "megabytes_over_file"),
             "tenth": median_of(runs, "write_a_tenth", "cpu_time") / 1000}
    size = (folder / "labels.json").stat().st_size / 1e6
    print(f"{size:.0f} MB, {IMAGES} images, {ANNOTATIONS} annotations: opened in {own:.2f} s, json.load {python:.1f} s, ratio {found['ratio']:.1f}; "
          f"peak {found['megabytes']:.0f} MB over the file; a tenth is written in {found['tenth']:.2f} s, all of it in "
          f"{median_of(runs, 'write_all', 'cpu_time') / 1000:.2f} s" + ("" if same else "   OTHER COUNTS"))
    missed = [name for name, limit in LIMITS.items() if (found[name] < limit if name == "ratio" else found[name] > limit)]
    if missed:
        print("missed: " + ", ".join(f"{name} {found[name]:.3g} (aim {LIMITS[name]})" for name in missed))
    sys.exit(not same)


if __name__ == "__main__":
    scratch = pathlib.Path(sys.argv[2])
    make(scratch) if sys.argv[1] == "make" else compare(scratch, pathlib.Path(sys.argv[3]))
