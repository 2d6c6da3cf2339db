"""Cards for notebooks: HTML without script, of which every text of the user's is escaped."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ._run import Run
    from ._selection import Selection

_STYLE = "font:13px system-ui,sans-serif;border:1px solid #8886;border-radius:8px;padding:12px 14px;max-width:640px"
_CODE = "white-space:nowrap"
_ROW = "background:none"  # notebooks colour every other row
_CELL = "border:0;padding:1px 0;text-align:left;vertical-align:middle"
_MOST_BARS = 12
_SIDE = 200
_FEW_ROWS = 20_000  # of which each is a dot of three pixels


def _bars(names: list[str], before: list[int], after: list[int]) -> str:
    """Of each class, the rows there were and the rows kept."""
    most = max(before, default=1) or 1
    lines = []
    for name, all_rows, kept in list(zip(names, before, after))[:_MOST_BARS]:
        lines.append(
            f'<tr style="{_ROW}"><td style="{_CELL};padding-right:8px"><div title="{escape(name)}" style="max-width:200px;'
            f'overflow:hidden;text-overflow:ellipsis;white-space:nowrap">{escape(name)}</div></td>'
            f'<td style="{_CELL};width:240px"><div style="background:#8886;height:10px;border-radius:2px;'
            f'width:{240 * all_rows / most:.0f}px"><div style="background:#2a78d2;height:10px;border-radius:2px;'
            f'width:{240 * kept / most:.0f}px"></div></div></td>'
            f'<td style="{_CELL};padding-left:8px;white-space:nowrap">{kept:,} of {all_rows:,}</td></tr>'
        )
    if len(names) > _MOST_BARS:
        more = f"and {len(names) - _MOST_BARS:,} more"
        lines.append(f'<tr style="{_ROW}"><td style="{_CELL}"></td><td style="{_CELL};opacity:.75">{more}</td><td></td></tr>')
    return f'<table style="border:0;border-collapse:collapse;margin:8px 0;font-size:12px">{"".join(lines)}</table>'


def _png(pixels: NDArray[np.uint8]) -> str:
    """An indexed picture as a data URL: 0 nothing, 1 a row, 2 a kept row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    file = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", bytes([255, 255, 255, 150, 150, 150, 42, 120, 210]))
        + chunk(b"tRNS", bytes([0, 150, 255]))
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(file).decode()


def _map(plane: Optional[NDArray[np.float32]], kept: NDArray[np.int64]) -> str:
    if plane is None or len(plane) == 0:
        return ""
    low, high = plane.min(axis=0), plane.max(axis=0)
    span = np.where(high > low, high - low, 1)
    place = 1 + ((plane - low) / span * (_SIDE - 3)).astype(int)
    pixels = np.zeros((_SIDE, _SIDE), np.uint8)
    reach = range(-1, 2) if len(plane) <= _FEW_ROWS else range(1)
    for rows, colour in ((slice(None), 1), (kept, 2)):
        for down in reach:
            for right in reach:
                if not (down and right) or len(plane) <= _FEW_ROWS // 10:  # of many rows a cross, of few a square
                    pixels[_SIDE - 1 - place[rows, 1] + down, place[rows, 0] + right] = colour
    style = "display:block;margin:8px 0;padding:4px;border:1px solid #8884;border-radius:4px"
    alt = "every row, those kept in colour"
    return f'<img alt="{alt}" width="{_SIDE}" height="{_SIDE}" style="{style}" src="{_png(pixels)}">'


def _headline(kept: int, rows: int) -> str:
    return f"<b>{kept:,} of {rows:,} rows</b> ({100 * kept / max(rows, 1):.3g} %)"


def _card(parts: list[str]) -> str:
    return f'<div style="{_STYLE}">{"".join(parts)}</div>'


def of_selection(selection: Selection, labels: Optional[NDArray[np.int32]]) -> str:
    bars = ""
    if labels is not None and labels.max(initial=-1) >= 0:
        count = max(int(labels.max()) + 1, len(selection.classes))
        before = np.bincount(labels[labels >= 0], minlength=count).tolist()
        own = labels[selection.indices]
        after = np.bincount(own[own >= 0], minlength=count).tolist()
        bars = _bars([selection.classes[i] if i < len(selection.classes) else str(i) for i in range(count)], before, after)
    return _card(
        [
            _headline(len(selection), selection.rows),
            f'<div style="margin:4px 0;opacity:.75">{escape(selection.method)}: {escape(selection.note)}</div>',
            bars,
            "<div>Not measured yet. Save it and compare it with random rows: "
            f'<code style="{_CODE}">s.save(&quot;run&quot;)</code>, then <code style="{_CODE}">decant evaluate</code>.</div>',
        ]
    )


def of_run(run: Run) -> str:
    info: dict[str, Any] = run.info
    kept, rows = info.get("kept") or 0, info.get("rows") or 0
    classes = info.get("classes")
    bars = ""
    if isinstance(classes, list) and classes and all(isinstance(each, dict) for each in classes):
        bars = _bars([str(c.get("name")) for c in classes], [c.get("rows", 0) for c in classes], [c.get("kept", 0) for c in classes])
    measured = (
        "<div>Measured: <code>run.evidence</code></div>"
        if run.evidence
        else f"<div>Not measured yet: <code>decant evaluate DATA {escape(str(run.path))}</code></div>"
    )
    return _card(
        [
            _headline(kept, rows),
            f'<div style="margin:4px 0"><code>{escape(str(run.path))}</code></div>',
            f'<div style="margin:4px 0;opacity:.75">{escape(str(info.get("method_note", "")))}</div>',
            bars,
            _map(run.map, run.indices) if run.map is not None else "",
            measured,
        ]
    )


class Page:
    """A page of its own inside a notebook, cut off from it."""

    def __init__(self, html: str, height: int) -> None:
        self._html, self._height = html, height

    def _repr_html_(self) -> str:
        return (
            f'<iframe sandbox="allow-scripts" style="width:100%;height:{self._height}px;border:1px solid #8886" '
            f'srcdoc="{escape(self._html)}"></iframe>'
        )
