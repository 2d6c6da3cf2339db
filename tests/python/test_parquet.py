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
