"""The command ``onnx-parewire``: becomes Java, or waits for it where that can't be done."""

from __future__ import annotations

import _locale
import os
import sys

from onnx_parewire._command import JavaError, command

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it takes longer than all else here
    from collections.abc import Mapping

_USAGE = 2
_NO_MEMORY = 5
_FEWEST_FILES = 64
_ENDED_VARIABLE = "PAREWIRE_ENDED"


def main() -> None:
    """Run onnx-parewire with this process's arguments; does not return."""
    try:
        call = [*command(), *sys.argv[1:]]
    except JavaError as error:
        sys.exit(_fail(str(error), _USAGE))
    if os.name == "nt":
        sys.exit(_wait_for(call, os.environ))
    environment = _with_file_names(os.environ)
    if _is_limited():
        sys.exit(_within_limits(call, environment))
    try:
        os.execve(call[0], call, environment)
    except OSError as error:
        sys.exit(_fail(f"{call[0]} can't be started: {error.strerror}", 1))


def _fail(message: str, status: int) -> int:
    print(f"onnx-parewire: {message}", file=sys.stderr)
    return status


def _with_file_names(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment in which Java can name any file.

    In the locale C, or one that is not installed, it could name none beyond ASCII.
    """
    if sys.platform != "linux":
        return environment
    try:
        _locale.setlocale(_locale.LC_CTYPE, "")
        if _locale.nl_langinfo(_locale.CODESET) != "ANSI_X3.4-1968":
            return environment
    except _locale.Error:  # type: ignore[attr-defined]
        pass  # not installed
    try:
        _locale.setlocale(_locale.LC_CTYPE, "C.UTF-8")
    except _locale.Error:  # type: ignore[attr-defined]
        return environment
    return {**environment, "LC_ALL": "C.UTF-8"}


def _is_limited() -> bool:
    """Return whether there is a limit under which Java may get no memory or files."""
    import resource

    unlimited = resource.RLIM_INFINITY
    memory = [resource.RLIMIT_DATA, resource.RLIMIT_AS]
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return any(resource.getrlimit(which)[0] != unlimited for which in memory) or (
        files != unlimited and files < _FEWEST_FILES
    )


def _within_limits(call: list[str], environment: Mapping[str, str]) -> int:
    """Run Java under a limit and return the exit code.

    Where a limit leaves Java no memory or files it crashes, or ends with 1, as if verification
    failed. So that counts only if the program has left word in a file that it ended by itself, and
    how.
    """
    import signal
    import tempfile

    with tempfile.NamedTemporaryFile() as ended:
        status = _wait_for(call, {**environment, _ENDED_VARIABLE: ended.name})
        own = ended.read()
    if status < 0:
        status = 128 - status
    if status in (1, 128 + signal.SIGABRT, 128 + signal.SIGSEGV):
        if own:
            # Java may crash on its way out.
            return int(own)
        message = (
            "Java ended for want of memory or files; raise the limits, as 'ulimit -a' shows them"
        )
        return _fail(message, _NO_MEMORY)
    return status


def _wait_for(call: list[str], environment: Mapping[str, str]) -> int:
    """Run Java as another process, and hand on the signals that would end this one alone."""
    import signal
    import subprocess

    with subprocess.Popen(call, env=environment) as java:
        # The terminal sends it to both. A handler, for what is ignored is ignored by Java as well.
        signal.signal(signal.SIGINT, lambda *_: None)
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, _: java.send_signal(number))
        return java.wait()
