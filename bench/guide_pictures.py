"""Makes the pictures of the guides: ``python bench/guide_pictures.py [en] [az]``.

Tells the operator's guide in each language and takes pictures of what came out. Needed besides the
program: Chromium for pages, LibreOffice for workbooks; what is missing is named before anything is
done. Each picture has at most ``MOST_BYTES``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import pypdfium2
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
os.environ.setdefault("VOTERLIST_LANG", "en")

import processes
from guide_story import GUIDES, Story
from voterlist.catalogue import LANGUAGES
from voterlist.report.values import Words

TOOLS = {"chromium": "pages", "soffice": "workbooks"}
PICTURES = GUIDES / "pictures"
MOST_BYTES = 150_000
WIDTH = 900
"""Pixels of a picture; a page on the screen of GitHub has about as many."""
PAGE_HEIGHT = 900
COLOURS = 32
PRECINCT = "precinct-0003"
SHARE = {"display": 0.6, "corrections": 0.32}
"""How much of a page is shown, from its top; all of others."""
ROWS = {"cases": 11, "strikings": 9}
"""The last row of a sheet that is shown."""
LAST_COLUMN = "K"
"""Up to it stands what a person sees without scrolling."""


def main() -> int:
    """Make all pictures; 2 where a tool is missing."""
    missing = [
        f"{tool} ({use})" for tool, use in TOOLS.items() if shutil.which(tool) is None
    ]
    if missing:
        print(f"Missing, so no picture was made: {', '.join(missing)}", file=sys.stderr)
        return 2
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for language in sys.argv[1:] or LANGUAGES:
            place = Path(folder, language)
            place.mkdir()
            _pictures(language, place)
    processes.end()
    return 0


def _pictures(language: str, folder: Path) -> None:
    story = Story(language, folder)
    wrong = story.tell("operator")
    if wrong:
        raise SystemExit("\n".join(wrong))
    _report(language, story.kept["first-run"], folder)
    _workbook(language, folder / "operator" / "aynur.xlsx", folder)
    _lists(language, folder / "operator" / "goychay" / "lists" / "88")


def _report(language: str, origin: Path, folder: Path) -> None:
    """The first screen of the report."""
    page = origin / "goychay" / "reports" / "88" / f"report-{language}.html"
    shot = folder / "report.png"
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'chromium'}",
        f"--window-size=1200,{PAGE_HEIGHT * 4 // 3}",
        f"--screenshot={shot}",
        page.as_uri(),
    ]
    _call(command)
    _keep(Image.open(shot), f"report-{language}")


def _workbook(language: str, path: Path, folder: Path) -> None:
    """The upper left of the sheets, as LibreOffice shows them."""
    words = Words(language)
    for name, last in ROWS.items():
        book = openpyxl.load_workbook(path)
        sheet = book[words(f"review.sheet.{name}")]
        for other in book.sheetnames:
            if other != sheet.title:
                del book[other]
        sheet.print_title_rows = None
        sheet.print_area = f"A1:{LAST_COLUMN}{last}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 1
        for part in (
            sheet.oddFooter.left,
            sheet.oddFooter.center,
            sheet.oddFooter.right,
        ):
            part.text = None
        shown = folder / f"{name}.xlsx"
        book.save(shown)
        _call(
            [
                "soffice",
                f"-env:UserInstallation={(folder / 'office').as_uri()}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                str(shown),
            ]
        )
        _keep(_page(folder / f"{name}.pdf", 0), f"{name}-{language}")


def _lists(language: str, folder: Path) -> None:
    """Pages of the printed lists of a precinct."""
    display = next(folder.glob(f"*{PRECINCT}-display-{language}.pdf"))
    _keep(_page(display, 0), f"display-{language}")
    work = next(folder.glob(f"*{PRECINCT}-work-{language}.pdf"))
    words = Words(language)
    for name, key in (("corrections", "lists.corrections"), ("door", "lists.door")):
        _keep(
            _page(work, _page_with(work, words(f"{key}.title"))), f"{name}-{language}"
        )


def _page_with(path: Path, title: str) -> int:
    """The page that begins with a title."""
    document = pypdfium2.PdfDocument(path)
    for number, page in enumerate(document):
        if page.get_textpage().get_text_range().startswith(title):
            return number
    raise SystemExit(f"{path.name} has no page {title!r}")


def _page(path: Path, number: int) -> Image.Image:
    page = pypdfium2.PdfDocument(path)[number]
    return page.render(scale=3).to_pil()


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr}")


def _keep(picture: Image.Image, name: str) -> None:
    """Without the white around it, as wide as all, with few colours."""
    share = SHARE.get(name.partition("-")[0], 1.0)
    picture = picture.crop((0, 0, picture.width, round(picture.height * share)))
    grey = picture.convert("L").point(lambda value: 255 * (value < 250))
    box = grey.getbbox() or (0, 0, *picture.size)
    picture = picture.convert("RGB").crop(box)
    height = round(picture.height * WIDTH / picture.width)
    picture = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    path = PICTURES / f"{name}.png"
    picture.quantize(COLOURS).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {picture.width} x {picture.height}, {size:,} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
