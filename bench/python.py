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


# Each call on a map of its own, as the C++ call has it: whoever maps a file anew finds its pages again one by one.
SELECT = """
import pathlib, sys, time
import numpy as np, decant
file, method, threads, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000
before = peak()
for _ in range(times):
    begin, spent = time.perf_counter(), time.process_time()
    chosen = decant.select(np.load(file, mmap_mode="r"), keep=0.1, method=method, threads=threads)
    spent, clock, total = time.process_time() - spent, time.perf_counter() - begin, 0
    for row in chosen.indices.tolist():
        total = (31 * total + row) % 2**64
    print(clock, spent, total, before, peak())
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


def select_time(folder, rows, width, method, program, threads, rounds=9):
    """Python and C++ take turns; each process calls twice, and its second call counts."""
    file = matrix_file(folder, rows, width)
    how = [str(file), method, str(threads), "2"]
    here, there = [], []
    for _ in range(rounds):
        said = []
        for command in ([sys.executable, "-c", SELECT], [os.environ["DECANT_SELECT_BENCH"], "select"]):
            lines = subprocess.run(command + how, capture_output=True, text=True, check=True).stdout.splitlines()
            said.append(lines[-1].split())
        assert said[0][2] == said[1][2], "other rows than the C++ call's"
        here.append(said[0])
        there.append(said[1])
    clock, spent = (sorted(float(a[i]) / float(b[i]) for a, b in zip(here, there))[rounds // 2] for i in (0, 1))
    taken = sorted(float(a[1]) for a in here)[rounds // 2]
    before, after = map(float, here[-1][3:5])
    say(
        f"select {rows:,} x {width} float16, {method}, {threads} threads",
        f"{taken:.2f} s",
        f"of the processor; {spent:.3f} of the C++ call's, {clock:.3f} on the clock, medians of {rounds} pairs; limit 1.02; "
        f"peak {after:.0f} MB, before the call {before:.0f}, of the program {peak_of_program(folder, file, method, program):.0f}; "
        f"file {file.stat().st_size / 1e6:.0f} MB",
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


def watch_in_torch(batch=16, side=224):
    """Beside a ResNet-18's step, taking turns, with the rest of a training loop left out: no loader, so the step is short."""
    try:
        import torch
        import torchvision
    except ImportError:
        return say("Watch in a ResNet-18 of torchvision", "skipped", "PYTHON has no torch and torchvision")
    torch.manual_seed(0)
    net = torchvision.models.resnet18()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    pictures, labels = torch.randn(batch, 3, side, side), torch.randint(0, 1000, (batch,))
    looking, rows = decant.Watch(50_000, 1000), torch.arange(batch)
    logits = None

    def step():
        nonlocal logits
        optimizer.zero_grad()
        logits = net(pictures)
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()

    step()
    spent = []
    for _ in range(9):  # of the processor, all threads: the clock of a busy machine says nothing of so small a share
        begin = time.process_time()
        step()
        between = time.process_time()
        looking(rows, logits, labels)
        spent.append((time.process_time() - between, between - begin))
    seen, stepped = (sorted(column)[4] for column in zip(*spent))
    say(
        f"Watch beside a ResNet-18's step, {batch} x {side}², 1,000 classes",
        f"{100 * seen / stepped:.3f} %",
        f"{1000 * seen:.2f} of {1000 * stepped:.0f} ms of processor time, medians of 9; limit 2 %",
    )


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
    watch_in_torch()
    interrupt()
    model_features()
    if "DECANT_SELECT_BENCH" not in os.environ:
        return say("select against C++", "skipped", "build pipeline_bench: cmake --preset release")
    for method in ("k-means", "bins"):
        select_time(folder, 20_000, 256, method, program, threads=1)
    select_time(folder, 1_000_000, 256, "moderate", program, threads=1)


main()
