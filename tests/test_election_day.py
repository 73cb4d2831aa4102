"""An invented day: what the program says of it, against what its events alone come to."""

from __future__ import annotations

from dataclasses import dataclass, field

import openpyxl
import pytest

import handing
import workspaces
from command_line import told
from voterlist.counter.election_day import READ, PrecinctLines, Signed
from voterlist.schemas import PROTOCOL_LINES
from voterlist.storage.ledger import FILE_NAME, reading

SETTINGS = "[calendar]\nelection_day = 2026-03-01\n"
BY = ("--by", "Aytən")
PRECINCTS = {1: 25, 2: 14, 3: 13, 4: 22}
SURNAMES = ("Əliyev", "Məmmədov", "Quliyev", "Həsənov", "Rzayev", "Kərimov", "Babayev")
GIVEN = ("Elçin", "Tural", "Orxan", "Rauf", "Vaqif", "Nihad", "Kamil", "Samir", "Fuad")


@dataclass
class Day:
    """What happened, kept apart from the program."""

    lists: dict[int, set[str]]
    """Precinct -> the FIN of each voter on its list."""
    late: dict[int, set[str]] = field(default_factory=dict)
    """Precinct -> who came onto its list after the freeze."""
    cards: set[str] = field(default_factory=set)
    """Who has a card."""

    def lines(self, precinct):
        """1a, 1b and 1d of a precinct."""
        listed = self.lists[precinct]
        late = listed & self.late.get(precinct, set())
        return len(listed - late), len(late), len(listed & self.cards)


def fin_of(precinct, number):
    return f"{precinct}XK{number:04d}"


def row_of(precinct, number):
    """A voter: nobody is like another one."""
    father = GIVEN[(precinct + number // 5) % len(GIVEN)]
    surname, given = SURNAMES[number % len(SURNAMES)], GIVEN[number % len(GIVEN)]
    born = f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{1940 + number % 60}"
    cells = (number, surname, given, f"{father} oğlu", born, "kişi")
    street = f"Nizami küç. {precinct * 100 + number}"
    return ";".join(map(str, (*cells, street, fin_of(precinct, number))))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """(the workspace after the last run, what happened, FIN -> entry)."""
    folder = workspaces.make(tmp_path_factory.mktemp("day") / "2026", settings=SETTINGS)
    for precinct, size in PRECINCTS.items():
        rows = [row_of(precinct, number) for number in range(1, size + 1)]
        text = f"{precinct} saylı seçki məntəqəsi\n{workspaces.HEADER}"
        path = folder / "inbox" / "88" / f"menteqe-{precinct}.csv"
        path.write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    workspaces.ran(folder)
    entries = handing.newest(folder, "entries").to_pylist()
    ids = {row["fin"]: row["entry_id"] for row in entries}
    day = Day(
        {
            precinct: {fin_of(precinct, number) for number in range(1, size + 1)}
            for precinct, size in PRECINCTS.items()
        }
    )
    live(folder, day, ids)
    run(folder, "2026-02-27")
    _, found = told("find", folder, "--fin", fin_of(4, 7), *BY)
    number = found["found"][0]["list_number"]
    line = f"88;4;{number};{SURNAMES[0]}"
    text = f"dairə;məntəqə;nömrə;soyadı\n{line}\n"
    (folder / "mobile.csv").write_text(text, encoding="utf-8")
    return folder, day, ids


def granted(folder, today, what, ground, *said):
    """Take an application and grant it."""
    words = ("--what", what, *said, *BY, "--document", "AZE 1", "--today", today)
    code, taken = told("application", "take", folder, *words)
    assert code == 0, taken
    words = ("--grant", "--ground", ground, "--evidence", "№ 7", "--today", today)
    code, made = told("application", "decide", folder, taken["number"], *words, *BY)
    assert code == 0, made


def run(folder, today):
    code, made = told("run", folder, "--today", today)
    assert code in {0, 1}, made


def card(command, folder, *words):
    code, made = told("day", command, folder, *words, *BY, "--today", "2026-02-10")
    assert code == 0, made


def live(folder, day, ids):
    """Let the weeks before the day happen, in the workspace and in ``day``."""
    early, late = "2026-02-04", "2026-02-12"

    def move(fin, old, new, today, ground):
        place = ("--set", f"precinct={new}", "--set", "address=Nizami küç. 9")
        granted(folder, today, "move", ground, "--for", ids[fin], *place)
        day.lists[old].remove(fin)
        day.lists[new].add(fin)
        if today == late:
            day.late.setdefault(new, set()).add(fin)

    def strike(fin, precinct, today, ground):
        granted(folder, today, "strike", ground, "--for", ids[fin])
        day.lists[precinct].remove(fin)

    def add(fin, precinct, name, today, ground):
        who = ("--name", name, "--born", "05.05.1980", "--set", f"fin={fin}")
        granted(folder, today, "add", ground, *who, "--set", f"precinct={precinct}")
        day.lists[precinct].add(fin)
        if today == late:
            day.late.setdefault(precinct, set()).add(fin)

    # In time: line 1a.
    move(fin_of(1, 5), 1, 2, early, "voter-asked")
    strike(fin_of(2, 6), 2, early, "not-citizen")
    add("7XK0001", 3, "Yadov Səlim Nəcəf oğlu", early, "left-out")
    run(folder, "2026-02-05")
    # Cards, while the list is frozen; who has one is struck or moved later.
    for precinct in PRECINCTS:
        place = ("-c", 88, "--precinct", precinct)
        first = precinct * 100
        card("stock", folder, *place, "--first", first, "--last", first + 9)
        for number in range(10, 10 + precinct):
            fin = fin_of(precinct, number)
            card("issue", folder, ids[fin], first + number - 10)
            day.cards.add(fin)
        card("cancel", folder, "--first", first + 8, "--last", first + 9, "--act", 7)
    # After the freeze, by a court or the rule of the commission: line 1b.
    add("7XK0002", 1, "Zamanov İlham Həbib oğlu", late, "court")
    add("7XK0003", 1, "Novruzov Xəyal Məhərrəm oğlu", late, "commission-rule")
    move(fin_of(4, 20), 4, 3, late, "court")
    move(fin_of(4, 10), 4, 2, late, "court")
    strike(fin_of(3, 10), 3, late, "court")


def test_the_lines_of_the_protocol_are_what_the_events_come_to(whole, tmp_path):
    """Whoever is counted twice, or nowhere, makes a protocol that cannot add up."""
    folder, day, _ = whole
    code, made = told("day", "protocol", folder)
    assert code == 0
    names = ("line_1a", "line_1b", "line_1d")
    lines = {
        row["precinct"]: tuple(row[name] for name in names) for row in made["lines"]
    }
    assert lines == {precinct: day.lines(precinct) for precinct in PRECINCTS}
    assert sum(line[1] for line in lines.values()) == 4
    # What each precinct reports adds up with what came from elsewhere, and one of them errs.
    rows = []
    for precinct, (listed, late, cards) in lines.items():
        whole_line = listed + late + precinct - cards
        wrong = precinct == 3
        rows.append((88, precinct, whole_line, listed + wrong, late, precinct, cards))
    report = tmp_path / "protocol.csv"
    head = "Dairə;Məntəqə;1;1a;1b;1c;1d\n"
    text = head + "".join(";".join(map(str, row)) + "\n" for row in rows)
    report.write_text(text, encoding="utf-8")
    code, made = told("day", "protocol", folder, "--protocol", report)
    assert (code, made["differing"]) == (1, 1)
    (wrong,) = [row for row in made["lines"] if row["differences"]]
    assert (wrong["precinct"], wrong["differences"]) == (3, ["line_1", "line_1a"])
    assert set(wrong["reported"]) == set(PROTOCOL_LINES)


def test_the_papers_of_the_day_hold_those_who_are_counted(whole):
    """The supplementary list is line 1b; who asked for the mobile box stays on the list."""
    folder, day, _ = whole
    sizes = {}
    for purpose in ("supplementary", "mobile", "display"):
        words = ("--purpose", purpose, "--form", "xlsx", "--today", "2026-02-27")
        _, made = told("lists", folder, *words)
        sizes[purpose] = {file["precinct"]: file["rows"] for file in made["files"]}
    for precinct in PRECINCTS:
        listed, late, _ = day.lines(precinct)
        assert sizes["supplementary"].get(precinct, 0) == late
        assert sizes["display"][precinct] == listed + late
    assert sum(sizes["mobile"].values()) == 1


def read(folder, tmp_path, lines, head="məntəqə;nömrə;siyahı;imza;soyadı"):
    """What ``day signed`` says of a table."""
    path = tmp_path / "signed.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return told("day", "signed", folder, path, *BY, "--today", "2026-03-01")


def printed(folder):
    """(precinct, purpose) -> the rows of the printed list: number, name, card."""
    found = {}
    for purpose in ("work", "supplementary"):
        words = ("--purpose", purpose, "--form", "xlsx", "--today", "2026-02-27")
        _, made = told("lists", folder, *words)
        for file in made["files"]:
            sheet = openpyxl.load_workbook(file["path"]).worksheets[0]
            rows = sheet.iter_rows(values_only=True)
            found[file["precinct"], purpose] = [
                (int(row[0]), *row[1:])
                for row in rows
                if str(row[0]).isdecimal() and row[1]
            ]
    return found


def test_a_signed_list_is_read_back(whole, tmp_path):
    """Whoever voted twice, or where nobody stands, is told on the evening, precinct by precinct."""
    folder, day, ids = whole
    lists = printed(folder)
    work, late = lists[1, "work"], lists[1, "supplementary"]
    assert len(late) == day.lines(1)[1] == 2
    late_number = {row[1]: row[0] for row in late}
    on_both = next(row[0] for row in work if " ".join(row[1:4]) in late_number)
    with_card = next(row[0] for row in work if 100 in row or "100" in row)
    plain = [row[0] for row in work if row[0] not in {with_card, on_both}][:20]
    lines = [f"1;{number};;+" for number in (*plain, plain[0], on_both, with_card)]
    lines += [
        "1;9999;;x",
        "1;3;əlavə;+",
        "1;4;əlavə;",
        "1;99;əlavə;+",
        "4;1;əsas;-",
        "4;2",
    ]
    lines += [f"1;{number};supplementary;imza" for number in late_number.values()]
    code, made = read(folder, tmp_path, lines)
    one, four = made["precincts"]
    assert code == 1
    # Both late ones signed; the first of them on either list.
    assert (one["signed"], one["by_hand"]) == (len(plain) + 1 + len(late), 1)
    assert set(one["twice"]) >= {str(plain[0]), str(on_both)}
    assert one["nobody"] == ["9999", "supplementary/99"]
    assert one["with_card"] == [str(with_card)]
    assert (four["precinct"], four["signed"]) == (4, 0)
    with reading(folder / FILE_NAME) as ledger:
        noted = [
            str(details) for _, event, details in ledger.journal() if event == READ
        ]
    assert len(noted) == 2
    assert not any(entry_id in line for entry_id in ids.values() for line in noted)
    # A second reading replaces the first, of its precincts alone.
    code, again = read(folder, tmp_path, [f"1;{number};;+" for number in plain])
    assert (code, again["precincts"][0]["signed"]) == (0, len(plain))
    lines = told("day", "protocol", folder)[1]["lines"]
    signed = {row["precinct"]: row["signed"] for row in lines}
    assert (signed[1]["signed"], signed[4]["signed"], signed[2]) == (20, 0, None)
    report = tmp_path / "protocol.csv"
    text = "Dairə;Məntəqə;1;1a;1b;1c;1d\n88;1;10;10;2;0;2\n"
    report.write_text(text, encoding="utf-8")
    _, made = told("day", "protocol", folder, "--protocol", report)
    assert "signed" in made["lines"][0]["differences"]


REFUSED = {
    "1;x;;+": "table-unreadable",
    "1;;;+": "table-unreadable",
    "bir;1;;+": "table-unreadable",
    "1;1;başqa;+": "table-unreadable",
    "1;1;;maybe": "signed-no-mark",
    "44;1;;+": "signed-no-list",
    "1;1;;+;Yadov": "mobile-nobody",
}


def test_a_line_that_cannot_be_read_stops_the_reading(whole, tmp_path):
    """Half of a table would be a count that nobody can trust; the line is named, no cell is."""
    folder, _, _ = whole
    for line, error in REFUSED.items():
        code, made = read(folder, tmp_path, ["2;1;;+", line])
        assert (code, made["error"]["code"]) == (2, error), line
        assert "signed.csv" in made["error"]["what"]
        assert "3" in made["error"]["what"]
        assert "Yadov" not in str(made)
    lines = told("day", "protocol", folder)[1]["lines"]
    assert {row["precinct"]: row["signed"] for row in lines}[2] is None


def test_a_table_without_headings_or_file_is_refused(whole, tmp_path):
    folder, _, _ = whole
    for head in ("nömrə", "məntəqə;imza", ""):
        code, made = read(folder, tmp_path, [], head=head)
        assert (code, made["error"]["code"]) == (2, "table-unreadable")
    gone = tmp_path / "gone.csv"
    assert (
        told("day", "signed", folder, gone, *BY)[1]["error"]["code"] == "no-such-file"
    )
    code, made = read(folder, tmp_path, [])
    assert (code, made["precincts"]) == (0, [])


def test_who_is_typed_in_after_the_day_is_counted_once(whole, tmp_path):
    """Signed by hand and typed in, they made a protocol that is right wrong by one.

    And the numbers of the paper were those of others: somebody else had signed twice. So did
    whoever is struck off after the day.
    """
    folder, day, ids = whole
    listed, late, cards = day.lines(2)
    lines = ["2;1;;+", f"2;{listed};;+", "2;1;əlavə;+", f"2;{late + 1};əlavə;+"]
    first = read(folder, tmp_path, lines)
    after = "2026-03-02"
    add = ("--name", "Abbasov Abbas Abbas oğlu", "--born", "05.05.1980")
    granted(folder, after, "add", "commission-rule", *add, "--set", "precinct=2")
    granted(folder, after, "strike", "court", "--for", ids[fin_of(2, 2)])
    run(folder, after)
    assert read(folder, tmp_path, lines) == first
    report = tmp_path / "protocol.csv"
    numbers = (listed + late + 1 - cards, listed, late + 1, 0, cards)
    text = f"Dairə;Məntəqə;1;1a;1b;1c;1d\n88;2;{';'.join(map(str, numbers))}\n"
    report.write_text(text, encoding="utf-8")
    told_of = told("day", "protocol", folder, "--protocol", report)[1]["lines"]
    (two,) = [row for row in told_of if row["precinct"] == 2]
    assert (two["line_1b"], two["differences"]) == (late + 1, [])


def test_what_an_earlier_version_read_is_held_against_the_list_as_it_was():
    """It does not say how many were printed: who had signed by hand was not missed in 1b."""
    computed = {"line_1a": 10, "line_1b": 2, "line_1d": 0}
    reported = dict(zip(PROTOCOL_LINES, (12, 10, 2, 0, 0), strict=True))
    signed = Signed(88, 1, signed=9, by_hand=1, twice=(), nobody=(), with_card=())
    lines = PrecinctLines(88, 1, computed, reported, signed)
    assert lines.differences == ("line_1b",)
