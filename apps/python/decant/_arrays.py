"""What callers have, as what the core reads: addresses of rows, numbers of classes, row numbers.

Nothing is copied as a whole. A block is (address, rows, width, values from one row to the next,
type), and is good for as long as the object that it was made of is kept.
"""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._errors import InputError

Block = tuple[int, int, int, int, str]

_REMEDY_TYPE = "Give float16, bfloat16, float32 or float64: X.astype(np.float32)"
_CPU_DEVICES = (1, 3, 11)  # DLPack: CPU, and host memory that CUDA or ROCm pinned
_TYPES = {("f", 16): "f16", ("b", 16): "bf16", ("f", 32): "f32", ("f", 64): "f64"}
LARGEST_LABEL = (1 << 24) - 1


def refuse(name: str, what: str, remedy: str, place: str = "") -> InputError:
    return InputError(what, remedy, file=name, place=place)


def on_cpu(array: Any, name: str) -> Any:
    """A tensor without its graph. Raises for one that lies elsewhere than in the CPU's memory."""
    device = getattr(array, "__dlpack_device__", None)
    if device is not None and int(device()[0]) not in _CPU_DEVICES:
        raise refuse(name, "lies in the memory of a GPU", f"Move it to the CPU's memory: {name}.cpu()")
    detach = getattr(array, "detach", None)
    return detach() if callable(detach) else array


def _described(array: Any, name: str) -> tuple[int, list[int], list[int], str, int]:
    """(address, shape, strides in values, kind, bits)."""
    if isinstance(array, np.ndarray):
        if array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and sys.byteorder == "big"):
            raise refuse(
                name, f"is {array.dtype.str}, of big-endian bytes", f"{name}.astype({name}.dtype.newbyteorder('='))"
            )
        size = array.dtype.itemsize
        if size and any(stride % size for stride in array.strides):
            raise refuse(name, "has rows that do not begin at whole values", f"np.ascontiguousarray({name})")
        kind = "b" if array.dtype.name == "bfloat16" else array.dtype.kind
        return (
            array.ctypes.data,
            list(array.shape),
            [stride // size for stride in array.strides] if size else [],
            kind,
            8 * size,
        )
    try:
        address, shape, strides, kind, bits = _core.describe_array(array)
    except (TypeError, RuntimeError, BufferError, ValueError) as error:
        raise refuse(name, f"is a {type(array).__name__} that gives no array: {error}", f"np.asarray({name})") from error
    return address, list(shape), list(strides), kind, bits


def _plain(array: Any, name: str) -> Any:
    """The array itself, or NumPy's view of it. Raises for what has no view."""
    if isinstance(array, np.ma.MaskedArray):
        raise refuse(
            name, "is a masked array, whose masked values would be read", f"{name}.data, with exclude= the masked rows"
        )
    if isinstance(array, np.ndarray):
        return array
    if hasattr(array, "tocsr") or hasattr(array, "to_dense") and getattr(array, "is_sparse", False):
        raise refuse(name, "is sparse, and rows are read as they lie in memory", f"Make it dense: {name}.toarray()")
    if hasattr(array, "iloc"):
        raise refuse(name, f"is a {type(array).__name__}", f"{name}.to_numpy()")
    array = on_cpu(array, name)
    if hasattr(array, "__dlpack__"):
        return array
    if hasattr(array, "__array_interface__") or _is_buffer(array):
        return np.asarray(array)
    raise refuse(
        name, f"is a {type(array).__name__}, neither an array nor a list of arrays", f"Give an array: np.asarray({name})"
    )


def _is_buffer(array: Any) -> bool:
    try:
        memoryview(array).release()
    except TypeError:
        return False
    return True


def block_of(array: Any, name: str) -> tuple[Block, Any]:
    """The rows of one array, and what must be kept while they are read."""
    kept = _plain(array, name)
    address, shape, strides, kind, bits = _described(kept, name)
    if len(shape) != 2:
        raise refuse(
            name,
            f"has {len(shape)} axes ({tuple(shape)}), and a matrix of (rows, width) is needed",
            f"{name}.reshape(len({name}), -1)" if len(shape) != 1 else f"One number per row is {name}.reshape(-1, 1)",
        )
    if (kind, bits) not in _TYPES:
        what = {"O": "objects", "c": "complex numbers", "i": "integers", "u": "integers", "U": "texts"}.get(kind)
        raise refuse(name, f"holds {what}" if what else "is of a type that is not read", _REMEDY_TYPE)
    rows, width = shape
    if rows == 0 or width == 0:
        raise refuse(name, f"is empty: {rows} rows of {width} columns", "Give at least one row and one column")
    if width > 1 and strides[1] != 1:
        order = "is in Fortran order" if strides[0] == 1 else "has gaps between the values of a row"
        raise refuse(name, f"{order}, and rows must be contiguous", f"np.ascontiguousarray({name})")
    stride = strides[0] if rows > 1 else width
    if stride < width:
        raise refuse(
            name, "has rows that run backward, repeat or overlap (its stride is below its width)", f"np.ascontiguousarray({name})"
        )
    return (address, rows, width, stride, _TYPES[kind, bits]), kept


def blocks_of(X: Any, name: str = "X") -> tuple[list[Block], str, list[Any]]:
    """(blocks, "", what to keep) of an array or a list of them; ([], spec, []) of .npy files."""
    if isinstance(X, (str, os.PathLike)):
        return [], os.fspath(X) if not isinstance(X, str) else X, []
    if isinstance(X, (list, tuple)):
        if not X:
            raise refuse(name, "is an empty list", "Give at least one array")
        pairs = [block_of(shard, f"{name}[{i}]") for i, shard in enumerate(X)]
        widths = {block[2] for block, _ in pairs}
        if len(widths) > 1:
            raise refuse(name, f"holds shards of different width: {sorted(widths)}", "Give shards of the same features")
        return [block for block, _ in pairs], "", [kept for _, kept in pairs]
    block, kept = block_of(X, name)
    return [block], "", [kept]


def as_numpy(values: Any, name: str) -> NDArray[Any]:
    """Any array on the CPU, bfloat16 aside, without a copy where it can be had."""
    if isinstance(values, np.ndarray):
        return values
    return np.asarray(on_cpu(values, name))


def _classes_of_texts(texts: NDArray[Any], name: str) -> tuple[NDArray[np.int32], list[str]]:
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise refuse(
                name, f"is {text!r}, not a text", "Give every row a text, or numbers with -1 for no label", f"row {row}"
            )
    classes, numbers = np.unique(texts.astype(str), return_inverse=True)
    return numbers.reshape(-1).astype(np.int32), [str(each) for each in classes]


def labels_of(y: Any, name: str = "y") -> tuple[Optional[NDArray[np.int32]], list[str]]:
    """Numbers from 0, -1 for none, and the names of classes where labels have names.

    >>> labels_of(["cat", "ant", "cat"])
    (array([1, 0, 1], dtype=int32), ['ant', 'cat'])
    """
    if y is None:
        return None, []
    categorical = getattr(y, "cat", y)  # a pandas Series of a categorical has it there
    if hasattr(categorical, "codes") and hasattr(categorical, "categories"):
        codes = np.asarray(categorical.codes)
        names = [str(each) for each in categorical.categories]
        order = np.argsort(np.asarray(names), kind="stable")  # classes in sorted order
        place = np.empty(len(names) + 1, dtype=np.int32)
        place[order] = np.arange(len(names), dtype=np.int32)
        place[-1] = -1
        return place[codes].astype(np.int32), [names[i] for i in order]
    values = as_numpy(y, name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        remedy = f"One-hot rows become numbers by {name}.argmax(1)" if values.ndim == 2 else "Give one label per row"
        raise refuse(name, f"has {values.ndim} axes, and one label per row is needed", remedy)
    if values.dtype.kind in "OUT":
        return _classes_of_texts(values, name)
    if values.dtype.kind == "b":
        return values.astype(np.int32), []
    if values.dtype.kind not in "iu":
        raise refuse(name, f"holds {values.dtype.name}, and labels are integers or texts", f"{name}.astype(np.int64)")
    bad = np.flatnonzero((values < -1) | (values > LARGEST_LABEL))
    if len(bad):
        raise refuse(
            name,
            f"is {values[bad[0]]}, which is no class",
            f"Number classes from 0, at most {LARGEST_LABEL}; -1 is no label",
            f"row {bad[0]}",
        )
    return np.ascontiguousarray(values, dtype=np.int32), []


def excluded_rows(exclude: Any, rows: Optional[int], name: str = "exclude") -> NDArray[np.int64]:
    """Ascending row numbers of row numbers or a mask."""
    if exclude is None:
        return np.empty(0, np.int64)
    values = as_numpy(exclude, name)
    if values.size == 0:
        return np.empty(0, np.int64)
    if values.ndim != 1 or values.dtype.kind not in "biu":
        raise refuse(name, "is neither row numbers nor a mask", "Give integers, or one bool per row")
    if values.dtype.kind == "b":
        if rows is not None and len(values) != rows:
            raise refuse(name, f"is a mask of {len(values)}, and there are {rows} rows", "Give one bool per row")
        return np.flatnonzero(values).astype(np.int64)
    numbers = np.unique(values).astype(np.int64)
    if numbers[0] < 0 or (rows is not None and numbers[-1] >= rows):
        bad = numbers[0] if numbers[0] < 0 else numbers[-1]
        raise refuse(name, f"names row {bad}, and rows are 0 to {'n' if rows is None else rows} - 1", "Number rows from 0")
    return numbers


def column_of(scores: Any, name: str = "scores") -> NDArray[np.float64]:
    """One float64 per row."""
    values = as_numpy(scores, name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or values.dtype.kind not in "fiub":
        raise refuse(name, "is not one number per row", "Give an array of (rows,)")
    return np.ascontiguousarray(values, dtype=np.float64)


def is_files(values: object) -> bool:
    """Whether this names files rather than being an array."""
    return isinstance(values, (str, os.PathLike))


def rows_of(blocks: Sequence[Block], spec: str) -> Optional[int]:
    """How many rows there are; None where that stands in files."""
    if blocks:
        return sum(block[1] for block in blocks)
    return int(np.load(spec, mmap_mode="r").shape[0]) if spec and glob.glob(spec) == [spec] else None
