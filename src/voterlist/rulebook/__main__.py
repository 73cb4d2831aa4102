"""``python -m voterlist.rulebook FOLDER``: write the page of every rule into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from voterlist.rulebook.pages import write_pages

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="voterlist.rulebook", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="where the pages lie, such as docs/rules"
    )
    write_pages(parser.parse_args().folder)
