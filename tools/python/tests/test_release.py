"""Runs the shell steps of .github/workflows/release.yml that decide what is released."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from shell import shell as run

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[3]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
READ, NOTES = (step["run"] for step in WORKFLOW["jobs"]["version"]["steps"] if "run" in step)
VERSION = ElementTree.parse(ROOT / "pom.xml").getroot().findtext("{*}version")


def shell(lines: str, folder: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Run lines in a folder that has a release's files."""
    for name in ("pom.xml", "CHANGELOG.md"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_REF_NAME": tag}
    return run(lines, folder, **files)


def test_the_tag_of_the_version_is_released(tmp_path: Path) -> None:
    done = shell(READ, tmp_path, f"v{VERSION}")
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "output").read_text("utf-8") == f"version={VERSION}\n"


@pytest.mark.parametrize("tag", [f"v{VERSION}.1", "v9.9.9"])
def test_any_other_tag_is_refused(tmp_path: Path, tag: str) -> None:
    done = shell(READ, tmp_path, tag)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=pom.xml::")
    assert f"pom.xml says {VERSION}" in done.stdout
    assert not (tmp_path / "output").exists()


def test_notes_are_the_versions_part_of_the_changelog(tmp_path: Path) -> None:
    done = shell(NOTES, tmp_path, f"v{VERSION}")
    assert done.returncode == 0, done.stderr
    notes = (tmp_path / "notes.md").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert notes.strip()
    assert f"## [{VERSION}]" in changelog.partition(notes)[0].splitlines()[-1]
    assert "\n## [" not in notes
    assert not notes.rstrip().endswith(f"...v{VERSION}")


def test_a_version_that_the_changelog_lacks_is_refused(tmp_path: Path) -> None:
    assert shell(NOTES, tmp_path, "v9.9.9").returncode == 1


def test_nothing_is_published_before_all_is_built_and_tested() -> None:
    jobs = WORKFLOW["jobs"]
    for name in ("pypi", "maven-central", "image"):
        assert {"test", "packages", "wheels"} <= set(jobs[name]["needs"]), name
    assert set(jobs["release"]["needs"]) == {"pypi", "maven-central", "image-index"}
