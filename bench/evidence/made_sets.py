#!/usr/bin/env python3
"""What run.json says of synthetic sets, and of kept rows beside them, for bench/evidence/NAME.sets: made_sets.py FOLDER… Or the bytes of
the smallest and the largest of them: made_sets.py --bytes FOLDER…"""
import json
import pathlib
import sys


def made(folder):
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    synthetic = run.get("synthetic") or {"pictures": run["kept"], "steps": 0, "measures": {}}
    return {
        "set": folder.name,
        "pictures": synthetic["pictures"],
        "steps": synthetic["steps"],
        "bytes": run["bytes_after"],
        "seconds": run["seconds"],
        "peak_rss_bytes": run["peak_rss_bytes"],
        "measures": synthetic["measures"],
        "command": run["command"],
    }


def main(arguments):
    sets = [made(pathlib.Path(folder)) for folder in arguments if folder != "--bytes"]
    sizes = [each["bytes"] for each in sets]
    print(*sorted({min(sizes), max(sizes)})) if "--bytes" in arguments else print(json.dumps(sets, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
