"""What bench/ray.sh measures: ray_jobs.py PHOTOS PROGRAM SCRATCH."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import ray

import decant.ray

LOOP = r"""
export DATA="$1" decant="$2"; N=8; cd "$3"; rm -rf work loop; mkdir work
jobs() { seq 0 7 | xargs -P 2 -I{} sh -c "$1" >/dev/null; }
jobs '$decant scan $DATA --shard {}/8 --threads 1 --quiet -o work/scan-{}.json'
$decant features $DATA --fit-only --scans 'work/scan-*.json' --quiet -o work/filters.safetensors
jobs '$decant features $DATA --shard {}/8 --threads 1 --quiet --filters work/filters.safetensors --scans "work/scan-*.json" -o work/feats-{}.npy'
$decant bins 'work/feats-*.npy' --scans 'work/scan-*.json' --keep 20% --quiet -o work/bins
$decant sample work/bins --keep 20% --quiet -o work/rows.npy
jobs '$decant write $DATA --shard {}/8 --threads 1 --quiet --rows work/rows.npy -o work/part-{}'
$decant finish $DATA --scans 'work/scan-*.json' --order work/bins --rows work/rows.npy --parts 'work/part-*' --quiet -o loop
"""


def by_loop(photos, program, scratch):
    subprocess.run(["bash", "-euc", LOOP, "bash", photos, program, scratch], check=True, stdout=subprocess.DEVNULL)


def by_ray(photos, scratch):
    shutil.rmtree(scratch + "/ray", ignore_errors=True)
    decant.ray.compress(photos, scratch + "/ray", keep=0.2, jobs=8, progress=False)


def contents(folder):
    passing = {"run.json", "events.jsonl", "README.md", "report.html"}
    return {f.relative_to(folder): f.read_bytes() for f in pathlib.Path(folder).rglob("*") if f.is_file() and f.name not in passing}


def taken(action, *arguments):
    begin = time.monotonic()
    action(*arguments)
    return time.monotonic() - begin


def main():
    photos, program, scratch = sys.argv[1:]
    os.environ["XDG_CACHE_HOME"] = scratch + "/cache"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # as the loop's processes: by default workers give way to everything else
    begin = time.monotonic()
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    wait = ray.remote(lambda: time.sleep(1))
    ray.get([wait.remote(), wait.remote()])  # both workers are up
    start = time.monotonic() - begin
    loop, jobs = [], []
    for _ in range(2):  # in turn: the machine may have other work
        loop.append(taken(by_loop, photos, program, scratch))
        jobs.append(taken(by_ray, photos, scratch))
        if contents(scratch + "/loop") != contents(scratch + "/ray"):
            sys.exit("ray: FAILED: the two left different sets")
    print(f"two processes: shell loop {min(loop):.1f} s, Ray {min(jobs):.1f} s, ratio {min(jobs) / min(loop):.2f}; Ray's start {start:.1f} s")


if __name__ == "__main__":
    main()
