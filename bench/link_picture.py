"""Makes the picture of a linkage in ``docs/link.md``: ``python bench/link_picture.py``.

20,000 invented people without identifiers are linked, and Chromium shows what each threshold costs.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from voterlist.synth.generate import generate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import browsers
import voterlist

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "link.png"
COLOURS = 64


def main() -> int:
    """The exit code; 2 where Chromium is not installed."""
    if browsers.CHROMIUM is None:
        print("Chromium is needed: apt-get install chromium")
        return 2
    people = generate(20_000, constituencies=1, seed=5).entries.to_pandas()
    linkage = voterlist.link(people.drop(columns=["fin", "document"]))
    with tempfile.TemporaryDirectory() as made, browsers.browser() as opened:
        path = Path(made) / "page.html"
        linkage.report(path, with_entries=False)
        window = opened.new_context(viewport={"width": 760, "height": 6000})
        page = window.new_page()
        page.goto(path.as_uri())
        picture = Image.open(io.BytesIO(page.locator("#weights").screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
