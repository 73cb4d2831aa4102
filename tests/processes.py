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
    env = dict(os.environ if env is None else env)
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder) / name) for name in ("out", "error")]
        request = _request(command, env, streams if capture_output else [])
        request |= {"umask": umask, "bound": bound_by_modes}
        code = _parent(env).reply(request, timeout)
        written = [Path(name).read_bytes() for name in request["streams"]]
    if text or encoding:
        written = [_text(content, encoding) for content in written]
    done = subprocess.CompletedProcess(command, code, *written)
    if check:
        done.check_returncode()
    return done


def _request(
    command: list[Any], env: dict[str, str], streams: list[str]
) -> dict[str, Any]:
    """What the process that is forked is told of a command."""
    assert command[0] == sys.executable
    assert command[1] in {"-m", "-c"}
    return {
        "command": [os.fspath(word) for word in command[1:]],
        "streams": streams,
        "env": env,
        "umask": -1,
        "bound": False,
        "cwd": str(Path.cwd()),
    }


class Beside:
    """A process that runs beside the test, as ``subprocess.Popen`` with pipes of text.

    Its streams are ``stdout`` and ``stderr``.
    """

    def __init__(self, command: list[Any], *, env: dict[str, str]) -> None:
        self.returncode: int | None = None
        with tempfile.TemporaryDirectory() as folder:
            names = [str(Path(folder) / name) for name in ("state", "out", "error")]
            for name in names:
                os.mkfifo(name)
            request = _request(command, env, names[1:]) | {"state": names[0]}
            _parent(env).send(request)
            # Each waits until the other end is opened.
            self._state = Path(names[0]).open("rb", buffering=0)  # noqa: SIM115  until it ends
            self.stdout, self.stderr = (
                Path(name).open(encoding="utf-8")  # noqa: SIM115  as above
                for name in names[1:]
            )
        self.pid = int(self._state.readline())

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended."""
        if self.returncode is None:
            with selectors.DefaultSelector() as ready:
                ready.register(self._state, selectors.EVENT_READ)
                if not ready.select(timeout):
                    raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)
            code, seconds = self._state.readline().split()
            spent[0] += float(seconds)
            self.returncode = int(code)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What is left of its output and its errors, when it has ended."""
        self.wait(timeout)
        told = self.stdout.read(), self.stderr.read()
        for stream in (self._state, self.stdout, self.stderr):
            stream.close()
        return told

    def send_signal(self, number: int) -> None:
        """Send it a signal, where it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self.send_signal(signal.SIGKILL)


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

    def send(self, request: dict[str, Any]) -> None:
        """Have this request done."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        self._process.stdin.flush()

    def reply(self, request: dict[str, Any], timeout: float | None) -> int:
        """The exit code of the process that does this request; negative where a signal ended it."""
        assert self._process.stdout is not None
        self.send(request)
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
    """Fork for each request that is read, until there are no more."""
    _load_program()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in requests:
        request = json.loads(line)
        if "state" not in request:
            _do(request, requests, replies)
        elif os.fork() == 0:
            # A fork of its own waits for the process that runs beside the test.
            with Path(request["state"]).open("wb") as state:
                _do(request, requests, state)
            os._exit(0)


def _do(request: dict[str, Any], requests: IO[bytes], replies: IO[bytes]) -> None:
    """Fork for a request, and write the exit code and the CPU seconds; before, who it is."""
    child = os.fork()
    if child == 0:
        requests.close()
        replies.close()
        _become(request)
    if "state" in request:
        replies.write(b"%d\n" % child)
        replies.flush()
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
    importlib.import_module("voterlist.storage.store").program_digest()
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
