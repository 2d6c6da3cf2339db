"""Watch: six numbers per row and epoch, and what follows from them."""

import numpy as np
import pytest

import decant
from conftest import matrix
from decant.torch import Indexed

ROWS, CLASSES, EPOCHS = 90, 3, 6


def plain(logits, label, embedding=None):
    """The formulas of data/dynamics.h, in float64."""
    z = np.asarray(logits, np.float64)
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    onehot = np.eye(len(z))[label]
    error = np.linalg.norm(p - onehot)
    norm = 0 if embedding is None else np.linalg.norm(np.asarray(embedding, np.float64))
    return {
        "probability": p[label],
        "margin": z[label] - np.delete(z, label).max(),
        "loss": np.log(np.exp(z - z.max()).sum()) - (z[label] - z.max()),
        "error": error,
        "gradient": error * np.sqrt(1 + norm**2),
        "entropy": -(p * np.log(p)).sum(),
    }


def watched(seed=0, labels=None, embedding=True, make=np.asarray, batch=16):
    random = np.random.default_rng(seed)
    labels = np.arange(ROWS) % CLASSES if labels is None else labels
    watch = decant.Watch(ROWS, CLASSES)
    seen = []
    for epoch in range(EPOCHS):
        logits = random.normal(size=(ROWS, CLASSES)).astype(np.float32) * 2
        logits[np.arange(ROWS), labels] += epoch * random.uniform(0, 1, ROWS).astype(np.float32)
        features = random.normal(size=(ROWS, 5)).astype(np.float32)
        order = random.permutation(ROWS)
        for begin in range(0, ROWS, batch):
            rows = order[begin : begin + batch]
            watch(make(rows), make(logits[rows]), make(labels[rows]), make(features[rows]) if embedding else None)
        watch.end_epoch()
        seen.append((logits, features))
    return watch, labels, seen


def test_numbers_are_those_of_the_formulas():
    watch, labels, seen = watched()
    numbers = watch.numbers()
    for epoch, (logits, features) in enumerate(seen):
        for row in range(ROWS):
            for name, value in plain(logits[row], labels[row], features[row]).items():
                assert numbers[name][epoch, row] == pytest.approx(value, rel=2e-3, abs=1e-3), (name, epoch, row)
    assert numbers["loss"].dtype == np.float16 and numbers["loss"].shape == (EPOCHS, ROWS)


def test_torch_tensors_give_the_same():
    torch = pytest.importorskip("torch")
    expected, _, _ = watched()
    watch, _, _ = watched(make=lambda a: torch.from_numpy(np.ascontiguousarray(a)))
    assert all(np.array_equal(watch.numbers()[name], values, equal_nan=True) for name, values in expected.numbers().items())


def test_rows_that_were_not_seen_are_nan():
    watch = decant.Watch(3, 2)
    watch([1], [[1.0, 0.0]], [0])
    watch.end_epoch()
    assert np.isnan(watch.numbers()["loss"][0, [0, 2]]).all() and watch.epochs == 1


@pytest.mark.parametrize("method", ["progress", "dual", "aum", "el2n", "forgetting"])
def test_select_by_a_watch(method):
    X, _ = matrix(ROWS)
    watch, labels, _ = watched()
    chosen = decant.select(X, labels, keep=0.2, method=method, scores=watch)
    assert len(chosen) == 18 and "6 epochs of the Watch" in chosen.note


def test_auto_takes_progress_by_a_watch():
    X, _ = matrix(300)
    random = np.random.default_rng(1)
    labels = np.arange(300) % 3
    watch = decant.Watch(300, 3)
    for _ in range(4):
        watch(np.arange(300), random.normal(size=(300, 3)), labels)
        watch.end_epoch()
    assert decant.select(X, labels, scores=watch).method == "progress"


def test_the_record_is_read_by_the_program(program, tmp_path, pictures):
    dataset = decant.open(pictures)
    watch, _, _ = watched(labels=np.array(dataset.labels))
    watch.save(tmp_path / "record", dataset)
    here = decant.compress(pictures, tmp_path / "here", method="progress", keep=0.2, scores=watch)
    program("compress", pictures, "-o", tmp_path / "there", "--method", "progress", "--keep", "0.2", "--scores", tmp_path / "record")
    assert np.array_equal(here.indices, np.load(tmp_path / "there" / "indices.npy"))
    for name in watch.numbers():
        assert np.array_equal(np.load(tmp_path / "record" / f"{name}.npy"), watch.numbers()[name])
    margin = watch.numbers()["margin"].astype(np.float64)
    aum = np.load(tmp_path / "record" / "score-aum.npy")
    assert np.allclose(np.abs(aum), np.abs(margin.mean(axis=0)), rtol=1e-5)
    with pytest.raises(decant.InputError):
        watch.save(tmp_path / "record", pictures)
    watch.save(tmp_path / "record", pictures, overwrite=True)
    with pytest.raises(decant.InputError, match="rows"):
        decant.Watch(5, 2).save(tmp_path / "other", pictures)


def test_a_record_of_another_set_is_refused(tmp_path, pictures):
    watch, _, _ = watched()
    watch.save(tmp_path / "record", pictures)
    (pictures / "train" / "class0" / "0000.png").write_bytes((pictures / "train" / "class0" / "0003.png").read_bytes())
    with pytest.raises(decant.InputError, match="recorded on"):
        decant.compress(pictures, tmp_path / "out", method="progress", scores=tmp_path / "record")


@pytest.mark.parametrize(
    "call, says",
    [
        (([0], [[1.0, 2.0]], [0]), "logits.*shape"),
        (([0], [[1.0, 2.0, 3.0]], [3]), "labels: hold 3"),
        (([0], [[1.0, 2.0, 3.0]], [-1]), "labels: hold -1"),
        (([0], [[1.0, 2.0, 3.0]], [0.5]), "labels: are float64"),
        (([0], [[1.0, 2.0, 3.0]], [[1, 0, 0]]), "labels"),
        (([9], [[1.0, 2.0, 3.0]], [0]), "rows: hold 9"),
        (([0, 1], [[1.0, 2.0, 3.0]], [0]), "rows: are 2"),
        (([0], [[np.nan, 2.0, 3.0]], [0]), "logits: row 0"),
        (([0], [[1.0, 2.0, 3.0]], [0], [1.0]), "embedding"),
    ],
)
def test_batches_are_checked(call, says):
    with pytest.raises(decant.InputError, match=says):
        decant.Watch(9, 3)(*call)


def test_too_little_is_named():
    with pytest.raises(decant.InputError):
        decant.Watch(0, 3)
    with pytest.raises(decant.UsageError, match="no row"):
        decant.Watch(3, 3).end_epoch()
    watch = decant.Watch(3, 2)
    watch([0, 1, 2], np.zeros((3, 2)), [0, 1, 0])
    watch.end_epoch()
    X, _ = matrix(3)
    with pytest.raises(decant.InputError, match="1 finished"):
        decant.select(X, [0, 1, 0], keep=1, method="progress", scores=watch)


def test_indexed_names_rows():
    data = Indexed(["a", "b", "c"])
    assert len(data) == 3 and data[2] == (2, "c") and "Indexed" in repr(data)


def test_indexed_in_a_loader():
    torch = pytest.importorskip("torch")
    X, y = matrix(20)
    data = Indexed(torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y)))
    decant.select(X, y, keep=0.5)  # before the workers are forked
    seen = []
    for rows, (inputs, labels) in torch.utils.data.DataLoader(data, batch_size=6, shuffle=True, num_workers=2):
        assert torch.equal(inputs, torch.from_numpy(X[rows.numpy()]))
        seen += rows.tolist()
    assert sorted(seen) == list(range(20))
