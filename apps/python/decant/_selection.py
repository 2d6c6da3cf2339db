"""Choosing rows of arrays, and what comes of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

from . import _arrays, _card, _core
from ._errors import InputError
from ._options import Keep, call_text, keep_text, option_texts, thread_count
from ._reporting import Progress, log, reporting
from ._watch import Watch

_PLAIN = ("method", "bin_count", "pool_count", "ranked", "serves_from", "serves_to", "ties")
_ARRAYS = ("bins", "pools", "order", "gains")


class Selection:
    """Some rows, and the order they were chosen from.

    Immutable: its arrays are read-only. It pickles, compares by content, has the length of what was
    kept, and stands for its row numbers where NumPy wants an array: ``X[selection]``.

    Attributes
    ----------
    indices : numpy.ndarray
        int64 (k,), ascending: the rows kept.
    order : numpy.ndarray
        int64, rows in the order picked.
    bins, pools : numpy.ndarray
        int32 (n,), the bin and the pool of each row; -1 for a row that was left out.
    gain : numpy.ndarray
        float32 (n,), what a row added when it was picked, or its score; NaN for one left out.
    rows : int
        n, how many there were.
    method, note : str
        The method, and one sentence that says how the rows were chosen.
    seed : int
        Every random choice follows from it.
    classes : tuple of str
        Names of the classes; empty where they have none.

    Examples
    --------
    >>> import numpy as np, decant
    >>> X = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    >>> s = decant.select(X, keep=0.1, method="bins")
    >>> s
    Selection(10 of 100 rows, method='bins', seed=0)
    >>> len(s.at(0.2)), int(s.mask().sum()), s.take(X).shape
    (20, 10, (10, 8))
    """

    __slots__ = ("indices", "order", "bins", "pools", "gain", "method", "note", "seed", "classes", "_labels", "_plain")

    indices: NDArray[np.int64]
    order: NDArray[np.int64]
    bins: NDArray[np.int32]
    pools: NDArray[np.int32]
    gain: NDArray[np.float32]
    method: str
    note: str
    seed: int
    classes: tuple[str, ...]
    _labels: Optional[NDArray[np.int32]]
    _plain: dict[str, Any]

    def __init__(
        self,
        core: dict[str, Any],
        indices: NDArray[np.int64],
        note: str,
        seed: int,
        classes: Sequence[str] = (),
        labels: Optional[NDArray[np.int32]] = None,
    ) -> None:
        fields = {
            "indices": indices,
            "order": core["order"],
            "bins": core["bins"],
            "pools": core["pools"],
            "gain": core["gains"],
            "method": core["method"],
            "note": note,
            "seed": seed,
            "classes": tuple(classes),
            "_labels": labels,
            "_plain": {name: core[name] for name in _PLAIN},
        }
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                value = value.view()
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Selection does not change: {name}")

    @property
    def rows(self) -> int:
        return len(self.bins)

    def _core(self) -> dict[str, Any]:
        return {**self._plain, "bins": self.bins, "pools": self.pools, "order": self.order, "gains": self.gain}

    def at(self, keep: Keep, seed: Optional[int] = None) -> Selection:
        """Another ratio of the same order: nothing is computed again.

        Raises InputError for a number of rows that the order is not valid for; some methods order
        for one number alone, or for as many at most.
        """
        seed = self.seed if seed is None else int(seed)
        indices: Any = _core.sample(self._core(), keep_text(keep), seed)
        return Selection(self._core(), indices, self.note, seed, self.classes, self._labels)

    def mask(self) -> NDArray[np.bool_]:
        """bool (n,): which rows are kept."""
        mask = np.zeros(self.rows, dtype=bool)
        mask[self.indices] = True
        return mask

    def take(self, data: Any) -> Any:
        """The kept rows of what the rows stand for, in its own type.

        An array or tensor gives one, a DataFrame or Series its rows, a ``datasets.Dataset`` its
        ``select``, a torch ``Dataset`` a ``Subset``, a list a list.
        """
        try:
            length = data.shape[0] if hasattr(data, "shape") else len(data)
        except TypeError:
            length = self.rows  # of a data set that does not know
        if length != self.rows:
            raise InputError(
                f"has {length} rows, and the selection was made of {self.rows}",
                "Take the rows of the data that X was made of, in the same order",
                file="data",
            )
        if hasattr(data, "iloc"):
            return data.iloc[self.indices]
        if type(data).__module__.partition(".")[0] == "datasets":
            return data.select(self.indices)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(data, torch.utils.data.Dataset):
            return torch.utils.data.Subset(data, self.indices.tolist())
        if torch is not None and isinstance(data, torch.Tensor):
            return data[torch.tensor(self.indices, device=data.device)]
        if hasattr(data, "shape"):
            return data[self.indices]
        kept = [data[i] for i in self.indices.tolist()]
        return tuple(kept) if isinstance(data, tuple) else kept

    def save(self, folder: Union[str, os.PathLike[str]], overwrite: bool = False) -> None:
        """Writes the order for the program: ``decant sample FOLDER --keep 2% -o rows.npy``."""
        command = call_text("select", {"method": self.method, "seed": self.seed})
        _core.save_selection(self._core(), self.note, self.seed, command, os.fspath(folder), bool(overwrite))

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices.tolist())

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> NDArray[Any]:
        array = np.asarray(self.indices, dtype=dtype)
        return array.copy() if copy else array

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selection):
            return NotImplemented
        return (
            self._plain == other._plain
            and (self.note, self.seed, self.classes) == (other.note, other.seed, other.classes)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ("indices", "order", "bins", "pools"))
            and np.array_equal(self.gain, other.gain, equal_nan=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[object, ...]:
        return Selection, (self._core(), self.indices, self.note, self.seed, self.classes, self._labels)

    def __repr__(self) -> str:
        return f"Selection({len(self):,} of {self.rows:,} rows, method={self.method!r}, seed={self.seed})"

    def _repr_html_(self) -> str:
        return _card.of_selection(self, self._labels)


def select(
    X: Any,
    y: Any = None,
    *,
    keep: Keep = 0.1,
    method: str = "auto",
    groups: Any = None,
    scores: Any = None,
    exclude: Any = None,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
    **options: Any,
) -> Selection:
    """Chooses rows of a matrix of features.

    Parameters
    ----------
    X : array, list of arrays, or path
        (rows, width) of float16, bfloat16, float32 or float64: NumPy's or a memory map, or anything
        on the CPU with ``__dlpack__`` (torch, JAX), a buffer or ``__array_interface__``; a list of
        such (shards); the path or pattern of ``.npy`` files. Rows are contiguous. Never copied or
        converted as a whole; it must not change during the call.
    y : array, optional
        Labels: integers (-1 for none), texts or a categorical. Rows are chosen class by class.
    keep : float, int or str
        A float in (0, 1] is a share, an int a number of rows: ``1`` is one row, ``1.0`` all. It is
        met exactly.
    method : str
        ``"auto"`` or a method by name (docs/methods.md), also with options:
        ``"facility-location+hard-cut=0.3"``.
    groups : array, optional
        Pools in place of the classes: of each row a number or a text.
    scores : array, Watch, or path, optional
        One number per row, large = hard; or a record of training.
    exclude : array, optional
        Row numbers, or a mask, of rows that must not be chosen, whatever they hold.
    seed : int
        Every random choice follows from it.
    threads : int
        0 = all cores. Never changes the result.
    progress : None, bool or callable
        None: tqdm's bar if it can be imported and someone is looking. A callable gets
        ``(stage, done, total, unit)``; what it raises stops the work.
    **options
        Those of ``decant bins``, with ``_`` for ``-``: ``rule="beta"``, ``hard_cut=0.1``.

    Returns
    -------
    Selection

    Raises
    ------
    InputError, UsageError
        Saying what is wrong with which argument, and what to do.
    KeyboardInterrupt
        On Ctrl-C, at once.

    Examples
    --------
    >>> import numpy as np, decant
    >>> random = np.random.default_rng(0)
    >>> y = random.integers(0, 3, 300)
    >>> X = random.normal(size=(300, 8)).astype(np.float16) + y[:, None].astype(np.float16)
    >>> decant.select(X, y, keep=0.1)
    Selection(30 of 300 rows, method='probe', seed=0)
    """
    blocks, spec, kept = _arrays.blocks_of(X)
    rows = _arrays.rows_of(blocks, spec)
    labels, classes = _arrays.labels_of(y)
    pools, pool_names = _arrays.labels_of(groups, "groups")
    for name, values in (("y", labels), ("groups", pools)):
        if values is not None and rows is not None and len(values) != rows:
            raise InputError(f"has {len(values)} labels, and X has {rows} rows", "Give one label per row", file=name)
    left_out = _arrays.excluded_rows(exclude, rows)
    column = record = None
    if isinstance(scores, Watch):
        record = scores._record()
        options["scores"] = None
    elif scores is not None and not _arrays.is_files(scores):
        column = _arrays.column_of(scores)
    else:
        options["scores"] = scores
    given = option_texts({"keep": keep, "method": method, "seed": seed, **options})
    with reporting(progress) as report:
        core, indices, note = _core.select(
            blocks,
            spec,
            labels if pools is None else pools,
            classes if pools is None else pool_names,
            left_out,
            column,
            record,
            "the Watch" if record is not None else "scores",
            given,
            thread_count(threads),
            report,
            log,
        )
    del kept
    return Selection(core, indices, note, int(seed), classes, labels)
