"""Makes the PDF files beside it, in letters that the fonts of reportlab do not have.

It is run by hand where DejaVu Sans is installed (the package fonts-dejavu-core).
"""

import sys
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import documents  # noqa: E402  it stands in the folder above

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def three_pages() -> bytes:
    """A ruled list of three pages: header and number on each, a row broken over a page."""
    street = "Səbail rayonu, Üzeyir Hacıbəyov küçəsi ilə Nizami küçəsinin kəsişməsi"
    return documents.pdf(
        [documents.HEADER, *documents.voters(1, 40, street=street)],
        titles=documents.PLACE,
        below=["Cəmi: 40 nəfər seçici", "Məntəqə komissiyasının sədri ________"],
        font="D",
        foot="Səhifə {}/3",
        widths=(25, 65, 60, 80, 60, 110, 55),
        splitInRow=1,
    )


def without_lines() -> bytes:
    """A list of two pages without a line."""
    return documents.pdf(
        [documents.HEADER, *documents.voters(1, 60)],
        titles=documents.PLACE,
        below=["Cəmi: 60 nəfər seçici"],
        font="D",
        foot="{}",
        lines=(),
    )


def main() -> None:
    """Write both."""
    pdfmetrics.registerFont(TTFont("D", FONT))
    (HERE / "list.pdf").write_bytes(three_pages())
    (HERE / "without_lines.pdf").write_bytes(without_lines())


if __name__ == "__main__":
    main()
