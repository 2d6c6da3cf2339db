"""compress and its kin: the same bytes as the program's, and what only Python has."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

import conftest
import decant

DIFFERENT = {"run.json", "events.jsonl", "README.md", "report.html"}
WRITERS = {
    "imagefolder": conftest.write_folder,
    "webdataset": conftest.write_shards,
    "cifar10": conftest.write_cifar,
    "idx": conftest.write_idx,
    "npy": conftest.write_matrix,
    "records": conftest.write_records,
}


def digests(folder):
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and str(file.relative_to(folder)) not in DIFFERENT
    }


def quiet_compress(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return decant.compress(*arguments, **options)


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("method", ["auto", "bins"])
def test_writes_the_bytes_of_the_program(program, tmp_path, format, method):
    source = WRITERS[format](tmp_path / "source")
    run = quiet_compress(source, tmp_path / "here", keep=0.2, method=method)
    program("compress", source, "-o", tmp_path / "there", "--keep", "0.2", "--method", method)
    assert digests(tmp_path / "here") == digests(tmp_path / "there")
    assert len(digests(tmp_path / "here")) > 5
    there = json.loads((tmp_path / "there" / "run.json").read_text())
    if method == "bins" or format in ("npy", "records"):
        assert run.info["method_note"] == there["method_note"]
    assert decant.verify(run, source)["kept"] == run.info["kept"]


@pytest.mark.parametrize(
    "options", [{"dedup": "content"}, {"bytes": "50%"}, {"to": "webdataset"}, {"min_per_class": 2}, {"drop": 0.3}, {"seed": 9}]
)
def test_options_are_those_of_the_program(program, tmp_path, pictures, options):
    here, there = tmp_path / "here", tmp_path / "there"
    quiet_compress(pictures, here, method="bins", **options)
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    program("compress", pictures, "-o", there, "--method", "bins", *words)
    assert digests(here) == digests(there)


def test_a_run_is_read_when_asked(tmp_path, pictures):
    run = quiet_compress(pictures, tmp_path / "out", keep=30, method="bins")
    again = pickle.loads(pickle.dumps(run))
    assert again == run == decant.load(tmp_path / "out")
    assert run.info["kept"] == 30 and len(run.indices) == 30 and run.selection.classes == ("class0", "class1", "class2")
    assert run.map.shape == (90, 2) and run.data == tmp_path / "out" / "data" and run.evidence is None
    lines = list(run.manifest())
    assert [line["row"] for line in lines] == run.indices.tolist()
    assert len(run.sample(0.5)) == 45
    smaller = run.sample(10, tmp_path / "smaller")
    assert len(smaller.indices) == 10 and smaller.verify(pictures)["kept"] == 10
    assert repr(run) == f"Run({str(tmp_path / 'out')!r}, 30 of 90 rows, method='bins')"
    card = run._repr_html_()
    assert "30 of 90 rows" in card and "data:image/png" in card and "<script" not in card
    assert "<iframe" in run.show(300)._repr_html_()
    with pytest.raises(decant.InputError, match="run.json"):
        decant.load(tmp_path)


def test_refuses_to_replace(tmp_path, pictures):
    quiet_compress(pictures, tmp_path / "out", method="random")
    with pytest.raises(decant.InputError, match="overwrite=True"):
        quiet_compress(pictures, tmp_path / "out", method="random")
    quiet_compress(pictures, tmp_path / "out", method="random", overwrite=True)
    with pytest.raises(decant.InputError):
        quiet_compress(pictures, pictures, method="random", overwrite=True)


@pytest.mark.parametrize(
    "options, kind, says",
    [
        ({"keep": "lots"}, ValueError, "keep"),
        ({"kep": 0.1}, TypeError, "kep=.*did you mean keep="),
        ({"method": "bin"}, TypeError, "bin"),
        ({"keep": 0.1, "bytes": "40%"}, TypeError, "keep= and bytes="),
        ({"min_per_class": -1}, TypeError, "min_per_class="),
        ({"bins": 2.5, "method": "bins"}, TypeError, "bins="),
        ({"bins": object()}, TypeError, "bins=: is a object"),
        ({"threads": -1}, TypeError, "threads"),
        ({"to": "zip"}, (ValueError, TypeError), "zip"),
    ],
)
def test_faults_are_worded_for_python(tmp_path, pictures, options, kind, says):
    with pytest.raises(kind, match=says) as raised:
        quiet_compress(pictures, tmp_path / "out", **options)
    assert "--" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_missing_input_is_named(tmp_path):
    with pytest.raises(decant.InputError, match="nowhere") as raised:
        quiet_compress(tmp_path / "nowhere", tmp_path / "out", method="random")
    assert raised.value.file and raised.value.remedy


def test_chance_is_said_first_with_both_ways_out(tmp_path, pictures):
    with pytest.warns(UserWarning, match="features=.*scores=.*Watch"):
        decant.compress(pictures, tmp_path / "out")
    X, _ = conftest.matrix(90)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decant.compress(pictures, tmp_path / "named", method="random")


def small_model(batch):
    """Mean colour of quarters."""
    b, h, w, _ = batch.shape
    return batch.reshape(b, 2, h // 2, 2, w // 2, 3).mean(axis=(2, 4)).reshape(b, -1).astype(np.float32)


def test_features_of_a_model(tmp_path, pictures):
    seen = []

    def model(batch):
        assert batch.dtype == np.uint8 and batch.shape[1:] == (32, 32, 3)
        seen.append(len(batch))
        return small_model(batch)

    X = decant.features(pictures, model, size=32, batch=40, dtype="float32")
    assert X.shape == (90, 12) and seen == [40, 40, 10]
    dataset = decant.open(pictures)
    expected = np.concatenate([small_model(batch) for batch, _ in dataset.batches(32, 7, threads=1)])
    assert np.array_equal(X, expected)
    written = decant.features(dataset, model, size=32, out=tmp_path / "x.npy")
    assert written.dtype == np.float16 and np.array_equal(written, np.load(tmp_path / "x.npy"))
    with pytest.raises(decant.InputError, match="there already"):
        decant.features(dataset, model, size=32, out=tmp_path / "x.npy")


def test_features_leave_what_is_not_theirs(tmp_path, pictures):
    def model(some):
        return some.reshape(len(some), -1)[:, :4].astype(np.float32)

    partial = tmp_path / "x.npy.partial"
    partial.write_text("mine")
    with pytest.raises(decant.InputError, match="is there already"):
        decant.features(pictures, model, size=32, out=tmp_path / "x.npy")
    assert partial.read_text() == "mine"
    partial.unlink()

    def late(some):
        (tmp_path / "x.npy").write_text("mine")
        return model(some)

    with pytest.raises(decant.InputError, match="come up meanwhile"):
        decant.features(pictures, late, size=32, out=tmp_path / "x.npy")
    assert (tmp_path / "x.npy").read_text() == "mine" and not partial.exists()


def test_compress_by_a_model_is_by_its_features(tmp_path, pictures):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        by_model = decant.compress(pictures, tmp_path / "model", features=small_model)
        by_array = decant.compress(pictures, tmp_path / "array", features=decant.features(pictures, small_model))
        decant.compress(pictures, tmp_path / "bins", features=small_model, method="bins")
    assert np.array_equal(by_model.indices, by_array.indices)
    assert by_model.info["method"] in ("probe", "random")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


@pytest.mark.parametrize(
    "model, says",
    [
        (lambda b: small_model(b)[1:], "rows 0 to 39.*batch, width"),
        (lambda b: small_model(b)[0], "shape|returned"),
        (lambda b: small_model(b) * np.nan, "NaN"),
        (lambda b: small_model(b) * 1e6, "float32"),
        (lambda b: small_model(b)[:, : 12 if len(b) == 40 else 11], "11 columns, and 12 before"),
        (lambda b: small_model(b).astype(int), "floats"),
        (lambda b: "text", "returned"),
        (lambda b: None, "returned"),
    ],
)
def test_models_are_checked(tmp_path, pictures, model, says):
    with pytest.raises(decant.InputError, match=says):
        decant.features(pictures, model, size=32, batch=40, out=tmp_path / "x.npy")
    assert list(tmp_path.glob("x.npy*")) == []


def test_what_a_model_raises_goes_on(tmp_path, pictures):
    def model(batch):
        raise LookupError("no weights")

    with pytest.raises(LookupError, match="no weights"):
        decant.compress(pictures, tmp_path / "out", features=model)
    assert not (tmp_path / "out").exists()
    with pytest.raises(decant.InputError, match="callable"):
        decant.features(pictures, "clip")


def test_own_features_are_the_program_s(program, tmp_path, pictures):
    X = decant.features(pictures)
    program("features", pictures, "-o", tmp_path / "x.npy")
    assert np.array_equal(X, np.load(tmp_path / "x.npy"))


def test_pictures_that_do_not_decode_are_zeros(tmp_path, pictures, caplog):
    bad = pictures / "train" / "class0" / "0003.png"
    bad.write_bytes(bad.read_bytes()[:200])
    with caplog.at_level("WARNING", logger="decant"):
        X = decant.features(pictures, small_model)
    dataset = decant.open(pictures)
    row = [i for i in range(90) if dataset.key(i).endswith("0003.png")][0]
    assert not X[row].any() and X[row - 1].any()
    assert "0003.png" in caplog.text
    run = decant.compress(pictures, tmp_path / "out", features=small_model, method="bins")
    assert row not in run.indices


def test_a_data_set_is_rows(pictures):
    dataset = decant.open(pictures)
    assert (len(dataset), dataset.format, dataset.classes) == (90, "imagefolder", ("class0", "class1", "class2"))
    assert np.bincount(dataset.labels).tolist() == [30, 30, 30]
    file = pictures / "train" / "class0" / "0000.png"
    assert dataset.key(0).endswith("class0/0000.png") and dataset.bytes(0) == file.read_bytes()
    image = dataset.image(0)
    assert image.shape == (16, 16, 3) and image.dtype == np.uint8
    assert np.array_equal(image, conftest.drawn_pictures(90)[0][0])
    again = pickle.loads(pickle.dumps(dataset))
    assert again.key(5) == dataset.key(5) and repr(again) == repr(dataset)
    assert decant.inspect(dataset)["rows"] == 90
    for row in (-1, 90):
        with pytest.raises(IndexError):
            dataset.key(row)
    got = [rows for _, rows in dataset.batches(8, 4, rows=[5, 2, 2])]
    assert [r.tolist() for r in got] == [[5, 2, 2]]
    with pytest.raises(decant.InputError):
        next(dataset.batches(0))


def test_a_moved_data_set_is_named_when_unpickled(pictures, tmp_path):
    text = pickle.dumps(decant.open(pictures))
    shutil.move(pictures, tmp_path / "moved")
    with pytest.raises(decant.InputError, match="pictures"):
        pickle.loads(text)


def test_inspect_and_plan_are_the_program_s(program, pictures):
    assert decant.inspect(pictures) == json.loads(program("inspect", pictures, "--json").stdout)
    assert decant.inspect(pictures, deep=True)["bad_files"] == 0
    planned = decant.plan(pictures, keep=0.3, method="bins")
    assert planned["rows"] == 90 if "rows" in planned else planned


def test_verify_finds_what_was_changed(tmp_path, pictures):
    run = quiet_compress(pictures, tmp_path / "out", method="random")
    file = next(f for f in sorted(run.data.rglob("*.png")))
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(decant.InputError, match=file.name):
        decant.verify(run)


def test_the_command_is_the_program(tmp_path, pictures):
    done = subprocess.run([sys.executable, "-m", "decant", "--version"], capture_output=True, text=True)
    assert done.stdout == f"decant {decant.__version__}\n" and done.returncode == 0
    script = os.path.join(os.path.dirname(sys.executable), "decant")
    if os.path.exists(script):
        assert subprocess.run([script, "--version"], capture_output=True, text=True).stdout == done.stdout
    failed = subprocess.run([sys.executable, "-m", "decant", "compres", "x"], capture_output=True, text=True)
    assert failed.returncode == 2 and "did you mean 'compress'" in failed.stderr
