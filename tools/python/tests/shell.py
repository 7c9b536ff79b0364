"""Runs lines of shell as a service does, and makes programs for them to find."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path


def shell(lines: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run lines as the service does: each line's failure ends the job."""
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", lines],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def executable(file: Path, text: str) -> Path:
    """Write a file that can be executed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file
