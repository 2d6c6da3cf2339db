"""decant makes a large training set small and keeps what it teaches.

>>> import numpy as np, decant
>>> X = np.random.default_rng(0).normal(size=(1000, 16)).astype(np.float32)
>>> decant.select(X, keep=0.1)
Selection(100 of 1,000 rows, method='random', seed=0)
"""

from ._core import version as __version__
from ._dataset import Dataset, open
from ._errors import BugError, Error, InputError, IoError, UsageError
from ._features import features
from ._run import Run, compress, inspect, load, plan, verify
from ._selection import Selection, select
from ._watch import Watch

__all__ = [
    "BugError",
    "Dataset",
    "Error",
    "InputError",
    "IoError",
    "Run",
    "Selection",
    "UsageError",
    "Watch",
    "__version__",
    "compress",
    "features",
    "inspect",
    "load",
    "open",
    "plan",
    "select",
    "verify",
]
