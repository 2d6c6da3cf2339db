"""Progress and messages of a call."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Optional, Union

from ._errors import UsageError, pythonic

ProgressCallback = Callable[[str, int, int, str], object]
Progress = Union[None, bool, ProgressCallback]

logger = logging.getLogger("decant")
logger.addHandler(logging.NullHandler())


def log(level: str, message: str) -> None:
    logger.log(logging.WARNING if level == "warning" else logging.INFO, "%s", pythonic(message))


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


class _Bars:
    """tqdm's bar, one for each stage."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int, unit: str) -> None:
        if self._bar is None or self._stage != stage:
            self.close()
            self._stage = stage
            self._bar = self._tqdm(desc=stage, total=total or None, unit=f" {unit}", leave=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class reporting:
    """Turns ``progress=`` into what a call of the core takes, for the length of a with block.

    None: tqdm's bar if tqdm can be imported and someone is looking, else nothing; False: nothing;
    True: tqdm's bar; a callable gets (stage, done, total, unit), total 0 where it is unknown.
    """

    def __init__(self, progress: Progress) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            raise UsageError(
                f"progress=: is a {type(progress).__name__}", "Give None, a bool, or a callable (stage, done, total, unit)"
            )
        self._progress = progress
        self._bars: Optional[_Bars] = None

    def __enter__(self) -> Optional[ProgressCallback]:
        if self._progress is None:
            wanted = _in_notebook() or (sys.stderr is not None and sys.stderr.isatty())
        elif isinstance(self._progress, bool):
            wanted = self._progress
        else:
            return self._progress
        if not wanted:
            return None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        self._bars = _Bars(tqdm)
        return self._bars

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if self._bars is not None:
            self._bars.close()
