"""Training dynamics of the caller's own loop."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._errors import InputError, UsageError

if TYPE_CHECKING:
    from ._dataset import Dataset

_NUMBERS = 6  # probability, margin, loss, error, gradient, entropy


class Watch:
    """What a network thinks of every row while you train it, for scores without a proxy.

    Call it once per batch, with the rows of the batch, the logits and the labels, and
    ``end_epoch()`` after each epoch. Six numbers per row and epoch are kept, as float16. Then give
    it to ``select`` or ``compress`` as ``scores=``, with a method such as ``"progress"`` or
    ``"dual"``; or save it for the program.

    Parameters
    ----------
    rows : int
        Of the whole training set; they are numbered from 0, as ``decant.torch.Indexed`` does.
    classes : int
        Columns of the logits.

    Examples
    --------
    >>> import numpy as np, decant
    >>> watch = decant.Watch(rows=4, classes=3)
    >>> for epoch in range(2):
    ...     watch([2, 0], [[1.0, 2.0, 0.5], [3.0, 0.0, 0.0]], [1, 0])
    ...     watch([1, 3], [[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]], [2, 2])
    ...     watch.end_epoch()
    >>> watch
    Watch(2 epochs of 4 rows, 3 classes)
    """

    def __init__(self, rows: int, classes: int) -> None:
        if int(rows) < 1 or int(classes) < 2:
            raise InputError(f"rows={rows}, classes={classes}", "Give at least one row and two classes", file="Watch")
        self.rows, self.classes = int(rows), int(classes)
        self._finished: list[NDArray[np.uint16]] = []
        self._epoch = self._blank()

    def _blank(self) -> NDArray[np.uint16]:
        return np.full((_NUMBERS, self.rows), np.nan, np.float16).view(np.uint16)

    @property
    def epochs(self) -> int:
        """Epochs that have ended."""
        return len(self._finished)

    def __call__(self, rows: Any, logits: Any, labels: Any, embedding: Any = None) -> None:
        """Looks at one batch, of NumPy or torch, on the CPU or not.

        Parameters
        ----------
        rows : (b,) integers
            Which rows of the training set these are.
        logits : (b, classes)
        labels : (b,) integers
        embedding : (b, width), optional
            What the last linear map sees: for the score ``grand``, which is ``el2n`` without it.
        """
        outputs = np.ascontiguousarray(_fetched(logits), dtype=np.float32)
        numbers = np.ascontiguousarray(_fetched(rows), dtype=np.int64).reshape(-1)
        truth = np.ascontiguousarray(_fetched(labels))
        if outputs.ndim != 2 or outputs.shape[1] != self.classes:
            raise InputError(f"have shape {outputs.shape}", f"Give (batch, {self.classes})", file="logits")
        if truth.dtype.kind not in "iub" or truth.shape != (len(outputs),):
            raise InputError(
                f"are {truth.dtype.name} of shape {truth.shape}", f"Give {len(outputs)} class numbers", file="labels"
            )
        if len(numbers) != len(outputs):
            raise InputError(
                f"are {len(numbers)}, and there are {len(outputs)} logits", "Give the row of every sample", file="rows"
            )
        _in_range(numbers, self.rows, "rows")
        _in_range(truth, self.classes, "labels")
        norms = None
        if embedding is not None:
            seen = np.asarray(_fetched(embedding), dtype=np.float32)
            if seen.ndim != 2 or len(seen) != len(outputs):
                raise InputError(f"has shape {seen.shape}", f"Give ({len(outputs)}, width)", file="embedding")
            norms = np.sqrt(np.einsum("ij,ij->i", seen, seen))
        _core.observe(numbers, outputs, truth.astype(np.int64), norms, self._epoch)

    def end_epoch(self) -> None:
        """Keeps what was seen since the last one."""
        if np.isnan(self._epoch[0].view(np.float16)).all():
            raise UsageError("end_epoch(): no row was seen in this epoch", "Call the Watch for every batch first")
        self._finished.append(self._epoch)
        self._epoch = self._blank()

    def numbers(self) -> dict[str, NDArray[np.float16]]:
        """What was recorded, float16 (epochs, rows) each; NaN where a row was not seen."""
        names = ("probability", "margin", "loss", "error", "gradient", "entropy")
        whole = np.stack(self._finished).view(np.float16) if self._finished else np.empty((0, _NUMBERS, self.rows), np.float16)
        return {name: whole[:, i] for i, name in enumerate(names)}

    def _record(self) -> tuple[Any, ...]:
        """(epochs, rows, six addresses, what keeps them)."""
        if self.epochs < 2:
            raise InputError(
                f"has {self.epochs} finished epochs, and scores compare epochs",
                "Watch at least two, each ended by end_epoch()",
                file="Watch",
            )
        arrays = [np.ascontiguousarray(each) for each in self.numbers().values()]
        return (self.epochs, self.rows, *(each.ctypes.data for each in arrays), arrays)

    def save(
        self, folder: Union[str, os.PathLike[str]], data: Union[str, os.PathLike[str], Dataset], overwrite: bool = False
    ) -> None:
        """Writes the record for the program: ``decant compress DATA --scores FOLDER``.

        ``data``: the training set, whose rows these are. Its digest is recorded, so that the record
        is not taken for that of another set.
        """
        from ._dataset import Dataset

        dataset = data if isinstance(data, Dataset) else Dataset(data)
        if len(dataset) != self.rows:
            raise InputError(
                f"has {len(dataset)} rows, and the Watch has {self.rows}", "Name the set that you trained on", file=str(dataset.path)
            )
        _core.save_record(self._record(), dataset.digest(), "decant.Watch", os.fspath(folder), bool(overwrite))

    def __repr__(self) -> str:
        return f"Watch({self.epochs} epochs of {self.rows:,} rows, {self.classes} classes)"


def _fetched(values: Any) -> Any:
    """NumPy's array of a tensor, wherever it is."""
    if isinstance(values, np.ndarray):
        return values
    for name in ("detach", "cpu"):
        method = getattr(values, name, None)
        values = method() if callable(method) else values
    if getattr(values, "dtype", None) is not None and "bfloat16" in str(values.dtype) and hasattr(values, "float"):
        values = values.float()
    return np.asarray(values)


def _in_range(numbers: NDArray[Any], limit: int, name: str) -> None:
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= limit):
        bad = numbers.min() if numbers.min() < 0 else numbers.max()
        raise InputError(f"hold {bad}", f"Number them from 0 to {limit - 1}", file=name)


__all__ = ["Watch"]
