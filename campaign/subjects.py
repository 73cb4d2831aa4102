"""What ``damaged.py`` damages: every kind of input, whole, and how it is handed over.

A subject is made anew for each trial, in a folder of its own, so that a trial is the same whatever
was tried before it. Cells of lists are marks (``tests/marked.py``), so that one in a sentence is
seen.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import marked  # noqa: E402  these stand in the folder of the tests
import whole_files  # noqa: E402
from handed_subjects import HANDED  # noqa: E402
from package_subjects import PACKED  # noqa: E402
from subject import Subject, WrongError  # noqa: E402
from voterlist import config, ingest, readers  # noqa: E402
from voterlist.any_table.joined import read_map  # noqa: E402
from voterlist.config import SETTINGS_FILE  # noqa: E402
from voterlist.config.sections import IngestSettings  # noqa: E402
from voterlist.ingest.added import parse_comparisons  # noqa: E402
from voterlist.ingest.generic import columns_needed, given_map, table_intake  # noqa: E402
from voterlist.link import TAKEN_NAMES  # noqa: E402
from voterlist.model import Profile  # noqa: E402
from voterlist.normalize.addresses import read_address, read_street  # noqa: E402
from voterlist.normalize.corrections import read_correction, read_day  # noqa: E402
from voterlist.normalize.dates import read_date  # noqa: E402
from voterlist.normalize.explain import read_name  # noqa: E402
from voterlist.normalize.fullname import split_full_name  # noqa: E402
from voterlist.normalize.identifiers import read_any, read_document, read_fin, read_sex  # noqa: E402
from voterlist.normalize.names import skeleton, standard_name  # noqa: E402
from voterlist.normalize.stage import normalize  # noqa: E402
from voterlist.normalize.streets import read_houses  # noqa: E402
from voterlist.rulebook import RULE_CODES  # noqa: E402
from voterlist.schemas import RawFile  # noqa: E402
from workspaces import TODAY  # noqa: E402

__all__ = ["LIMITS", "SUBJECTS", "texts"]

LIMITS = IngestSettings(
    max_file_megabytes=20,
    max_unpacked_megabytes=50,
    max_cells=1_000_000,
    max_memory_megabytes=1_024,
    max_read_seconds=5,
)
# Values of cells


_NAMES = (
    "Məmmədov", "Əliyeva Leyla Kamil qızı", "Гусейнов Эльчин Рауф оглы", "Һүсејнова",
    "HASANOV ELCHIN RAUF O.", "Seyid-Zadə", "Ağa Mir Cəfər", "Abdullayev A.B.",
    "Mirzə (Kərimova)", "ibn Said",
)  # fmt: skip
_DATES = (
    "12.03.1970", "1970-03-12", "12/03/70", "12 mart 1970-ci il", "Март 12, 1970", "19700312",
    "25639", "03.1970", "1970", "12.03.1970 00:00:00", "XII.1970", "12,03,1970 il",
)  # fmt: skip
_IDENTIFIERS = (
    "5XK1234", "AZE12345678", "AA1234567", "5ХК 1234", "AZE № 1234567", "MYI-123456", "k", "qadın",
    "муж", "0",
)  # fmt: skip
_ADDRESSES = (
    "Nizami küç. 4, m. 2", "Bakı ş., Nəsimi r., 28 May küç. 12A, mən. 45", "ул. Низами 4/2 кв 17",
    "Kənd Qaraqaşlı, ev 5", "8 mkr, b.12 m 3", "S.Vurğun pr. 1-ci dalan, ev 17/19",
    "Səttar Bəhlulzadə küç 17 korp 2 blok 3 mən 4 otaq 5", "1-15 tək, 2-20 cüt", "hamısı",
    "1,3,5-9,11A/2",
)  # fmt: skip


def _values(texts: Sequence[str], *parsers: Callable[[str], object]) -> Subject:
    """Texts that stand in cells, each through all of these parsers."""

    def take(content: bytes) -> str:
        # The intake leaves single blanks, and cells of no more characters.
        text = " ".join(content.decode("utf-8", "replace").split())
        text = text[: LIMITS.max_cell_characters]
        for parse in parsers:
            parse(text)
        return "read"

    return Subject([text.encode() for text in texts], take, 400)


def _correct(field: str, text: str) -> object:
    return read_correction(field, text.strip(), TODAY, Profile.AZ)


def _names(_folder: Path) -> Subject:
    folds = [partial(_folded, profile=profile) for profile in Profile]
    others = (
        split_full_name,
        standard_name,
        read_name,
        partial(_correct, "given_name"),
    )
    return _values(_NAMES, *folds, *others)


def _folded(text: str, profile: Profile) -> None:
    """The fold of a name, which folded again is the same: else a person would have two."""
    once = skeleton(text, profile)
    if skeleton(once, profile) != once:
        raise WrongError("a fold that is folded again is another")
    # A vowel sign of Arabic that stands alone counts as a letter, until it is composed.
    if any(map(str.isalpha, unicodedata.normalize("NFKC", text))) and not once:
        raise WrongError("a name with letters has no fold")


def _dates(_folder: Path) -> Subject:
    return _values(_DATES, read_date, read_day, partial(_correct, "birth_date"))


def _identifiers(_folder: Path) -> Subject:
    parsers = (read_fin, read_document, read_any, read_sex)
    corrections = [partial(_correct, field) for field in ("fin", "document", "sex")]
    return _values(_IDENTIFIERS, *parsers, *corrections)


def _addresses(_folder: Path) -> Subject:
    parsers = [partial(read_address, profile=profile) for profile in Profile]
    return _values(_ADDRESSES, *parsers, read_street, read_houses)


# Lists


@cache
def _people() -> tuple[tuple[str, ...], ...]:
    marks = marked.Marks()
    return tuple(
        tuple(marks.person(number, number % 2 == 0)) for number in range(1, 13)
    )


@cache
def texts() -> tuple[bytes, ...]:
    """Lists as text, in three alphabets and their encodings."""
    plain = marked.table(list(map(list, _people())), "1 saylı seçki məntəqəsi")
    cyrillic = plain.translate(str.maketrans("zoltukbdfmnra", "золтукбдфмнра"))
    return (
        plain.encode(),
        plain.encode("utf-16"),
        plain.replace(";", ",").encode("utf-8-sig"),
        plain.replace(";", "\t").encode("cp1254", "replace"),
        cyrillic.encode("cp1251", "replace"),
        cyrillic.encode(),
        plain.replace("zoltuk", '"zoltuk""').encode(),
    )


def _lists(kind: str, inputs: int, folder: Path) -> Subject:
    """Lists of a kind, read as a run reads them, and taken in."""
    wholes = texts() if kind == "csv" else _of_kind(kind, folder)
    path = folder / f"list.{kind}"
    return Subject(wholes, partial(_take_in, path), inputs)


def _of_kind(kind: str, folder: Path) -> tuple[bytes, ...]:
    wholes = [whole_files.whole(kind)]
    if kind == "xlsx":
        marked.write_workbook(
            folder / "marked.xlsx", list(map(list, _people())), "1 saylı"
        )
        wholes.append((folder / "marked.xlsx").read_bytes())
    if kind == "jsonl":
        records = [dict(zip(marked.HEADERS, row, strict=True)) for row in _people()]
        wholes.append(json.dumps(records, ensure_ascii=False).encode())
        wholes.append("\n".join(map(json.dumps, records)).encode("utf-16"))
    return tuple(wholes)


def _take_in(path: Path, content: bytes) -> str:
    """Read a file, take it in, and normalise it; the rows balance at each step."""
    path.write_bytes(content)
    files = readers.read_files(path, path.name, LIMITS)
    rows = sum(sheet.cells.num_rows for file in files for sheet in file.sheets)
    intake = ingest.ingest(files, LIMITS, constituency=88)
    aside = sum(intake.set_aside.column("rows").to_pylist())
    if rows != intake.entries.num_rows + aside:
        raise WrongError("rows do not balance in the intake")
    outcome = normalize(intake.entries)
    if outcome.table.num_rows != intake.entries.num_rows:
        raise WrongError("rows do not balance in the normalisation")
    # Printed is searched for cells.
    print(intake.findings.to_pylist(), outcome.findings.to_pylist())
    return _end(files)


def _end(files: Sequence[RawFile]) -> str:
    troubles = {
        str(one.trouble)
        for file in files
        for one in (file, *file.sheets)
        if one.trouble
    }
    return "+".join(sorted(troubles)) or "read"


def _table(kind: str, inputs: int, folder: Path) -> Subject:
    """One table with any headers, as ``link`` and ``check`` read it."""
    path = folder / f"table.{kind}"

    def take(content: bytes) -> str:
        path.write_bytes(content)
        read = readers.read_table(path, LIMITS, wanted=columns_needed)
        entries = table_intake(read).entries
        if entries.num_rows != read.num_rows:
            raise WrongError("rows do not balance in the intake")
        normalize(entries, encoded=True)
        return "read"

    return Subject(_of_kind(kind, folder), take, inputs)


# What people write for the program


def _settings(folder: Path) -> Subject:
    path = folder / SETTINGS_FILE
    samples = (ROOT / "tests").glob("*.toml")
    wholes = [
        config.template().encode(),
        _EXAMPLE.encode(),
        *(one.read_bytes() for one in samples),
    ]

    def take(content: bytes) -> str:
        path.write_bytes(content)
        config.load(path, rule_codes=RULE_CODES)
        return "read"

    return Subject(wholes, take, 60)


_EXAMPLE = """
[workspace]
name = "Dairə"
level = "conec"
constituency = 88
[territory.precincts]
88 = "1-20, 31"
[ingest]
date_order = "day-first"
[ingest.pins]
"menteqe-1.csv" = { columns = { surname = "Soyadı" } }
[check.rules]
"no-fin" = { severity = "warning", enabled = false }
[[check.accepted]]
rule = "no-fin"
reason = "abroad"
[calendar]
election_day = 2026-11-01
[calendar.finished]
pec = 2026-08-01
[submit]
most_open_cases = 100
"""
_MAP = """
[columns]
surname = "Soyadı"
given_name = ["Adı", "Ünvanı"]
birth_date = 'Doğum tarixi'

[comparisons.note]
column = "Qeyd"
kind = "text"
blocking = true
"""


def _maps(folder: Path) -> Subject:
    path = folder / "map.toml"

    def take(content: bytes) -> str:
        path.write_bytes(content)
        columns = read_map(path)
        parse_comparisons(path.read_text(encoding="utf-8-sig"), TAKEN_NAMES)
        given_map(marked.HEADERS, columns or {})
        return "read"

    return Subject([_MAP.encode(), _MAP.partition("[comp")[0].encode()], take, 120)


_INPUTS = {
    "csv": 60,
    "jsonl": 60,
    "dbf": 40,
    "parquet": 40,
    "xlsb": 30,
    "xls": 30,
    "zip": 15,
}
"""How many files of a kind a trial damages, where it is not as many as of most."""
_OF_MOST = 20

SUBJECTS: Mapping[str, Callable[[Path], Subject]] = {
    "names": _names,
    "dates": _dates,
    "identifiers": _identifiers,
    "addresses": _addresses,
    "settings": _settings,
    "maps": _maps,
    **{
        f"lists: {kind}": partial(_lists, kind, _INPUTS.get(kind, _OF_MOST))
        for kind in whole_files.WHOLE
        if kind != "utf-16"  # among the texts of "csv"
    },
    "tables: csv": partial(_table, "csv", 60),
    "tables: parquet": partial(_table, "parquet", 60),
    **HANDED,
    **PACKED,
}
"""Each kind of input by its name on the page."""
