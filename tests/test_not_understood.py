"""Registers are told by names in three languages and by headings; what is not, is asked for."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections import Counter

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import workspaces
from command_line import call
from voterlist.config.sections import IngestSettings
from voterlist.ingest.registers import register_named
from voterlist.model import AsideCode, Profile, Stage
from voterlist.pipeline import reference
from voterlist.pipeline.inbox import is_street_register
from voterlist.readers import list_files
from voterlist.storage.files import sha256
from voterlist.storage.ledger import Ledger

HEADINGS = ["Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "FİN"]
DEAD = [
    ["Məmmədov", "Elçin", "Rauf oğlu", "12.03.1970", "5XK1234"],
    ["Rzayev", "Orxan", "Şamil oğlu", "05.05.1965", "5XK1238"],
    ["Abbasov", "Nurəddin", "Qədir oğlu", "01.01.1950", "5XK9999"],
]
DAY = {"status": ("--today", "2026-02-03"), "doctor": ()}
NAMES = {
    "deaths": "deaths|Ölənlər 2025 (VVADQ)|ÖLƏNLƏR_2025|olenler|Vəfat edənlər|VVADQ-ölənlər|"
    "2025ölənlər|Ölüm aktları|Умершие 2025|УМЕРШИЕ|Реестр смертей|Deceased (2025)",
    "departures": "departures|Köçənlər|Gedənlər 2025|qeydiyyatdan çıxanlar|Выбывшие",
    "arrivals": "arrivals|Gələnlər|köçüb gələnlər|Прибывшие (2025)",
    "residence": "residence|Yaşayış yeri üzrə qeydiyyat|Проживающие|Qeydiyyatda olanlar",
    "name-changes": "name-changes|Name changes|Ad dəyişənlər|SOYADINI DƏYİŞƏNLƏR|Смена фамилии",
    "newly-of-age": "newly-of-age|newly_of_age 2026|18 yaşı tamam olanlar|Совершеннолетние",
    "conscripts": "conscripts|Çağırışçılar|CAGIRISCILAR|Hərbi qulluqçular|Призывники",
    "prisoners": "prisoners|Məhbuslar|MƏHBUSLAR 2026|Заключённые|Осужденные",
    "abroad": "abroad|Xaricdə olanlar|За рубежом|Зарубежные",
    "removals": "removals|Siyahıdan çıxarılanlar|Исключённые",
    "earlier-cycle": "earlier-cycle|ondan əvvəlki dövr",
    "last-cycle": "last-cycle|Last cycle 2025|keçən dövr|keçən ilin siyahısı|прошлогодний список",
    "statistics": "statistics|Statistika|Статистика 2025",
    "protocol": "protocol|Protokol|Протокол",
    "streets": "streets|Küçələr|KÜÇƏLƏR 2026|Улицы",
}


def spellings():
    for kind, names in NAMES.items():
        for name in names.split("|"):
            yield kind, name
            for form in ("NFC", "NFD"):
                for written in (name, name.upper(), name.lower()):
                    yield kind, unicodedata.normalize(form, written)


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026")


def write_book(path, *, headings=(), rows=DEAD, title="", sheet="Sheet1"):
    """A workbook with further columns, which are filled in every row."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    if title:
        book.active.append([title])
    book.active.append([*HEADINGS, *headings])
    for row in rows:
        book.active.append([*row, *("10.10.2025" for _ in headings)])
    book.save(path)
    return path


def run_to_review(workspace):
    result = workspaces.run(workspace, until=Stage.REVIEW)
    return result, lambda name: pq.read_table(
        result.folder / f"{name}.parquet"
    ).to_pylist()


def told(*words):
    """(exit code, all that a command says)."""
    done = call(*map(str, words))
    return done.exit_code, " ".join(done.output.split())


def test_a_register_is_told_by_its_name(tmp_path):
    """Whoever sends a register names it in their own language, and a disk spells letters anew."""
    for number, (kind, name) in enumerate(sorted(set(spellings()))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / f"{name}.csv").write_text("x", encoding="utf-8")
        (file,) = list_files(folder, tmp_path)
        assert register_named(file.path.name) == kind, name
        assert is_street_register(file.path) == (kind == "streets"), name


def test_the_documented_names_are_told():
    """What the pages say stays good."""
    names = (
        "deaths",
        "departures",
        "arrivals",
        "residence",
        "name-changes",
        "conscripts",
    )
    names += (
        "newly-of-age",
        "prisoners",
        "abroad",
        "removals",
        "last-cycle",
        "statistics",
    )
    names += ("earlier-cycle", "protocol", "streets")
    for name in names:
        assert register_named(f"{name}.csv") == name


@pytest.mark.parametrize("name", ["Ölənlər 2025 (VVADQ).xlsx", "siyahi.xlsx"])
def test_a_register_of_deaths_is_used_whatever_its_name(workspace, name):
    """It was passed over: the dead stayed on the list, and nobody was told."""
    headings = () if "Ö" in name else ("Vəfat tarixi",)
    write_book(workspace / "reference" / name, headings=headings)
    result, table = run_to_review(workspace)
    rules = [row["rule"] for row in table("findings")]
    assert rules.count("deceased-confirmed") == 3
    assert [row["register"] for row in table("reference")] == ["deaths"]
    assert not result.troubles


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Ölüm tarixi (gün, ay, il)", "deaths"),
        ("Дата смерти", "deaths"),
        ("Date of death", "deaths"),
        ("Qeydiyyatdan çıxdığı tarix", "departures"),
        ("Дата выбытия", "departures"),
        ("Gəldiyi tarix", "arrivals"),
        ("Əvvəlki soyadı", "name-changes"),
        ("Прежняя фамилия", "name-changes"),
        ("Çıxarılma səbəbi", "removals"),
        ("Vəfat tarixi / Дата смерти", "deaths"),
    ],
)
def test_a_register_is_told_by_its_headings(tmp_path, heading, kind):
    """A name such as export_17.xlsx says nothing."""
    folder = tmp_path / "reference"
    folder.mkdir()
    write_book(folder / "export_17.xlsx", headings=(heading,))
    outside = reference.read(list_files(folder, tmp_path), IngestSettings(), Profile.AZ)
    assert list(outside.registers)[:1] == [kind]


def test_a_file_of_reference_that_is_not_understood_is_asked_for(workspace):
    """It was mentioned nowhere."""
    write_book(workspace / "reference" / "export (17).xlsx")
    shutil.copy(
        workspace / "reference" / "export (17).xlsx", workspace / "reference" / "b.xlsx"
    )
    result, _ = run_to_review(workspace)
    named = {(one.file, one.code) for one in result.troubles}
    assert named == {
        (f"reference/{name}.xlsx", AsideCode.REGISTER_UNKNOWN)
        for name in ("export (17)", "b")
    }
    assert result.exit_code == 1
    for command in ("status", "doctor"):
        code, said = told(command, workspace, *DAY[command])
        assert code == 1
        assert "reference/export (17).xlsx" in said
        assert "name-changes" in said
    done = call("status", workspace, "--json")
    assert json.loads(done.stdout)["not_understood"] == [
        "reference/b.xlsx",
        "reference/export (17).xlsx",
    ]


def test_status_and_doctor_are_content_where_all_is_understood(workspace):
    """A question that is always asked is not read."""
    write_book(workspace / "reference" / "Vəfat edənlər.xlsx")
    write_book(workspace / "reference" / "x.xlsx", headings=("Vəfat tarixi",))
    assert told("status", workspace, *DAY["status"])[0] == 0
    _, said = told("doctor", workspace)
    assert "every file of reference is understood" in said


LIKE_REGISTERS = (
    ("list.xlsx", {"headings": ("Vəfat tarixi",)}),
    ("list-2.xlsx", {"headings": ("Дата смерти",)}),
    ("list-3.xlsx", {"headings": ("Date of death",)}),
    ("list-4.xlsx", {"headings": ("Çıxarılma səbəbi",)}),
    ("Ölənlər 2025 (VVADQ).xlsx", {}),
    ("умершие.xlsx", {}),
    ("deaths.xlsx", {}),
    ("departures.xlsx", {}),
    ("list-5.xlsx", {"title": "2025-ci ildə vəfat edənlərin siyahısı"}),
    ("list-6.xlsx", {"sheet": "Ölənlər"}),
)
"""Files of three people each, and what of each says that it is a register."""


def test_a_list_in_the_inbox_that_looks_like_a_register_is_asked_about(workspace):
    """Its dead became voters of a precinct that nobody knows."""
    inbox = workspace / "inbox" / "88"
    for number, (name, options) in enumerate(LIKE_REGISTERS):
        write_book(inbox / name, **{"sheet": f"Sheet{number}", **options})
    result, table = run_to_review(workspace)
    aside = [row for row in table("set_aside") if row["code"] == "looks-like-register"]
    rows_of = Counter(row["source"] for row in aside)
    assert list(rows_of.values()) == [3] * len(LIKE_REGISTERS)
    assert all(row["cells"] for row in aside)
    assert "Abbasov" not in {row["surname"] for row in table("entries")}
    found = [row for row in table("findings") if row["rule"] == "looks-like-register"]
    assert {row["source"]: row["value"] for row in found} == rows_of
    assert len(found) == len(LIKE_REGISTERS)
    assert result.exit_code == 1
    for name, _ in LIKE_REGISTERS:
        code, said = told("inspect", inbox / name)
        assert code == 1
        assert "looks-like-register" in said or "Looks like a register" in said


def test_a_lawful_list_is_no_register(workspace):
    """A list of barracks has words of a register; a blank column for the dead says nothing."""
    inbox = workspace / "inbox" / "88"
    write_book(inbox / "menteqe-3 hərbi hissə.xlsx")
    book = openpyxl.load_workbook(inbox / "menteqe-3 hərbi hissə.xlsx")
    book.active.cell(1, 6, "Vəfat tarixi")
    book.active.cell(2, 6, "")
    book.active.append(["Sədr: ölənlər siyahıdan çıxarılıb"])
    book.save(inbox / "menteqe-4.xlsx")
    _, table = run_to_review(workspace)
    assert not [
        row for row in table("set_aside") if row["code"] == "looks-like-register"
    ]
    places = [row["precinct"] for row in table("entries")]
    assert places.count(3) == places.count(4) == 3


def taken_in(workspace, table):
    """A table of two persons in the inbox under another name, that a package had as this one."""
    path = workspace / "inbox" / "88" / "səhifə.parquet"
    people = {"surname": ["Qarayev", "Rzayeva"], "number": ["7 və 8", "9"]}
    people |= {"given_name": ["Rauf", "Sara"], "birth_date": ["01.02.1970", None]}
    pq.write_table(pa.table({**people, "precinct": ["12", "12"]}), path)
    manifest = workspace / "received" / "conec-088" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    files = [{"sha256": sha256(path), "table": table}]
    manifest.write_text(json.dumps({"files": files}), encoding="utf-8")
    with Ledger(workspace / "ledger.db") as ledger:
        package = {"kind": "submit", "package": sha256(manifest)}
        ledger.write_journal(workspaces.TODAY, "received", **package)


@pytest.mark.parametrize("table", ["record", "removed", "arrivals"])
def test_what_came_in_a_package_is_what_the_package_says(workspace, table):
    """Who was taken off a list was a voter again where somebody moved the table to the inbox.

    And ``inspect`` asked about the rows of a list that was signed, as of a stranger's.
    """
    taken_in(workspace, table)
    is_list = table == "record"
    result, tables = run_to_review(workspace)
    surnames = {row["surname"] for row in tables("entries")}
    assert ({"Qarayev", "Rzayeva"} <= surnames) == is_list
    codes = [one.code for one in result.troubles]
    assert codes == ([] if is_list else [AsideCode.LOOKS_LIKE_REGISTER])
    path = workspace / "inbox" / "88" / "səhifə.parquet"
    assert not is_list or told("inspect", path)[0] == 0
