"""What else the process does while decant works: threads that write to its arrays, interpreters besides the main one."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import decant


def select_while(change, X, **options):
    """The selection, or the error, of a call during which another thread goes on with `change`."""
    begun, stop = threading.Event(), threading.Event()

    def write():
        begun.wait()
        while not stop.is_set():
            change(X)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return decant.select(X, keep=0.1, progress=lambda *_: begun.set(), **options)
    except decant.Error as error:
        return error
    finally:
        begun.set()
        stop.set()
        writer.join()


def shuffle(X):
    X[:] = np.random.default_rng().permutation(X)


def spoil(X):
    X[:] = np.nan


def is_named(outcome):
    """Either nobody noticed, or the array is blamed: never decant, and never a crash."""
    if isinstance(outcome, decant.Selection):
        return len(set(outcome.indices.tolist())) == outcome.rows // 10
    return isinstance(outcome, decant.InputError) and outcome.file == "X"


@pytest.mark.parametrize("change", [shuffle, spoil])
@pytest.mark.parametrize("method", ["bins", "facility-location", "k-center", "herding", "k-means", "zcore", "moderate", "probe"])
def test_an_array_that_changes_is_named(method, change):
    random = np.random.default_rng(0)
    X = random.normal(size=(4000, 16)).astype(np.float32)
    y = np.arange(4000) % 4
    outcome = select_while(change, X, y=y, method=method)
    assert is_named(outcome), repr(outcome)


def test_a_change_is_noticed_during_a_long_call_and_at_its_end():
    random = np.random.default_rng(0)
    X = random.normal(size=(60_000, 64)).astype(np.float32)
    outcome = select_while(spoil, X, method="facility-location")  # a minute's work, stopped within seconds
    assert isinstance(outcome, decant.InputError) and "was changed while rows were being selected" in str(outcome)
    assert "copy" in outcome.remedy

    X = random.normal(size=(300, 8)).astype(np.float32)

    def once(stage, *_):
        X[0] = 5  # row 0 is in every sample

    with pytest.raises(decant.InputError, match="row 0: was changed"):
        decant.select(X, method="bins", progress=once)


def test_a_map_of_an_array_file_that_changes_is_named(tmp_path):
    X = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float16, shape=(300, 8))
    X[:] = np.random.default_rng(0).normal(size=(300, 8))

    def once(stage, *_):
        X[:] = X[::-1].copy()

    with pytest.raises(decant.InputError, match="x.npy.*was changed"):
        decant.select(tmp_path / "x.npy", method="bins", progress=once)


IN_ANOTHER = """
import sys
import numpy as np, decant
X = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
expected = decant.select(X, keep=0.1, method="bins").indices.tolist()
inside = '''
import warnings
warnings.simplefilter("ignore")
try:
    import numpy as np, decant
except ImportError as error:
    print("refused:", type(error).__name__, flush=True)
else:
    X = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    print(decant.select(X, keep=0.1, method="bins").indices.tolist(), flush=True)
    try:
        decant.select(X[:0])
    except decant.InputError:
        print("named", flush=True)
'''
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        sys.exit(77)
run = getattr(interpreters, "exec", None) or interpreters.run_string
for _ in range(2):
    number = interpreters.create()
    fault = run(number, inside)
    interpreters.destroy(number)
    if fault is not None:
        print("fault:", fault, flush=True)
print("expected", expected, flush=True)
assert decant.select(X, keep=0.1, method="bins").indices.tolist() == expected
print("here as before", flush=True)
"""


def test_another_interpreter_is_refused_or_works():
    done = subprocess.run([sys.executable, "-c", IN_ANOTHER], capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip("this Python has no way to make another interpreter")
    assert done.returncode == 0, done.stderr
    *each, expected, here = done.stdout.splitlines()
    assert here == "here as before" and expected.startswith("expected [")
    rows = expected.removeprefix("expected ")
    assert each in (["refused: ImportError"] * 2, [rows, "named"] * 2), done.stdout
