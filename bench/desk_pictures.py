"""Makes the pictures of the page of cases: ``python bench/desk_pictures.py``.

The sample is run, its page is written, and Chromium shows it in both languages, in the dark and on
a telephone. Each picture has at most ``MOST_BYTES``.
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import browsers
import workspaces
from voterlist.casework.pages import export_page

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "samples" / "goychay"
DOCS = ROOT / "docs"
MOST_BYTES = 150_000
COLOURS = 160
DAY = dt.date(2026, 3, 2)
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
SEARCHED = "name-change"
"""The kind of case that is shown: it differs, and is plain all the same."""
SHOTS = {
    "guide/pictures/desk-en": ("en", "light", WIDE),
    "guide/pictures/desk-az": ("az", "light", WIDE),
    "desk-dark": ("en", "dark", WIDE),
    "desk-phone": ("az", "light", PHONE),
}


def _shoot(opened: object, path: Path, name: str) -> None:
    """Take one picture."""
    language, theme, size = SHOTS[name]
    visit = browsers.Visit(opened, color_scheme=theme, viewport=size)
    page = visit.open(path)
    if page.locator("html").get_attribute("lang") != language:
        page.locator("#language").click()
    page.locator("#by-kind").select_option(SEARCHED)
    for _ in range(3):
        page.keyboard.press("a")
    picture = Image.open(io.BytesIO(page.screenshot()))
    small = picture.convert("RGB").quantize(COLOURS)
    target = DOCS / f"{name}.png"
    small.save(target, optimize=True)
    size_of_file = target.stat().st_size
    if size_of_file > MOST_BYTES:
        raise SystemExit(f"{target.name} has {size_of_file} bytes")
    print(f"{target.name}: {size_of_file} bytes")
    visit.window.close()


def main() -> int:
    """The exit code; 2 where Chromium is not installed."""
    if browsers.CHROMIUM is None:
        print("Chromium is needed: apt-get install chromium")
        return 2
    with tempfile.TemporaryDirectory() as made, browsers.browser() as opened:
        folder = Path(made) / "goychay"
        shutil.copytree(SAMPLE, folder)
        workspaces.run(folder)
        page, _ = export_page(folder, None, "en", today=DAY, reader="Aynur Əliyeva")
        for name in SHOTS:
            _shoot(opened, page, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
