"""What a user has who installs the wheels: on the PATH is nothing but the new environment.

check_wheels.sh runs it, with the folder of wheels in the variable PAREWIRE_WHEELS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WORK = ROOT / "target" / "check-wheels"
MODEL = ROOT / "testmodels" / "torchscript_cnn.onnx"
HOME = WORK / "home"
VENV = WORK / "venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PROGRAM = BIN / "onnx-parewire"
CACHE_FILES = {"start.aot", "start.new", "start.lock"}
SHORTEST_CACHE = 4096
TORCH_VARIABLE = "PAREWIRE_TORCH"
"""Names a folder of packages with PyTorch, in which parewire is not installed."""

needs_namespace = pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]).returncode != 0,
    reason="no mount namespace: folders can't be made read-only to this user",
)


def run(
    *command: str | Path, environment: Mapping[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell's environment with nothing in it but a home."""
    plain = {"PATH": str(BIN), "HOME": str(HOME), "LANG": "C.UTF-8", **(environment or {})}
    return subprocess.run(
        [str(part) for part in command],
        env=plain,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def read_only(folders: Sequence[Path], *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to which folders are read-only, as they are even to root."""
    mounts = [f"mount --bind '{f}' '{f}' && mount -o remount,bind,ro '{f}' && " for f in folders]
    script = "".join(mounts) + 'exec "$@"'
    tools = {"PATH": f"{BIN}:/usr/bin:/bin:/usr/sbin:/sbin"}
    return run("unshare", "-m", "sh", "-c", script, "sh", *command, environment=tools)


def site_packages() -> Path:
    """Return the folder of the environment's packages."""
    (found,) = VENV.glob("Lib/site-packages" if os.name == "nt" else "lib/*/site-packages")
    return found


def package() -> Path:
    """Return the folder of the installed program."""
    return site_packages() / "onnx_parewire"


def files(folder: Path) -> dict[str, float]:
    """Return the files below a folder, with their times."""
    return {
        str(file.relative_to(folder)): file.stat().st_mtime_ns
        for file in folder.rglob("*")
        if file.is_file()
    }


def without_cache() -> None:
    """Take the start cache away, as if the program had never run."""
    wait_for_background()
    for name in CACHE_FILES:
        (package() / name).unlink()
        (package() / name).touch()


def wait_for_background() -> None:
    """Wait until no process makes a start cache."""
    until = time.monotonic() + 120
    while "onnx_parewire" in processes() and time.monotonic() < until:
        time.sleep(0.2)


def processes() -> str:
    """Return the command lines of all Python processes that make a start cache."""
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(VENV) in line and "_start_cache" in line:
            lines.append(line)
    return "\n".join("onnx_parewire " + line for line in lines)


def wait_for_cache(folder: Path) -> Path:
    """Wait for the start cache somewhere below a folder."""
    until = time.monotonic() + 120
    while True:
        for cache in folder.rglob("start.aot"):
            if cache.stat().st_size >= SHORTEST_CACHE:
                return cache
        assert time.monotonic() < until, f"no start cache: {files(folder)}"
        time.sleep(0.2)


def command_options() -> list[str]:
    script = "import onnx_parewire; print('\\n'.join(onnx_parewire.command()))"
    done = run(BIN / "python", "-c", script)
    assert done.returncode == 0, done
    return done.stdout.splitlines()


def rewire(out: Path, *options: str, **keywords: object) -> None:
    """Rewire the model by the installed program, without a word on standard error."""
    done = run(PROGRAM, MODEL, out, "--force", *options, **keywords)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert f"verified: {out}" in done.stdout


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Install the wheels into a fresh environment."""
    shutil.rmtree(WORK, ignore_errors=True)
    HOME.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    wheels = Path(os.environ["PAREWIRE_WHEELS"])
    links = ["--find-links", wheels, "--find-links", wheels / "needs"]
    offline = ["--no-index", *links, "--disable-pip-version-check"]
    done = run(BIN / "python", "-m", "pip", "install", *offline, "--pre", "parewire")
    assert done.returncode == 0, done
    assert shutil.which("java", path=str(BIN)) is None


@pytest.fixture(scope="module")
def expected() -> bytes:
    """Return what the checkout makes of the model."""
    out = WORK / "checkout.onnx"
    subprocess.run([ROOT / "tools" / "onnx-parewire", "-q", MODEL, out], check=True)
    return out.read_bytes()


def test_first_runs_at_once_write_nothing_but_the_start_cache(expected: bytes) -> None:
    before = files(VENV)
    outs = [WORK / f"first{i}.onnx" for i in range(3)]
    plain = {"PATH": str(BIN), "HOME": str(HOME)}
    runs = [subprocess.Popen([PROGRAM, "-q", MODEL, out], env=plain) for out in outs]
    assert [first.wait(300) for first in runs] == [0, 0, 0]
    assert [out.read_bytes() for out in outs] == [expected] * 3
    cache = wait_for_cache(package())
    wait_for_background()
    time_of_cache = cache.stat().st_mtime_ns
    assert "-XX:AOTCache=" + str(cache) in command_options()
    rewire(WORK / "later.onnx")
    assert (WORK / "later.onnx").read_bytes() == expected
    changed = {name for name, time in files(VENV).items() if before.get(name) != time}
    assert {Path(name).name for name in changed} <= CACHE_FILES
    assert files(VENV).keys() == before.keys()
    assert files(HOME) == {}
    assert cache.stat().st_mtime_ns == time_of_cache


def test_inspects_and_reports() -> None:
    done = run(PROGRAM, "inspect", MODEL)
    assert (done.returncode, done.stderr) == (0, ""), done
    report = WORK / "report.html"
    rewire(WORK / "html.onnx", "--html", str(report))
    assert "<html" in report.read_text(encoding="utf-8")


def test_looks_for_devices() -> None:
    # Drivers have caches of their own in the home folder.
    home = WORK / "home of drivers"
    home.mkdir()
    done = run(PROGRAM, "devices", environment={"HOME": str(home)})
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "with status" not in done.stdout
    assert [name for name in files(home) if "lwjgl" in name or ".javacpp" in name] == []


def test_from_python(expected: bytes) -> None:
    out = WORK / "python.onnx"
    script = "import sys; from parewire import onnx; print(onnx.rewire(*sys.argv[1:3]))"
    done = run(BIN / "python", "-c", script, MODEL, out)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert out.read_bytes() == expected


def test_from_pytorch() -> None:
    packages = os.environ.get(TORCH_VARIABLE)
    if not packages:
        pytest.skip(f"{TORCH_VARIABLE} names no packages: rewire_ of a torch module is not tried")
    script = (
        "import torch; from parewire.torch import rewire_\n"
        "module = torch.nn.Linear(16, 8); report = rewire_(module)\n"
        "assert [each.name for each in report.rewired] == ['weight']"
    )
    # After the environment's own packages.
    (site_packages() / "torch.pth").write_text(packages + "\n")
    done = run(BIN / "python", "-c", script)
    (site_packages() / "torch.pth").unlink()
    assert done.returncode == 0, done


def test_another_java_is_used_only_if_named(expected: bytes) -> None:
    accident = {"JAVA_HOME": str(WORK / "nowhere"), "PATH": f"{BIN}:/usr/bin"}
    rewire(WORK / "accident.onnx", environment=accident)
    done = run(PROGRAM, "--version", environment={"PAREWIRE_JAVA": str(WORK / "nowhere")})
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1
    assert "PAREWIRE_JAVA names" in done.stderr
    old = WORK / "old"
    (old / "bin").mkdir(parents=True)
    (old / "bin" / "java").touch(mode=0o755)
    (old / "release").write_text('JAVA_VERSION="11.0.2"\n')
    done = run(PROGRAM, "--version", environment={"PAREWIRE_JAVA": str(old)})
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "a Java 11; expected" in done.stderr
    home = Path(shutil.which("java") or "").resolve().parents[1]
    rewire(WORK / "named.onnx", environment={"PAREWIRE_JAVA": str(home)})
    assert (WORK / "named.onnx").read_bytes() == expected


@pytest.mark.parametrize("locale", ["C", "POSIX", "xx_XX.UTF-8"])
def test_names_any_file(locale: str) -> None:
    rewire(WORK / f"gewichte_\u00fc_{locale}.onnx", environment={"LC_ALL": locale})


def test_says_so_where_java_gets_no_memory() -> None:
    limited = f"ulimit -v 600000; exec '{PROGRAM}' '{MODEL}' '{WORK}/limited.onnx'"
    done = run("/bin/sh", "-c", limited)
    assert done.returncode == 5, done
    assert done.stderr.endswith("raise the limits, as 'ulimit -a' shows them\n"), done
    enough = f"ulimit -n 60; exec '{PROGRAM}' '{MODEL}' '{WORK}/few.onnx'"
    assert run("/bin/sh", "-c", enough).returncode == 0


def test_says_which_library_is_missing() -> None:
    library = site_packages() / "onnx_parewire_nd4j" / "natives" / "libnd4jcpu.so"
    library.rename(library.with_suffix(".away"))
    try:
        done = run(PROGRAM, MODEL, WORK / "missing.onnx")
    finally:
        library.with_suffix(".away").rename(library)
    assert done.returncode == 5, done
    assert done.stderr.count("\n") == 1
    assert "libnd4jcpu.so" in done.stderr
    assert "install the program again" in done.stderr
    assert not (WORK / "missing.onnx").exists()


@needs_namespace
def test_everything_read_only(expected: bytes) -> None:
    without_cache()
    out = WORK / "read_only.onnx"
    done = read_only([VENV, HOME], PROGRAM, MODEL, out)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert out.read_bytes() == expected
    assert files(HOME) == {}
    assert (package() / "start.aot").stat().st_size == 0


@needs_namespace
def test_start_cache_in_the_home_where_packages_are_read_only() -> None:
    without_cache()
    out = WORK / "home.onnx"
    try:
        assert read_only([VENV], PROGRAM, MODEL, out).returncode == 0
        cache = wait_for_cache(HOME / ".cache" / "onnx-parewire")
        folder = cache.parent
        wait_for_background()
        assert files(folder).keys() == CACHE_FILES
        script = "import onnx_parewire; print('\\n'.join(onnx_parewire.command()))"
        assert str(cache) in read_only([VENV], BIN / "python", "-c", script).stdout
    finally:
        shutil.rmtree(HOME / ".cache", ignore_errors=True)


def test_prepares_an_image() -> None:
    without_cache()
    done = run(BIN / "python", "-c", "import onnx_parewire; print(onnx_parewire.prepare())")
    assert (done.returncode, done.stdout) == (0, "True\n"), done
    assert str(package() / "start.aot") in "\n".join(command_options())


def test_uninstalls_all() -> None:
    wait_for_background()
    names = ["parewire", "onnx-parewire", "onnx-parewire-nd4j"]
    done = run(BIN / "python", "-m", "pip", "uninstall", "-y", *names)
    assert done.returncode == 0, done
    assert [name for name in files(VENV) if "parewire" in name] == []
    assert [str(f) for f in VENV.rglob("*parewire*")] == []
    assert files(HOME) == {}
