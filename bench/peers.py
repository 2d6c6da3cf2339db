"""Beside the public packages: peers.py DECANT FOLDER SECONDS MEGABYTES [TASK...].

Two tasks, for one pool of rows:

  bins                ten bins by graph cut with the cosine kernel 1/2 + 1/2 cos, lambda = 1: the last bin is what is left, the nine
                      before it are greedy cuts, each of the rows that are not in an earlier one.
  facility-location   the first tenth of the rows in the greedy order of facility location, kernel max(0, cos): one cut.

Every package is given the same rows and the same function, in a process of its own, one thread, at most SECONDS of processor time (counted
as below) and MEGABYTES of address space:

  decant      `decant bins`: the whole process, start, reading and writing included, and all ten bins in order; median of three runs.
  submodlib   GraphCutFunction(lambdaVal=1), f = sum over V x A - lambda * sum over A x A, or FacilityLocationFunction, on the n x n kernel.
  apricot     GraphCutSelection(alpha=1), f = alpha * sum over V x A - sum over A x A, or FacilityLocationSelection, on the n x n kernel.
              (Its own metric 'cosine' is the square of the cosine: another function.)
  plain       graph cut as in the code published with Dataset Quantization, in our words: the n x n kernel, and at every pick the columns of
              all rows that are picked are summed again; in float32, as there, and in float64. Facility location by its formula: the whole
              kernel is gone through at every pick.

The packages' clocks start when everything is imported and read and a small pool was cut, and stop after the last greedy cut. (apricot
compiles anew for every selection, some 0.65 s each: its users wait for that as well.) A pick counts as equal when it is the same row at the
same place of the order; where decant's picks come from is docs/numerics.md.

The parent imports nothing but the standard library: a child's peak memory would begin with the parent's.
"""
import json
import os
import pathlib
import resource
import signal
import statistics
import subprocess
import sys
import time

SIZES = [1000, 5000, 20000]
WIDTH = 256
BINS = 10
TASKS = {  # greedy cuts of a tenth of the rows each, and what decant is asked for
    "bins": (BINS - 1, ["--bins", str(BINS), "--function", "graph-cut"]),
    "facility-location": (1, ["--method", "facility-location", "--keep", "10%"]),
}
TOO_LONG = "not finished in time"
PEERS = {
    "apricot, naive": ("apricot", "naive"),
    "apricot, lazy": ("apricot", "lazy"),
    "submodlib, naive": ("submodlib", "NaiveGreedy"),
    "submodlib, lazy": ("submodlib", "LazyGreedy"),
    "plain, float32": ("plain", "float32"),
    "plain, float64": ("plain", "float64"),
}


# What runs in a process of its own.


def draw(rows, path):
    """Clusters of features as a network's last layer gives them: none is negative, many are zero."""
    import numpy as np

    random = np.random.default_rng(20)
    centres = random.normal(0.3, 1, (40, WIDTH))
    spread = random.uniform(0.3, 0.9, (40, 1))
    of = random.integers(40, size=rows)
    np.save(path, np.maximum(centres[of] + spread[of] * random.normal(size=(rows, WIDTH)), 0).astype(np.float32))


def kernel_of(task, x, precision):
    import numpy as np

    x = x.astype(precision)
    x /= np.linalg.norm(x, axis=1)[:, None]
    kernel = x @ x.T
    if task == "bins":
        kernel *= 0.5
        kernel += 0.5
    return kernel


def cut_by_apricot(task, x, picks, optimizer):
    import numpy as np
    from apricot import FacilityLocationSelection, GraphCutSelection

    if task == "bins":
        selection = GraphCutSelection(picks, metric="precomputed", alpha=1.0, optimizer=optimizer)
    else:
        selection = FacilityLocationSelection(picks, metric="precomputed", optimizer=optimizer)
    return selection.fit(kernel_of(task, x, np.float64)).ranking


def cut_by_submodlib(task, x, picks, optimizer):
    import numpy as np
    from submodlib import FacilityLocationFunction, GraphCutFunction

    kernel = kernel_of(task, x, np.float32)
    if task == "bins":
        function = GraphCutFunction(n=len(x), mode="dense", lambdaVal=1.0, ggsijs=kernel)
    else:
        function = FacilityLocationFunction(n=len(x), mode="dense", separate_rep=False, sijs=kernel)
    return [row for row, gain in function.maximize(picks, optimizer, stopIfZeroGain=False, stopIfNegativeGain=False, show_progress=False)]


def cut_plainly(task, x, picks, precision):
    kernel = kernel_of(task, x, precision)
    return cut_graph(kernel, picks, precision) if task == "bins" else locate(kernel, picks, precision)


def locate(kernel, picks, precision):
    import numpy as np

    covered = np.zeros(len(kernel), precision)
    order = []
    for _ in range(picks):
        gain = np.concatenate([np.maximum(0, part - covered).sum(axis=1) for part in np.array_split(kernel, 1 + len(kernel) // 500)])
        gain[order] = -np.inf
        order.append(int(gain.argmax()))
        covered = np.maximum(covered, kernel[order[-1]])
    return order


def cut_graph(kernel, picks, precision):
    import numpy as np

    everyone = kernel.sum(axis=0)
    picked = np.zeros(len(kernel), bool)
    gain = np.zeros(len(kernel), precision)
    order = []
    for _ in range(picks):
        gain[~picked] = everyone[~picked] - 2 * kernel[np.ix_(picked, ~picked)].sum(axis=0)
        order.append(int(gain.argmax()))
        picked[order[-1]] = True
        gain[order[-1]] = -np.inf
    return order


def peak_megabytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000


def work(task, package, how, features, expected, records, seconds):
    """Makes cut after cut, for at most that many seconds; a line of `records` for each that is finished."""
    import numpy as np

    cut = {"apricot": cut_by_apricot, "submodlib": cut_by_submodlib, "plain": cut_plainly}[package]
    x = np.load(features)
    expected = np.load(expected)
    each = len(x) // BINS
    cut(task, x[:200], 20, how)
    records = open(records, "w")
    print(json.dumps({"cuts": 0, "peak": peak_megabytes()}), file=records, flush=True)
    left = np.arange(len(x))
    order = []
    begin = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(begin) + int(seconds) + 1, int(begin) + int(seconds) + 5))
    for number in range(1, TASKS[task][0] + 1):
        picks = np.asarray(cut(task, x[left], each, how), np.int64)
        order.extend(left[picks])
        left = np.delete(left, picks)
        seconds = time.process_time() - begin
        equal = np.asarray(order) == expected[: len(order)]
        same_rows = sum(set(order[b * each : (b + 1) * each]) == set(expected[b * each : (b + 1) * each]) for b in range(number))
        record = {"cuts": number, "seconds": seconds, "peak": peak_megabytes(), "picks": len(order), "equal": int(equal.sum()),
                  "alike": int(np.append(equal, False).argmin()), "same_rows": same_rows}
        print(json.dumps(record), file=records, flush=True)


# What starts those processes.


def limited(command, log, megabytes):
    """Runs it on one thread. Returns (how it ended, None when well; processor seconds; peak MB)."""
    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1000000, megabytes * 1000000))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"]
    environment = os.environ | {name: "1" for name in names}
    with open(log, "w") as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment, preexec_fn=limits)
        _, status, usage = os.wait4(child.pid, 0)
    text = open(log, errors="replace").read()
    used = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return None, *used
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
        return TOO_LONG, *used
    if any(word in text for word in ("MemoryError", "bad_alloc", "Unable to allocate", "Memory allocation")):
        return f"ran out of {megabytes // 1000} GB", *used
    return "failed: " + (text.strip().splitlines() or ["status %d" % status])[-1][-60:], *used


def decant_cuts(task, program, features, out, log):
    """Returns (median processor seconds, peak MB)."""
    seconds, peak = [], 0
    for _ in range(3):
        asked = ["bins", features, *TASKS[task][1], "--threads", "1", "--quiet", "-o", out, "--overwrite"]
        ended, used, memory = limited([program, *asked], log, 100000)
        if ended:
            sys.exit(f"decant: {ended}; see {log}")
        seconds.append(used)
        peak = max(peak, memory)
    return statistics.median(seconds), peak


def row(*cells):
    print("| {:<18} | {:>7} | {:>9} | {:>9} | {:>9} | {:>7} | {:<44} |".format(*cells), flush=True)


def agreement(record):
    if record["equal"] == record["picks"]:
        return f"all {record['picks']:,} picks"
    said = f"{record['equal']:,} of {record['picks']:,} picks, the first {record['alike']:,} without a break"
    return said + (f"; {record['same_rows']} of {record['cuts']} bins hold the same rows" if record["cuts"] > 1 else "")


def have(package):
    return subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True).returncode == 0


def compare(program, folder, seconds, megabytes, tasks):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    peers = {}
    for name, (package, how) in PEERS.items():
        if package == "plain" or have(package):
            peers[name] = package, how
        else:
            print(f"{name}: not here", file=sys.stderr)
    for rows in SIZES + [100000]:
        subprocess.run([sys.executable, __file__, "draw", str(rows), folder / f"{rows}.npy"], check=True)
    for task in tasks:
        print(f"\n{task}\n", flush=True)
        row("package", "rows", "first cut", "all cuts", "peak MB", "ratio", "the same picks as decant")
        row("-" * 18, "-" * 7, "-" * 9, "-" * 9, "-" * 9, "-" * 7, "-" * 44)
        for rows in SIZES + ([100000] if task == "bins" else []):
            compare_at(rows, task, peers, program, folder, seconds, megabytes)


def compare_at(rows, task, peers, program, folder, seconds, megabytes):
    features, out = folder / f"{rows}.npy", folder / f"{task}-{rows}"
    ours, memory = decant_cuts(task, program, features, out, folder / "decant.log")
    row("decant", f"{rows:,}", "", f"{ours:.2f} s", f"{memory:.0f}", "1", "")
    for name, (package, how) in peers.items() if rows in SIZES else []:
        records = folder / "records"
        records.write_text("")
        command = [sys.executable, __file__, "work", task, package, how, features, out / "order.npy", records, str(seconds)]
        ended, _, memory = limited(command, folder / f"{package}.log", megabytes)
        lines = [json.loads(line) for line in records.read_text().splitlines()]
        first = next((line for line in lines if line["cuts"] == 1), None)
        last = lines[-1] if lines else None
        whole = ended is None and last["cuts"] == TASKS[task][0]
        took = f"{last['seconds']:.2f} s" if whole else "–"
        ratio = f"{last['seconds'] / ours:,.0f}" if whole else f"> {seconds / ours:,.0f}" if ended == TOO_LONG else "–"
        said = [agreement(last)] if last and last["cuts"] else []
        said += [ended] if ended else []
        row(name, f"{rows:,}", f"{first['seconds']:.2f} s" if first else "–", took, f"{memory:.0f}", ratio, "; ".join(said))


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        draw(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1] == "work":
        work(*sys.argv[2:])
    else:
        compare(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:] or list(TASKS))
