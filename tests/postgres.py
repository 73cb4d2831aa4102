"""A server of PostgreSQL for the tests, started when one is installed.

The server refuses to be run by root, so it runs as another user where the tests are root's. It
listens on a socket in a folder of its own and on no port, and keeps nothing: it does not wait for
the disk.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import psycopg

WHY_NOT = "no server of PostgreSQL is installed (initdb, pg_ctl)"
_USERS = ("postgres", "nobody")
_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_numbers = itertools.count(1)


def binary(name: str) -> str | None:
    """A program of the server; None where it is not installed."""
    folders = [*map(str, _FOLDERS), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(folders))


def is_installed() -> bool:
    """True where the tests can start a server."""
    return bool(binary("initdb") and binary("pg_ctl"))


def _user() -> pwd.struct_passwd | None:
    """Who runs the server where the tests are root's."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next(known[name] for name in _USERS if name in known)


def _run(*command: str) -> None:
    user = _user()
    identity = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        extra_groups=[] if user else None,
        **identity,
    )


@cache
def server() -> str:
    """The address of the server, without a database; started once for a process."""
    # Names of sockets are short, so the folder is not the one of the tests.
    folder = Path(tempfile.mkdtemp(prefix="vl-pg-"))
    user = _user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    assert initdb
    assert pg_ctl
    words = ["-U", "voterlist", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    _run(initdb, "-D", data, *words)
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    # It would look into every database once a minute, and all of them are thrown away.
    options += " -c autovacuum=off"
    _run(pg_ctl, "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")

    def stop() -> None:
        _run(pg_ctl, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://voterlist@/postgres?host={folder}"


@cache
def _base() -> psycopg.Connection:
    """A connection to the server that makes databases."""
    # Every process that collects tests of the ledger would load it.
    import psycopg

    base = psycopg.connect(server(), autocommit=True)
    atexit.register(base.close)
    return base


def new_database(template: str | None = None) -> str:
    """The address of an empty database on the server; with ``template`` of a copy of that one."""
    name = f"ledger{next(_numbers)}"
    copied = f" TEMPLATE {urlsplit(template).path[1:]}" if template else ""
    _base().execute(f"CREATE DATABASE {name}{copied}")
    return server().replace("/postgres?", f"/{name}?")
