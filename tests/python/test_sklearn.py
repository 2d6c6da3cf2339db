"""decant.sklearn, where scikit-learn is installed."""

import numpy as np
import pytest

import decant
from conftest import matrix

pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402

from decant.sklearn import RowSelector  # noqa: E402

X, y = matrix()


def test_samples_rows():
    selector = RowSelector(keep=0.1, method="bins", random_state=3)
    fewer_X, fewer_y = selector.fit_resample(X, y)
    expected = decant.select(X, y, keep=0.1, method="bins", seed=3)
    assert np.array_equal(selector.sample_indices_, expected.indices)
    assert np.array_equal(fewer_X, X[expected.indices]) and np.array_equal(fewer_y, y[expected.indices])
    assert selector.get_support().sum() == 30 and np.array_equal(selector.get_support(indices=True), expected.indices)
    assert np.array_equal(np.argsort(selector.ranking_), expected.order)
    assert np.array_equal(selector.gains_, expected.gain, equal_nan=True)
    assert not hasattr(selector, "transform")


def test_clones():
    selector = clone(RowSelector(keep=5, method="random"))
    assert selector.get_params() == {"keep": 5, "method": "random", "random_state": 0}
    assert selector.set_params(keep=7).fit(X, y).sample_indices_.shape == (7,)


def test_in_a_pipeline_of_imbalanced_learn():
    pipeline = pytest.importorskip("imblearn.pipeline")
    from sklearn.linear_model import LogisticRegression

    model = pipeline.Pipeline([("rows", RowSelector(keep=0.2)), ("model", LogisticRegression())]).fit(X, y)
    assert model.score(X, y) > 0.8
