"""A data set on disk, as rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._errors import InputError
from ._options import option_texts, thread_count
from ._reporting import log


class Dataset:
    """The training rows of a path; use ``decant.open``.

    Row numbers are those of every file that decant writes. It pickles as its path and is opened
    again where it lands.

    Attributes
    ----------
    path : pathlib.Path
    format : str
        ``"imagefolder"``, ``"webdataset"``, ``"cifar10"``, ...
    classes : tuple of str
    labels : numpy.ndarray
        int32 (n,), -1 where a row has none.
    """

    def __init__(
        self,
        path: Union[str, os.PathLike[str]],
        *,
        labels: Union[None, str, os.PathLike[str]] = None,
        **options: Any,
    ) -> None:
        self._how = (os.fspath(path), "" if labels is None else os.fspath(labels), options)
        self.path = Path(self._how[0])
        self._open = _core.OpenDataset(self._how[0], self._how[1], option_texts(options), log)
        self.format = str(self._open.format())
        self.classes: tuple[str, ...] = tuple(self._open.classes())
        self._rows = int(self._open.size())

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        labels: Any = self._open.labels()
        labels.flags.writeable = False
        return labels  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return self._rows

    def _checked(self, row: int) -> int:
        number = int(row)
        if not 0 <= number < self._rows:
            raise IndexError(f"row {number} of {self._rows}")
        return number

    def key(self, row: int) -> str:
        """The row's name inside the set: a relative path, ``"shard.tar/member"``, ..."""
        return str(self._open.key(self._checked(row)))

    def bytes(self, row: int) -> bytes:
        """The sample exactly as stored."""
        return bytes(self._open.bytes(self._checked(row)))

    def image(self, row: int) -> NDArray[np.uint8]:
        """The decoded picture, (height, width, 1 or 3)."""
        picture: Any = self._open.image(self._checked(row))
        return picture  # type: ignore[no-any-return]

    def digest(self) -> str:
        """Of every row's key, label and bytes: what a run's record calls the data set by."""
        return str(self._open.digest(0, None, log))

    def batches(
        self, size: int = 224, batch: int = 64, rows: Any = None, threads: int = 0
    ) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """Yields (pictures, rows): uint8 (b, size, size, 3) and int64 (b,), in the order of ``rows``.

        The centre square of every picture is resized; the next batches are decoded meanwhile, on
        all threads. A picture that does not decode is all zeros, and a warning is logged.
        """
        for pictures, numbers, bad in self._stream(size, batch, rows, threads):
            for row in bad:
                log("warning", f"{self.path}: row {row} ({self.key(int(row))}) does not decode")
            yield pictures, numbers

    def _stream(
        self, size: int, batch: int, rows: Any, threads: int
    ) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]]:
        if int(size) < 1 or int(batch) < 1 or int(size) > 8192:
            raise InputError(f"size={size}, batch={batch}", "Give a side of 1 to 8192 pixels, and at least one row per batch")
        chosen = np.arange(self._rows) if rows is None else np.asarray(rows)
        chosen = np.ascontiguousarray(chosen, dtype=np.int64).reshape(-1)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= self._rows):
            raise InputError(f"rows: beyond the {self._rows} rows of the set", "Number rows from 0", file=str(self.path))
        stream: Any = _core.Stream(self._open, chosen, int(size), int(batch), thread_count(threads))
        while (got := stream.next()) is not None:
            yield got

    def __fspath__(self) -> str:
        return self._how[0]

    def __reduce__(self) -> tuple[object, ...]:
        return _opened, self._how

    def __repr__(self) -> str:
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return f"Dataset({str(self.path)!r}, {self.format}, {self._rows:,} rows{classes})"


def _opened(path: str, labels: str, options: dict[str, Any]) -> Dataset:
    return Dataset(path, labels=labels or None, **options)


def open(
    path: Union[str, os.PathLike[str]], *, labels: Union[None, str, os.PathLike[str]] = None, **options: Any
) -> Dataset:
    """Opens a data set: class folders, shards, CIFAR, IDX, records, ``.npy``, ... (docs/formats).

    Parameters
    ----------
    path : path or pattern
    labels : path, optional
        Labels of a ``.npy`` data set.
    **options
        How what is read is to be understood, as ``compress`` has it: ``text="question,answer"``,
        ``label_field="class"``, ``image_field="photo"`` and ``config_name="en"`` of Parquet, ...
    """
    return Dataset(path, labels=labels, **options)
