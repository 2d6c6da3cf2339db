"""Every docstring of the package, and every block of docs/python.md and the examples, is run."""

import ast
import doctest
import importlib
import json
import pathlib
import pkgutil
import re
import runpy
import sys

import numpy as np
import pytest

import conftest
import decant

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = sorted(m.name for m in pkgutil.iter_modules(decant.__path__) if m.name not in ("_core", "__main__"))


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    if name in ("ray", "sklearn"):
        pytest.importorskip(name)
    failed, _ = doctest.testmod(importlib.import_module(f"decant.{name}"), optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_package_docstring():
    assert doctest.testmod(decant).failed == 0


def draw_what_the_page_names(folder):
    X, y = conftest.matrix(1000, 16)
    np.save(folder / "clip.npy", X.astype(np.float16))
    np.save(folder / "labels.npy", y)
    conftest.write_folder(folder / "photos")
    conftest.write_yolo(folder / "aquarium")


def blocks(page):
    """(first line, language, text) of every fenced block."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text[: match.start()].count("\n") + 2, match.group(1), match.group(2)


def test_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw_what_the_page_names(tmp_path)
    torch = pytest.importorskip("torch", reason="docs/python.md has a loop of PyTorch")
    names = {"torch": torch, "np": np, "decant": decant}
    count = 0
    for line, language, text in blocks(ROOT / "docs" / "python.md"):
        if language != "python":
            continue
        parser = doctest.DocTestParser()
        test = parser.get_doctest(text, names, f"docs/python.md:{line}", "docs/python.md", line)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        assert test.examples, f"docs/python.md:{line} has nothing to run: begin its lines with >>>"
        runner.run(test, clear_globs=False)
        assert runner.failures == 0, f"docs/python.md:{line}"
        names = test.globs
        count += 1
    assert count >= 5


@pytest.mark.parametrize("notebook", sorted((ROOT / "examples" / "python").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks(notebook, tmp_path, monkeypatch):
    """Every cell, as a notebook runs them: a last expression is shown as its card, or its text."""
    monkeypatch.chdir(tmp_path)
    draw_what_the_page_names(tmp_path)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    names, cards = {}, 0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), str(notebook), "exec"), names)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), str(notebook), "eval"), names)
            card = getattr(shown, "_repr_html_", None)
            assert card is None or card().startswith("<")
            cards += card is not None
    assert cards >= 2


@pytest.mark.parametrize("script", sorted((ROOT / "examples" / "python").glob("*.py")), ids=lambda p: p.name)
def test_examples(script, tmp_path, monkeypatch):
    needs = re.search(r"^# needs: (.*)$", script.read_text(encoding="utf-8"), re.MULTILINE)
    for module in needs.group(1).split() if needs else []:
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    draw_what_the_page_names(tmp_path)
    monkeypatch.setattr(sys, "argv", [script.name])
    runpy.run_path(str(script), run_name="__main__")
