#!/usr/bin/env python3
"""Do two builds of decant give the same? Runs every verb and method with both on small sets and compares what they leave.

    tools/identity.py OLD NEW                     two programs, such as build/release/decant
    tools/identity.py --record FOLDER OLD         keeps what OLD gives, so that it runs only once
    tools/identity.py --against FOLDER NEW        compares with that

    --only PATTERN   cases whose name matches this regular expression, and what they need
    --work FOLDER    where everything runs; what finished there with the same program is not run again (default: a folder that goes away)
    --keep           leave that folder, and name it
    --jobs N         cases side by side (2)

Compared byte for byte: data/, every .npy, .jsonl and weights file. Of run.json, evidence and printed JSON the values of KEYS; of the report
and the data card that they are there; of every command its exit code. Not compared: times, memory, dates, versions, messages, caches.

Both must run on the same kind of processor: what goes through OpenBLAS or libtorch differs in its last bits elsewhere. Cases run with one
thread and with two; most of those with networks with one alone, and they are skipped where decant_neural.so is not next to the program.
"""
import argparse
import base64
import concurrent.futures
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

import identity_cases
import identity_sets

KEYS = {  # values of JSON that are results; * = every element of a list
    "run.json": [
        "rows", "kept", "bytes_before", "bytes_after", "seed", "method", "serves", "pools", "bad_files", "output_format", "input.format",
        "input.digest", "input.classes", "input.splits", "features.kind", "features.width", "bins.*.bin", "bins.*.rows", "bins.*.kept",
        "classes.*.name", "classes.*.rows", "classes.*.kept"],
    "evidence.json": [
        "test_rows", "results.*.net", "results.*.set", "results.*.rows", "results.*.keep", "results.*.seeds", "results.*.steps",
        "results.*.accuracy", "results.*.mean", "results.*.ci95", "results.*.against_random.mean", "results.*.against_random.ci95",
        "results.*.against_full.mean", "results.*.against_full.ci95", "orders.*.net", "orders.*.rows", "orders.*.order", "orders.*.tau",
        "orders.*.gain_kept"],
    "dynamics.json": ["rows", "net", "epochs", "batch", "steps", "seed", "accuracy", "scores", "input"],
    "inspect": ["format", "rows", "classes", "bytes", "labelled", "splits", "class_names", "class_rows", "image_sizes", "bad_files",
                "bad.*.row", "bad.*.key"],
    "plan": ["rows", "kept", "pools"],
    "verify": ["rows", "kept"],
    "scan-*.json": ["decant", "shard", "rows", "begin", "end", "digest", "format", "counted", "classes", "labels", "bad", "chunks"],
    "job.json": ["decant", "shard", "rows", "begin", "end", "manifest", "has_files", "files"],
    "*.npy.job": ["decant", "shard", "rows", "begin", "end", "digest", "kind", "columns", "bad", "content"],
    "sample": ["rows", "kept", "seed"],
    "features": ["rows", "columns", "kind", "bad_files"],
    "scores": ["rows", "net", "epochs", "steps", "seed", "accuracy", "scores"],
    "train": ["net", "rows", "steps", "loss", "accuracy", "test_rows"],
}
KEYS["judged*.json"] = KEYS["evidence.json"]
KEYS["compress"] = KEYS["bins"] = KEYS["run.json"]
RENAMED = {  # names that changed on purpose, the old one first
    "keys": {},     # "bytes_before": "source_bytes"
    "options": {},  # "--pool": "--one-pool"
    "files": {},    # "bad_files.jsonl": "bad_rows.jsonl"
}
ON_PURPOSE = [  # what differs because it was meant to: regular expressions of "case: what is compared"
    r"refusals: .* bins \$sets/photos -o out: exit code",  # 2, now 3: the data are at fault, not the command line
    r"demo's pictures: .*",  # 300 test pictures of each class, not 100
]
ONLY_THERE = {"report.html", "README.md"}
IGNORED = {"events.jsonl", "cache"}
LITERAL = 16384  # bytes; files up to this size are recorded as they are, others by digest alone
PATIENCE = 600   # seconds for one command
SETS = hashlib.sha256(pathlib.Path(identity_sets.__file__).read_bytes()).hexdigest()


# What a run leaves


def values_at(document, path):
    """The value at "a.b.*.c", with a list for *; "absent" where there is none."""
    for i, name in enumerate(path):
        if name == "*":
            return [values_at(each, path[i + 1:]) for each in document] if isinstance(document, list) else "absent"
        if not isinstance(document, dict) or name not in document:
            return "absent"
        document = document[name]
    return document


def picked(table, text):
    try:
        document = json.loads(text)
    except ValueError:
        return {"": "is no JSON"}
    found = {}
    for key in KEYS[table]:
        value = values_at(document, key.split("."))
        if value == "absent" and key in RENAMED["keys"]:
            value = values_at(document, RENAMED["keys"][key].split("."))
        found[key] = json.dumps(value)
    return found


def content_of(path):
    content = path.read_bytes()
    literal = base64.b64encode(content).decode() if len(content) <= LITERAL else ""
    return f"{len(content)} {hashlib.sha256(content).hexdigest()} {literal}"


def facts_of(folder):
    """By name, all that is compared of the files in `folder`."""
    facts = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or IGNORED & set(name.parts):
            continue
        old_name = next((old for old, new in RENAMED["files"].items() if new == path.name), path.name)
        label = str(name.with_name(old_name))
        table = next((table for table in KEYS if fnmatch.fnmatch(old_name, table)), None)
        if old_name in ONLY_THERE and (path.parent / "run.json").exists():
            facts[label] = "there"
        elif table and "data" not in name.parts:
            facts.update({f"{label}: {key}": value for key, value in picked(table, path.read_text()).items()})
        else:
            facts[label] = content_of(path)
    return facts


def folder_digest(folder):
    whole, files = hashlib.sha256(), sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        whole.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return f"{len(files)} files, {whole.hexdigest()}"


# Running


class Side:
    """One program, the folder where its cases run and the folder where what is compared is kept."""

    def __init__(self, program, work, store):
        self.program, self.work, self.store = pathlib.Path(program).resolve(), work, store
        if not os.access(self.program, os.X_OK):
            sys.exit(f"identity.py: {program} is no program")
        work.mkdir(parents=True, exist_ok=True)
        store.mkdir(parents=True, exist_ok=True)
        whole = hashlib.sha256(pathlib.Path(__file__).read_bytes() + SETS.encode())
        for name in (self.program, self.beside("decant_neural.so"), self.beside("decant_mpi.so")):
            whole.update(name.read_bytes() if name.exists() else b"-")
        self.key = whole.hexdigest()
        self.helps = {}

    def beside(self, name):
        return self.program.parent / name

    def help(self, verb=""):
        if verb not in self.helps:
            runs = [subprocess.run([self.program, *verb.split(), option], capture_output=True, text=True)
                    for option in ("--help-all", "--help")]
            self.helps[verb] = next((run.stdout for run in runs if run.returncode == 0), "")
        return self.helps[verb]

    def spelled(self, words):
        """Options that were renamed, as this program calls them."""
        renamed = {old: new for old, new in RENAMED["options"].items() if not re.search(rf"{old}\b", self.help(words[0]))}
        return [renamed.get(word, word) for word in words]

    def lacks(self, case):
        if case.networks and not self.beside("decant_neural.so").exists():
            return "no decant_neural.so next to the program"
        ranks = any(isinstance(step, tuple) and step[0] == "ranks" for step in case.steps)
        if ranks and not (shutil.which("mpirun") and self.beside("decant_mpi.so").exists()):
            return "no mpirun, or no decant_mpi.so"
        return ""


class Job:
    """One case on one side with one number of threads."""

    def __init__(self, side, case, threads, sets):
        self.side, self.case, self.threads, self.sets = side, case, threads, sets
        self.name = f"{case.name} @{threads}"
        self.folder = side.work / slug(self.name)
        self.made = side.work / slug(f"{case.needs} @1") if case.needs else None
        self.record = side.store / f"{slug(self.name)}.json"
        self.facts = {}

    def run(self):
        lack = self.side.lacks(self.case)
        if lack:
            self.facts = {"skipped": lack}
            return
        known = json.loads(self.record.read_text()) if self.record.exists() else {}
        if known.get("key") == self.key() and self.folder.exists():
            self.facts = known["facts"]
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.made and (self.made / "cache").exists():
            shutil.copytree(self.made / "cache", self.folder / "cache")
        for number, step in enumerate(self.case.steps):
            way, line = step if isinstance(step, tuple) else ("plainly", step)
            self.facts.update(getattr(self, way)(line, f"step {number}, {line}"))
        self.facts.update(facts_of(self.folder))
        self.record.write_text(json.dumps({"key": self.key(), "sets": SETS, "case": repr(self.case), "facts": self.facts}, indent=1))

    def key(self):
        return hashlib.sha256(f"{self.side.key} {self.case} {self.threads}".encode()).hexdigest()

    def command(self, line):
        words = shlex.split(line.replace("$sets", relative(self.sets, self.folder)).replace("$made", relative(self.made, self.folder)))
        return [str(self.side.program), *self.side.spelled(words), "--threads", str(self.threads)]

    def surroundings(self):
        found = {name: value for name, value in os.environ.items() if not name.startswith(("DECANT_", "OMP_", "OPENBLAS_"))}
        cache = self.folder / "cache"
        return found | {"XDG_CACHE_HOME": str(cache), "HOME": str(cache), "LC_ALL": "C.UTF-8"}

    # The ways: each runs a line and gives facts.

    def plainly(self, line, label, before=(), more={}):
        try:
            done = subprocess.run([*before, *self.command(line)], cwd=self.folder, env=self.surroundings() | more, capture_output=True,
                                  text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return {f"{label}: exit code": "none, it took too long"}
        facts = {f"{label}: exit code": str(done.returncode)}
        verb = line.split()[0]
        if "--json" in line and verb in KEYS and done.returncode == 0:
            facts.update({f"{label}: {key}": value for key, value in picked(verb, done.stdout).items()})
        return facts

    def ranks(self, line, label):
        allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
                   "HOME": os.environ.get("HOME", "/")}
        return self.plainly(line, label, ("mpirun", "-n", "2"), allowed)

    def start(self, line):
        return subprocess.Popen(self.command(line), cwd=self.folder, env=self.surroundings(), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def stop_when(self, line, found):
        """Ctrl-C as soon as a file appears that `found` matches; the program may be done before."""
        program = self.start(line)
        deadline = time.monotonic() + PATIENCE
        while program.poll() is None and not any(self.folder.glob(found)) and time.monotonic() < deadline:
            time.sleep(0.002)
        program.send_signal(signal.SIGINT)
        program.wait()

    def interrupted(self, line, label):
        self.stop_when(line, "*.partial/checkpoint/*.bins")
        return {}

    def drawn(self, line, label):
        self.stop_when(line, "demo/pictures")
        digest = folder_digest(self.folder / "demo" / "pictures")
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        return {"demo/pictures": digest}

    def write(self, line, label):
        name, _, text = line.partition(" ")
        (self.folder / name).write_text(text)
        return {}


def slug(name):
    return re.sub(r"[^A-Za-z0-9@-]+", "-", name)


def relative(path, folder):
    return os.path.relpath(path, folder) if path else "nothing"


def run_all(jobs, workers, each):
    """Runs jobs in their order, those that need another after it, and calls each(job) as they end."""
    ended = {job.folder: threading.Event() for job in jobs}

    def run(job):
        if job.made:
            ended[job.made].wait()
        try:
            job.run()
        except Exception as error:  # the next case is worth running
            job.facts = {"could not be run": repr(error)}
        ended[job.folder].set()
        each(job)

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(run, job) for job in jobs]:
            future.result()


# Comparing


def npy_values(content):
    kind = re.search(rb"'descr': '<([a-z]\d)'", content[:200])
    letter = kind and {b"f2": "e", b"f4": "f", b"f8": "d", b"i4": "i", b"i8": "q"}.get(kind[1])
    if not content.startswith(b"\x93NUMPY\1\0") or not letter:
        return None
    body = content[10 + struct.unpack_from("<H", content, 8)[0]:]
    return struct.unpack(f"<{len(body) // struct.calcsize(letter)}{letter}", body)


def how_contents_differ(old, new):
    (old_size, _, *old), (new_size, _, *new) = old.split(), new.split()
    if old_size != new_size:
        return f"{old_size} bytes, now {new_size}"
    if not old or not new:
        return "other bytes"
    old, new = base64.b64decode(old[0]), base64.b64decode(new[0])
    values = npy_values(old), npy_values(new)
    if not values[0] or not values[1] or len(values[0]) != len(values[1]):
        at = next(i for i, (a, b) in enumerate(zip(old, new)) if a != b)
        return f"from byte {at} on"
    apart = [i for i, (a, b) in enumerate(zip(*values)) if a != b and (a == a or b == b)]
    return f"{len(apart)} of {len(values[0])} values, [{apart[0]}] {values[0][apart[0]]}, now {values[1][apart[0]]}" if apart else "its header"


def shortened(text):
    return text if len(text) <= 60 else text[:57] + "…"


def how_differ(name, old, new):
    if old is None or new is None:
        return f"{name} {'is new' if old is None else 'is missing'}"
    if re.match(r"\d+ [0-9a-f]{64} ", old) and re.match(r"\d+ [0-9a-f]{64} ", new):
        return f"{name} ({how_contents_differ(old, new)})"
    return f"{name} ({shortened(old)}, now {shortened(new)})"


def differences(case, old, new):
    apart = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    meant = {name for name in apart for pattern in ON_PURPOSE if re.match(pattern, f"{case}: {name}")}
    return [how_differ(name, old.get(name), new.get(name)) for name in apart if name not in meant]


class Verdicts:
    """Prints a line for every case, and counts."""

    def __init__(self):
        self.lock = threading.Lock()
        self.same = self.differing = self.skipped = 0

    def say(self, name, old, new):
        with self.lock:
            lacks = [facts["skipped"] for facts in (old, new) if "skipped" in facts]
            apart = [] if lacks else differences(name.rpartition(" @")[0], old, new)
            if lacks:
                self.skipped += 1
                print(f"{name}: skipped, {lacks[0]}", flush=True)
            elif apart:
                self.differing += 1
                print(f"{name}: DIFFERS: {'; '.join(apart[:3])}" + (f"; and {len(apart) - 3} more" if len(apart) > 3 else ""), flush=True)
            else:
                self.same += 1
                print(f"{name}: same", flush=True)

    def total(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.same + self.differing + self.skipped} cases: {self.same} same, {self.differing} differ{skipped}"


def recorded(folder, job):
    path = folder / f"{slug(job.name)}.json"
    if not path.exists():
        return {"skipped": "not recorded"}
    known = json.loads(path.read_text())
    if known["sets"] != SETS or known["case"] != repr(job.case):
        return {"recorded": "with other steps or sets; record again"}
    return known["facts"]


# What must be covered


def listed(help_text, option):
    """The names that an option takes, as its help lists them: the longest list of single words."""
    entry = re.search(rf"--{option} [A-Z].*", help_text)
    text = re.sub(r" \([^)]*\)", "", entry[0]) if entry else ""
    lists = re.findall(r"[a-z0-9-]+(?:(?:,| or|, or| and) [a-z0-9-]+)+", text)
    return max((re.split(r",? or |,? and |, ", text) for text in lists), key=len, default=[])


def covered(cases):
    """verb or option → what the cases give it."""
    found = {}
    for case in cases:
        for step in case.steps:
            words = (step[1] if isinstance(step, tuple) else step).split()
            found.setdefault("verb", set()).add(words[0])
            for option, value in zip(words, words[1:]):
                names = {name.split("+")[0] for name in value.split(",")}
                found.setdefault("method" if option == "--against" else option.removeprefix("--"), set()).update(names)
                found.setdefault("rule", set()).update(re.findall(r"\+rule=([a-z]+)", value))
    return found


def uncovered(side, cases):
    """Lines about what the program knows and no case runs."""
    verbs = [verb for verb in re.findall(r"^ +([a-z][a-z-]*)  +\S", side.help(), re.MULTILINE) if side.help(verb)]
    known = {"verb": verbs}
    for verb, option in (("compress", "method"), ("compress", "rule"), ("compress", "function"), ("compress", "features"),
                         ("compress", "to"), ("train", "net"), ("train", "optimizer"), ("train", "schedule")):
        known[option] = listed(side.help(verb), option)
    has, faults = covered(cases), []
    for kind, names in known.items():
        if len(names) < 2:
            faults.append(f"cannot read from its help which {kind}s {side.program} knows: mend listed() in tools/identity.py")
        missing = [name for name in names if name not in has[kind] and name not in identity_cases.NEW.get(f"{kind}s", [])]
        faults += [f"no case runs {kind} {name}: add one to tools/identity_cases.py, or list it in NEW there" for name in missing]
    return faults


def wanted(pattern):
    cases = identity_cases.all_cases()
    names = {case.name for case in cases if re.search(pattern, case.name)}
    names |= {case.needs for case in cases if case.name in names}
    return [case for case in cases if case.name in names]


def jobs_of(case, sides, sets):
    return [Job(side, case, threads, sets) for threads in case.threads for side in sides]


def compare(arguments, work):
    cases = wanted(arguments.only)
    sets = work / "sets"
    shutil.rmtree(sets, ignore_errors=True)
    identity_sets.draw(sets)
    new = Side(arguments.programs[-1], work / "new", arguments.record or work / "facts-new")
    sides = [new]
    if len(arguments.programs) == 2:
        sides.insert(0, Side(arguments.programs[0], work / "old", work / "facts-old"))
    verdicts, ended = Verdicts(), {}

    def each(job):
        if arguments.record:
            print(f"{job.name}: {job.facts.get('skipped') or 'recorded'}", flush=True)
            return
        if arguments.against:
            verdicts.say(job.name, recorded(arguments.against, job), job.facts)
            return
        with verdicts.lock:
            ended.setdefault(job.name, {})[job.side] = job.facts
            complete = len(ended[job.name]) == 2
        if complete:
            verdicts.say(job.name, ended[job.name][sides[0]], ended[job.name][new])

    run_all([job for case in cases for job in jobs_of(case, sides, sets)], arguments.jobs, each)
    faults = uncovered(new, identity_cases.all_cases())
    print("\n".join(faults), end="\n" if faults else "")
    if not arguments.record:
        print(verdicts.total())
    return 1 if faults or verdicts.differing else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--record", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    if len(arguments.programs) != (1 if arguments.record or arguments.against else 2):
        parser.error("give two programs, or one with --record or --against")
    if arguments.against and not arguments.against.is_dir():
        parser.error(f"{arguments.against} is not a folder that --record made")
    work = (arguments.work or pathlib.Path(tempfile.mkdtemp(prefix="identity-"))).resolve()
    work.mkdir(parents=True, exist_ok=True)
    try:
        return compare(arguments, work)
    finally:
        if arguments.keep:
            print(f"everything is in {work}")
        elif not arguments.work:
            shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
