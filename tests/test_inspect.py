"""``voterlist inspect`` on files that break one rule each.

``python tests/test_inspect.py`` writes their page anew.
"""

import json
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake_cases import CASES
from intake_files import FATHERS, GIVEN, HEADER, SURNAMES, TITLE, book, voters
from voterlist import ingest
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.cli import APP
from voterlist.config.sections import IngestSettings
from voterlist.ingest.evidence import ORIGINS
from voterlist.ingest.text import FIELD_OF
from voterlist.readers import read_paths

TABLE = ("| file | what is unusual | what is said | exit code |", "|---|---|---|---|")
LIMITS = IngestSettings()


def inspected(*arguments):
    """The command's outcome."""
    return CliRunner().invoke(
        APP, ["inspect", *map(str, arguments)], prog_name="voterlist"
    )


def looked_at(case, folder):
    """What the command says of a case, as plain values."""
    paths = case.write(folder / "lists")
    options = [*case.options]
    if case.settings:
        (folder / "settings.toml").write_text(case.settings, encoding="utf-8")
        options += ["--settings", folder / "settings.toml"]
    folders = (
        len({path.parent for path in paths}) > 1 or paths[0].parent != folder / "lists"
    )
    found = inspected(*([folder / "lists"] if folders else paths), "--json", *options)
    return json.loads(found.stdout), found.stderr


def test_a_workspace_stands_for_its_inbox_and_an_empty_folder_is_named(tmp_path):
    """Its settings were read as a list, and of an empty inbox it was said that it is unreadable."""
    folder = tmp_path / "2026"
    inbox = folder / "inbox" / "88"
    folder.mkdir()
    (folder / "voterlist.toml").write_text("", encoding="utf-8")
    # A workspace may have no inbox yet.
    for path in (folder, folder, inbox):
        found = inspected(path)
        inbox.mkdir(parents=True, exist_ok=True)
        assert found.exit_code == 2
        assert catalogue("en")("error.no-lists.what", path=path) in found.stderr
    text = "Soyadı;Adı;Atasının adı;Doğum tarixi\nƏliyev;Elçin;Rauf oğlu;01.02.1980\n"
    (inbox / "1.csv").write_text(text, encoding="utf-8")
    (told,) = json.loads(inspected(folder, "--json").stdout)["table"]
    assert (told["file"], told["entries"]) == ("88/1.csv", 1)


def counted(codes):
    return ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))


def _place(place):
    number = f"{place['constituency'] or '?'}/{place['precinct'] or '?'}"
    return f"{number} ({place['precinct_from'] or '-'})"


def sheet_says(sheet):
    """One sheet in one line.

    Whose list, its entries, what was set aside, how columns were found, what was said.
    """
    if sheet["trouble"]:
        return sheet["trouble"]
    places = [_place(place) for place in sheet["places"]]
    ways = {
        column["how"]
        for one in sheet["lists"]
        for column in one["columns"]
        if column["field"]
    } - {"known"}
    doubts = [
        column["field"]
        for one in sheet["lists"]
        for column in one["columns"]
        if column["doubtful"]
    ]
    parts = [f"{' '.join(places)}: {sheet['entries']} entries"]
    if aside := {
        code: count
        for code, count in sheet["set_aside"].items()
        if code not in {"header-row", "title-row"}
    }:
        parts.append(counted(aside))
    if ways:
        parts.append(f"columns {', '.join(sorted(ways))}")
    parts += [
        f"names {one['name_order']}" for one in sheet["lists"] if one["name_order"]
    ]
    if doubts:
        parts.append(f"doubtful {', '.join(doubts)}")
    rules = sorted({row["rule"] for row in sheet["findings"]})
    if rules:
        parts.append(f"says {', '.join(rules)}")
    return "; ".join(parts)


def says(found):
    """What is said of all files of a case in one line."""
    return (
        " | ".join(
            file["trouble"] or " / ".join(sheet_says(sheet) for sheet in file["sheets"])
            for file in found["files"]
        )
        + f" -> {found['exit_code']}"
    )


def _without_code(says):
    """The sentence without the exit code, its parts below each other."""
    return says.rpartition(" -> ")[0].replace(" | ", "<br>")


def page():
    """The files of ``intake_cases``, each with what is said of it, as Markdown."""
    rows = [
        f"| `{name}` | {one.breaks} | {_without_code(one.says)} | {one.says[-1]} |"
        for name, one in CASES.items()
    ]
    return "\n".join(["# Lists as people make them", "", *TABLE, *rows, ""])


@cache
def outcome(name):
    """What is said of a case, once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return looked_at(CASES[name], Path(folder))


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_file_that_breaks_a_rule(name):
    """Each file is told as it is.

    Whose list, which columns, how many entries, what was set aside, what to look at.
    """
    found, _ = outcome(name)
    assert says(found) == CASES[name].says
    for file in found["files"]:
        for sheet in file["sheets"]:
            assert sheet["rows"] == sheet["entries"] + sum(sheet["set_aside"].values())
            assert sheet["rows"] == sum(place["rows"] for place in sheet["places"])


@pytest.mark.parametrize("name", CASES)
def test_no_voter_is_shown(name):
    """Neither the words for people nor the JSON hold a name from a row: headers and counts only.

    That all was understood stands below no warning.
    """
    found, words = outcome(name)
    is_understood = catalogue("en")("inspect.code.0") in words
    assert is_understood == (not found["exit_code"] and "  ! " not in words)
    shown = words + json.dumps(found, ensure_ascii=False)
    assert not [
        one
        for one in (
            *SURNAMES,
            *(given for given, _ in zip(GIVEN, FATHERS, strict=True)),
        )
        if one in shown
    ]
    assert "XK00" not in shown


def test_the_page_shows_every_file():
    """``make manual`` shows what the command says of each file, with its exit code."""
    rows = page().splitlines()[4:]
    assert [row.split("`")[1] for row in rows] == list(CASES)
    assert len(CASES) >= 40


def test_it_takes_the_same_as_a_run(tmp_path):
    """What is shown beforehand is what ingest takes.

    The entries, the rows set aside and the findings of each file.
    """
    for name, one in CASES.items():
        if one.settings:
            continue
        paths = one.write(tmp_path / name)
        raw = read_paths(paths, tmp_path / name, LIMITS)
        taken = ingest.ingest(raw, LIMITS, constituency=None)
        shown = outcome(name)[0]["files"]
        sheets = [sheet for file in shown for sheet in file["sheets"]]
        assert taken.entries.num_rows == sum(sheet["entries"] for sheet in sheets)
        assert sum(taken.set_aside.column("rows").to_pylist()) == sum(
            sum(sheet["set_aside"].values()) for sheet in sheets
        )
        told = [row["rule"] for sheet in sheets for row in sheet["findings"]]
        troubles = [part["trouble"] for part in (*shown, *sheets) if part["trouble"]]
        assert sorted(taken.findings.column("rule").to_pylist()) == sorted(
            [*told, *troubles]
        )


def test_a_file_in_an_inbox_is_looked_at_as_its_run_would(tmp_path):
    """The workspace's pins and the constituency of the folder hold.

    A folder stands for the files in it.
    """
    folder = tmp_path / "inbox" / "088-goychay"
    folder.mkdir(parents=True)
    (tmp_path / "voterlist.toml").write_text(
        '[ingest.columns]\nsurname = "Ad"\ngiven_name = "Soyad"\n', encoding="utf-8"
    )
    (folder / "12.csv").write_text("Soyad;Ad\nElçin;Əliyev\n", encoding="utf-8")
    found = json.loads(inspected(folder, "--json").stdout)["files"][0]["sheets"][0]
    assert found["places"][0]["constituency"] == 88
    assert found["places"][0]["constituency_from"] == "inbox"
    assert [(one["field"], one["how"]) for one in found["lists"][0]["columns"]] == [
        ("given_name", "pinned"),
        ("surname", "pinned"),
    ]


def test_a_pin_that_fits_nothing_is_said(tmp_path):
    """What a person pinned for one file and the file has not is no silence."""
    (tmp_path / "12.csv").write_text("Soyad;Ad\nƏliyev;Elçin\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text(
        '[[ingest.pins]]\nfiles = "12*"\ncolumns = { fin = "Kod" }\n', encoding="utf-8"
    )
    found = json.loads(
        inspected(
            tmp_path / "12.csv", "--settings", tmp_path / "s.toml", "--json"
        ).stdout
    )
    said = [
        row
        for row in found["files"][0]["sheets"][0]["findings"]
        if row["rule"] == "pin-not-found"
    ]
    assert [row["field"] for row in said] == ["fin"]


def test_what_stands_beside_a_list_is_of_no_place(tmp_path):
    """Whoever gave a file a title, or left a sheet empty, was told that a place is not known."""

    def name(made):
        made.properties.title = "Seçici siyahısı"

    sheets = {"Siyahı": [[TITLE], HEADER, *voters(3)], "Digər siyahı": []}
    (tmp_path / "list.xlsx").write_bytes(book(sheets, name))
    (told,) = json.loads(inspected(tmp_path, "--json").stdout)["table"]
    assert (told["constituencies"], told["precincts"]) == ([88], [12])


def test_it_is_read_in_words(tmp_path):
    """A person reads the columns with their confidence, the place, the balance, and what to do."""
    path = CASES["headers-exchanged"].write(tmp_path)[0]
    words = inspected(path).stdout
    for part in (
        "Header in line 2",
        "Soyadı",
        "0.50",
        "<- DOUBTFUL",
        "precinct 12 (from the title)",
        "26 = 0 entries",
    ):
        assert part in words
    assert catalogue("en")("rule.mapping-doubtful.todo") in words


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path):
    """A slip in the name of the file is told as such (exit code 2)."""
    assert inspected(tmp_path / "x.csv").exit_code == 2


def test_every_word_is_there_in_both_languages():
    """Whatever way a column was found and wherever a number stands has words."""
    for language in LANGUAGES:
        text = catalogue(language)
        for how in ("pinned", "known", "composed", "abbreviated", "similar", "content"):
            assert text(f"inspect.how.{how}")
        for origin in (*ORIGINS, "name"):
            assert text(f"inspect.from.{origin}")
        assert all(text(f"field.{field}") for field in FIELD_OF.values())


if __name__ == "__main__":
    if "--say" in sys.argv:
        for name, one in CASES.items():
            with tempfile.TemporaryDirectory() as folder:
                sys.stdout.write(f"{name}: {says(looked_at(one, Path(folder))[0])}\n")
    else:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
