"""Jobs on a Ray cluster of two workers, one of which may be killed."""

import fcntl
import json
import os
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import write_cifar, write_folder

import decant

ray = pytest.importorskip("ray", reason="needs ray: Ray's jobs are not tested")

import decant.ray  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
PASSING = {"run.json", "events.jsonl", "README.md", "report.html"}  # which say when, and by which command
MOMENTS = 20


@pytest.fixture(scope="module")
def cluster():
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    yield
    ray.shutdown()


def contents(folder, passing=()):
    return {
        str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name not in passing
    }


def workers():
    """Processes of Ray that were started below this one and do its tasks: those at work, and all."""
    parents, names = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = int(stat.parent.name), stat.read_text().rsplit(")", 1)[1].split()
            parents[number], names[number] = int(rest[1]), (stat.parent / "cmdline").read_text()
        except OSError:  # it ended meanwhile
            continue
    raylets = [n for n, parent in parents.items() if parent == os.getpid() and "raylet" in names[n]]
    others = re.compile("ray::(?!.*(Agent|SpillWorker|RestoreWorker))")  # without the raylet's own helpers
    found = [n for n, parent in parents.items() if parent in raylets and others.match(names[n])]
    return [n for n in found if "IDLE" not in names[n]], found


def test_leaves_what_one_machine_leaves(cluster, tmp_path, pictures):
    said = []
    run = decant.ray.compress(pictures, tmp_path / "many", keep=0.3, method="bins", jobs=8, progress=lambda *now: said.append(now))
    decant.compress(pictures, tmp_path / "one", keep=0.3, method="bins", progress=False)
    assert contents(tmp_path / "many", PASSING) == contents(tmp_path / "one", PASSING)
    assert run.verify(pictures)["kept"] == 27
    assert not (tmp_path / "many.jobs").exists()
    assert {stage for stage, *_ in said} == {"jobs"} and said[-1][1:3] == (24, 24)
    with pytest.raises(decant.InputError, match="already exists"):
        decant.ray.compress(pictures, tmp_path / "many")


def test_takes_a_model_and_another_format(cluster, tmp_path, pictures):
    def colours():  # in each worker
        return lambda batch: batch.reshape(len(batch), -1, 3).mean(1).astype(np.float32)

    work = tmp_path / "work"
    options = {"keep": 0.3, "method": "bins", "to": "parquet"}
    decant.ray.compress(pictures, tmp_path / "many", make_model=colours, how=(16, 8, "float16"), jobs=3, work=work, **options)
    X = decant.features(pictures, colours(), size=16)
    decant.compress(pictures, tmp_path / "one", features=X, **options, progress=False)
    assert contents(tmp_path / "many", PASSING) == contents(tmp_path / "one", PASSING)
    before = {file: file.stat().st_mtime_ns for file in work.rglob("*.npy")}
    decant.ray.compress(pictures, tmp_path / "again", make_model=colours, how=(16, 8, "float16"), jobs=3, work=work, **options)
    assert contents(tmp_path / "again", PASSING) == contents(tmp_path / "one", PASSING)
    assert {file: file.stat().st_mtime_ns for file in work.rglob("*.npy")} == before, "nothing is made anew"


def test_takes_parquet_and_picks_from_elsewhere(cluster, tmp_path, pictures):
    table = decant.compress(pictures, tmp_path / "table", keep=1.0, method="random", to="parquet", progress=False).data
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(90, 4)).astype(np.float32))
    from decant._verbs import run_verb

    run_verb("bins", {"features": tmp_path / "x.npy", "out": tmp_path / "order"}, progress=False)
    run = decant.ray.compress(table, tmp_path / "small", keep=20, picks=tmp_path / "order", jobs=4)
    assert run.indices.tolist() == sorted(decant.load(tmp_path / "order").sample(20).indices.tolist())
    assert run.verify(table)["kept"] == 20


def test_says_what_a_job_says(cluster, tmp_path):
    pictures = write_folder(tmp_path / "pictures")
    (pictures / "train" / "class0" / "0000.png").write_bytes(b"no picture")
    with pytest.raises(decant.InputError, match="0000.png") as caught:
        decant.ray.compress(pictures, tmp_path / "small", strict=True, jobs=4)
    assert caught.value.file == str(pictures)
    with pytest.raises(decant.UsageError, match="unknown argument methd="):
        decant.ray.compress(pictures, tmp_path / "small", methd="bins")
    held = decant.ray._held(tmp_path / "held")
    held.__enter__()
    with pytest.raises(decant.InputError, match="in use by another call"):
        decant.ray.compress(pictures, tmp_path / "small", work=tmp_path / "held")
    assert not (tmp_path / "small").exists()


def counting(log):
    def job(verb, given, threads=0):
        from decant._verbs import run_verb

        with open(log, "a") as lines:
            if "shard" in given:  # else it is the head's own
                lines.write(f"{verb} {given['shard']}\n")
        run_verb(verb, given, threads=threads, progress=False)

    return job


def test_the_folder_of_jobs_is_held_by_one_call(tmp_path, monkeypatch):
    work, aside, real = tmp_path / "jobs", tmp_path / "aside", fcntl.flock
    moments = []

    def late(lock, how):  # the holder puts its folder aside after this call has opened it, and before it has the lock
        if not moments:
            work.rename(aside)
        moments.append(how)
        real(lock, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(decant.InputError, match="was just put aside.*Call again"):
        decant.ray._held(work).__enter__()
    with decant.ray._held(work), pytest.raises(decant.InputError, match="in use by another call"):
        decant.ray._held(work).__enter__()
    assert [file.name for file in aside.iterdir()] == [".decant-jobs"]


def test_removes_nothing_that_it_did_not_make(cluster, tmp_path, pictures):
    theirs = tmp_path / "small.jobs" / "notes.txt"
    theirs.parent.mkdir()
    theirs.write_text("mine")
    with pytest.raises(decant.InputError, match="holds something else than jobs"):
        decant.ray.compress(pictures, tmp_path / "small", keep=0.5)
    assert theirs.read_text() == "mine"
    assert not (tmp_path / "small").exists()


@pytest.mark.parametrize("form", [write_folder, write_cifar])
def test_a_killed_worker_changes_nothing(cluster, tmp_path, monkeypatch, form):
    data = form(tmp_path / "data")
    work, out, log = tmp_path / "work", tmp_path / "out", tmp_path / "log"
    monkeypatch.setattr(decant.ray, "_job", counting(log))

    def compress():
        begin = time.monotonic()
        decant.ray.compress(data, out, keep=0.3, method="bins", jobs=8, work=work, progress=False)
        return time.monotonic() - begin

    compress()  # and once more, when all workers are up
    for folder in (work, out):
        folder.rename(folder.with_name(folder.name + "-first"))
    took = compress()
    expected, made = contents(out, PASSING), contents(work, PASSING)
    assert expected == contents(tmp_path / "out-first", PASSING)
    generator, twice = random.Random(1), 0
    moments = MOMENTS if form is write_folder else 4
    for moment in range(moments):
        for folder in (work, out):
            for file in sorted(folder.rglob("*"), reverse=True):
                file.unlink() if file.is_file() else file.rmdir()
            folder.rmdir()
        log.write_text("")

        def kill(share=(moment + 0.5) / moments):
            time.sleep(took * share)
            busy, found = workers()
            os.kill(generator.choice(busy or found), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        compress()
        killer.join()
        assert contents(out, PASSING) == expected
        assert contents(work, PASSING) == made, "no stray file, and every one as it was"
        starts = Counter(log.read_text().split("\n")[:-1])
        assert len(starts) == 24 and sum(starts.values()) <= 25, starts
        twice += sum(starts.values()) - 24
    print(f"{moments} moments, {twice} jobs done twice")
