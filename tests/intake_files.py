"""Files that break one rule each, written anew for each test.

Named by what they break. Nobody in them exists.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field

import openpyxl

SURNAMES = (
    "Əliyev",
    "Məmmədova",
    "Quliyev",
    "Həsənova",
    "Rzayev",
    "İsmayılova",
    "Kərimli",
    "Abbaszadə",
    "Nəcəfov",
    "Hüseynova",
    "Babayev",
    "Səfərova",
    "Qasımov",
    "Əhmədova",
    "Cəfərov",
    "Vəliyeva",
    "Orucov",
    "Mustafayeva",
    "Tağıyev",
    "Zeynalova",
    "Musayev",
    "Bağırova",
    "Şükürov",
    "Nuriyeva",
)
GIVEN = ("Elçin", "Leyla", "Tural", "Sevinc", "Orxan", "Aygün", "Rauf", "Günel")
FATHERS = ("Rauf", "Kamil", "Əhməd", "Vaqif", "Şamil", "Nadir", "Həsən", "Fikrət")
HEADER = ["№", "Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "Ünvanı", "FİN"]
TITLE = "88 saylı seçki dairəsi, 12 saylı seçki məntəqəsi"


@dataclass(frozen=True)
class Case:
    """One rule broken: how the files are written, and what ``voterlist inspect`` says of them."""

    breaks: str
    write: object
    says: str
    settings: str = ""
    options: tuple = field(default=())


def voters(count=24, start=0):
    """Rows of ``HEADER``.

    Number, surname, given name, father's name with its particle, birth date, address, FIN.
    """
    rows = []
    for at in range(start, start + count):
        woman = at % 2
        rows.append(
            [
                str(at + 1),
                SURNAMES[at % len(SURNAMES)],
                GIVEN[(at % 2) + 2 * (at // 2 % 4)],
                f"{FATHERS[at // 3 % 8]} {'qızı' if woman else 'oğlu'}",
                f"{at % 28 + 1:02d}.{at % 12 + 1:02d}.{1950 + at * 7 % 50}",
                f"Nizami küç. {at // 3 + 1}, m. {at % 9 + 1}",
                f"{at % 9 + 1}XK{at:04d}",
            ]
        )
    return rows


def cut(rows, *columns):
    """These columns of the rows, in this order."""
    return [[row[column] for column in columns] for row in rows]


def text(rows, delimiter=";", encoding="utf-8"):
    """Rows as the bytes of a delimited file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def book(sheets, change=None):
    """Rows by sheet as the bytes of a workbook; ``change`` may touch it before it is saved."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append([None if cell == "" else cell for cell in row])
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return _without_clock(out.getvalue())


def _without_clock(content):
    """The workbook without its time of making, so that its bytes are the same each time."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            body = re.sub(
                rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", old.read(part)
            )
            new.writestr(zipfile.ZipInfo(part), body)
    return out.getvalue()


def files(**contents):
    """Writes these contents; in a name ``__`` stands for a point and ``___`` for a folder."""

    def write(folder):
        paths = []
        for name, content in contents.items():
            path = folder / name.replace("___", "/").replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            paths.append(path)
        return paths

    return write


def csv_of(rows, name="list__csv", **options):
    return files(**{name: text(rows, **options)})


def book_of(rows, change=None):
    return files(list__xlsx=book({"Siyahı": rows}, change))


PLAIN = [[TITLE], HEADER, *voters()]
NAMES = [[*row[:1], f"{row[1]} {row[2]} {row[3]}", *row[4:]] for row in voters()]
LAST = [[*row[:1], f"{row[2]} {row[3]} {row[1]}", *row[4:]] for row in voters()]
COMMAS = [[*row[:1], f"{row[1]}, {row[2]}, {row[3]}", *row[4:]] for row in voters()]
WHOLE = ["№", "Soyadı, adı, atasının adı", *HEADER[4:]]
BARE = [
    ["1", "Şirin"],
    ["2", "Gülnar"],
    ["3", "Elnur"],
    ["4", "Sərxan"],
    ["5", "Aslan"],
    ["6", "Yavər"],
]


def hide(made):
    made["Siyahı"].row_dimensions[5].hidden = True


def hide_column(made):
    made["Siyahı"].column_dimensions.group("F", "G", hidden=True)
    made["Siyahı"].column_dimensions["Z"].hidden = True


def write_far_right(made):
    """A cell beyond all columns of the list."""
    made["Siyahı"].cell(5, 300, "x")


def merge_header(made):
    page = made["Siyahı"]
    page.merge_cells("B2:D2")
    for column in "AEFG":
        page.merge_cells(f"{column}2:{column}3")


def split_version():
    older, newer = voters(), voters()
    newer[3][1] = "Həsənli"
    return {
        "12__csv": text([[TITLE], HEADER, *older]),
        "12_new__csv": text([[TITLE], HEADER, *newer, *voters(1, 30)]),
    }


def shifted():
    return [[TITLE], HEADER, *([row[0], "", *row[1:6]] for row in voters())]


def numbers():
    rows = [[int(row[0]), *row[1:6], 1234560 + at] for at, row in enumerate(voters())]
    return [[TITLE], HEADER, *rows]


def side():
    left, right = voters(12), voters(12, 12)
    return [
        [TITLE],
        [*HEADER[:5], "", *HEADER[:5]],
        *([*a[:5], "", *b[:5]] for a, b in zip(left, right, strict=True)),
    ]


def two_lists():
    second = [
        ["88 saylı seçki dairəsi, 13 saylı seçki məntəqəsi"],
        ["Doğum tarixi", "Adı", "Soyadı", "Sıra №"],
    ]
    return [
        *PLAIN,
        ["Cəmi: 24"],
        [],
        *second,
        *cut(voters(10, 24), 4, 2, 1, 0),
        ["Cəmi: 10"],
    ]


def pages():
    rows = voters()
    return [
        [TITLE],
        HEADER,
        *rows[:10],
        ["Səhifə üzrə cəmi", "10"],
        HEADER,
        *rows[10:],
        ["Cəmi", "24"],
    ]
