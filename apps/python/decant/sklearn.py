"""decant as a sampler of scikit-learn's kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from ._selection import Selection, select


class RowSelector(BaseEstimator):  # type: ignore[misc]
    """Keeps some of the rows of a training set.

    A sampler, as imbalanced-learn has them: ``fit_resample`` gives fewer rows, so its Pipeline
    takes it. There is no ``transform``, which must keep rows.

    Parameters
    ----------
    keep, method
        As in ``decant.select``.
    random_state : int
        The seed.

    Attributes
    ----------
    sample_indices_ : numpy.ndarray
        int64, the rows kept.
    ranking_ : numpy.ndarray
        int64 (n,), of each row its place in the order picked, from 0; -1 for one that has none.
    gains_ : numpy.ndarray
        float32 (n,).
    selection_ : Selection
    """

    _estimator_type = "sampler"
    _sampling_type = "clean-sampling"

    def __init__(self, keep: Any = 0.1, method: str = "auto", random_state: int = 0) -> None:
        self.keep = keep
        self.method = method
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> RowSelector:
        seed = 0 if self.random_state is None else int(self.random_state)
        self.selection_: Selection = select(X, y, keep=self.keep, method=self.method, seed=seed, progress=False)
        self.n_features_in_ = int(np.shape(X)[1])
        self.sample_indices_ = np.array(self.selection_.indices)
        self.ranking_ = np.full(self.selection_.rows, -1, np.int64)
        self.ranking_[self.selection_.order] = np.arange(len(self.selection_.order))
        self.gains_ = np.array(self.selection_.gain)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self.fit(X, y)
        return self.selection_.take(X), None if y is None else self.selection_.take(y)

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Which *rows* are kept: a mask, or their numbers."""
        return self.sample_indices_ if indices else self.selection_.mask()
