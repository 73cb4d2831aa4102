"""An invented day: what the program says of it, against what its events alone come to."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

import handing
import workspaces
from command_line import told
from voterlist.schemas import PROTOCOL_LINES

pytestmark = pytest.mark.slow

SETTINGS = "[calendar]\nelection_day = 2026-03-01\n"
BY = ("--by", "Aytən")
PRECINCTS = {1: 90, 2: 75, 3: 60, 4: 55}
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
