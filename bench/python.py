"""What the Python package costs; run by bench/python.sh, which says what it needs. The rows chosen are checked against the program's."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np

import decant


def seconds(action, times=3):
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - begin)
    return best


def say(what, figure, limit):
    print(f"{what:<58} {figure:>14}   {limit}")


def import_time():
    code = (
        "import numpy, time; b, c = time.perf_counter(), time.process_time(); import decant; "
        "print(time.perf_counter() - b, time.process_time() - c)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() for _ in range(7)]
    wall, cpu = (1000 * min(map(float, column)) for column in zip(*runs))
    say("import decant, after NumPy, warm (best of 7)", f"{wall:.0f} ms", f"limit 50 ms; {cpu:.0f} ms of processor time")


# In one process, in turn: the call, and the stages of the program's verb that choose.
SELECT = """
import json, pathlib, sys, time
import numpy as np, decant
from decant._verbs import run_verb
file, method, out, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000
X = np.load(file, mmap_mode="r")
before, here, there = peak(), [], []
for _ in range(times):
    begin = time.perf_counter()
    s = decant.select(X, keep=0.1, method=method, threads=2)
    here.append(time.perf_counter() - begin)
    after = peak()
    options = {"features": file, "out": out, "keep": 0.1, "method": method, "overwrite": True}
    run = run_verb("bins", options, threads=2, progress=False)
    there.append(sum(stage["seconds"] for stage in run["stages"] if stage["name"] not in ("read", "write")))
    assert decant.load(out).sample(0.1).indices.tolist() == s.indices.tolist()
print(min(here), min(there), before, after)
"""


def matrix_file(folder, rows, width):
    file = folder / f"x-{rows}.npy"
    if not file.exists():
        random = np.random.default_rng(0)
        out = np.lib.format.open_memmap(file, mode="w+", dtype=np.float16, shape=(rows, width))
        for begin in range(0, rows, 50_000):
            out[begin : begin + 50_000] = random.normal(size=(min(50_000, rows - begin), width)) + 1
        out.flush()
    return file


def peak_of_program(folder, file, method, program):
    out = folder / "bins"
    command = [program, "bins", str(file), "-o", str(out), "--keep", "10%", "--method", method, "--threads", "2", "--overwrite", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads((out / "run.json").read_text())["peak_rss_bytes"] / 1e6


def select_time(folder, rows, width, method, program, times=5):
    file = matrix_file(folder, rows, width)
    command = [sys.executable, "-c", SELECT, str(file), method, str(folder / "here"), str(times)]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    here, there, before, after = map(float, words)
    program_peak = peak_of_program(folder, file, method, program)
    say(
        f"select {rows:,} x {width} float16, {method}, best of {times}",
        f"{here:.2f} s",
        f"{here / there:.3f} of the recipe in C++, {there:.2f} s; limit 1.02; peak {after:.0f} MB, before the call {before:.0f}, "
        f"of the program {program_peak:.0f}; file {file.stat().st_size / 1e6:.0f} MB",
    )


def interrupt():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
    random = np.random.default_rng(0)
    X = random.normal(size=(200_000, 64)).astype(np.float16)
    waits = []
    for _ in range(5):
        sent, ticks = [], []
        stop = threading.Event()

        def tick():
            while not stop.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.005)

        def send():
            time.sleep(1.0)
            sent.append(time.monotonic())
            os.kill(os.getpid(), 2)

        threads = [threading.Thread(target=tick), threading.Thread(target=send)]
        for thread in threads:
            thread.start()
        try:
            decant.select(X, keep=0.1, method="bins")
            raise SystemExit("it finished before it was interrupted")
        except KeyboardInterrupt:
            waits.append(time.monotonic() - sent[0])
        stop.set()
        for thread in threads:
            thread.join()
        assert len(ticks) > 50
    say("Ctrl-C to KeyboardInterrupt, bins (worst of 5)", f"{1000 * max(waits):.0f} ms", "limit 100 ms")


def watch():
    random = np.random.default_rng(0)
    logits = random.normal(size=(256, 1000)).astype(np.float32)
    labels = random.integers(0, 1000, 256)
    rows = np.arange(256)
    looking = decant.Watch(50_000, 1000)
    say("Watch, 256 x 1,000 logits, NumPy", f"{1000 * seconds(lambda: looking(rows, logits, labels), 20):.1f} ms", "limit 8 ms")


def model_features():
    source = os.environ.get("DECANT_JPEGS")
    if not source:
        return say("features of a model", "skipped", "name class folders of JPEGs in DECANT_JPEGS")
    data = decant.open(source)
    nothing = np.zeros((64, 8), np.float32)

    def decode():
        for _ in data.batches(224, 64):
            pass

    pairs = [(seconds(decode, 1), seconds(lambda: decant.features(data, lambda batch: nothing[: len(batch)]), 1)) for _ in range(3)]
    alone, with_model = (min(column) for column in zip(*pairs))
    say(
        f"features of a model that returns at once, {len(data):,} pictures",
        f"{with_model:.2f} s",
        f"{alone / with_model:.2f} of decoding alone, {alone:.2f} s; limit 0.9",
    )


def main():
    program = os.environ["DECANT_PROGRAM"]
    folder = pathlib.Path(os.environ["SCRATCH"])
    import_time()
    watch()
    interrupt()
    model_features()
    for method in ("k-means", "bins"):
        select_time(folder, 20_000, 256, method, program)
    select_time(folder, 1_000_000, 256, "moderate", program, times=3)


main()
