"""The recipes of CONTRIBUTING.md are done as they stand, in a copy of the program, and work."""

from __future__ import annotations

import json
import re
import tomllib

import pyarrow.parquet as pq
import pytest

from program_copies import ROOT, copied, told

STEP = re.compile(
    r"^`(?P<file>src/[^`]+)`(?:, below `(?P<line>[^`]+)`)?:\n\n```\w+\n(?P<text>.*?)```",
    re.MULTILINE | re.DOTALL,
)
MOST_FILES = {
    "A rule of the list": 4,
    "A ground": 2,
    "A command, or a message": 3,
    "A reader": 2,
    "A kind of comparison": 2,
}
"""Files of the program that the steps of a recipe touch."""
LIST = (
    "Seçki dairəsi 88, məntəqə 12\n"
    "№;Soyadı;Adı;Atasının adı;Doğum tarixi;Cinsi;Ünvan\n"
    "1;Əliyev;Elçin;Rauf oğlu;29.02.1984;K;Nizami küç. 1\n"
    "2;Həsənova;Leyla;Rauf qızı;12.03.1980;Q;Nizami küç. 2\n"
)
BLOOD = """
[report]
languages = ["en"]
[comparisons.blood]
column = "Qan qrupu"
kind = "blood"
"""
PEOPLE = "".join(
    f"{row};Məmmədov;{name};Rauf oğlu;12.{row % 12 + 1:02d}.19{row + 40};Nizami küç. {row};AB@\n"
    for row, name in enumerate(["Elçin", "Tural", "Orxan", "Zaur", "Anar"] * 4, 1)
)
WIDTHS = "#WIDTHS 9,6\nSoyadı   Adı   Atası\nƏliyev   Elçin Rauf\nHəsənova Leyla\n"
CHECK = "check 12.csv --today 2026-02-03 --json"
INSPECT = "inspect 12.txt 13.txt --json"
COMMANDS = {
    "en": [
        CHECK,
        "manual answers",
        "--help",
        "years none --json",
        INSPECT,
        "run year --today 2026-02-03",
        "review export year --form page --out cases.html",
        "years year",
        "years year --json",
    ],
    "az": ["manual leap-day", "manual grounds --json", "years year"],
}
"""What is asked of the copy, by the language that it speaks."""


def steps(title):
    """What a recipe says to write: (file, line below which it stands or "", text)."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = page.partition(f"### {title}\n")[2].partition("\n### ")[0]
    return [
        (one["file"], one["line"] or "", one["text"]) for one in STEP.finditer(recipe)
    ]


def follow(title, folder):
    """Do the steps of a recipe in the copy of the program."""
    for file, line, text in steps(title):
        path = folder / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if line:
            assert before.count(f"{line}\n") == 1, (file, line)
            head, found, tail = before.partition(f"{line}\n")
            path.write_text(f"{head}{found}{text}{tail}", encoding="utf-8")
        else:
            path.write_text(f"{before}\n{text}" if before else text, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The folder of a copy of the program in which all recipes were done, and of lists for it."""
    folder = tmp_path_factory.mktemp("program")
    copied(folder)
    for title in MOST_FILES:
        follow(title, folder)
    (folder / "12.csv").write_text(LIST, encoding="utf-8")
    (folder / "12.txt").write_text(WIDTHS, encoding="utf-8")
    (folder / "13.txt").write_bytes(WIDTHS.encode()[:40] + b"\xff\xfe\0")
    inbox = folder / "year/inbox/88"
    inbox.mkdir(parents=True)
    (folder / "year/voterlist.toml").write_text(BLOOD, encoding="utf-8")
    header = "№;Soyadı;Adı;Atasının adı;Doğum tarixi;Ünvan;Qan qrupu\n"
    for precinct, rhesus in ((1, "+"), (2, "-")):
        rows = PEOPLE.replace("@", rhesus)
        text = f"{precinct} saylı seçki məntəqəsi\n{header}{rows}"
        (inbox / f"{precinct}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(copy):
    """By command and language: its exit code and what it prints, in one process a language."""
    return {
        (command, language): outcome
        for language, commands in COMMANDS.items()
        for command, outcome in zip(
            commands,
            told(copy / "src", *map(str.split, commands), language=language),
            strict=True,
        )
    }


@pytest.mark.parametrize("title", MOST_FILES)
def test_a_recipe_stays_short(title):
    """A newcomer would go through the whole program for a small addition."""
    assert len({file for file, *_ in steps(title)}) == MOST_FILES[title]


def test_the_words_of_the_recipes_are_in_both_languages():
    """Who copies them would leave one language out."""
    for title in MOST_FILES:
        for file, _, text in steps(title):
            if "catalogue" in file:
                assert all(
                    set(one) == {"en", "az"} for one in tomllib.loads(text).values()
                )


@pytest.mark.long
def test_a_rule_finds_is_explained_and_can_be_answered(said):
    findings = json.loads(said[CHECK, "en"][1])["findings"]
    assert {one["rule"]: one["count"] for one in findings}["leap-day"] == 1
    assert "leap-day" in said["manual answers", "en"][1]
    assert "29 fevralda doğulub" in said["manual leap-day", "az"][1]


@pytest.mark.long
def test_a_ground_can_be_chosen(said):
    page = json.loads(said["manual grounds --json", "az"][1])
    (row,) = (row for row in page["parts"][1]["rows"] if row[0] == "vow")
    assert row[1:5] == [
        "Şəxs heç vaxt səs verməyəcəyinə and içib",
        "İmzalı and aktına əsasən: nömrəsini yazın.",
        "strike",
        "evidence, reason",
    ]


@pytest.mark.long
def test_a_command_speaks_both_languages_and_json(said):
    code, printed = said["years year", "en"]
    assert (code, printed.splitlines()[-1]) == (0, "Without a year: 0.")
    assert said["years year", "az"][1].splitlines()[-1] == "İli olmayan: 0."
    found = json.loads(said["years year --json", "en"][1])
    assert found["years"] == {str(year): 2 for year in range(1941, 1961)}
    assert (found["without"], found["exit_code"]) == (0, 0)
    assert "years" in said["--help", "en"][1]
    assert said["years none --json", "en"][0] == 2


@pytest.mark.long
def test_a_reader_gives_entries_and_takes_any_bytes(said):
    first, second = json.loads(said[INSPECT, "en"][1])["files"]
    assert (first["format"], first["sheets"][0]["entries"]) == ("widths", 2)
    assert second["format"] == "widths"


@pytest.mark.long
@pytest.mark.usefixtures("said")
def test_a_kind_of_comparison_is_evidence_in_a_run(copy):
    """On the page of cases, in the words of the catalogue, though no code but the file knows it."""
    (pairs,) = copy.glob("year/runs/*/pairs.parquet")
    assert "other-rhesus" in pq.read_table(pairs).column("blood_level").to_pylist()
    for page in ("cases.html", "year/reports/88/report-en.html"):
        text = (copy / page).read_text(encoding="utf-8")
        assert "the same group, another rhesus" in text
