"""A verb of the program, called with keywords."""

from __future__ import annotations

import json
from typing import Any

from . import _core
from ._options import call_text, option_texts, thread_count
from ._reporting import Progress, log, reporting


def run_verb(verb: str, options: dict[str, Any], *, threads: int = 0, progress: Progress = None, call: str = "") -> Any:
    """What the verb prints with ``--json``, parsed."""
    count = thread_count(threads)
    given = option_texts(options)
    with reporting(progress) as report:
        return json.loads(
            _core.run_verb(verb, given, call or call_text(verb, options), count, report, log) or "null"
        )
