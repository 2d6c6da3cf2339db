"""decant.select: what it takes, what it gives, what it refuses."""

import json
import os
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import decant
from conftest import matrix

X, y = matrix()


def rows_of(program, tmp_path, keep, **options):
    """The same by the program."""
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    out = tmp_path / "bins"
    words = [f"--{name}={value}" for name, value in options.items()]
    program("bins", tmp_path / "X.npy", "--labels", tmp_path / "y.npy", "--keep", keep, "-o", out, *words)
    program("sample", out, "--keep", keep, "-o", tmp_path / "rows.npy")
    return np.load(tmp_path / "rows.npy")


@pytest.mark.parametrize("method", ["bins", "random", "facility-location", "probe", "k-means", "herding"])
def test_gives_the_rows_of_the_program(program, tmp_path, method):
    chosen = decant.select(X, y, keep=0.15, method=method)
    assert np.array_equal(chosen.indices, rows_of(program, tmp_path, "0.15", method=method))
    assert chosen.method == method


def test_is_one_selection_whatever_the_array_is():
    reference = decant.select(X, y, keep=0.1, method="bins")
    wide = np.zeros((300, 20), np.float32)
    wide[:, 3:11] = X
    frozen = X.copy()
    frozen.flags.writeable = False
    for other in (X[:], wide[:, 3:11], frozen, [X[:100], X[100:]], [X[:1], X[1:]], memoryview(X)):
        assert decant.select(other, y, keep=0.1, method="bins") == reference
    every_second = np.repeat(X, 2, axis=0)[::2]
    assert decant.select(every_second, y, keep=0.1, method="bins") == reference


def test_reads_memory_maps_and_files(tmp_path):
    np.save(tmp_path / "x-0.npy", X[:150])
    np.save(tmp_path / "x-1.npy", X[150:])
    reference = decant.select(X, y, keep=0.1, method="bins")
    shards = [np.load(tmp_path / f"x-{i}.npy", mmap_mode="r") for i in range(2)]
    assert decant.select(shards, y, keep=0.1, method="bins") == reference
    assert decant.select(tmp_path / "x-{0..1}.npy", y, keep=0.1, method="bins") == reference


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floats_are_those_numbers(dtype):
    stored = X.astype(dtype)
    expected = decant.select(stored.astype(np.float32), y, keep=0.1, method="bins")
    assert decant.select(stored, y, keep=0.1, method="bins") == expected


class Interface:
    def __init__(self, array):
        self.__array_interface__ = array.__array_interface__
        self.array = array


class OnlyDlpack:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **how):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_takes_array_interface_and_dlpack():
    reference = decant.select(X, y, keep=0.1, method="bins")
    assert decant.select(Interface(X), y, keep=0.1, method="bins") == reference
    assert decant.select(OnlyDlpack(X), y, keep=0.1, method="bins") == reference


def test_takes_torch_tensors_without_a_copy():
    torch = pytest.importorskip("torch")
    reference = decant.select(X, y, keep=0.1, method="bins")
    tensor = torch.from_numpy(X.copy()).requires_grad_()
    assert decant.select(tensor, torch.from_numpy(y), keep=0.1, method="bins") == reference
    for name in ("float16", "bfloat16"):
        stored = tensor.detach().to(getattr(torch, name))
        expected = decant.select(stored.float().numpy(), y, keep=0.1, method="bins")
        assert decant.select(stored, y, keep=0.1, method="bins") == expected


@pytest.mark.parametrize(
    "keep, rows",
    [(0.1, 30), (30, 30), ("10%", 30), ("30", 30), (1, 1), (1.0, 300), (np.float32(0.5), 150), (np.int64(7), 7), (np.array(5), 5)],
)
def test_keep_is_exact(keep, rows):
    assert len(decant.select(X, keep=keep, method="random")) == rows


@pytest.mark.parametrize(
    "keep, kind, says",
    [
        (True, TypeError, "bool"),
        (np.bool_(True), TypeError, "bool"),
        (float("nan"), ValueError, "share"),
        (float("inf"), ValueError, "share"),
        (0, ValueError, "keep"),
        (0.0, ValueError, "keep"),
        (-1, ValueError, "keep"),
        (1.5, ValueError, "keep"),
        (301, ValueError, "301"),
        ("much", ValueError, "keep"),
        (None, TypeError, ""),
        ([1], TypeError, "list"),
    ],
)
def test_keep_is_checked(keep, kind, says):
    if keep is None:
        assert len(decant.select(X, keep=keep, method="random")) == 30  # the default
        return
    with pytest.raises(kind, match=says) as raised:
        decant.select(X, keep=keep, method="random")
    assert isinstance(raised.value, decant.Error)
    assert "--" not in str(raised.value)


@pytest.mark.parametrize(
    "array, says",
    [
        (np.asfortranarray(X), "Fortran.*ascontiguousarray"),
        (X[:, ::2], "gaps.*ascontiguousarray"),
        (X[::-1], "backward.*ascontiguousarray"),
        (np.broadcast_to(X[0], X.shape), "repeat.*ascontiguousarray"),
        (X[:0], "empty"),
        (X[:, :0], "empty"),
        (X[:, 0], "1 axes.*reshape"),
        (X[None], "3 axes"),
        (X.astype(object), "objects"),
        (X.astype(complex), "complex"),
        (X.astype(np.int32), "integers"),
        (X.astype(">f4"), "big-endian"),
        (np.ma.masked_less(X, 0), "masked"),
        ([], "empty list"),
        ([X, X[:, :3]], "different width"),
        ([[1.0, 2.0], [3.0, 4.0]], r"X\[0\].*list"),
        ({"a": 1}, "dict"),
        (3.5, "float"),
    ],
)
def test_refuses_other_arrays_by_name(array, says):
    with pytest.raises(decant.InputError, match=says) as raised:
        decant.select(array, keep=0.1)
    assert raised.value.file.startswith("X") and raised.value.what and raised.value.remedy


def test_refuses_what_is_sparse_or_on_a_gpu():
    class Sparse:
        def tocsr(self):
            return self

    class OnGpu:
        shape = (3, 3)

        def __dlpack__(self, **how):
            raise AssertionError

        def __dlpack_device__(self):
            return (2, 0)

    with pytest.raises(decant.InputError, match="toarray"):
        decant.select(Sparse())
    with pytest.raises(decant.InputError, match=r"GPU.*\.cpu\(\)"):
        decant.select(OnGpu())


def test_data_frames_are_refused_with_what_to_call():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(decant.InputError, match="to_numpy"):
        decant.select(pandas.DataFrame(X))


def test_nan_is_named_unless_its_row_is_left_out():
    spoilt = X.copy()
    spoilt[17, 3] = np.nan
    for method in ("bins", "herding"):
        with pytest.raises(decant.InputError, match="17"):
            decant.select(spoilt, y, method=method)
        chosen = decant.select(spoilt, y, method=method, exclude=[17])
        assert 17 not in chosen.indices and chosen.bins[17] == -1 and np.isnan(chosen.gain[17])
    mask = np.zeros(300, bool)
    mask[17] = True
    assert decant.select(spoilt, y, method="bins", exclude=mask) == decant.select(spoilt, y, method="bins", exclude=[17, 17])


@pytest.mark.parametrize(
    "exclude, says", [([300], "row 300"), ([-1], "row -1"), (np.zeros(3, bool), "mask of 3"), ([0.5], "neither"), (range(300), "only|all|keep|row")]
)
def test_exclude_is_checked(exclude, says):
    with pytest.raises(decant.InputError, match=says):
        decant.select(X, exclude=exclude)


def test_labels_are_numbers_texts_or_a_categorical():
    names = np.array(["fox", "ant", "cow"])[y]
    by_name = decant.select(X, names, keep=0.1, method="bins")
    assert by_name.classes == ("ant", "cow", "fox")
    assert decant.select(X, list(names), keep=0.1, method="bins") == by_name
    sorted_numbers = np.array([2, 0, 1])[y]
    assert np.array_equal(decant.select(X, sorted_numbers, keep=0.1, method="bins").indices, by_name.indices)
    assert np.array_equal(decant.select(X, y.astype(np.uint8)[:, None], method="bins").indices, decant.select(X, y, method="bins").indices)
    pandas = pytest.importorskip("pandas")
    assert decant.select(X, pandas.Series(names, dtype="category"), keep=0.1, method="bins") == by_name
    assert decant.select(X, pandas.Series(names), keep=0.1, method="bins") == by_name


@pytest.mark.parametrize(
    "labels, says",
    [
        (y[:-1], "299 labels"),
        (y.astype(np.float32), "astype"),
        (np.eye(3)[y], "argmax"),
        (["a"] * 299 + [None], "row 299.*None"),
        (np.where(np.arange(300) == 5, 2**31, y), "row 5.*2147483648"),
        (np.where(np.arange(300) == 5, -2, y), "row 5.*-2"),
        (np.array(3), "0 axes"),
    ],
)
def test_labels_are_checked(labels, says):
    with pytest.raises(decant.InputError, match=says) as raised:
        decant.select(X, labels)
    assert raised.value.file in ("y", "X")


def test_groups_are_pools_in_place_of_classes():
    groups = np.arange(300) % 5
    chosen = decant.select(X, y, keep=0.2, method="bins", groups=groups)
    assert np.bincount(groups[chosen.indices]).tolist() == [12] * 5


def test_scores_are_numbers_per_row():
    scores = np.arange(300) * 7 % 300
    chosen = decant.select(X, keep=10, method="scores", rule="top", scores=scores)
    assert sorted(scores[chosen.indices]) == list(range(290, 300))
    with pytest.raises(decant.InputError, match="row 3"):
        decant.select(X, method="scores", rule="top", scores=np.where(np.arange(300) == 3, np.nan, scores))
    with pytest.raises(decant.InputError, match="299"):
        decant.select(X, method="scores", rule="top", scores=scores[1:])
    with pytest.raises(decant.InputError, match="one number per row"):
        decant.select(X, method="scores", rule="top", scores=np.zeros((300, 2)))


def test_the_seed_decides_and_threads_do_not():
    first = decant.select(X, y, method="random", seed=1)
    assert first == decant.select(X, y, method="random", seed=1, threads=1)
    assert first != decant.select(X, y, method="random", seed=2)
    with pytest.raises(decant.Error):
        decant.select(X, seed=-1)
    for threads in (-1, True, 1.5, "2"):
        with pytest.raises(decant.UsageError, match="threads"):
            decant.select(X, threads=threads)


def test_unknown_names_get_the_nearest():
    with pytest.raises(decant.UsageError, match="hard_crust=.*did you mean hard_cut=") as raised:
        decant.select(X, hard_crust=0.1)
    assert isinstance(raised.value, TypeError)
    with pytest.raises(decant.UsageError, match="facility-location"):
        decant.select(X, method="facility-locations")
    with pytest.raises(decant.UsageError, match="needs scores="):
        decant.select(X, method="scores")


def test_other_ratios_need_no_computing():
    chosen = decant.select(X, y, keep=0.1, method="bins")
    assert np.array_equal(chosen.at(0.1).indices, chosen.indices)
    assert len(chosen.at(0.5)) == 150 and len(chosen.at(7)) == 7
    assert not np.array_equal(chosen.at(0.1, seed=5).indices, chosen.indices)
    with pytest.raises(decant.InputError):
        chosen.at(301)
    for_one_size = decant.select(X, y, keep=0.1, method="herding")
    if for_one_size._plain["serves_to"] < 300:
        with pytest.raises(decant.InputError):
            for_one_size.at(0.9)


def test_a_selection_is_a_value():
    chosen = decant.select(X, ["abc"[i] for i in y], keep=0.1, method="bins")
    again = pickle.loads(pickle.dumps(chosen))
    assert again == chosen and again.classes == ("a", "b", "c") and again._repr_html_() == chosen._repr_html_()
    assert repr(chosen) == "Selection(30 of 300 rows, method='bins', seed=0)"
    assert list(chosen) == chosen.indices.tolist() and len(chosen) == 30
    assert np.array_equal(X[chosen], X[chosen.indices]) and chosen.mask().sum() == 30
    with pytest.raises(ValueError):
        chosen.indices[0] = 1
    with pytest.raises(AttributeError):
        chosen.seed = 3
    with pytest.raises(TypeError):
        hash(chosen)
    assert chosen != "chosen"
    for field, kind in (("indices", "int64"), ("order", "int64"), ("bins", "int32"), ("pools", "int32"), ("gain", "float32")):
        assert getattr(chosen, field).dtype == kind


def test_take_gives_the_type_it_was_given():
    chosen = decant.select(X, keep=0.1, method="bins")
    assert np.array_equal(chosen.take(X), X[chosen.indices])
    assert chosen.take(list(range(300))) == list(chosen) and chosen.take(tuple(range(300))) == tuple(chosen)
    with pytest.raises(decant.InputError, match="299 rows"):
        chosen.take(X[1:])


def test_take_of_torch():
    torch = pytest.importorskip("torch")
    chosen = decant.select(X, keep=0.1, method="bins")
    assert torch.equal(chosen.take(torch.from_numpy(X)), torch.from_numpy(X[chosen.indices]))
    subset = chosen.take(torch.utils.data.TensorDataset(torch.from_numpy(X)))
    assert isinstance(subset, torch.utils.data.Subset) and len(subset) == 30


def test_take_of_pandas():
    pandas = pytest.importorskip("pandas")
    chosen = decant.select(X, keep=0.1, method="bins")
    frame = pandas.DataFrame(X, index=np.arange(300)[::-1])
    assert chosen.take(frame).index.tolist() == (299 - chosen.indices).tolist()


def test_save_is_read_by_the_program(program, tmp_path):
    chosen = decant.select(X, y, keep=0.1, method="bins")
    chosen.save(tmp_path / "run")
    program("sample", tmp_path / "run", "--keep", "20%", "-o", tmp_path / "rows.npy")
    assert np.array_equal(np.load(tmp_path / "rows.npy"), chosen.at(0.2).indices)
    assert decant.load(tmp_path / "run").selection.order.tolist() == chosen.order.tolist()
    with pytest.raises(decant.InputError):
        chosen.save(tmp_path / "run")
    chosen.save(tmp_path / "run", overwrite=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(decant.InputError):
        chosen.save(tmp_path / "mine", overwrite=True)


def test_progress_is_called_in_the_calling_thread():
    big, labels = matrix(20_000, 32)
    calls = []
    decant.select(big, labels, keep=0.1, method="bins", progress=lambda *call: calls.append((*call, threading.get_ident())))
    assert calls, "20,000 rows take longer than a poll"
    for stage, done, total, unit, thread in calls:
        assert isinstance(stage, str) and isinstance(unit, str) and 0 <= done and thread == threading.get_ident()
        assert total == 0 or done <= total
    with pytest.raises(decant.UsageError, match="progress"):
        decant.select(X, progress=3)


def test_what_a_callback_raises_stops_the_work():
    big, labels = matrix(60_000, 64)

    def raises(*call):
        raise LookupError("enough")

    started = time.monotonic()
    with pytest.raises(LookupError, match="enough"):
        decant.select(big, labels, keep=0.1, method="bins", progress=raises)
    assert time.monotonic() - started < 60


def test_messages_go_to_logging(caplog):
    with caplog.at_level("INFO", logger="decant"):
        decant.select(X, y, method="random", bins=3)
    assert any("bins=" in record.getMessage() and record.levelname == "WARNING" for record in caplog.records)


def test_nothing_is_printed(capfd):
    decant.select(X, y, method="random", bins=3)
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err == ""


INTERRUPTED = """
import os, signal, threading, time
import numpy as np, decant
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
random = np.random.default_rng(0)
X = random.normal(size=(200_000, 64)).astype(np.float16)
ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
sent = []
def interrupt():
    time.sleep(1.5)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
started = time.monotonic()
try:
    decant.select(X, keep=0.1, method="bins")
    print("finished")
except KeyboardInterrupt:
    ended = time.monotonic()
    during = [t for t in ticks if started < t < sent[0]]
    print(f"interrupted {ended - sent[0]:.3f} {len(during)}")
"""


def test_ctrl_c_is_a_keyboard_interrupt_and_other_threads_run():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=600)
    assert done.stdout.startswith("interrupted"), done.stdout + done.stderr
    assert int(done.stdout.split()[2]) >= 10, "the other thread ticked"


def test_several_threads_may_select():
    reference = decant.select(X, y, keep=0.1, method="bins")
    results = []
    threads = [threading.Thread(target=lambda: results.append(decant.select(X, y, keep=0.1, method="bins"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [reference] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_may_select_after_a_call():
    reference = decant.select(X, y, keep=0.1, method="probe")
    child = os.fork()
    if child == 0:
        os._exit(0 if decant.select(X, y, keep=0.1, method="probe") == reference else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_errors_pickle_and_have_parts():
    with pytest.raises(decant.InputError) as raised:
        decant.select(X[:0])
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.file, again.remedy) == (str(raised.value), raised.value.file, raised.value.remedy)
    assert isinstance(again, ValueError) and isinstance(again, decant.Error)


def test_options_are_those_of_the_program():
    from decant import _core

    help_text = subprocess.run([sys.executable, "-m", "decant", "bins", "--help-all"], capture_output=True, text=True).stdout
    names = {each["name"] for each in _core.options_of("select")}
    for name in names:
        assert f"--{name} " in help_text, name
    assert {each["name"] for each in _core.options_of("bins")} - names == {"features", "labels", "scans", "out", "overwrite"}


def test_import_is_light():
    code = "import sys, decant; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    done = subprocess.run([sys.executable, "-c", "import json\n" + code], capture_output=True, text=True, check=True)
    assert not {"torch", "pandas", "pyarrow", "ray", "matplotlib", "tqdm", "sklearn", "datasets"} & set(json.loads(done.stdout))


def test_the_card_escapes_and_has_no_script():
    chosen = decant.select(X, ["<script>alert(1)</script>", "b", "c"] * 100, keep=0.1, method="bins")
    card = chosen._repr_html_()
    assert "<script" not in card and "&lt;script&gt;" in card and "30 of 300 rows" in card
