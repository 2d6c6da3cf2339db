#!/usr/bin/env python3
"""as_made.py FOLDER: a run's folder whose rows are no rows of the data set that it is compared with (sheets seen whole, some of the pictures of
a synthetic set) becomes one of made pictures: its lists of rows go, and run.json keeps what its files take. Whatever training it asks for is
dropped, so that all sets are trained alike."""
import json
import pathlib
import sys


def main(folder):
    for rows in ("indices", "bins", "order", "gain", "pools"):
        (folder / f"{rows}.npy").unlink(missing_ok=True)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    kept = {key: run[key] for key in ("bytes_after", "output_format", "view_labels", "seconds", "command") if key in run}
    (folder / "run.json").write_text(json.dumps({"schema": 2, "rows": 0, "kept": 0, **kept}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
