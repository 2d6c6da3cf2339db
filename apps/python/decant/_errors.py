"""Errors by who can fix them, worded for Python.

The C++ libraries speak of command-line options (``--keep``). What reaches a caller here names
keywords (``keep=``), in the message and in its parts.
"""

from __future__ import annotations

import re
from functools import lru_cache


class Error(Exception):
    """Anything that decant complains of. ``file``, ``place`` and ``remedy`` may be empty.

    Attributes
    ----------
    file : str
        The file, folder or argument at fault.
    place : str
        Where in it: ``"row 17"``.
    what : str
        The fault, without a full stop.
    remedy : str
        What to do about it, without a full stop.
    """

    def __init__(self, what: str, remedy: str = "", *, file: str = "", place: str = "") -> None:
        self.file, self.place, self.what, self.remedy = file, place, what, remedy
        text = ": ".join(part for part in (file, place, what) if part)
        super().__init__(f"{text}. {remedy}." if remedy else text)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.what, self.remedy, self.file, self.place)


class InputError(Error, ValueError):
    """The data or a value: says which, where, and what to do."""


class UsageError(Error, TypeError):
    """The call itself: an unknown keyword, a value of the wrong type, options that contradict."""


class IoError(Error, OSError):
    """The machine: disk full, no permission, a file that vanished."""


class BugError(Error, RuntimeError):
    """A defect in decant. Please report it."""


_KINDS: dict[str, type[Error]] = {"input": InputError, "usage": UsageError, "io": IoError, "bug": BugError}


def _rebuilt(kind: type[Error], what: str, remedy: str, file: str, place: str) -> Error:
    return kind(what, remedy, file=file, place=place)


# After an option, words that go on with the sentence and are no value of it.
_SENTENCE = frozenset(
    "a all alone also and are as at both buys by can decides does for from gives has have how in is it its it, keeps makes may means "
    "must names need needs of on one or says say so speaks takes than that the then they to turns was when where which with works".split()
)
_OPTION = re.compile(r"--([a-z][a-z0-9-]*)(?:([ =])([\w.%:+{}*-]*[\w%}]))?")
_NO_NETWORKS = (
    "The wheel has no networks. Give features= your model's features (an array, or the model as a callable), "
    "or scores= a decant.Watch of your own training"
)


@lru_cache(maxsize=1)
def _flags() -> frozenset[str]:
    from . import _core

    verbs = ("compress", "select", "bins", "sample", "inspect", "scores", "features")
    return frozenset(o["name"] for verb in verbs for o in _core.options_of(verb) if not o["metavar"])


def _keyword(match: re.Match[str]) -> str:
    name, gap, value = match.group(1), match.group(2), match.group(3)
    keyword = name.replace("-", "_") + "="
    if name in _flags():
        return f"{keyword}True" + (f"{gap}{value}" if value else "")
    if not value:
        return keyword + (gap or "")
    if gap == " " and value in _SENTENCE:
        return f"{keyword} {value}"
    quoted = value if re.fullmatch(r"[\d.]+|[A-Z-]+(\.\w+)?", value) else f'"{value}"'
    return keyword + quoted


def pythonic(text: str) -> str:
    """The text with keywords in place of command-line options.

    >>> pythonic("Lower --hard-cut or --keep")
    'Lower hard_cut= or keep='
    >>> pythonic("choose without scores: --method random")
    'choose without scores: method="random"'
    >>> pythonic("run without --strict to skip such rows")
    'run without strict=True to skip such rows'
    """
    return _OPTION.sub(_keyword, text)


def translated(kind: str, file: str, place: str, what: str, remedy: str) -> Error:
    """The error of the C++ libraries as one of this module."""
    if "./run build" in remedy:
        remedy = _NO_NETWORKS
    if kind == "usage" and "; see decant " in what:
        what = what.split("; see decant ")[0]
    return _KINDS[kind](pythonic(what), pythonic(remedy), file=file, place=place)
