"""Keywords as options: names with ``_`` for ``-``, values as the command line would have them."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Union

import numpy as np

from ._errors import InputError, UsageError

Keep = Union[int, float, str]


def keep_text(keep: object) -> str:
    """How much to keep, as the command line has it.

    A float is a share, an int a number of rows: ``1`` is one row and ``1.0`` all of them.

    >>> keep_text(0.1), keep_text(500), keep_text(1.0), keep_text("10%"), keep_text(1e-05)
    ('0.1', '500', '1.0', '10%', '0.00001')
    """
    if isinstance(keep, np.ndarray) and keep.ndim == 0:
        keep = keep[()]
    if isinstance(keep, (bool, np.bool_)):
        raise UsageError(f"keep={keep}: is a bool", "Give a share (0.1), a number of rows (500) or a text ('10%')")
    if isinstance(keep, str):
        return keep
    if isinstance(keep, numbers.Integral):
        return str(int(keep))
    if isinstance(keep, numbers.Real):
        if not math.isfinite(keep):
            raise InputError(f"keep={float(keep)}: is no share", "Give a share above 0 and at most 1.0")
        text = format(Decimal(repr(float(keep))), "f")
        return text if "." in text else text + ".0"
    raise UsageError(
        f"keep: is a {type(keep).__name__}", "Give a share (0.1), a number of rows (500) or a text ('10%')"
    )


def thread_count(threads: object) -> int:
    """0 = all cores."""
    if isinstance(threads, (bool, np.bool_)) or not isinstance(threads, numbers.Integral) or not 0 <= int(threads) <= 4096:
        raise UsageError(f"threads={threads!r}: is no number of threads", "Give 0 for all cores, or a number")
    return int(threads)


def text_of(name: str, value: object) -> str:
    """One value as the text of an option."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value) if not isinstance(value, str) else value
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    raise UsageError(f"{name}=: is a {type(value).__name__}", "Give a text, a path, a number or a bool")


def option_texts(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, text) of all that are given; None is not given."""
    texts: list[tuple[str, str]] = []
    for name, value in options.items():
        if value is None:
            continue
        option = name.replace("_", "-")
        if name == "keep":
            texts.append((option, keep_text(value)))
        elif isinstance(value, (list, tuple)):
            texts += [(option, text_of(name, each)) for each in value]
        else:
            texts.append((option, text_of(name, value)))
    return texts


def call_text(call: str, options: Mapping[str, Any]) -> str:
    """The call as it stands in a run's record: what is no text, number or path as three dots.

    >>> call_text("compress", {"path": Path("photos"), "keep": 0.2, "features": np.ones(3), "to": None})
    "decant.compress(path='photos', keep=0.2, features=...)"
    """

    def said(value: Any) -> str:
        if isinstance(value, os.PathLike):
            return repr(os.fspath(value))
        return repr(value) if isinstance(value, (str, int, float)) else "..."

    inside = ", ".join(f"{name}={said(value)}" for name, value in options.items() if value is not None)
    return f"decant.{call}({inside})"
