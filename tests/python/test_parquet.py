"""Parquet by keywords: which column, which configuration."""

import pickle
import shutil

import numpy as np
import pytest

import decant


@pytest.fixture
def table(tmp_path, pictures):
    return decant.compress(pictures, tmp_path / "table", keep=1.0, method="random", to="parquet", progress=False).data


def test_columns_are_named(tmp_path, pictures, table):
    data = decant.open(table, image_field="image", label_field="label")
    assert (data.format, len(data), data.classes) == ("parquet", 90, ("class0", "class1", "class2"))
    assert np.array_equal(data.image(5), decant.open(pictures).image(5))
    again = pickle.loads(pickle.dumps(data))
    assert again.digest() == data.digest()
    with pytest.raises(decant.InputError, match="has no column 'photo'") as caught:
        decant.open(table, image_field="photo")
    assert "image_field=" in caught.value.remedy
    with pytest.raises(decant.UsageError, match="image_feild"):
        decant.open(table, image_feild="image")
    run = decant.compress(table, tmp_path / "small", keep=9, method="random", image_field="image", progress=False)
    assert run.verify(table)["kept"] == 9
    X = decant.features(decant.open(table, image_field="image"))
    assert np.array_equal(X, decant.features(table))
    with pytest.raises(decant.InputError, match="has no column 'photo'"):
        decant.compress(table, tmp_path / "other", method="random", image_field="photo", progress=False)


@pytest.mark.parametrize("layout", ["today", "before"])
def test_sets_that_datasets_wrote(tmp_path, pictures, layout):
    """Walked in docs/tutorial-huggingface.md, which ends in a training."""
    datasets = pytest.importorskip("datasets", reason="needs datasets: no set of its making is read")
    parquet = pytest.importorskip("pyarrow.parquet")
    from datasets.table import embed_table_storage

    photos = datasets.load_dataset("imagefolder", data_files=f"{pictures}/train/**", split="train", cache_dir=str(tmp_path / "hub"))
    parts = photos.train_test_split(test_size=0.2, seed=0)
    (tmp_path / "set" / "data").mkdir(parents=True)
    for split, part in parts.items():
        whole = part.with_format("arrow").map(embed_table_storage, batched=True).with_format(None)
        file = tmp_path / "set" / "data" / f"{split}-00000-of-00001.parquet"
        if layout == "today":
            whole.to_parquet(file)
        else:  # packed, with dictionaries and without an index
            parquet.write_table(whole.with_format("arrow")[:], file, row_group_size=20, compression="snappy")
    found = decant.inspect(tmp_path / "set")
    assert (found["rows"], found["splits"]["test"], found["bad_files"]) == (72, 18, 0)
    run = decant.compress(tmp_path / "set", tmp_path / "small", keep=24, method="bins", progress=False)
    assert run.verify(tmp_path / "set")["kept"] == 24
    small = datasets.load_dataset(str(tmp_path / "small"), split="train", cache_dir=str(tmp_path / "hub"))
    same = parts["train"].select(run.indices)
    assert small.features == same.features
    assert list(small["label"]) == list(same["label"])
    assert [row["image"].tobytes() for row in small] == [row["image"].tobytes() for row in same]


def test_one_of_several_configurations(tmp_path, table):
    both = tmp_path / "both"
    for name in ("en", "de"):
        shutil.copytree(table, both / name)
    lines = "".join(f"- config_name: {name}\n  data_files: {name}/*.parquet\n" for name in ("en", "de"))
    (both / "README.md").write_text(f"---\nconfigs:\n{lines}---\n")
    with pytest.raises(decant.InputError, match="lists 2 configurations, 'en' and 'de'") as caught:
        decant.open(both)
    assert "config_name=" in caught.value.remedy
    assert len(decant.open(both, config_name="de")) == 90
    run = decant.compress(both, tmp_path / "small", keep=9, method="random", config_name="de", progress=False)
    assert run.sample(5, tmp_path / "less").verify()["kept"] == 5
    datasets = pytest.importorskip("datasets", reason="needs datasets: load_dataset is not compared")
    loaded = datasets.load_dataset(str(both), "de", split="train", cache_dir=str(tmp_path / "hub"))
    assert len(loaded) == 90 and loaded.features["label"].names == ["class0", "class1", "class2"]
    small = datasets.load_dataset(str(tmp_path / "small"), split="train", cache_dir=str(tmp_path / "hub"))
    assert [row["label"] for row in small] == [loaded[int(row)]["label"] for row in run.indices]


@pytest.mark.parametrize("codec", ["snappy", "zstd", "gzip", "brotli", "lz4", "none"])
def test_duckdb_reads_what_is_written(tmp_path, codec):
    duckdb = pytest.importorskip("duckdb", reason="needs duckdb: it is not asked to read small sets")
    pa = pytest.importorskip("pyarrow", reason="needs pyarrow: no tables for duckdb are made")
    parquet = pytest.importorskip("pyarrow.parquet")
    random = np.random.default_rng(0)
    rows = [
        {
            "text": f"row {i} " + "word " * int(random.integers(0, 40)),
            "label": ["ant", "bee", "cat"][i % 3],
            "score": None if i % 7 == 0 else float(random.normal()),
            "turns": [{"role": "user", "content": f"q{i}"}, {"role": "bot", "content": "a" * (i % 5)}][: i % 3],
            "flags": {"kept": i % 2 == 0, "at": i * 10**9},
            "tags": None if i % 11 == 0 else [f"t{k}" for k in range(i % 4)],
        }
        for i in range(2000)
    ]
    source = tmp_path / "data" / "train.parquet"
    source.parent.mkdir()
    parquet.write_table(pa.Table.from_pylist(rows), source, row_group_size=300, compression=codec)
    run = decant.compress(source.parent, tmp_path / "small", keep=0.2, method="random", progress=False)
    (small,) = run.data.rglob("*.parquet") if run.data.is_dir() else [run.data]
    told = duckdb.sql(f"SELECT * FROM read_parquet('{small}')")
    columns = [name for name, *_ in told.description]
    assert [dict(zip(columns, row)) for row in told.fetchall()] == [rows[i] for i in run.indices]
    by_label = duckdb.sql(f"SELECT label, count(*) FROM '{small}' WHERE label >= 'bee' GROUP BY label ORDER BY label").fetchall()
    assert by_label == [(name, sum(rows[i]["label"] == name for i in run.indices)) for name in ("bee", "cat")]


def test_duckdb_reads_pictures(tmp_path, pictures, table):
    duckdb = pytest.importorskip("duckdb", reason="needs duckdb: it is not asked to read small sets")
    data = decant.open(table)
    (file,) = table.rglob("*.parquet")
    told = duckdb.sql(f"SELECT image.bytes, label FROM '{file}'").fetchall()
    stored = [(pictures / "train" / f"class{i % 3}" / f"{i:04}.png").read_bytes() for i in range(90)]
    assert sorted(told) == sorted((picture, i % 3) for i, picture in enumerate(stored)) and len(data) == 90
