"""What is said of precincts that are not known or in doubt: by ingest, inspect, run and report."""

import json

import pytest

import workspaces
from command_line import call
from intake_files import HEADER, book, text, voters
from voterlist import ingest
from voterlist.catalogue import catalogue
from voterlist.config.sections import IngestSettings
from voterlist.ingest.place import other_year
from voterlist.readers import read_paths

EN = catalogue("en")
LIMITS = IngestSettings()


def written(folder, **titles):
    """One list a name, with its title if it has one; ``__`` stands for a folder."""
    for at, (name, title) in enumerate(titles.items()):
        path = folder / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [[title]] if title else []
        path.write_bytes(text([*rows, HEADER, *voters(12, at * 12)]))
    return folder


def taken(folder, territory=None, constituency=4):
    """The intake of a folder's files."""
    raw = read_paths(sorted(folder.rglob("*.csv")), folder, LIMITS)
    return ingest.ingest(
        raw, LIMITS, constituency=constituency, territory=territory or {}
    )


def said(intake):
    """(rule, precinct, value, limit) of the findings."""
    columns = ("rule", "precinct", "value", "limit")
    rows = intake.findings.select(columns).to_pylist()
    return sorted((tuple(row.values()) for row in rows), key=str)


def precincts(intake):
    """How many entries each precinct has."""
    grouped = intake.entries.group_by("precinct").aggregate([("entry_id", "count")])
    return {row["precinct"]: row["entry_id_count"] for row in grouped.to_pylist()}


def test_entries_of_an_unknown_precinct_stay(tmp_path):
    """A name with two numbers gives no precinct, takes no voter away, and is asked about."""
    intake = taken(written(tmp_path, **{"1_14": None, "2_15": None}))
    assert precincts(intake) == {None: 24}
    assert said(intake) == [
        ("name-undecided", None, 1.0, 14.0),
        ("name-undecided", None, 2.0, 15.0),
        ("precinct-unknown", None, 12.0, None),
        ("precinct-unknown", None, 12.0, None),
    ]


def test_a_title_settles_what_a_name_leaves_open(tmp_path):
    """Nothing is asked about a name where the list itself says whose it is."""
    intake = taken(written(tmp_path, **{"1_14": "14 saylı məntəqə"}))
    assert precincts(intake) == {14: 12}
    assert said(intake) == []


@pytest.mark.parametrize("name", ["13", "məntəqə 13", "4-13"])
def test_a_title_and_a_name_that_disagree_are_a_doubt(tmp_path, name):
    """One of two lists would pass for the other's without a word."""
    names = {name: "12 saylı məntəqə"} | {f"4-{at}": None for at in (20, 21, 22)}
    intake = taken(written(tmp_path, **names))
    assert ("place-by-title", 12, 13.0, 12.0) in said(intake)


def test_a_precinct_that_the_settings_do_not_have_is_a_finding(tmp_path):
    """A slip in a number makes a precinct that does not exist, by whatever it is told."""
    names = {"məntəqə 99": None, "x": "98 saylı məntəqə", "məntəqə 7": None}
    intake = taken(written(tmp_path, **names), {4: (1, 7, 12)})
    assert said(intake) == [
        ("precinct-not-in-territory", 98, 12.0, None),
        ("precinct-not-in-territory", 99, 12.0, None),
    ]
    # A whole list in the folder of a constituency that the settings do not have.
    assert said(taken(tmp_path, {5: (7, 98, 99)})) == [
        ("precinct-not-in-territory", number, 12.0, None) for number in (7, 98, 99)
    ]
    assert said(taken(tmp_path)) == []


def test_two_files_that_claim_one_precinct_are_a_finding(tmp_path):
    """The second one may be another precinct's; versions and temporary lists are none of these."""
    names = {"məntəqə 7": None, "PEC_07": None, "məntəqə 8": None}
    intake = taken(written(tmp_path, **names))
    assert said(intake) == [("precinct-claimed-twice", 7, 2.0, None)] * 2
    assert precincts(intake) == {7: 24, 8: 12}
    (tmp_path / "məntəqə 8 v2.csv").write_bytes(text([HEADER, *voters(13, 24)]))
    (tmp_path / "PEC_07.csv").unlink()
    temporary = text([HEADER, *voters(9, 60)])
    (tmp_path / "müvəqqəti siyahı məntəqə 7.csv").write_bytes(temporary)
    rules = {row[0] for row in said(taken(tmp_path))}
    assert rules == {"list-version"}


def test_a_sheet_called_by_a_number_is_no_page_of_another_precinct(tmp_path):
    """The first sheet of the workbook of precinct 12 is not precinct 1."""
    (tmp_path / "12.xlsx").write_bytes(book({"1": [HEADER, *voters()]}))
    raw = read_paths([tmp_path / "12.xlsx"], tmp_path, LIMITS)
    assert precincts(ingest.ingest(raw, LIMITS, constituency=4)) == {12: 24}


OF_2025 = (
    "Seçicilərin siyahısı 2025\t2025-ci il",
    "12 saylı seçki məntəqəsi 2025",
    "Siyahı 15.01.2025-ci il tarixinə",
    "Protokol № 3, 12 may 2025-ci il",
    "Seçki Məcəlləsinin 46-cı maddəsinə əsasən 2025-ci il üzrə seçicilər siyahısı",
    "2025-ci il üzrə seçicilərin siyahısı (Seçki Məcəlləsi, maddə 46)",
    "Список избирателей на 2025г.",
    "Voters' list as of 1 March 2025",
)
OF_NO_OTHER = (
    "2026-cı il",
    "2025-2026",
    "28.12.2025 tarixinə",
    "12 dekabr 2025-ci il",
    "2025-ci ilin 31 dekabr tarixinə",
    "2025-12-31",
    "Seçki Məcəlləsi (27.05.2003)",
    "27 may 2003-cü il tarixli Seçki Məcəlləsi",
    "MSK-nın 15.01.2025-ci il tarixli 3/12 saylı qərarı ilə",
    "Закон от 27 мая 2003 г.",
    "Decision No 3 of 15 January 2025",
    "2008-ci il təvəllüdlü seçicilər",
    "родившиеся в 2008 году",
    "2019-cu il siyahıyaalınması",
    "2025 saylı məntəqə",
    "Cəmi 2025 seçici",
    "№ 2025",
    "Seçicilər: 2034",
    "Всего избирателей: 2025",
    "MSK-nın 2008-ci il 15 may tarixli iclasında təsdiq edilmiş nümunə",
    "Məntəqə 2021-ci ildə yaradılıb",
    "20 Yanvar küçəsi (2020)",
)


@pytest.mark.parametrize("title", OF_2025)
def test_the_year_of_a_list_is_told(title):
    """Last year's list would be taken for today's: who came since could not vote."""
    assert other_year([title], 2026) == 2025
    assert other_year([title, "2026"], 2026) is None


@pytest.mark.parametrize("title", OF_NO_OTHER)
def test_what_is_of_another_year_than_its_list_is_no_year_of_it(title):
    """Good lists would be asked for again."""
    assert other_year([title], 2026) is None


# Rows cut short


def cut(row, cells):
    return row[:cells]


def test_a_row_cut_short_is_kept_and_its_whole_row_named(tmp_path):
    """A voter would stand twice, once without an end, and nobody be told."""
    rows = voters()
    half = [*rows[:3], cut(rows[7], 3), *rows[3:], cut(["25", "Vəlizadə", "Ramin"], 3)]
    (tmp_path / "12.csv").write_bytes(text([HEADER, *half]))
    intake = taken(tmp_path)
    assert intake.entries.num_rows == 26
    ids = {
        row["line"]: row["entry_id"]
        for row in intake.entries.select(["line", "entry_id"]).to_pylist()
    }
    columns = ["rule", "line", "entry_id", "other_entry_id", "value", "limit"]
    found = [tuple(row.values()) for row in intake.findings.select(columns).to_pylist()]
    assert found == [
        ("row-cut-short", 27, ids[27], None, 2.0, 6.0),
        ("row-cut-short-repeated", 5, ids[5], ids[10], 2.0, 6.0),
    ]


def test_the_whole_row_may_stand_in_another_list_of_the_precinct(tmp_path):
    """A list broken off in the middle of a name goes on in the next file of its precinct.

    The cell in which the row breaks off is cut too.
    """
    rows = voters(24)
    broken = [*rows[:11], [*rows[11][:3], rows[11][3][:3]]]
    (tmp_path / "məntəqə 12.csv").write_bytes(text([HEADER, *broken]))
    (tmp_path / "12-ci məntəqə davamı.csv").write_bytes(text([HEADER, *rows[11:]]))
    (tmp_path / "məntəqə 13.csv").write_bytes(text([HEADER, *broken[:-1]]))
    found = [row for row in said(taken(tmp_path)) if row[0].startswith("row-cut")]
    assert found == [("row-cut-short-repeated", 12, 3.0, 6.0)]
    (tmp_path / "12-ci məntəqə davamı.csv").rename(tmp_path / "məntəqə 14.csv")
    found = [row for row in said(taken(tmp_path)) if row[0].startswith("row-cut")]
    assert found == [("row-cut-short", 12, 3.0, 6.0)]


def test_a_cut_row_is_named_by_its_own_list(tmp_path):
    """A person would look for it in another file."""
    rows = voters(45)
    for number in range(3):
        own = rows[15 * number : 15 * number + 12 + number]
        broken = [*own, cut(rows[15 * number + 14], 3)]
        (tmp_path / f"məntəqə {number + 1}.csv").write_bytes(text([HEADER, *broken]))
    findings = taken(tmp_path).findings.to_pylist()
    found = [row for row in findings if row["rule"] == "row-cut-short"]
    places = sorted((row["precinct"], row["line"]) for row in found)
    assert places == [(1, 14), (2, 15), (3, 16)]


def test_a_column_that_most_voters_lack_cuts_no_row(tmp_path):
    """Else every voter without a document would be asked about."""
    rows = [[*row[:6], ""] if at % 3 else row for at, row in enumerate(voters())]
    (tmp_path / "12.csv").write_bytes(text([HEADER, *rows]))
    assert said(taken(tmp_path)) == []


def test_inspect_names_the_whole_row(tmp_path):
    """A person finds the two rows by file and line, and no cell of them is shown."""
    rows = voters()
    (tmp_path / "12.csv").write_bytes(text([HEADER, *rows, cut(rows[7], 3)]))
    shown = call("inspect", tmp_path / "12.csv", "-c", 4).stdout
    assert EN("inspect.whole-row", file="12.csv", line=9) in shown
    assert rows[7][1] not in shown


# inspect


def workspace(tmp_path, settings="", **titles):
    """A workspace with lists in the folder of constituency 4."""
    (tmp_path / "voterlist.toml").write_text(settings, encoding="utf-8")
    return written(tmp_path / "inbox" / "4", **titles)


THREE = {f"precinct_4_{at}": None for at in (14, 24, 34)}


def test_a_folder_is_shown_as_one_table(tmp_path):
    """A line a file, with what to do below; columns and encodings only on demand."""
    folder = workspace(tmp_path, **THREE, **{"1_16": None})
    found = call("inspect", folder)
    lines = found.stdout.splitlines()
    assert lines[0].split() == [
        *("file", "constituency", "precinct", "rows", "entries", "trouble")
    ]
    assert lines[2].split()[:4] == ["4/precinct_4_14.csv", "4", "(inbox)", "14"]
    assert "(!) unknown" in lines[1]
    assert EN("rule.name-undecided.todo") in found.stdout
    assert "Header in line" not in found.stdout
    assert "Header in line" in call("inspect", folder, "--details").stdout


def test_a_precinct_in_doubt_is_not_understood(tmp_path):
    """Exit code 0 and "Everything was understood" would let a wrong precinct pass."""
    titles = {"məntəqə 7": None, "old": "8 saylı məntəqə, 2025-ci il"}
    # Without a cycle nobody knows which year it should be.
    folder = workspace(tmp_path, **titles)
    assert call("inspect", folder).exit_code == 0
    workspace(tmp_path, '[workspace]\ncycle = "2026"')
    assert EN("rule.list-of-other-year.todo") in call("inspect", folder).stdout
    (folder / "old.csv").unlink()
    assert call("inspect", folder).exit_code == 0
    written(folder, siyahı=None)
    found = call("inspect", folder)
    assert found.exit_code == 1
    assert EN("inspect.code.0") not in found.stdout


def test_the_json_of_a_folder_has_the_table(tmp_path):
    """Scripts are written against it."""
    folder = workspace(tmp_path, '[territory.precincts]\n4 = "1-45"\n', **THREE)
    written(folder, **{"99 məntəqə": "Məntəqə № 98"})
    table = json.loads(call("inspect", folder, "--json").stdout)["table"]
    assert [line["precincts"] for line in table] == [[98], [14], [24], [34]]
    assert table[0] == {
        "file": "4/99 məntəqə.csv",
        "constituencies": [4],
        "constituency_from": ["inbox"],
        "precincts": [98],
        "precinct_from": ["title"],
        "is_doubtful": True,
        "rows": 14,
        "entries": 12,
        "trouble": ["place-by-title", "precinct-not-in-territory"],
    }


def test_one_file_of_an_inbox_is_read_beside_the_others(tmp_path):
    """Looked at alone it would give another precinct than the run."""
    folder = workspace(tmp_path, **THREE)
    one = json.loads(call("inspect", folder / "precinct_4_14.csv", "--json").stdout)
    assert one["exit_code"] == 0
    assert one["table"][0]["precincts"] == [14]
    for name in ("precinct_4_24.csv", "precinct_4_34.csv"):
        (folder / name).unlink()
    assert call("inspect", folder / "precinct_4_14.csv").exit_code == 1


# run


def test_a_run_says_which_precincts_are_in_doubt(tmp_path):
    """Today's voters of an unknown precinct would be told of in a report's last pages only."""
    folder = workspaces.make(
        tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n'
    )
    lists = {"1_14": None, "2_15": None, "x": "7 saylı məntəqə, 2025-ci il"}
    written(folder / "inbox" / "88", **lists)
    found = call("run", folder, "--today", workspaces.TODAY)
    assert found.exit_code == 1
    assert EN("cli.run.places") in found.stdout
    assert "inbox/88/1_14.csv" in found.stdout
    assert EN("rule.name-undecided.todo") in found.stdout
    assert EN("rule.list-of-other-year.todo") in found.stdout
    page = (folder / "reports" / "88" / "report-en.html").read_text(encoding="utf-8")
    assert EN("need.places", count=3) in page


def test_a_run_tells_scripts_which_precincts_are_in_doubt(tmp_path):
    """Stopped after the first stage too; and of a clear folder it says nothing."""
    folder = workspaces.make(tmp_path / "2026")
    words = ("run", folder, "--today", workspaces.TODAY, "--until", "ingest", "--json")
    assert json.loads(call(*words).stdout)["place_doubts"] == []
    written(folder / "inbox" / "88", siyahı=None)
    found = call(*words)
    assert json.loads(found.stdout)["place_doubts"] == [
        {
            "file": "inbox/88/siyahı.csv",
            "sheet": None,
            "constituency": 88,
            "precinct": None,
            "rule": "precinct-unknown",
        }
    ]
