"""Processes of Python that start at once, for tests whose subject is a process.

``run`` takes what ``subprocess.run`` takes. The process is a fork of one that has imported all of
the program, read its pages and names, and run nothing: it has its own memory, streams, rights and
end, and spares the seconds that this takes. Where the start of the interpreter is the subject, use
``subprocess``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import subprocess
import sys
import tempfile
import traceback
import types
from pathlib import Path
from typing import IO, Any, NoReturn

import unprivileged

TESTS = str(Path(__file__).resolve().parent)
_SERVE = "import sys; sys.path.append(sys.argv[1]); import processes; processes.serve()"
_OF_THE_START = (
    *("PYTHON", "VOTERLIST_", "LANG", "LC_", "OMP_", "OPENBLAS_", "ARROW_"),
    "LD_PRELOAD",
)
"""Variables of these names are read when Python or the program starts; each set of them has a
process to fork from."""

_IMPORTED_LATE = ("pandas", "scipy.optimize", "scipy.sparse.csgraph", "scipy.special")
"""By functions of the program, so that what does not call them starts sooner."""


def run(
    command: list[Any],
    *,
    env: dict[str, str] | None = None,
    umask: int = -1,
    bound_by_modes: bool = False,
    timeout: float | None = None,
    text: bool = False,
    encoding: str | None = None,
    capture_output: bool = False,
    check: bool = False,
) -> subprocess.CompletedProcess[Any]:
    """Run ``[sys.executable, "-m", module, ...]`` or ``[sys.executable, "-c", code, ...]``.

    ``bound_by_modes``: where the tests are run by root, the process may not read and write what the
    modes of files forbid.
    """
    assert command[0] == sys.executable
    assert command[1] in {"-m", "-c"}
    env = dict(os.environ if env is None else env)
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder) / name) for name in ("out", "error")]
        request = {
            "command": [os.fspath(word) for word in command[1:]],
            "streams": streams if capture_output else [],
            "env": env,
            "umask": umask,
            "bound": bound_by_modes,
            "cwd": str(Path.cwd()),
        }
        code = _parent(env).reply(request, timeout)
        written = [Path(name).read_bytes() for name in request["streams"]]
    if text or encoding:
        written = [_text(content, encoding) for content in written]
    done = subprocess.CompletedProcess(command, code, *written)
    if check:
        done.check_returncode()
    return done


def _text(content: bytes, encoding: str | None) -> str:
    return content.decode(encoding or "utf-8").replace("\r\n", "\n").replace("\r", "\n")


class _Parent:
    """A process that has imported the program and is forked for each request."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, TESTS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
        )

    def reply(self, request: dict[str, Any], timeout: float | None) -> int:
        """The exit code of the process that does this request; negative where a signal ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        self._process.stdin.flush()
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            if not ready.select(timeout):
                self._process.kill()
                raise subprocess.TimeoutExpired(request["command"], timeout or 0)
        code, seconds = self._process.stdout.readline().split()
        spent[0] += float(seconds)
        return int(code)

    def end(self) -> None:
        """Let it go."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()


spent = [0.0]
"""CPU seconds of all processes so far, which the system counts to the process that is forked."""
_parents: dict[frozenset[tuple[str, str]], _Parent] = {}


def _parent(env: dict[str, str]) -> _Parent:
    """The process to fork from for an environment."""
    key = frozenset((name, env[name]) for name in env if name.startswith(_OF_THE_START))
    if key not in _parents:
        _parents[key] = _Parent(env)
    return _parents[key]


def end() -> None:
    """End all processes that are forked from."""
    while _parents:
        _parents.popitem()[1].end()


# What runs in the process that is forked from, and in its forks


def serve() -> None:
    """Fork for each request that is read, and write the exit code, until there are no more."""
    _load_program()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in requests:
        child = os.fork()
        if child == 0:
            requests.close()
            replies.close()
            _become(json.loads(line))
        _, status, used = os.wait4(child, 0)
        seconds = used.ru_utime + used.ru_stime
        replies.write(b"%d %f\n" % (os.waitstatus_to_exitcode(status), seconds))
        replies.flush()


def _load_program() -> None:
    """Import every module of the program, what it imports late, its pages and its names."""
    program = importlib.import_module("voterlist")
    for module in pkgutil.walk_packages(program.__path__, "voterlist."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in _IMPORTED_LATE:
        importlib.import_module(name)
    pages = importlib.import_module("voterlist.render.html").environment()
    for name in pages.list_templates(extensions=["html"]):
        pages.get_template(name)
    importlib.import_module("voterlist.normalize.lexicon").lookup("")
    # A search for garbage in a fork would copy all of this.
    gc.collect()
    gc.freeze()


def _become(request: dict[str, Any]) -> NoReturn:
    """Be the process of a request, and end."""
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    _open_streams(request["streams"])
    if request["umask"] >= 0:
        os.umask(request["umask"])
    if request["bound"]:
        unprivileged.give_up_rights()
    code = _ended(request["command"])
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code)


def _open_streams(names: list[str]) -> None:
    """Standard input is empty; output and errors go to the files of these names."""
    targets = [os.devnull, *names]
    flags = [os.O_RDONLY, *(os.O_WRONLY | os.O_CREAT for _ in names)]
    for number, (name, flag) in enumerate(zip(targets, flags, strict=True)):
        descriptor = os.open(name, flag, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = _stream(0, "r")
    sys.stdout, sys.stderr = _stream(1, "w"), _stream(2, "w", "backslashreplace")


def _stream(number: int, mode: str, errors: str = "strict") -> IO[str]:
    return os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)


def _ended(command: list[str]) -> int:
    """Run the command as ``python`` runs it; its exit code."""
    kind, subject, *arguments = command
    sys.argv = [kind, *arguments]
    try:
        if kind == "-m":
            runpy.run_module(subject, run_name="__main__", alter_sys=True)
        else:
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            exec(compile(subject, "<string>", "exec"), main.__dict__)  # noqa: S102  a test's own text
    except SystemExit as exit_:
        if exit_.code is None or isinstance(exit_.code, int):
            return (exit_.code or 0) & 0xFF
        sys.stderr.write(f"{exit_.code}\n")
        return 1
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
        return 1
    return 0
