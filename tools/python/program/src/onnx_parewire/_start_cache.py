"""The start cache, an AOT cache of Java's: classes as they are in memory, for later runs to map.

It lies in this package's folder, where it takes the place of an empty file, so that uninstalling
removes it; where that folder can't be written to, in the user's folder of caches; where neither
can be, there is none, and the program starts more slowly. A process in the background makes it
when a first run has ended, for Java goes by the time of the jar, which is that of installation.
"""

from __future__ import annotations

import os
import sys

from onnx_parewire import _command

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it takes longer than all else here
    from collections.abc import Iterator

_CACHE = "start.aot"
_NEW = "start.new"
_LOCK = "start.lock"

_NONE = b"none can be made\n"
_SHORTEST = 4096
"""Bytes of a cache at least; less is an empty file, or word that none can be made."""

_PATIENCE = 10
"""Seconds that the background process waits for a run to end; a long run does not mind it."""

_BACKGROUND = """
import os, sys
if hasattr(os, "fork") and os.fork():
    os._exit(0)
sys.path.insert(0, sys.argv[1])
from onnx_parewire import _start_cache
_start_cache.make_after(int(sys.argv[2]))
"""


def options(java: str) -> list[str]:
    """Return Java's options for the cache; where there is none, have one made soon."""
    for folder in _folders():
        size = _size(folder, java)
        if size:
            return _options(folder) if size >= _SHORTEST else []
    if any(_may_be_made(folder) for folder in _folders()):
        _make_soon()
    return []


def prepare() -> bool:
    """Make the start cache now if there is none, as for an image; it takes some seconds.

    Returns:
        Whether there is one.

    Raises:
        JavaError: if there is no Java.
    """
    java = _command.installed_java()
    for folder in _folders():
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with open(os.path.join(folder, _LOCK), "ab") as lock:
                _wait_for(lock.fileno())
                if not _size(folder, java):
                    _make(folder, java)
        except OSError:
            continue
        return _size(folder, java) >= _SHORTEST
    return False


def make_after(run: int) -> None:
    """Make the start cache when a process has ended, or runs for long."""
    import signal
    import time

    # So that what is made meanwhile is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    until = time.monotonic() + _PATIENCE
    while _runs(run) and time.monotonic() < until:
        time.sleep(0.1)
    if hasattr(os, "nice"):
        os.nice(19)
    prepare()


def _runs(process: int) -> bool:
    if os.name == "nt":
        return True  # to ask would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _folders() -> Iterator[str]:
    """Generate the folders that may hold it, the better first."""
    yield _command.PACKAGE
    yield _user_folder()


def _user_folder() -> str:
    """Return the folder for this installation, known by its place, in the user's caches."""
    import zlib

    home = os.path.expanduser("~")
    if os.name == "nt":
        caches = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        caches = os.path.join(home, "Library", "Caches")
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        caches = named if os.path.isabs(named) else os.path.join(home, ".cache")
    place = zlib.crc32(os.fsencode(_command.PACKAGE))
    return os.path.join(caches, "onnx-parewire", f"{place:08x}")


def _size(folder: str, java: str) -> int:
    """Return the size of a folder's cache, 0 if there is none or what it is made of is newer."""
    try:
        cache = os.stat(os.path.join(folder, _CACHE))
    except OSError:
        return 0
    made_of = (os.stat(file).st_mtime for file in (_command.JAR, java))
    return cache.st_size if cache.st_mtime >= max(made_of) else 0


def _options(folder: str) -> list[str]:
    return ["-XX:AOTCache=" + os.path.join(folder, _CACHE)]


def _may_be_made(folder: str) -> bool:
    """Return whether a folder can be written to, or made if it is not there."""
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return os.path.isdir(folder) and os.access(folder, os.W_OK)


def _make_soon() -> None:
    """Start the process in the background, which outlives this one and what it becomes."""
    import subprocess

    # Where Python is part of another program, that is what this names.
    if not os.path.basename(sys.executable or "").lower().startswith(("python", "pypy")):
        return
    place = os.path.dirname(_command.PACKAGE)
    call = [sys.executable, "-I", "-c", _BACKGROUND, place, str(os.getpid())]
    none = subprocess.DEVNULL
    try:
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            subprocess.Popen(call, stdin=none, stdout=none, stderr=none, creationflags=flags)
        else:
            subprocess.run(
                call, stdin=none, stdout=none, stderr=none, start_new_session=True, check=False
            )
    except OSError:
        return  # for want of processes or memory: a later run may have more


def _wait_for(lock: int) -> None:
    """Lock an open file, for as long as it is open or this process lives."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


def _make(folder: str, java: str) -> None:
    """Make a folder's cache, or leave word there that none can be made."""
    new = os.path.join(folder, _NEW)
    try:
        if not _archive(new, java):
            with open(new, "wb") as word:
                word.write(_NONE)
        os.chmod(new, 0o644)
        os.replace(new, os.path.join(folder, _CACHE))
    finally:
        # As it was installed, also if this is stopped half-way.
        open(new, "wb").close()


def _archive(file: str, java: str) -> bool:
    """Have Java make the cache, and return whether it did."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        classes = "-XX:AOTConfiguration=" + os.path.join(scratch, "classes")
        model = os.path.join(_command.PACKAGE, "small.onnx")
        record = _command.run_by(java, "-XX:AOTMode=record", classes)
        create = _command.run_by(java, "-XX:AOTMode=create", classes, "-XX:AOTCache=" + file)
        none = subprocess.DEVNULL
        for step in ([*record, model, os.path.join(scratch, "out.onnx")], create):
            done = subprocess.run(
                step, stdin=none, stdout=none, stderr=none, env=_plain(), check=False
            )
            if done.returncode != 0:
                return False
    return os.path.getsize(file) >= _SHORTEST


def _plain() -> dict[str, str]:
    """Return the environment without what Java takes for options."""
    given = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "PAREWIRE_ENDED")
    return {name: value for name, value in os.environ.items() if name not in given}
