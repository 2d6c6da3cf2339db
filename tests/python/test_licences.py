"""The wheel holds the licence of every library that it brings along."""

import importlib.metadata
import json
import re

import pytest


@pytest.fixture
def files():
    try:
        files = importlib.metadata.files("decant-data") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    if not files:
        pytest.skip("needs the package installed from its wheel")
    return {str(file): file for file in files}


def test_of_decant(files):
    assert any(re.search(r"dist-info/licenses/LICENSE$", name) for name in files)


def test_of_what_it_brings_along(files):
    index = next((file for name, file in files.items() if name.endswith("dist-info/licenses/bundled/index.json")), None)
    assert index is not None
    packages = json.loads(index.locate().read_text())
    if not packages:
        pytest.skip("built where there is no dpkg, which knows the licences of libraries")
    libraries = [name.rsplit("/", 1)[1] for name in files if name.startswith("decant_data.libs/")]
    for library in libraries:
        name = re.sub(r"-[0-9a-f]{8}(?=\.)", "", library)  # as repairing the wheel calls it
        assert any(known == name or known.startswith(name.split(".so")[0] + ".so") for known in packages), library
    for linked in ("json.hpp", "CLI.hpp", "toml.h", "libopenblas.a", "libgfortran.a", "libcrypto.a", "nanobind-config.cmake"):
        assert linked in packages, linked
    for package in set(packages.values()):
        text = (index.locate().parent / f"{package}.txt").read_text(encoding="utf-8", errors="replace")
        assert re.search(r"copyright|license", text, re.I), package
