#!/usr/bin/env python3
"""Reads every #include of the project and fails where one goes sideways or up, or where a library leaks out of its folder."""
import pathlib
import re
import sys

LEVELS = [
    ["base"],
    ["kernels", "comm"],
    ["data"],
    ["formats", "select", "text", "dedup", "metrics"],
    ["nn", "draw", "loader"],
    ["features", "train", "patches"],
    ["evaluate", "report", "distill"],
    ["trials"],
    ["pipeline"],
]
ROOMS = {  # a large folder's rooms, likewise; "" = the files next to the rooms
    "select": ["pools", "engine", "geometry", "scores", "rules", "bins", "methods/parts", "methods", ""],
    "pipeline": ["run", "choosing", "patching", "labelling", "judging", "compressing", ""],
}
LEVEL = {folder: level for level, folders in enumerate(LEVELS) for folder in folders}
TEST = re.compile(r"_test\.cc$|_for_tests\.h$")
TORCH = re.compile(r"^(torch|ATen|c10)/")
TORCH_PLACES = re.compile(r"^(decant/(nn|features/torch|train/torch|patches/torch|distill/torch)|apps/neural)/")
LOCKED = {  # header → the only places that may include it
    "mpi.h": re.compile(r"^decant/comm/mpi\.cc$"),
    "nlohmann/json.hpp": re.compile(r"^decant/base/json\.h$"),
    "CLI/CLI.hpp": re.compile(r"^apps/cli/"),
    "toml++/toml.h": re.compile(r"^apps/cli/"),
    "jpeglib.h": re.compile(r"^(decant/formats/image|bench)/"),
    "simdjson.h": re.compile(r"^decant/formats/(records|inflate|coco)/"),
    "pugixml.hpp": re.compile(r"^decant/formats/voc/"),
    "yaml-cpp/yaml.h": re.compile(r"^decant/formats/(yolo|parquet)/"),
    "utf8proc.h": re.compile(r"^decant/text/"),
    "zstd.h": re.compile(r"^decant/formats/(records|inflate|parquet)/"),
    "snappy.h": re.compile(r"^decant/formats/parquet/"),
    "lz4.h": re.compile(r"^decant/formats/parquet/"),
    "brotli/decode.h": re.compile(r"^decant/formats/parquet/"),
    "brotli/encode.h": re.compile(r"^decant/formats/parquet/"),
    "spng.h": re.compile(r"^decant/formats/image/"),
}


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line):
            yield number, match.group(1)


def room_of(name):
    return "/".join(name.split("/")[2:-1])


def fault(name, header):
    if TORCH.match(header) and not TORCH_PLACES.match(name):
        return "libtorch is for nn and the torch/ parts only"
    if header in LOCKED and not LOCKED[header].match(name):
        return f"{header} has one home: {LOCKED[header].pattern}"
    if not header.startswith("decant/"):
        return None
    if not pathlib.Path(header).exists():
        return "no such header"
    if not name.startswith("decant/"):
        return None
    here, there = name.split("/")[1], header.split("/")[1]
    for folder in (here, there):
        if folder not in LEVEL:
            return f"folder {folder} has no level in tools/check_layers.py"
    if here != there and LEVEL[there] >= LEVEL[here]:
        return f"{here} is level {LEVEL[here]}, {there} is level {LEVEL[there]}: includes only look down"
    if here == there and here in ROOMS and not TEST.search(name):
        order = ROOMS[here]
        for room in (room_of(name), room_of(header)):
            if room not in order:
                return f"room {room} of {here} has no level in tools/check_layers.py"
        if order.index(room_of(header)) > order.index(room_of(name)):
            return f"inside {here}, includes only look down too: {', '.join(order[:-1])}, the rest"
    return None


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    import os
    os.chdir(root)
    files = [p for top in ("decant", "apps", "tests", "bench", "examples") for p in sorted(pathlib.Path(top).rglob("*")) if p.suffix in (".cc", ".h")]
    faults = [f"{path}:{number}: {header}: {why}" for path in files for number, header in includes(path) if (why := fault(str(path), header))]
    print("\n".join(faults) or f"{len(files)} files look only down")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
