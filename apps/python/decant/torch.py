"""For loops of PyTorch. Nothing here imports it."""

from __future__ import annotations

from typing import Any


class Indexed:
    """A map-style data set that yields ``(row, sample)``, so that a loop knows which rows it sees.

    Examples
    --------
    >>> from decant.torch import Indexed
    >>> Indexed(["a", "b"])[1]
    (1, 'b')
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, row: int) -> tuple[int, Any]:
        return int(row), self.dataset[row]

    def __repr__(self) -> str:
        return f"Indexed({self.dataset!r})"
