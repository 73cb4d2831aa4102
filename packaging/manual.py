"""The pages that are made of the program, as files, in both languages: ``make manual``.

``python packaging/manual.py FOLDER``. A bundle has them in ``docs/manual``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from voterlist.catalogue import LANGUAGES
from wheels import ROOT


def write_manual(folder: Path) -> None:
    """Write the manual in each language, and the lists as people make them."""
    for language in LANGUAGES:
        subprocess.run(
            [sys.executable, "-m", "voterlist", "manual", "--out", folder / language],
            check=True,
            env={**os.environ, "VOTERLIST_LANG": language},
            stdout=subprocess.DEVNULL,
        )
    files = [ROOT / "tests" / "test_inspect.py", folder / "intake-files.md"]
    subprocess.run([sys.executable, *files], check=True)


if __name__ == "__main__":
    write_manual(Path(sys.argv[1]))
