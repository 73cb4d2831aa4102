"""Lists that a decision emptied whole: they were handed in, and no run has anything to read."""

import pytest

import handing
import workspaces
from handing import code_of, told
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_rows

pytestmark = pytest.mark.slow

FROZEN = "[calendar]\nelection_day = 2026-03-01\n"
"""Permanent lists are frozen after 4 February, those of wards and ships after 9."""
EARLY, LATE = "2026-02-03", "2026-02-06"


@pytest.fixture
def pair(tmp_path):
    """A constituency with its lists in the centre's workspace, a run there, and an election day."""
    pair = handing.pair(tmp_path)
    for workspace in (pair.below, pair.above):
        add_settings(workspace, FROZEN)
    return pair


def add_settings(workspace, text):
    path = workspace / "voterlist.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def strike(workspace, ground, **of):
    """Strike every entry that has these values."""
    rows = [
        {
            "entry_id": row["entry_id"],
            "action": "strike",
            "ground": ground,
            "document": "№ 5",
            "reason": "decided",
            "decided_by": "Leyla M.",
            "decided_at": f"{LATE}T09:00:00+04:00",
        }
        for row in handing.newest(workspace, "entries").to_pylist()
        if all(row[name] == value for name, value in of.items())
    ]
    assert rows
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.amend(from_rows(rows, AMENDMENT))
    ran(workspace)
    return len(rows)


def ran(workspace, day=LATE):
    """What a run says; it is refused by nothing."""
    code, said = told("run", workspace, "--today", day)
    assert code in {0, 1}, said
    return said


def units(workspace, precinct, stage="compile"):
    """How a precinct stands."""
    rows = told("status", workspace, "--today", LATE)[1]["units"]
    return [
        (row["standing"], row["progress"], row["owed"])
        for row in rows
        if (row["precinct"], row["stage"]) == (precinct, stage)
    ]


def test_a_precinct_that_a_court_emptied_after_the_freeze_is_no_missing_list(pair):
    """Every run of the centre would be refused, and the precinct be asked for its list."""
    add_settings(pair.above, '[territory.precincts]\n88 = "1-2"\n')
    assert pair.submit(day=EARLY)[0] == pair.receive(day=EARLY)[0] == 0
    ran(pair.above, EARLY)
    emptied = strike(pair.below, "court", precinct=2)
    assert pair.submit("court.zip", day=LATE)[0] == 0
    code, taken = pair.receive("court.zip", day=LATE)
    assert (code, taken["entries"]) == (0, 7 - emptied)
    for _ in range(2):
        said = ran(pair.above)
        assert said["missing_lists"] == []
        assert said["rows"]["out"] == 4
        assert units(pair.above, 2) == units(pair.above, 1)
    below = handing.newest(pair.below, "balance").to_pylist()
    above = handing.newest(pair.above, "balance").to_pylist()
    assert sum(row["listed"] for row in below) == sum(row["listed"] for row in above)


def test_a_precinct_hands_over_a_list_that_a_court_emptied(pair):
    """Its constituency could hand over nothing for ever: it would wait for a list of nobody."""
    settings = """
    [workspace]
    name = "2 saylı məntəqə"
    level = "pec"
    constituency = 88
    precinct = 2
    [submit]
    set_aside = false
    """
    precinct = workspaces.make(pair.folder / "pec", settings=settings + FROZEN)
    (precinct / "inbox" / "88" / "menteqe-1.csv").unlink()
    (pair.below / "inbox" / "88" / "menteqe-2.csv").unlink()
    ran(precinct, EARLY)
    told("keys", "make", precinct)
    handing.trust(pair.below, precinct, "2")

    def hand_over(name, day):
        words = ("-c", 88, "--out", pair.folder / name, "--today", day)
        code, said = told("submit", precinct, *words)
        assert code == 0, said
        words = (pair.folder / name, "--today", day)
        code, said = told("receive", pair.below, *words)
        assert code == 0, said
        return said["entries"]

    count = hand_over("pec.zip", EARLY)
    # What was decided about one whom the court will strike would come back.
    pair.decide(("withdraw", "withdraw"))
    ran(pair.below, EARLY)
    assert strike(precinct, "court", precinct=2) == count
    assert hand_over("pec-court.zip", LATE) == 0
    said = ran(pair.below)
    assert said["missing_lists"] == []
    assert units(pair.below, 2) == units(pair.below, 1)
    assert pair.submit("up.zip", day=LATE)[0] == 0
    assert pair.receive("up.zip", day=LATE)[1]["entries"] == 4


def test_a_list_of_a_ward_that_is_emptied_is_frozen_on_its_own_day(pair):
    """Who left the hospital before that day would be kept on its list."""
    ward = pair.below / "inbox" / "88" / "xestexana.csv"
    row = "1;Qasımov;Fikrət;Yusif oğlu;09.04.1958;kişi;Dədə Qorqud küç. 2;5XK7701\n"
    titles = "Müvəqqəti seçicilər siyahısı\n2 saylı seçki məntəqəsi\n"
    ward.write_text(f"{titles}{workspaces.HEADER}{row}", encoding="utf-8")
    ran(pair.below, EARLY)
    assert pair.submit(day=EARLY)[0] == pair.receive(day=EARLY)[0] == 0
    ran(pair.above, EARLY)
    emptied = strike(pair.below, "died", list_kind="temporary")
    assert pair.submit("ward.zip", day=LATE)[0] == 0
    code, taken = pair.receive("ward.zip", day=LATE)
    assert (code, taken["entries"]) == (0, 7), taken
    assert emptied == 1
    assert ran(pair.above)["missing_lists"] == []
    # Of a list that is frozen, nobody goes by such a decision.
    strike(pair.below, "died", surname="Hüseynli")
    assert pair.submit("late.zip", day=LATE)[0] == 0
    found = pair.receive("late.zip", day=LATE)
    assert code_of(found) == (3, "package-after-freeze")
