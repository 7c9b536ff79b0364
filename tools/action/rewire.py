"""Runs onnx-parewire on the models of the action's inputs.

Called as ``rewire.py PROGRAM JSON``. MODELS, OUT_DIR and OPTIONS are environment variables; the
exit code is the program's.
"""

from __future__ import annotations

import glob
import os
import shlex
import subprocess
import sys
from pathlib import Path

USAGE = 2


def main(program: str, json: str) -> int:
    """Run the program, and return its exit code."""
    try:
        models = find_models(os.environ["MODELS"])
        options = shlex.split(os.environ["OPTIONS"])
    except ValueError as e:
        print(f"::error::{e}")
        return USAGE
    out_dir = os.environ["OUT_DIR"]
    command = [program, *models, "--out-dir", out_dir, "--json", json, *options]
    return subprocess.run(command, check=False).returncode


def find_models(lines: str) -> list[str]:
    """Return the files and folders that lines name, once each, in their order.

    Raises:
        ValueError: if there is none, or a line names none.
    """
    found: dict[str, None] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        # A file may be called like a glob, and a glob be absolute, which Path.glob refuses.
        names = [line] if Path(line).exists() else sorted(glob.glob(line, recursive=True))  # noqa: PTH207
        if not names:
            raise ValueError(f"models: no file or folder is called '{line}'; mend that line")
        found.update(dict.fromkeys(names))
    if not found:
        raise ValueError("models: none given; name files, folders or globs, one a line")
    return list(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
