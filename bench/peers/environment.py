"""The virtual environments of the peers."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

__all__ = ["environment"]

HERE = Path(__file__).resolve().parent


def environment(name: str) -> str:
    """The Python of a peer's environment, made anew where the pins of ``name.txt`` changed."""
    pins = HERE / f"{name}.txt"
    folder = HERE / ".venvs" / name
    python, stamp = folder / "bin" / "python", folder / "pins"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return str(python)
    print(f"making the environment of {name}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        str(pins),
    ]
    subprocess.run(install, check=True)
    stamp.write_text(wanted, encoding="ascii")
    return str(python)
