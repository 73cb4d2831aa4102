"""Handing over and taking in, through the commands."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytest

import handing
import packages
import review_books
import workspaces
from command_line import call
from deciding import amendments_of
from handing import code_of, told
from voterlist.cli import APP  # noqa: F401  its modules load once, not in the first test
from voterlist.config import SETTINGS_FILE
from voterlist.custody.keys import load_keys
from voterlist.deadlines.handovers import Event, handovers
from voterlist.storage.ledger import Ledger, reading


@pytest.fixture
def pair(tmp_path):
    return handing.pair(tmp_path)


@pytest.fixture
def handed(tmp_path):
    """A package is written and not taken in yet."""
    return handing.handed(tmp_path)


def events(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return handovers(ledger.journal())


def test_a_constituency_is_handed_over_taken_in_and_confirmed(pair):
    code, made = pair.submit("package.zip", "--by", "Sədr")
    assert (code, made["package"]["serial"]) == (0, 1)
    assert made["package"]["sums"]["listed"] == 7
    code, taken = pair.receive()
    assert (code, taken["entries"], taken["decisions"]) == (0, 7, 2)
    receipt = pair.folder / "package-receipt.zip"
    code, confirmed = told("receive", pair.below, receipt, "--today", handing.DAY)
    assert (code, confirmed["confirmed"]) == (0, 1)
    below, above = events(pair.below), events(pair.above)
    assert [one.event for one in below] == [Event.SUBMITTED, Event.RECEIPT]
    assert [one.event for one in above] == [Event.RECEIVED]
    assert {one.package for one in below + above} == {made["package"]["id"]}
    assert below[0].by == "Sədr"


def test_the_act_says_what_the_package_says_and_has_one_page(pair, tmp_path):
    """Whoever signs holds the paper against the file; a copy elsewhere has the same bytes.

    So has the package.
    """
    other = pair.copied(tmp_path / "other")
    _, made = pair.submit("package.zip", "--by", "A. Əliyeva", day="2026-04-08")
    other.submit("package.zip", "--by", "A. Əliyeva", day="2026-04-08")
    (written, again) = (one.folder / "package.zip" for one in (pair, other))
    assert written.read_bytes() == again.read_bytes()
    acts = [Path(one) for one in made["package"]["acts"]]
    assert [act.name for act in acts] == [
        "package-act-az.pdf",
        "package-act-en.pdf",
    ]
    for act in acts:
        assert act.read_bytes() == (other.folder / act.name).read_bytes()
    pdf = pypdfium2.PdfDocument(acts[1])
    assert len(pdf) == 1
    with reading(pair.below / "ledger.db") as ledger:
        head = ledger.head()
    text = pdf[0].get_textpage().get_text_bounded()
    package = hashlib.sha256((pair.folder / "package.zip").read_bytes()).hexdigest()
    assert made["package"]["id"] in text
    assert package in text
    assert f"{head.number - 1}-{made['package']['head']}" in text
    assert "late by 3 days" in text
    assert "A. Əliyeva" in text
    assert "On the list" in text


def test_an_encrypted_package_is_taken_and_no_plain_one_is_left(pair):
    code, made = pair.submit("package.zip", "--encrypt-to", "MSK")
    assert (code, made["package"]["path"].endswith(".zip.age")) == (0, True)
    assert not (pair.folder / "package.zip").exists()
    assert pair.receive("package.zip.age")[0] == 0


UNDER_WAY = "[submit]\nset_aside = false\nmost_open_cases = 1\n"
TOO_SMALL = f'[check.rules.precinct-too-small]\nseverity = "error"\n{UNDER_WAY}'
ASTRAY = '[territory.precincts]\n88 = "1,3"\n'
PASSED = f"{UNDER_WAY}missing_precincts = false\nunknown_precincts = false\n{ASTRAY}"


def test_an_open_gate_keeps_a_constituency_from_being_handed_over(tmp_path):
    """Each with what to do, and nothing is written."""
    own = '[workspace]\nname = "Göyçay"\nconstituency = 88\n'
    below = workspaces.make(tmp_path / "below", settings=own + TOO_SMALL)
    workspaces.run(below)
    told("keys", "make", below)
    pair = handing.Pair(below, below, tmp_path)

    def made(settings):
        (below / "voterlist.toml").write_text(own + settings, encoding="utf-8")
        code, said = pair.submit()
        found = {one["gate"] for one in said["gates"] if one["open"]}
        assert code == int(bool(found))
        assert (pair.folder / "package.zip").exists() == (not found)
        assert bool(events(below)) == (not found)
        assert all(one["what"] and one["todo"] for one in said["gates"])
        return found

    assert made(TOO_SMALL) == {"errors"}
    (below / "voterlist.toml").write_text(own, encoding="utf-8")
    workspaces.run(below)
    assert made("") == {"set-aside", "open-cases"}
    places = {"missing-precincts", "unknown-precincts"}
    assert made(f"[submit]\nset_aside = false\n{ASTRAY}") == {*places, "open-cases"}
    assert made(PASSED) == made(UNDER_WAY) == set()


def open_gates(pair):
    _, made = pair.submit()
    return {one["gate"]: one["count"] for one in made["gates"] if one["open"]}


def test_what_is_decided_after_the_run_is_not_handed_over(pair):
    pair.decide(("keep", "repeat"))
    assert open_gates(pair) == {"stale-run": 1}


def test_a_list_that_no_package_takes_holds_the_handing_over_up(pair):
    """A list beside the folders, or in another constituency's, was handed over by nobody.

    A run of the constituency's folder alone let it go; it asks for a run of the whole inbox.
    """
    pair.decide(("keep", "repeat"))
    rows = "1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240\n"
    for folder in (".", "98"):
        path = pair.below / "inbox" / folder / "3.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{workspaces.HEADER}{rows}", encoding="utf-8")
        workspaces.run(pair.below, constituencies=(88,))
        assert open_gates(pair) == {"stale-run": 1}
        made = workspaces.run(pair.below)
        doubts = [doubt.rule for doubt in made.place_doubts]
        told = {".": "constituency-unknown", "98": "precinct-not-in-territory"}
        assert doubts == [told[folder]]
        assert open_gates(pair) == {"unknown-precincts": 1}
        path.unlink()


def test_who_was_added_to_a_precinct_that_is_no_more_is_not_lost(pair):
    """Precincts were merged: whom a decision had added stood on no list, and nobody was told."""
    pair.decide(("keep", "repeat"))
    day, by = ("--today", handing.DAY), ("--by", "Aytən")

    def added(number, precinct):
        person = ("--name", "Vəliyev Samir Zahid oğlu", "--born", "01.02.1980")
        asked = ("--what", "add", *person, "--set", f"precinct={precinct}", *by)
        assert told("application", "take", pair.below, *asked, *day)[0] == 0
        ruling = ("--grant", "--ground", "left-out", "--evidence", "AZE 1", *by)
        decided = told("application", "decide", pair.below, number, *ruling, *day)
        assert decided[0] == 0, decided
        told("run", pair.below, *day)

    added(1, 2)
    assert open_gates(pair) == {}
    path = pair.below / "inbox" / "88" / "menteqe-2.csv"
    anew = path.read_text(encoding="utf-8").replace("2 saylı", "3 saylı")
    path.with_name("menteqe-3.csv").write_text(anew, encoding="utf-8")
    path.unlink()
    settings = handing.BELOW.replace('"1-2"', '"1,3"')
    (pair.below / "voterlist.toml").write_text(settings, encoding="utf-8")
    told("run", pair.below, *day)
    assert open_gates(pair) == {"unknown-precincts": 1}
    # The workbook, in which it may be taken back, tells whom it is about.
    told("review", "export", pair.below, "--language", "en", *day)
    rows = review_books.rows_of(pair.below / "reports" / "review-en.xlsx")
    (waits,) = (row for row in rows if row.get("asked_as") == "decided-entry:add:")
    assert "Vəliyev Samir Zahid oğlu" in waits["shown"]
    ruling = ("--refuse", "--ground", "other", "--reason", "precinct 3 now", *by)
    assert told("application", "decide", pair.below, 1, *ruling, *day)[0] == 0
    added(2, 3)
    code, made = pair.submit("second.zip")
    assert (code, made["package"]["sums"]["added"]) == (0, 1)


def test_lists_and_registers_that_are_newer_than_the_run_are_not_handed_over(pair):
    """Who died, or was sent here by a decision elsewhere, would be asked about above alone."""
    register = pair.below / "reference" / "deaths.csv"
    register.write_text("Soyadı;Adı;Doğum tarixi\nRzayev;Orxan;05.05.1965\n", "utf-8")
    assert open_gates(pair) == {"stale-run": 1}
    path = pair.below / "inbox" / "88" / "menteqe-3.csv"
    path.write_text(f"3 saylı seçki məntəqəsi\n{workspaces.HEADER}{workspaces.TWO}")
    assert open_gates(pair) == {"stale-run": 1}


def test_contested_decisions_are_not_handed_over(pair):
    pair.decide(("keep", "repeat"), by="Rəşad Q.")
    workspaces.run(pair.below)
    gates = open_gates(pair)
    assert gates.pop("open-cases", 0) <= 1
    assert gates == {"contested": 1}


def test_decisions_that_came_back_are_not_handed_over(pair):
    path = pair.below / "inbox" / "88" / "menteqe-2.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("Elçin;Rauf oğlu;12.03.1970", "Elçin;Rauf oğlu;13.04.1971")
    )
    workspaces.run(pair.below)
    assert open_gates(pair)["returned"] >= 1


def flipped(pair):
    path = pair.folder / "package.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(pair):
    path = pair.folder / "package.zip"
    path.write_bytes(path.read_bytes()[:-100])


def untrusted(pair):
    told("keys", "distrust", pair.above, "--name", "Göyçay")


def another(pair):
    """The key is trusted, but as that of another commission."""
    other = workspaces.make(
        pair.folder / "other",
        constituency=89,
        settings='[workspace]\nname = "Başqa"\nconstituency = 89\n',
    )
    told("keys", "make", other)
    handing.trust(pair.above, other, "Başqa")
    keys = load_keys(other / "keys")
    path = pair.folder / "package.zip"
    path.write_bytes(packages.resigned(path, keys, lambda _: None))


def newer_format(pair):
    keys = load_keys(pair.below / "keys")
    path = pair.folder / "package.zip"
    path.write_bytes(
        packages.resigned(path, keys, lambda fields: fields.update(format=3))
    )


def for_somebody_else(pair):
    (pair.above / "voterlist.toml").write_text(
        '[workspace]\nname = "X"\ncycle = "2027"\nlevel = "cec"\n'
    )


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (flipped, None),
        (truncated, "package-truncated"),
        (untrusted, "package-signer-withdrawn"),
        (another, "package-signer-other"),
        (newer_format, "package-newer"),
        (for_somebody_else, "package-cycle-other"),
    ],
)
def test_a_package_that_does_not_fit_is_refused_and_nothing_enters(
    handed, damage, code
):
    damage(handed)
    before = handing.contents(handed.above)
    exit_code, refused = code_of(handed.receive())
    assert exit_code == 3
    assert code in {None, refused}
    assert handing.contents(handed.above) == before
    assert not (handed.folder / "package-receipt.zip").exists()


LIST = "data/lists/constituency-088-precinct-000{}-record.parquet"


def other_sums(files):
    balance = json.loads(files["data/balance.json"])
    balance["lists"][0]["listed"] += 1
    files["data/balance.json"] = json.dumps(balance).encode()


def no_balance(files):
    files["data/balance.json"] = b"[1]"


def other_columns(files):
    files[LIST.format(1)] = files["data/decisions.parquet"]


def no_table(files):
    files[LIST.format(1)] = b"PAR1 and nothing else"


def list_missing(files):
    del files[LIST.format(1)]


def no_decisions(files):
    files["data/decisions.parquet"] = b"\x00\x01"


def no_moment(files):
    """Decisions of which nobody knows when they were made."""
    table = pq.read_table(io.BytesIO(files["data/decisions.parquet"]))
    assert table.num_rows
    place = table.column_names.index("decided_at")
    blank = pa.nulls(table.num_rows, table.schema.types[place])
    stream = io.BytesIO()
    pq.write_table(table.set_column(place, "decided_at", blank), stream)
    files["data/decisions.parquet"] = stream.getvalue()


WRONG = (no_moment, other_sums, no_balance, other_columns, no_table)


def test_a_signed_package_whose_content_is_wrong_is_refused(handed):
    """A signature says who wrote it, not that the program did."""
    keys, path = handed.below / "keys", handed.folder / "package.zip"
    whole = path.read_bytes()
    before = handing.contents(handed.above)
    for change in (*WRONG, list_missing, no_decisions):
        path.write_bytes(whole)
        handing.rewritten(path, keys, change)
        is_schema = change is other_columns
        code = "package-schema-other" if is_schema else "package-content-wrong"
        assert code_of(handed.receive()) == (3, code), change.__name__
    assert handing.contents(handed.above) == before


def test_the_list_of_a_ward_is_taken_in_until_its_own_freeze(pair):
    """It was handed over below and refused above: a ward has five days more than a precinct."""
    frozen = "[calendar]\nelection_day = 2026-03-01\n"
    for workspace in (pair.below, pair.above):
        with (workspace / "voterlist.toml").open("a", encoding="utf-8") as settings:
            settings.write(frozen)
    assert pair.submit(day="2026-02-03")[0] == pair.receive(day="2026-02-03")[0] == 0
    ward = pair.below / "inbox" / "88" / "menteqe-2-muveqqeti.csv"
    rows = [
        f"{n};Vəliyev;{name};Zahid oğlu;0{n}.02.1980;kişi;Palata {n};5XK124{n}\n"
        for n, name in enumerate(("Samir", "Nadir"), 1)
    ]
    title = f"2 saylı seçki məntəqəsi\nMüvəqqəti siyahı\n{workspaces.HEADER}"
    ward.write_text(title + rows[0], encoding="utf-8")
    assert told("run", pair.below, "--today", "2026-02-06")[0] in {0, 1}
    assert pair.submit("ward.zip", day="2026-02-06")[0] == 0
    code, taken = pair.receive("ward.zip", day="2026-02-06")
    assert (code, taken.get("entries")) == (0, 8), taken
    # The commission below forgot the day, and the list of the ward is frozen too.
    settings = pair.below / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(frozen, ""), encoding="utf-8")
    ward.write_text(title + "".join(rows), encoding="utf-8")
    assert told("run", pair.below, "--today", "2026-02-11")[0] in {0, 1}
    assert pair.submit("anew.zip", day="2026-02-11")[0] == 0
    found = pair.receive("anew.zip", day="2026-02-11")
    assert code_of(found) == (3, "package-anew-after-freeze")
    # The day is that of the ward.
    assert "2026-02-09" in found[1]["error"]["what"], found
    # So is that of a decision about a voter of the ward.
    ward.write_text(title + rows[0], encoding="utf-8")
    (samir,) = (
        row["entry_id"]
        for row in handing.newest(pair.below, "entries").to_pylist()
        if row["given_name"] == "Samir"
    )
    at = ("--document", "AA 1", "--today", "2026-02-11")
    asked = ("--what", "strike", "--for", samir, "--by", "Samir Vəliyev", *at)
    taken = told("application", "take", pair.below, *asked)[1]
    grant = ("--grant", "--ground", "died", "--by", "R", "--today", "2026-02-11")
    decided = told("application", "decide", pair.below, taken["number"], *grant)
    assert decided[1]["standing"] == "holds"
    assert told("run", pair.below, "--today", "2026-02-11")[0] in {0, 1}
    assert pair.submit("late.zip", day="2026-02-11")[0] == 0
    found = pair.receive("late.zip", day="2026-02-11")
    assert code_of(found) == (3, "package-after-freeze")
    assert "2026-02-09" in found[1]["error"]["what"], found


def test_the_same_package_again_and_an_older_one_are_refused(handed):
    assert handed.receive()[0] == 0
    assert code_of(handed.receive()) == (3, "package-taken")
    handed.submit("second.zip")
    handed.submit("third.zip")
    assert handed.receive("third.zip")[1]["missing"] == 1
    assert code_of(handed.receive("second.zip")) == (3, "package-older")


def test_a_receipt_that_was_not_written_is_written_the_next_time(handed, monkeypatch):
    """Killed between the package and its receipt, the sender would never get one."""

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("voterlist.handover.receiving._write_receipt", killed)
        call("receive", handed.above, handed.folder / "package.zip")
    code, taken = handed.receive()
    assert (code, taken["was_taken"]) == (0, True)
    receipt = handed.folder / "package-receipt.zip"
    assert told("receive", handed.below, receipt)[0] == 0
    assert code_of(handed.receive()) == (3, "package-taken")


def test_a_receipt_shows_a_ledger_that_was_put_back(pair):
    """The sender's ledger of before the hand-over knows nothing of the package."""
    older = pair.folder / "older"
    shutil.copytree(pair.below, older)
    pair.submit()
    pair.receive()
    shutil.copytree(pair.below / "sent", older / "sent")
    receipt = pair.folder / "package-receipt.zip"
    assert code_of(told("receive", older, receipt)) == (3, "receipt-head-unknown")
    assert events(older) == []


FROZEN = "[calendar]\nelection_day = 2026-03-01\n"
"""Permanent lists are frozen after 4 February."""
EARLY, LATE = "2026-02-03", "2026-02-06"


def test_a_precinct_hands_over_in_the_same_way_a_list_that_a_court_emptied_too(pair):
    """Its list stands in the folder of its constituency, beside those that came as plain files.

    The constituency could hand over nothing for ever: it would wait for a list of nobody.
    """
    settings = f"""
    [workspace]
    name = "2 saylı məntəqə"
    level = "pec"
    constituency = 88
    precinct = 2
    [submit]
    set_aside = false
    {FROZEN}
    """
    precinct = workspaces.make(pair.folder / "pec", settings=settings)
    plain = precinct / "inbox" / "88"
    (pair.below / "inbox" / "88" / "menteqe-2.csv").unlink()
    for workspace in (pair.below, pair.above):
        with (workspace / "voterlist.toml").open("a", encoding="utf-8") as file:
            file.write(FROZEN)

    def ran(workspace, day=EARLY):
        code, said = told("run", workspace, "--today", day)
        assert code in {0, 1}, said
        return said

    def handed_over(name, day=EARLY):
        package = pair.folder / name
        made = told("submit", precinct, "-c", 88, "--out", package, "--today", day)[1]
        assert made["package"]["receiver"] == "conec-088"
        code, said = told("receive", pair.below, package, "--today", day)
        assert (code, said["sender"]) == (0, "pec-088-0002")
        return said["entries"]

    ran(precinct)
    told("keys", "make", precinct)
    handing.trust(pair.below, precinct, "2")
    words = ("submit", precinct, "-c", 88, "--out", pair.folder / "no.zip")
    # The four of another precinct would go up with nobody.
    opened = {one["gate"]: one["count"] for one in told(*words)[1]["gates"]}
    assert opened["unknown-precincts"] == 4
    (plain / "menteqe-1.csv").unlink()
    ran(precinct)
    without_own = f'{settings}[territory.precincts]\n88 = "1"\n'
    (precinct / "voterlist.toml").write_text(without_own, encoding="utf-8")
    opened = {one["gate"]: one["count"] for one in told(*words)[1]["gates"]}
    assert opened["unknown-precincts"] == 3
    (precinct / "voterlist.toml").write_text(settings, encoding="utf-8")
    assert handed_over("pec.zip") == 3
    # What was decided about one whom the court will strike would come back.
    pair.decide(("withdraw", "withdraw"))
    said = ran(pair.below)
    assert (said["rows"]["out"], said["place_doubts"]) == (7, [])
    lists = handing.newest(pair.below, "lists").to_pylist()
    assert sorted(row["precinct"] for row in lists) == [1, 2]
    entries = handing.newest(precinct, "entries").column("entry_id").to_pylist()
    court = {"action": "strike", "ground": "court", "document": "№ 5"}
    at = {"decided_at": f"{LATE}T09:00:00+04:00"}
    with Ledger(precinct / "ledger.db") as ledger:
        ledger.amend(
            amendments_of(*(court | at | {"entry_id": one} for one in entries))
        )
    ran(precinct, LATE)
    assert handed_over("court.zip", LATE) == 0
    assert ran(pair.below, LATE)["missing_lists"] == []
    # Nothing is waited for of a precinct that has nobody left.
    status = told("status", pair.below, "--today", LATE)[1]
    assert {row["progress"] for row in status["units"]} == {"ready"}
    up = pair.submit("up.zip", day=LATE)[0], pair.receive("up.zip", day=LATE)
    assert (up[0], up[1][1]["entries"]) == (0, 4)


def _with_precincts(folder):
    """A constituency that has no lists, and its two precincts, each with its number."""
    above = workspaces.make(folder / "above", settings=handing.BELOW)
    shutil.rmtree(above / "inbox" / "88")
    told("keys", "make", above)
    settings = (
        '[workspace]\nname = "{0}"\nlevel = "pec"\nconstituency = 88\nprecinct = {0}\n'
    )
    both = []
    for number, other in ((1, 2), (2, 1)):
        own = settings.format(number) + "[submit]\nset_aside = false\n"
        precinct = workspaces.make(folder / str(number), settings=own)
        (precinct / "inbox" / "88" / f"menteqe-{other}.csv").unlink()
        told("keys", "make", precinct)
        handing.trust(above, precinct, str(number))
        handing.trust(precinct, above, "Göyçay")
        both.append((number, precinct))
    with (precinct / "inbox" / "88" / "menteqe-2.csv").open("a") as file:
        # Of the one who stands there twice already both lists have the FIN.
        file.write("4;Məmmədova;Leyla;Kamil qızı;11.07.1974;qadın;Səməd küç. 21;\n")
    return above, both


BEFORE = workspaces.ONE.splitlines()[0]
ANOTHER = "1;Nəbiyev;Sahib;Elman oğlu;19.07.1941;kişi;Nizami küç. 4;5XK1261"


def _list_as(precinct, line):
    path = precinct / "inbox" / "88" / "menteqe-1.csv"
    path.write_text(re.sub("(?m)^1;.*", line, path.read_text("utf-8")), "utf-8")
    told("run", precinct, "--today", EARLY)


def _lose_what_was_kept(above):
    """Let what was kept of a return, and of what a precinct handed over, be gone.

    Nobody was told how anybody stands, and nothing could be returned to the other precinct.
    """
    day = ("--today", EARLY)
    out = ("--out", above.parent / "again.zip", *day)

    def lost():
        code, said = told("status", above, *day)
        assert code == bool(said["lost"])
        return [one["code"] for one in said["lost"]], len(said["answers_owed"])

    assert lost() == ([], 2)
    (asked, *_) = (above / "sent").glob("*.cases")
    content = asked.read_bytes()
    asked.write_bytes(b"")
    assert lost()[0] == ["sent-gone"]
    assert code_of(told("submit", above, *out)) == (3, "sent-gone")
    # Where no copy is left, the chair asks on paper, and the package says what is let pass.
    settings = above / SETTINGS_FILE
    strict = settings.read_text("utf-8")
    passing = "returned_cases = false\nstale_run = false\nmost_open_cases = 9\n"
    settings.write_text(strict.replace("[submit]\n", f"[submit]\n{passing}"), "utf-8")
    assert told("submit", above, *out)[0] == 0
    with zipfile.ZipFile(out[1]) as package:
        (gates,) = (one for one in package.namelist() if one.endswith("gates.json"))
        passed = json.loads(package.read(gates))
    assert {"gate": "returned-cases", "count": 1} in passed
    out[1].unlink()
    settings.write_text(strict, "utf-8")
    asked.write_bytes(content)
    newest = max((above / "received").glob("submit-*pec-088-0001*"))
    # Who was given up was nobody's once the answers were gone, or other ones.
    for name, other in (
        ("known-as.json", b""),
        ("amendments.parquet", b""),
        ("answers.json", b"[]"),
    ):
        content = (newest / name).read_bytes()
        (newest / name).write_bytes(other)
        assert lost() == (["received-gone"], 2)
        (newest / name).write_bytes(content)
    shutil.rmtree(newest)
    assert lost() == (["received-gone"], 2)
    assert code_of(told("submit", above, *out)) == (3, "received-gone")
    one, other = (
        told("return", above, "-c", 88, "--precinct", of, *out) for of in "12"
    )
    # A return that asks less than it would says why.
    assert (code_of(one), other[0]) == ((3, "received-gone"), 1)
    assert [one["code"] for one in other[1]["lost"]] == ["received-gone"]


def _answer_by_naming(precinct):
    """(who was named by mistake, who stands there) of whoever has another line by now."""
    rows = handing.newest(precinct, "entries").to_pylist()
    named = sorted((row["fin"] == "5XK1261", row["entry_id"]) for row in rows)
    (_, wrong), (_, today) = named[0], named[-1]
    asked = told("answer", precinct)[1]["cases"][0]["own"][0]["entry_id"]
    document = ("--document", "AA 1")
    as_named = ("--stays", "--entry", today, *document)
    # Who was named by mistake was struck off, and nobody else could be named.
    said = (
        ("--stays", "--entry", wrong),
        ("--stays", "--entry", wrong, *document),
        ("--elsewhere", *document),
        ("--elsewhere", "--entry", asked),
        as_named,
    )
    words = ("answer", precinct, "--by", "Nigar", "--today", EARLY, "--case")
    told_of = [call(*words, 1, *one) for one in said]
    assert [one.exit_code for one in told_of] == [2, 0, 2, 0, 0]
    # And nobody said whom an id names.
    assert "Nəbiyev Sahib Elman oğlu" in told_of[-1].stdout
    # Of the other case the list has the entry that was asked about.
    assert told(*words, 2, *as_named)[0] == 2
    again = shutil.copytree(precinct, precinct.with_name("again"))
    _list_as(again, BEFORE)
    # Who is listed as before could not be given up, though that was offered.
    back = ("answer", again, "--by", "Nigar", "--today", EARLY, "--case", 1)
    assert told(*back, "--elsewhere", "--entry", asked, *document)[0] == 0
    told("run", again, "--today", EARLY)
    assert asked in handing.newest(again, "applied").column("entry_id").to_pylist()
    # Nor was anybody asked about who is listed again once the one that was named is given up.
    back = shutil.copytree(precinct, precinct.with_name("back"))
    words = ("answer", back, "--by", "Nigar", "--today", EARLY, "--case", 1)
    assert told(*words, "--elsewhere", "--entry", today, *document)[0] == 0
    told("run", back, "--today", EARLY)
    cases = ("answer", back, "--today", EARLY)
    assert told(*cases)[1]["cases"][0]["answer"] == "give-up"
    _list_as(back, BEFORE)
    assert told(*cases)[1]["cases"][0]["answer"] is None
    assert told("answer", precinct)[1]["cases"][0]["own"][0]["entry_id"] == today
    return wrong, today


def test_precincts_answer_that_a_voter_stays_or_stands_in_the_other_one(tmp_path):
    """A case of theirs was settled by no answers, and asked again for ever.

    Where both give the voter up nobody lists the voter, and the constituency would hand over
    without.
    """
    above, both = _with_precincts(tmp_path)

    def answer(*said):
        for (_, precinct), case in product(both, (1, 2)):
            words = ("--case", case, *said, "--by", "Nigar", "--today", EARLY)
            assert told("answer", precinct, *words)[0] == 0

    def hand_over(name):
        taken = []
        for number, precinct in both:
            package = tmp_path / f"{name}-{number}.zip"
            told("run", precinct, "--today", EARLY)
            told("submit", precinct, "--out", package, "--today", EARLY)
            code, said = told("receive", above, package, "--today", EARLY)
            assert code == 0, said
            taken.append((said["settled"], said["contested"]))
        return taken

    def owed():
        return told("status", above, "--today", EARLY)[1]["answers_owed"]

    hand_over("first")
    told("run", above, "--today", EARLY)
    for number, precinct in both:
        package = tmp_path / f"return-{number}.zip"
        words = ("-c", 88, "--precinct", number, "--out", package)
        # Of a precinct it was asked what the constituency of its number owes: nothing.
        assert len(told("return", above, *words, "--today", EARLY)[1]["owed"]) == 2
        told("receive", precinct, package, "--today", EARLY)
    answer("--stays")
    assert hand_over("second") == [(0, 0), (1, 1)]
    told("run", above, "--today", EARLY)
    # Who votes where one FIN stands twice is decided above.
    assert len(handing.newest(above, "queue").column("case_id").unique()) == 1
    assert owed() == []
    # Whose line says something else altogether could only be given up, and was asked for for ever.
    _list_as(both[0][1], ANOTHER)
    answer("--elsewhere", "--document", "AA 1")
    hand_over("third")
    out = ("--out", tmp_path / "up.zip", "--today", EARLY)
    opened = {
        one["gate"]: one["count"] for one in told("submit", above, *out)[1]["gates"]
    }
    assert opened["returned-cases"] == 2
    assert [one["owing"] for one in owed()] == [[1, 2]] * 2
    assert "Precinct 2 owes" in call("status", above, "--today", EARLY).stdout
    wrong, today = _answer_by_naming(both[0][1])
    struck = ("--elsewhere", "--document", "AA 1")
    # Who moved to a third place, by both, was asked about for ever.
    for (_, precinct), case in product(both, (1, 2)):
        words = (precinct, "--case", case, *struck, "--by", "Nigar")
        words += ("--entry", today) * (case == 1 and precinct == both[0][1])
        # Half of a place was taken for the other place of the case.
        for place, code in (("87/", 1), ("87/5", 0)):
            at = ("--precinct", place, "--today", EARLY)
            assert told("answer", *words, *at)[0] == code
    _lose_what_was_kept(shutil.copytree(above, tmp_path / "copy"))
    # Where the folders of all are gone, each new package waited for those of the others.
    for gone in (above / "received").glob("submit-*"):
        shutil.rmtree(gone)
    hand_over("fourth")
    assert owed() == []
    applied = handing.newest(both[0][1], "applied")
    assert wrong not in applied.column("entry_id").to_pylist()
