"""Makes the PDF files beside it, in letters that the fonts of reportlab do not have.

It is run by hand where DejaVu, LibreOffice and Chromium are installed (the packages
fonts-dejavu-core, libreoffice-calc and chromium).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment
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


def printed() -> None:
    """A list that Chromium prints without lines, its small capitals drawn (Type 3)."""
    page = (
        "<meta charset=utf-8><style>table{font:16px 'DejaVu Serif';"
        "font-variant:small-caps}td{padding:1px 6px;vertical-align:top}"
        "@page{size:600px 400px;margin:10px}</style><table>"
    )
    page += "".join(f"<tr><td>{'<td>'.join(row)}" for row in documents.CAPITALS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.html"
        path.write_text(page, encoding="utf-8")
        made = HERE / "small_capitals.pdf"
        command = ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer"]
        subprocess.run([*command, f"--print-to-pdf={made}", path], check=True)


def from_calc() -> None:
    """A list that a spreadsheet program prints, its cells with several lines and no borders."""
    voters = documents.voters(1, 30, documents.NAMES[:3])
    for voter in voters[::4]:
        voter[3] = f"Müzəffər {voter[3].split()[1]}"
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [[int(number), *cells] for number, *cells in voters]
    total = [None, "Cəmi: 30 nəfər"]
    titles = [[line] for line in documents.PLACE]
    for row in (*titles, documents.HEADER, *rows, [], total):
        sheet.append(row)
    for letter, width in zip("ABCDEFG", (4, 11, 9, 13, 10, 24, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "from_calc.xlsx"
        book.save(path)
        form = 'pdf:calc_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"false"}}'
        command = [
            "soffice",
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            HERE,
            path,
        ]
        subprocess.run(command, check=True)


def main() -> None:
    """Write all."""
    from_calc()
    printed()
    pdfmetrics.registerFont(TTFont("D", FONT))
    (HERE / "list.pdf").write_bytes(three_pages())
    (HERE / "without_lines.pdf").write_bytes(without_lines())


if __name__ == "__main__":
    main()
