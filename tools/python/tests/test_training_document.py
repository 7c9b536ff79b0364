"""Runs the Python in docs/training.md."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
import shell

PAGE = Path(__file__).resolve().parents[3] / "docs" / "training.md"
RECIPES = re.findall(r"## ([^\n]*)|```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def recipes() -> list[tuple[str, str]]:
    """Return all pieces of Python, each with the title above it."""
    found = []
    title = ""
    for heading, code in RECIPES:
        title = heading or title
        if code:
            found.append((title, code))
    return found


@pytest.mark.parametrize("code", [pytest.param(code, id=title) for title, code in recipes()])
def test_recipe(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if "init_process_group" not in code:
        exec(compile(code, "training.md", "exec"), {})
        return
    Path("recipe.py").write_text(code, "utf-8")
    run = shell.shell(
        f"{sys.executable} -m torch.distributed.run --standalone --nproc-per-node 2 recipe.py",
        tmp_path,
        PYTHONPATH=os.pathsep.join(sys.path),
        OMP_NUM_THREADS="1",
    )
    assert run.returncode == 0, run.stderr
    assert "RewiringWarning" not in run.stderr


def test_there_are_recipes() -> None:
    assert len(recipes()) == 12
