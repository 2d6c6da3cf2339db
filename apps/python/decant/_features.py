"""Features of pictures: decant's own, or those of the caller's model."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

from ._arrays import on_cpu
from ._dataset import Dataset
from ._errors import InputError
from ._reporting import Progress, log, reporting
from ._verbs import run_verb

Source = Union[str, "os.PathLike[str]", Dataset]


def opened(data: Source) -> Dataset:
    return data if isinstance(data, Dataset) else Dataset(data)


def _answer(model: Callable[[NDArray[np.uint8]], Any], pictures: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[Any]:
    """The model's features of a batch, checked."""
    where = f"rows {rows[0]} to {rows[-1]}"
    given = on_cpu(model(pictures), "model(...)")
    if "bfloat16" in str(getattr(given, "dtype", "")) and hasattr(given, "float"):
        given = given.float()  # exact, of one batch
    answer = np.asarray(given)
    if answer.ndim != 2 or len(answer) != len(rows) or answer.shape[1] == 0:
        raise InputError(
            f"returned {answer.shape} for {len(rows)} pictures",
            "Return one row of features per picture: (batch, width)",
            file="model",
            place=where,
        )
    if answer.dtype.kind != "f":
        raise InputError(f"returned {answer.dtype.name}", "Return floats", file="model", place=where)
    if not np.isfinite(answer).all():
        raise InputError("returned NaN or infinity", "Look at what the model makes of these pictures", file="model", place=where)
    return answer


class _Writer:
    """Rows into a .npy file that is there when it is whole, or into memory."""

    def __init__(self, out: Optional[Path], rows: int, dtype: str) -> None:
        self._out, self._rows, self._dtype = out, rows, dtype
        self._partial: Optional[Path] = None
        self.whole: Optional[NDArray[Any]] = None

    def put(self, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        if self.whole is None:
            shape = (self._rows, values.shape[1])
            if self._out is None:
                self.whole = np.zeros(shape, self._dtype)
            else:
                partial = self._out.with_name(self._out.name + ".partial")
                try:
                    partial.touch(exist_ok=False)
                except FileExistsError:
                    remedy = "Wait for the call that writes it, or remove what one left behind"
                    raise InputError("is there already", remedy, file=str(partial)) from None
                self._partial = partial
                self.whole = np.lib.format.open_memmap(self._partial, mode="w+", dtype=np.dtype(self._dtype), shape=shape)
        if values.shape[1] != self.whole.shape[1]:
            raise InputError(
                f"returned {values.shape[1]} columns, and {self.whole.shape[1]} before",
                "Return features of one width",
                file="model",
                place=f"rows {rows[0]} to {rows[-1]}",
            )
        with np.errstate(over="ignore"):
            stored = values.astype(self._dtype)
        if not np.isfinite(stored).all():
            raise InputError(
                f"returned values beyond the range of {self._dtype}", 'Give dtype="float32"', file="model"
            )
        self.whole[rows] = stored

    def finished(self) -> NDArray[Any]:
        assert self.whole is not None
        if self._out is None or self._partial is None:
            return self.whole
        self.whole.flush()  # type: ignore[attr-defined]
        try:
            os.link(self._partial, self._out)  # unlike a rename, never in place of a file
        except FileExistsError:
            raise InputError("has come up meanwhile", "Name another file, or remove it", file=str(self._out)) from None
        self.abandon()
        self._partial = None
        return np.load(self._out, mmap_mode="r")  # type: ignore[no-any-return]

    def abandon(self) -> None:
        if self._partial is not None:
            self._partial.unlink(missing_ok=True)


def of_model(
    dataset: Dataset,
    model: Callable[[NDArray[np.uint8]], Any],
    size: int,
    batch: int,
    out: Optional[Path],
    dtype: str,
    threads: int,
    progress: Progress,
    part: Optional[range] = None,
) -> NDArray[Any]:
    """Of all rows, or those of ``part``, neighbours."""
    part = range(len(dataset)) if part is None else part
    writer = _Writer(out, len(part), dtype)
    done = 0
    try:
        with reporting(progress) as report:
            for pictures, rows, bad in dataset._stream(size, batch, np.arange(part.start, part.stop), threads):
                answer = _answer(model, pictures, rows)
                if len(bad):
                    answer = np.where(np.isin(rows, bad)[:, None], 0, answer)  # as decant's own features have it
                    for row in bad:
                        log("warning", f"{dataset.path}: row {row} ({dataset.key(int(row))}) does not decode")
                writer.put(rows - part.start, answer)
                done += len(rows)
                if report is not None:
                    report("features", done, len(part), "images")
        return writer.finished()
    except BaseException:
        writer.abandon()
        raise


def features(
    data: Source,
    model: Optional[Callable[[NDArray[np.uint8]], Any]] = None,
    *,
    size: int = 224,
    batch: int = 64,
    out: Union[None, str, os.PathLike[str]] = None,
    dtype: str = "float16",
    threads: int = 0,
    progress: Progress = None,
) -> NDArray[Any]:
    """Features of every training row of a data set of pictures, or of records.

    Parameters
    ----------
    data : path or Dataset
    model : callable, optional
        Gets uint8 (b, size, size, 3) in row order, in the calling thread, and returns (b, width) of
        any array type on the CPU; the next batches are decoded meanwhile. None: decant's own,
        conv-kmeans for pictures and lsa for records, float32.
    size, batch : int
        Of what the model gets.
    out : path, optional
        A ``.npy`` that is written, row by row, and returned as a memory map. It must not be there.
    dtype : str
        Of what is stored, for a model: ``"float16"`` or ``"float32"``.

    Returns
    -------
    numpy.ndarray
        (rows, width); zeros for a picture that does not decode.
    """
    path = None if out is None else Path(out)
    if path is not None and path.suffix != ".npy":
        raise InputError("does not end in .npy", "Name a .npy file", file=str(path))
    if path is not None and path.exists():
        raise InputError("is there already", "Name another file, or remove it", file=str(path))
    if model is not None:
        if not callable(model):
            raise InputError(f"is a {type(model).__name__}", "Give a callable: pictures in, features out", file="model")
        if dtype not in ("float16", "float32"):
            raise InputError(f"dtype={dtype!r}", 'Give "float16" or "float32"')
        return of_model(opened(data), model, size, batch, path, dtype, threads, progress)
    given = {"input": os.fspath(data), **(data._how[2] if isinstance(data, Dataset) else {})}
    if path is not None:
        run_verb("features", {**given, "out": path}, threads=threads, progress=progress)
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]
    with tempfile.TemporaryDirectory(prefix="decant-") as folder:
        file = Path(folder) / "features.npy"
        run_verb("features", {**given, "out": file}, threads=threads, progress=progress)
        return np.load(file)  # type: ignore[no-any-return]
