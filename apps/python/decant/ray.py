"""A small set made by many jobs on a Ray cluster: ``decant.ray.compress``.

Each job is a command of docs/clusters.md: one that is killed runs again. All machines must see the same paths.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Optional, Union

import ray as installed_ray

from . import _core
from ._dataset import Dataset
from ._errors import InputError, UsageError
from ._features import of_model
from ._options import Keep
from ._reporting import Progress, reporting
from ._run import Run
from ._verbs import run_verb

PathLike = Union[str, "os.PathLike[str]"]
_VERBS = ("scan", "features", "bins", "write", "finish")
ray: Any = installed_ray  # whose types differ from version to version
_models: dict[Path, Any] = {}  # of this process, by the folder that their features are for


def _job(verb: str, given: dict[str, Any], threads: int = 0) -> None:
    run_verb(verb, given, threads=threads, progress=False)


def _model_job(make_model: Any, data: Dataset, scan: Path, out: Path, how: tuple[int, int, str], threads: int) -> None:
    """Features of the rows of one scan, by a model that each process makes once."""
    Path(f"{out}.partial").unlink(missing_ok=True)  # of a job that was killed
    if out.exists():
        return
    model = _models.get(out.parent) or _models.setdefault(out.parent, make_model())
    rows = json.loads(scan.read_text(encoding="utf-8"))
    of_model(data, model, *how[:2], out, how[2], threads, False, range(rows["begin"], rows["end"]))


@contextlib.contextmanager
def _held(work: Path) -> Iterator[None]:
    """The folder of what jobs write, for one call at a time: a new one, or one of an earlier call."""
    if work.exists() and (not work.is_dir() or (any(work.iterdir()) and not (work / ".decant-jobs").exists())):
        raise InputError("holds something else than jobs", "Give another work=", file=str(work))
    work.mkdir(parents=True, exist_ok=True)
    with open(mark := work / ".decant-jobs", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError("is in use by another call", "Wait for it, or give another work=", file=str(work)) from None
        if not (mark.exists() and os.path.samestat(os.fstat(lock.fileno()), mark.stat())):
            raise InputError("was just put aside by the call that has finished", "Call again", file=str(work))
        yield


class _Jobs:
    """Runs the jobs of one stage after the other, with one bar for all."""

    def __init__(self, stages: int, count: int, max_retries: int, report: Any) -> None:
        self._count, self._max_retries, self._report, self._done, self._total = count, max_retries, report, 0, stages * count

    def _tell(self, more: int) -> None:
        self._done += more
        if self._report is not None:
            self._report("jobs", self._done, self._total, "jobs")

    def run(self, outputs: list[Path], function: Any, arguments: Any, **resources: float) -> None:
        """``arguments(number, output)``: of the job that makes it, unless it is there."""
        absent = [i for i, out in enumerate(outputs) if not out.exists() or Path(f"{out}.partial").exists()]
        self._tell(self._count - len(absent))
        task = ray.remote(function).options(max_retries=self._max_retries, **resources)
        pending = [task.remote(*arguments(i, outputs[i])) for i in absent]
        try:
            while pending:
                ready, pending = ray.wait(pending)
                try:
                    ray.get(ready)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from None
                self._tell(len(ready))
        except BaseException:
            for reference in pending:
                ray.cancel(reference)
            raise


def compress(
    path: PathLike,
    out: PathLike,
    *,
    keep: Keep = 0.2,
    features: Optional[PathLike] = None,
    make_model: Optional[Callable[[], Callable[[Any], Any]]] = None,
    picks: Optional[PathLike] = None,
    jobs: int = 0,
    work: Optional[PathLike] = None,
    how: tuple[int, int, str] = (224, 64, "float16"),
    num_cpus: int = 1,
    num_gpus: float = 0,
    max_retries: int = 3,
    overwrite: bool = False,
    progress: Progress = None,
    **options: Any,
) -> Run:
    """Makes a smaller data set in many jobs: ``decant scan``, ``features``, ``bins``, ``write``, ``finish``.

    Parameters
    ----------
    path, out, keep, overwrite, progress
        As in ``decant.compress``.
    features : str or path, optional
        A name that ``decant features`` knows, or the ``.npy`` of all rows.
    make_model : callable, optional
        Your model in their place. Sent to the workers and called once in each process, it loads
        and returns what ``decant.features`` takes. ``how``: size, batch and dtype, as there.
    picks : path, optional
        A folder that ``decant bins`` wrote, under mpirun say; then no features are made.
    jobs : int
        Into how many parts rows are cut; 0: four for each CPU of the cluster. Changes no result.
    work : path, optional
        For what jobs write: kept, so another call finds it. None: OUT.jobs, removed at the end.
    num_cpus, num_gpus, max_retries
        Of each job, as in Ray; GPUs are for the model.
    **options
        Of ``decant bins`` (``method``, ``seed``, ...), of reading (``label_field``, ``labels``, ...)
        and of writing (``to``).
    """
    known = {verb: {str(o["name"]).replace("-", "_") for o in _core.options_of(verb)} for verb in (*_VERBS, "open")}
    if unknown := [name for name in options if not any(name in known[verb] for verb in _VERBS)]:
        raise UsageError(f"decant.ray.compress: unknown argument {unknown[0]}=")
    if Path(out).exists() and not overwrite:
        raise InputError("already exists", "Give overwrite=True, or another name", file=os.fspath(out))
    options.update({name: os.path.abspath(options[name]) for name in ("labels", "images", "colors") if options.get(name)})

    def of(verb: str) -> dict[str, Any]:
        return {name: value for name, value in options.items() if name in known[verb]}

    dataset = Dataset(os.path.abspath(path), labels=options.get("labels"), **of("open"))
    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(logging_level="ERROR", **({} if "RAY_ADDRESS" in os.environ else {"include_dashboard": False}))
    count = min(jobs or 4 * int(ray.cluster_resources().get("CPU", 1)), len(dataset))
    folder = Path(work or f"{os.fspath(out)}.jobs").absolute()
    matrix = next((os.path.abspath(each) for each in (features, path) if each and str(each).endswith(".npy")), None)
    model = (make_model.__module__, make_model.__qualname__, how) if make_model else None

    def named(stage: str, *decides: Any) -> Path:
        text = repr((_core.version, count, [sorted(d.items()) if isinstance(d, dict) else d for d in decides]))
        return folder / f"{stage}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def outputs(stage: Path, ending: str = "") -> list[Path]:
        stage.mkdir(exist_ok=True)
        return [stage / f"{i:0{len(str(count - 1))}}{ending}" for i in range(count)]

    def shard(verb: str, **more: Any) -> Callable[[int, Path], tuple[Any, ...]]:
        given = {**of(verb), "input": os.fspath(dataset), **more}
        return lambda i, file: (verb, {**given, "out": file, "shard": f"{i}/{count}"}, num_cpus)

    key = str(matrix)
    with _held(folder), reporting(progress) as report:
        stages = _Jobs(2 if picks or matrix else 3, count, max_retries, report)
        scans = outputs(named("scan", of("scan")), ".json")
        stages.run(scans, _job, shard("scan"), num_cpus=num_cpus)
        scanned = scans[0].parent / "*.json"
        if not (picks or matrix):
            vectors = outputs(named("features", of("features"), features, model), ".npy")
            matrix, key = str(vectors[0].parent / "*.npy"), vectors[0].parent.name
            filters = vectors[0].parent / "filters.safetensors" if features in (None, "conv-kmeans", "lsa") and not model else None
            if make_model:
                sent = ray.put(make_model)
                given = lambda i, file: (sent, dataset, scans[i], file, how, num_cpus)  # noqa: E731
                stages.run(vectors, _model_job, given, num_cpus=num_cpus, num_gpus=num_gpus)
            else:
                common = {**of("features"), "input": os.fspath(dataset), "features": features, "scans": scanned}
                if filters and not filters.exists():
                    _job("features", {**common, "fit_only": True, "out": filters})
                stages.run(vectors, _job, shard("features", **common, filters=filters), num_cpus=num_cpus)
        order = Path(picks).absolute() if picks else named("bins", key, str(keep), of("bins"))
        if not order.exists():
            _job("bins", {**of("bins"), "features": matrix, "labels": None, "scans": scanned, "keep": keep, "out": order})
        rows = named("rows", str(order) if picks else order.name, str(keep), options.get("seed")).with_suffix(".npy")
        if not rows.exists():
            _job("sample", {"run": order, "keep": keep, "seed": options.get("seed"), "out": rows})
        parts = outputs(named("parts", of("write"), rows.name))
        stages.run(parts, _job, shard("write", rows=rows), num_cpus=num_cpus)
        last = {"input": path, "scans": scanned, "order": order, "rows": rows, "features": matrix}
        _job("finish", {**of("finish"), **last, "parts": parts[0].parent / "*", "out": out, "overwrite": overwrite or None})
        done = None if work else folder.rename(f"{folder}.{os.getpid()}.done")  # while it is held, so nobody else's jobs go
    if done:
        shutil.rmtree(done)
    return Run(out)
