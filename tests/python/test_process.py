"""What else happens while decant works: threads that write to its arrays, other interpreters, files that change."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from conftest import write_cifar, write_idx

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

    X = random.normal(size=(30_000, 32)).astype(np.float32)

    def once(stage, *_):
        X[0] = 5  # row 0 is in every sample

    with pytest.raises(decant.InputError, match="row 0: was changed"):
        decant.select(X, method="bins", progress=once)


def test_a_map_of_an_array_file_that_changes_is_named(tmp_path):
    X = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float16, shape=(30_000, 32))
    X[:] = np.random.default_rng(0).normal(size=(30_000, 32))

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


def cut_short(file):
    os.truncate(file, 1000)


def overwrite(file):
    """In place: the same file, of the same size, and older than it was."""
    with open(file, "r+b") as out:
        out.seek(200)
        out.write(np.random.default_rng(1).bytes(os.path.getsize(file) - 200))
    os.utime(file, (1, 1))


def data_of(run):
    """What the rows kept are, and their bytes."""
    files = [run.data] if run.data.is_file() else sorted(f for f in run.data.rglob("*") if f.is_file())
    return run.indices.tolist(), [file.read_bytes() for file in files]


@pytest.mark.parametrize("change", [cut_short, overwrite])
@pytest.mark.parametrize("form", ["parquet", "packed", "webdataset", "idx", "cifar"])
def test_a_file_that_changes_under_its_map_is_named(tmp_path, pictures, form, change):
    """Whenever it happens: either the file is named and there is no output, or it happened after the last look."""
    if form in ("idx", "cifar"):
        source = (write_idx if form == "idx" else write_cifar)(tmp_path / "source", 100)
    else:
        source = decant.compress(pictures, tmp_path / "source", keep=1.0, method="random", to=form, progress=False).data
    file = max((f for f in Path(source).rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
    whole = file.read_bytes()
    stages = []
    options = {"keep": 0.3, "method": "bins", "cache": tmp_path / "cache"}
    expected = data_of(decant.compress(source, tmp_path / "small", progress=lambda stage, *_: stages.append(stage), **options))
    for moment in dict.fromkeys(stages):
        file.write_bytes(whole)
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)

        def once(stage, *_, moment=moment):
            if stage == moment:
                change(file)

        out = tmp_path / f"out-{moment}"
        try:
            assert data_of(decant.compress(source, out, progress=once, **options)) == expected
        except decant.IoError as error:
            assert f"{file.name}: was changed while it was being read" in str(error)
            assert not out.exists()


def test_an_open_parquet_file_that_shrinks_gives_a_named_error(tmp_path, pictures):
    source = decant.compress(pictures, tmp_path / "source", keep=1.0, method="random", to="parquet", progress=False).data
    data = decant.open(source)
    expected = data.image(3)
    (file,) = Path(source).rglob("*.parquet")
    whole = file.read_bytes()
    cut_short(file)
    with pytest.raises(decant.Error, match=file.name):
        data.image(80)
    file.write_bytes(whole)
    assert np.array_equal(decant.open(source).image(3), expected)
