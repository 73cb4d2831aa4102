"""A sender who is trusted, and whose package says what it should not: none of it is taken in."""

import io
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import handing
from handing import code_of, rows_of, table_of, told
from voterlist.storage.ledger import reading

LIST = "data/lists/constituency-088-precinct-0001-record"
OTHER = "089-0001-0000000000000"
FINDING = {"rule": "precinct-too-small", "severity": "warning", "unit": "precinct"}
ACCEPTED = {**FINDING, "reason": "it is so", "accepted_by": "Leyla M."}
BY = {"decided_by": "Leyla M.", "decided_at": "2026-02-03T09:00:00+04:00"}


@pytest.fixture
def handed(tmp_path):
    """A package is written and not taken in yet."""
    return handing.handed(tmp_path)


def with_row(table, **cells):
    """One row more in a table."""

    def change(files):
        name = f"data/{table}.parquet"
        files[name] = table_of(files[name], [*rows_of(files[name]), cells])

    return change


def with_cells(table, **cells):
    """Other cells in the first row of a table."""

    def change(files):
        name = f"data/{table}.parquet"
        first, *rows = rows_of(files[name])
        files[name] = table_of(files[name], [first | cells, *rows])

    return change


def with_text(name, old, new):
    def change(files):
        path = f"data/{name}"
        assert old in files[path]
        files[path] = files[path].replace(old, new)

    return change


def with_file(name, content=b"x"):
    return lambda files: files.update({f"data/{name}": content})


def with_column(files):
    """A column that no version knows."""
    name = "data/findings.parquet"
    table = pq.read_table(io.BytesIO(files[name]))
    stream = io.BytesIO()
    pq.write_table(table.append_column("seen", pa.nulls(table.num_rows)), stream)
    files[name] = stream.getvalue()


def without(name):
    return lambda files: files.pop(f"data/{name}")


def with_balance(**stated):
    def change(files):
        balance = json.loads(files["data/balance.json"])
        files["data/balance.json"] = json.dumps(balance | stated).encode()

    return change


def with_counts(**counts):
    """Other counts of the first list, and sums that fit to them."""

    def change(files):
        balance = json.loads(files["data/balance.json"])
        for name, count in counts.items():
            balance["lists"][0][name] += count
            balance["sum"][name] += count
        files["data/balance.json"] = json.dumps(balance).encode()

    return change


def with_answer(day):
    answer = {"case_id": "ab12", "number": 1, "answer": "keep", "by": "L", "day": day}
    return with_file("answers.json", json.dumps([answer]).encode())


PLACES = {
    "a finding accepted for another constituency": with_row(
        "accepted", constituency=89, **ACCEPTED
    ),
    "a finding accepted for a precinct of another constituency": with_row(
        "accepted", constituency=89, precinct=1, **ACCEPTED
    ),
    "a finding accepted for the whole country": with_row("accepted", **ACCEPTED),
    "a finding accepted about an entry of another": with_row(
        "accepted", constituency=88, precinct=1, entry_id=OTHER, **ACCEPTED
    ),
    "a finding about another constituency": with_row(
        "findings", constituency=89, precinct=1, **FINDING
    ),
    "a finding about an entry of another": with_row(
        "findings", constituency=88, precinct=1, entry_id=OTHER, **FINDING
    ),
    "a decision about an entry of another": with_row(
        "decisions", case_id="ab12", entry_id=OTHER, verdict="keep", **BY
    ),
    "an amendment of others": with_row(
        "amendments", entry_id=OTHER, action="strike", **BY
    ),
    "a move from others to others": with_row(
        "amendments", entry_id=OTHER, action="move", constituency=90, precinct=1, **BY
    ),
    "what was done to the list of others": with_row(
        "applied", entry_id=OTHER, action="strike", constituency=89, precinct=1, **BY
    ),
    "an indicator of another constituency": with_cells("indicators", constituency=89),
    "an indicator of all constituencies": with_cells("indicators", constituency=None),
}
TWINS = {
    "another name in the CSV": with_text(
        LIST.removeprefix("data/") + ".csv", b"Rauf", b"Rauf "
    ),
    "a voter more in the CSV": lambda files: files.update(
        {f"{LIST}.csv": files[f"{LIST}.csv"] + files[f"{LIST}.csv"][-200:]}
    ),
    "a list without its CSV": without(LIST.removeprefix("data/") + ".csv"),
    "the CSV of another list": lambda files: files.update(
        {f"{LIST}.csv": files[f"{LIST.replace('0001', '0002')}.csv"]}
    ),
    "a balance of another cycle": with_balance(cycle="2025"),
    "a balance of another run": with_balance(run="2026-02-03-00000000"),
    "a balance of another day": with_balance(day="2026-02-05"),
    "a balance of another constituency": with_balance(constituency=89),
    "a balance of another name": with_balance(constituency_name="Bakı"),
    "another sum": with_balance(sum={"listed": 1}),
    "a balance that does not add up": with_counts(struck=1),
    "great numbers that add up": with_counts(struck=10**12, handed_in=10**12),
    "something more in the balance": with_balance(note="x"),
}
FILES = {
    "a file that no package has": with_file("readme.txt"),
    "a file beside the lists": with_file("lists/more.csv"),
    "a list under another name": lambda files: files.update(
        {f"{LIST}-temporary.csv": files.pop(f"{LIST}.csv")}
    ),
    "ids of the receiver": with_file("known-as.json", b"{}"),
}
NUMBERS = {
    "an infinite number": with_row(
        "findings", constituency=88, value=float("inf"), **FINDING
    ),
    "a number without measure": with_row(
        "findings", constituency=88, limit=1e300, **FINDING
    ),
    "a decision of the year 1": with_cells("decisions", decided_at="0001-01-01"),
    "a decision of the year 9999": with_cells(
        "decisions", decided_at="9999-12-31T00:00:00+00:00"
    ),
    "a decision of some day": with_cells("decisions", decided_at="yesterday"),
    "an answer of the year 9999": with_answer("9999-12-31"),
    "an answer of the year 1": with_answer("0001-01-01"),
    "an answer that is still to come": with_answer("2026-12-31"),
    "a name twice in the balance": with_text(
        "balance.json", b'{\n "cycle"', b'{\n "run": "x",\n "cycle"'
    ),
    "NaN in the balance": with_text("balance.json", b'"lists"', b'"x": NaN, "lists"'),
    "a name twice in the answers": with_file(
        "answers.json",
        b'[{"case_id":"ab12","number":1,"answer":"keep","answer":"give-up","by":"L",'
        b'"day":"2026-02-03"}]',
    ),
    "NaN in what was let pass": with_file(
        "gates.json", b'[{"gate": "errors", "count": NaN}]'
    ),
    "a great number in what was let pass": with_file(
        "gates.json", b'[{"gate": "errors", "count": 1000000000000}]'
    ),
}
ATTACKS = PLACES | TWINS | FILES | NUMBERS


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_trusted_sender_should_not_say_is_refused(handed, attack):
    """Findings of others went silent at the centre, and a person read another list than it took."""
    path = handed.folder / "package.zip"
    handing.rewritten(path, handed.below / "keys", ATTACKS[attack])
    before = handing.contents(handed.above)
    assert code_of(handed.receive()) == (3, "package-content-wrong")
    assert handing.contents(handed.above) == before


def test_a_package_that_was_only_signed_anew_is_taken(handed):
    """Else the packages above could be refused for what the test does to them."""
    path = handed.folder / "package.zip"
    handing.rewritten(path, handed.below / "keys")
    assert handed.receive()[0] == 0


def test_a_column_that_nobody_knows_is_refused(handed):
    path = handed.folder / "package.zip"
    handing.rewritten(path, handed.below / "keys", with_column)
    assert code_of(handed.receive()) == (3, "package-schema-other")


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        (f"{LIST}.parquet", ("record", 9_999_999)),
        (f"{LIST}.csv", (None, 9_999_999)),
        ("data/findings.parquet", ("findings", 3)),
        ("data/gates.json", (None, 7)),
        ("data/lists/columns.txt", ("record", 1)),
    ],
)
def test_a_manifest_that_states_other_rows_is_refused(handed, name, stated):
    """The figures of a manifest are what a person reads of a package."""
    path = handed.folder / "package.zip"
    handing.rewritten(path, handed.below / "keys", stated={name: stated})
    assert code_of(handed.receive()) == (3, "package-content-wrong")


def test_what_columns_mean_is_said_by_the_receiver(handed):
    """A page of the sender could say that a column means something else."""
    path = handed.folder / "package.zip"
    change = with_file("lists/columns.txt", b"surname: the given name")
    handing.rewritten(path, handed.below / "keys", change)
    code, taken = handed.receive()
    assert code == 0
    pages = list((handed.above / "received").rglob("columns.txt"))
    assert len(pages) == 1
    assert b"the given name" not in pages[0].read_bytes()
    assert taken["entries"] == 7


# A precinct to its constituency, and what comes down


@pytest.fixture(scope="module")
def _precinct(tmp_path_factory):
    """A precinct that handed over to its constituency."""
    folder = tmp_path_factory.mktemp("precinct")
    settings = """
    [workspace]
    name = "1 saylı məntəqə"
    level = "pec"
    constituency = 88
    precinct = 1
    [submit]
    set_aside = false
    """
    precinct = handing.workspaces.make(folder / "below", settings=settings)
    (precinct / "inbox" / "88" / "menteqe-2.csv").unlink()
    handing.workspaces.run(precinct)
    above = folder / "above"
    (above / "inbox").mkdir(parents=True)
    (above / "voterlist.toml").write_text(handing.BELOW, encoding="utf-8")
    for workspace in (precinct, above):
        told("keys", "make", workspace, "--today", handing.DAY)
    handing.trust(above, precinct, "1")
    handing.trust(precinct, above, "Göyçay")
    pair = handing.Pair(precinct, above, folder)
    assert pair.submit()[0] == 0
    return pair


@pytest.fixture
def precinct(_precinct, tmp_path):
    shutil.copy(_precinct.folder / "package.zip", tmp_path)
    return _precinct.copied(tmp_path)


OF_A_PRECINCT = {
    "its constituency": with_row("accepted", constituency=88, **ACCEPTED),
    "another precinct": with_row("accepted", constituency=88, precinct=2, **ACCEPTED),
    "the precinct of that number elsewhere": with_row(
        "accepted", constituency=89, precinct=1, **ACCEPTED
    ),
    "an entry of another precinct": with_row(
        "decisions",
        case_id="ab12",
        entry_id="088-0002-0000000000000",
        verdict="keep",
        **BY,
    ),
}


@pytest.mark.parametrize("about", OF_A_PRECINCT)
def test_a_precinct_says_nothing_about_others(precinct, about):
    path = precinct.folder / "package.zip"
    handing.rewritten(path, precinct.below / "keys", OF_A_PRECINCT[about])
    assert code_of(precinct.receive()) == (3, "package-content-wrong")


def test_a_precinct_is_taken_in_by_its_constituency(precinct):
    assert precinct.receive()[0] == 0


def with_door(place, kind=b'"permanent"'):
    """A question more for the door of a place."""

    def change(files):
        files["data/cases.json"] = SAID
        row = place + b"," + kind + b',,,,,"Rauf",,,"ask"' + b"," * 8 + b"\n"
        files["data/door.csv"] += row

    return change


CASES = {
    "format": 1,
    "cases": [
        {
            "case_id": "ab12",
            "number": 1,
            "kind": "across",
            "probability": 0.5,
            "own": [{"entry_id": "088-0001-0000000000000", "precinct": 1}],
            "others": [
                {"constituency": 89, "precinct": 1, "fin": None, "document": None}
            ],
        }
    ],
    "proposals": [],
    "findings": [],
}
SAID = json.dumps(CASES).encode()
RETURNS = {
    "an entry of another precinct": with_file(
        "cases.json", SAID.replace(b"088-0001", b"088-0002")
    ),
    "an entry of another constituency": with_file(
        "cases.json", SAID.replace(b"088-0001", b"089-0001")
    ),
    "NaN": with_file("cases.json", SAID.replace(b"0.5", b"NaN")),
    "an infinite number": with_file("cases.json", SAID.replace(b"0.5", b"1e999")),
    "a name twice": with_file("cases.json", SAID.replace(b'{"f', b'{"format": 1, "f')),
    "a file more": with_file("readme.txt"),
    "a checklist for others": with_door(b"88,2"),
    "a checklist of another constituency": with_door(b"89,1"),
    "a checklist of no kind": with_door(b"88,1", kind=b""),
}


@pytest.fixture(scope="module")
def returned(_precinct, tmp_path_factory):
    """What the constituency returns to its precinct."""
    pair = _precinct.copied(tmp_path_factory.mktemp("returned"))
    shutil.copy(_precinct.folder / "package.zip", pair.folder)
    assert pair.receive()[0] == 0
    handing.workspaces.run(pair.above)
    out = pair.folder / "return.zip"
    words = ("return", pair.above, "-c", 88, "--precinct", 1, "--out", out)
    assert told(*words, "--today", handing.DAY)[0] == 0
    return pair


def received(returned, folder, change):
    """What comes of a return that was changed."""
    pair = returned.copied(folder)
    path = Path(shutil.copy(returned.folder / "return.zip", folder))
    handing.rewritten(path, pair.above / "keys", change)
    return told("receive", pair.below, path, "--today", handing.DAY)


@pytest.mark.parametrize("wrong", RETURNS)
def test_a_return_asks_the_receiver_about_its_own_entries(returned, tmp_path, wrong):
    """A question about the people of others would stand on nobody's checklist."""
    said = received(returned, tmp_path, RETURNS[wrong])
    assert code_of(said) == (3, "package-content-wrong")


def test_a_return_is_taken_in_with_its_checklist(returned, tmp_path):
    code, taken = received(returned, tmp_path, with_door(b"88,1"))
    assert (code, taken["cases"]) == (0, 1)


def test_a_checklist_of_other_columns_is_refused(returned, tmp_path):
    change = with_text("door.csv", b'"street"', b'"strasse"')
    said = received(returned, tmp_path, change)
    assert code_of(said) == (3, "package-schema-other")


# Numbers of packages


def numbered(pair, serial, name="numbered.zip", previous="ab" * 32):
    """A package of another number, signed with the key that its sender has now."""
    path = pair.folder / name
    shutil.copy(pair.folder / "package.zip", path)
    keys = pair.below / "keys"
    handing.rewritten(path, keys, serial=serial, previous=previous)
    return name


def lines(workspace, event):
    with reading(workspace / "ledger.db") as ledger:
        return [details for _, word, details in ledger.journal() if word == event]


def test_a_number_far_ahead_is_asked_about(handed):
    """A stolen key would shut its commission out until the end of the cycle."""
    assert handed.receive()[0] == 0
    far = numbered(handed, 999_999)
    before = handing.contents(handed.above)
    assert code_of(handed.receive(far)) == (3, "package-gap")
    assert handing.contents(handed.above) == before
    assert handed.receive(numbered(handed, 12))[1]["missing"] == 10


def test_the_chair_settles_the_numbers_of_a_sender(handed):
    """With a line of the journal, who and why; from then on they go on as always."""
    assert handed.receive()[0] == 0
    chair = ("--ground", "Telefon, 4 fevral", "--by", "A. Əliyeva")
    far = numbered(handed, 999_999)
    assert handed.receive(far, *chair)[0] == 0
    assert handed.submit("second.zip")[1]["package"]["serial"] == 2
    assert code_of(handed.receive("second.zip")) == (3, "package-older")
    assert handed.receive("second.zip", *chair)[0] == 0
    assert handed.submit("third.zip")[0] == 0
    assert handed.receive("third.zip")[1]["missing"] == 0
    settled = lines(handed.above, "number-settled")
    assert [line["serial"] for line in settled] == [999_999, 2]
    assert {(line["by"], line["commission"]) for line in settled} == {
        ("A. Əliyeva", "conec-088")
    }
    for old in (far, "second.zip", "package.zip"):
        # What was settled is no door for what was taken already.
        assert code_of(handed.receive(old, *chair)) == (3, "package-taken")
    assert told("journal", handed.above, "--verify")[0] == 0


def test_nobody_settles_numbers_without_a_name(handed):
    said = handed.receive("package.zip", "--ground", "Telefon")
    assert code_of(said) == (2, "statement-incomplete")
    assert handed.receive()[0] == 0


def test_a_new_key_begins_its_own_series(handed):
    """A number that the old key was abused for says nothing of the new one, on either side."""
    assert handed.receive()[0] == 0
    far = numbered(handed, 999_999)
    chair = ("--ground", "Səhv", "--by", "Sədr")
    assert handed.receive(far, *chair)[0] == 0
    told("keys", "distrust", handed.above, "--name", "Göyçay", "--today", handing.DAY)
    shutil.rmtree(handed.below / "keys")
    told("keys", "make", handed.below, "--today", handing.DAY)
    assert handing.trust(handed.above, handed.below, "Göyçay")[0] == 0
    handed.decide(("keep", "repeat"))
    handing.workspaces.run(handed.below)
    assert handed.submit("new.zip")[1]["package"]["serial"] == 1
    code, taken = handed.receive("new.zip")
    assert (code, taken["missing"], taken["entries"]) == (0, 0, 6)
    assert code_of(handed.receive(far)) == (3, "package-signer-withdrawn")
    assert told("receive", handed.below, handed.folder / "new-receipt.zip")[0] == 0
    handed.submit("next.zip")
    assert handed.receive("next.zip")[0] == 0
    kept = list((handed.above / "received").rglob("manifest.json"))
    assert len(kept) == 4


def test_numbers_that_go_on_under_a_new_key_are_taken(handed):
    """So an earlier version of the program counted."""
    first = handed.receive()[1]["id"]
    told("keys", "distrust", handed.above, "--name", "Göyçay", "--today", handing.DAY)
    shutil.rmtree(handed.below / "keys")
    told("keys", "make", handed.below, "--today", handing.DAY)
    assert handing.trust(handed.above, handed.below, "Göyçay")[0] == 0
    going_on = numbered(handed, 2, previous=first)
    code, taken = handed.receive(going_on)
    assert (code, taken["missing"]) == (0, 0)
