"""Runs: what compress, bins and sample write, and the verbs that make and read them."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

from . import _card, _core
from ._arrays import column_of, is_files, labels_of
from ._dataset import Dataset
from ._errors import InputError
from ._features import features as compute_features
from ._options import Keep, call_text
from ._reporting import Progress
from ._selection import Selection
from ._verbs import run_verb
from ._watch import Watch

PathLike = Union[str, "os.PathLike[str]"]


class Run:
    """A folder that ``compress``, ``bins`` or ``sample`` wrote; use ``decant.load``.

    Nothing is read before it is asked for.

    Attributes
    ----------
    path : pathlib.Path
    info : dict
        run.json: counts, method, options, seconds (docs/formats/run-folder.md).
    selection : Selection
    indices : numpy.ndarray
        int64, the rows kept.
    map : numpy.ndarray or None
        float32 (n, 2), the rows on a plane.
    data : pathlib.Path or None
        The small set itself.
    evidence : dict or None
        What ``decant evaluate`` measured.
    """

    def __init__(self, path: PathLike) -> None:
        self.path = Path(path)
        if not (self.path / "run.json").is_file():
            raise InputError(
                "is not the output of a run (no run.json)",
                "Name a folder that compress, bins or sample wrote",
                file=str(self.path),
            )

    @cached_property
    def info(self) -> dict[str, Any]:
        info: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        return info

    @cached_property
    def selection(self) -> Selection:
        core, indices = _core.load_selection(os.fspath(self.path))
        classes = (self.info.get("input") or {}).get("classes") or []
        return Selection(core, indices, self.info.get("method_note", ""), int(self.info.get("seed", 0)), classes)

    @property
    def indices(self) -> NDArray[np.int64]:
        return self.selection.indices

    @cached_property
    def map(self) -> Optional[NDArray[np.float32]]:
        file = self.path / "map.npy"
        return np.load(file, mmap_mode="r") if file.is_file() else None

    @property
    def data(self) -> Optional[Path]:
        folder = self.path / "data"
        return folder if folder.is_dir() else None

    @cached_property
    def evidence(self) -> Optional[dict[str, Any]]:
        file = self.path / "evidence.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None

    def manifest(self) -> Iterator[dict[str, Any]]:
        """The kept samples: row, key, label, bytes, SHA-256, ..."""
        with (self.path / "manifest.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def sample(self, keep: Keep, out: Optional[PathLike] = None, **options: Any) -> Union[Selection, Run]:
        """Another ratio; nothing is chosen again. With ``out`` the set is written there."""
        if out is None:
            return self.selection.at(keep, options.pop("seed", None))
        run_verb("sample", {"run": self.path, "out": out, "keep": keep, **options})
        return Run(out)

    def verify(self, source: Optional[PathLike] = None) -> dict[str, Any]:
        """As ``decant.verify``."""
        return verify(self.path, source)

    def show(self, height: int = 720) -> Any:
        """The report, in a notebook."""
        return _card.Page((self.path / "report.html").read_text(encoding="utf-8"), int(height))

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __eq__(self, other: object) -> bool:
        return self.path == other.path if isinstance(other, Run) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[object, ...]:
        return Run, (self.path,)

    def __repr__(self) -> str:
        kept, rows = self.info.get("kept"), self.info.get("rows", 0)
        what = f"{kept:,} of {rows:,} rows" if kept is not None else f"{rows:,} rows in order"
        return f"Run({str(self.path)!r}, {what}, method={self.info.get('method', '')!r})"

    def _repr_html_(self) -> str:
        return _card.of_run(self)


def load(folder: PathLike) -> Run:
    """A folder that ``compress``, ``bins`` or ``sample`` wrote."""
    return Run(folder)


@contextlib.contextmanager
def _scratch(next_to: Path) -> Iterator[Path]:
    """A folder for what must be a file while a verb reads it."""
    parent = next_to.absolute().parent
    if not parent.is_dir():
        raise InputError("is not there", "Make the folder first, or name another", file=str(parent))
    with tempfile.TemporaryDirectory(prefix=f".{next_to.name}-", dir=parent) as folder:
        yield Path(folder)


def _matrix_file(values: Any, folder: Path, name: str) -> Path:
    file = folder / f"{name}.npy"
    if "bfloat16" in str(getattr(values, "dtype", "")):
        values = values.float() if hasattr(values, "float") else values.astype(np.float32)
    np.save(file, np.asarray(values))
    return file


def _fields_in(options: dict[str, Any]) -> dict[str, Any]:
    """Those by which the data set is read: ``decant.open``'s."""
    known = {str(option["name"]).replace("-", "_") for option in _core.options_of("open")}
    return {name: value for name, value in options.items() if name in known and value is not None}


def _warn_of_chance(path: str, options: dict[str, Any]) -> None:
    """Without networks, auto has nothing to score pictures by."""
    if options["method"] not in (None, "auto") or options["features"] is not None or options["recipe"] is not None:
        return
    if options["scores"] not in (None, "auto") or options["toward"] is not None:
        return
    dataset = Dataset(path, **_fields_in(options))
    if not dataset._open.has_pictures() or len(set(dataset.labels.tolist()) - {-1}) < 2:
        return
    warnings.warn(
        'method="auto" keeps random rows of these pictures: the wheel has no networks to score them by. '
        "Give features= your model's features (an array, or the model as a callable), or scores= a decant.Watch of your "
        'own training; or say method="random".',
        UserWarning,
        stacklevel=3,
    )


def compress(
    path: PathLike,
    out: PathLike,
    *,
    keep: Optional[Keep] = None,
    method: Optional[str] = None,
    features: Any = None,
    labels: Any = None,
    to: Optional[str] = None,
    seed: Optional[int] = None,
    threads: int = 0,
    overwrite: bool = False,
    progress: Progress = None,
    **options: Any,
) -> Run:
    """Makes a smaller data set in the same format: ``decant compress``.

    Parameters
    ----------
    path : path or pattern
        The data set.
    out : path
        The folder of the small set. It stands complete or not at all.
    keep : float, int or str
        As in ``select``; 20 % unless given.
    method : str
        ``"auto"`` unless given (docs/methods.md).
    features : optional
        None: as the program chooses. An array, (rows, width), or the path of a ``.npy``; a name,
        ``"conv-kmeans"``; or a callable, your model: it gets uint8 (b, 224, 224, 3) in row order and
        returns (b, width), as in ``decant.features``.
    labels : array or path, optional
        Of a ``.npy`` data set.
    to : str, optional
        ``"imagefolder"``, ``"webdataset"``, ``"parquet"`` or ``"packed"`` in place of the source's
        format.
    seed : int
        0 unless given.
    overwrite : bool
        Whether an earlier output may be replaced.
    **options
        Those of ``decant compress``, with ``_`` for ``-``: ``dedup="content"``, ``bytes="300MB"``.
        ``scores`` may also be an array or a ``Watch``.

    Returns
    -------
    Run
    """
    out_path = Path(out)
    source = os.fspath(path)
    given: dict[str, Any] = {
        "input": source,
        "out": out_path,
        "keep": keep,
        "method": method,
        "features": features,
        "labels": labels,
        "to": to,
        "seed": seed,
        "overwrite": True if overwrite else None,
        "scores": None,
        "recipe": None,
        "toward": None,
        **options,
    }
    _warn_of_chance(source, given)
    said = {"path" if name == "input" else name: value for name, value in given.items()}
    with contextlib.ExitStack() as stack:
        needs_file = [n for n in ("features", "labels", "scores") if given[n] is not None and not is_files(given[n])]
        folder = stack.enter_context(_scratch(out_path)) if needs_file else Path()
        for name in needs_file:
            value = given[name]
            if isinstance(value, Watch):
                value.save(folder / name, Dataset(source, **_fields_in(given)))
                given[name] = folder / name
            elif name == "features" and callable(value):
                given[name] = folder / "features.npy"
                compute_features(Dataset(source, **_fields_in(given)), value, out=given[name], threads=threads, progress=progress)
            elif name == "labels":
                given[name] = _matrix_file(labels_of(value, name)[0], folder, name)
            elif name == "scores":
                given[name] = _matrix_file(column_of(value, name), folder, name)
            else:
                given[name] = _matrix_file(value, folder, name)
        run_verb("compress", given, threads=threads, progress=progress, call=call_text("compress", said))
    return Run(out_path)


def inspect(path: PathLike, *, deep: bool = False, **options: Any) -> dict[str, Any]:
    """What is there: format, counts, classes, sizes, oddities, bad files.

    ``deep``: decode every picture, not only look at headers, and count equal ones.
    """
    found: dict[str, Any] = run_verb("inspect", {"path": path, "deep": True if deep else None, **options}, progress=False)
    return found


def plan(path: PathLike, *, keep: Optional[Keep] = None, **options: Any) -> dict[str, Any]:
    """What ``compress`` would need: memory, disk space and time, to a factor of about two."""
    planned: dict[str, Any] = run_verb("plan", {"input": path, "keep": keep, **options}, progress=False)
    return planned


def verify(folder: PathLike, source: Optional[PathLike] = None) -> dict[str, Any]:
    """Checks that a small set is complete, and with ``source`` that every sample is the source's.

    Raises InputError at the first thing that does not hold.
    """
    found: dict[str, Any] = run_verb("verify", {"run": os.fspath(folder), "source": source}, progress=False)
    return found
