"""The chain of the ledger: what stands in it, and that an edit by hand is found in its place."""

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import asdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger_places
import ledgers
from ledger_places import edit
from voterlist.errors import InputError, UsageError
from voterlist.storage.ledger import (
    CaseNumber,
    Ledger,
    Place,
    User,
    copies,
    mark,
    reading,
    verify,
)
from voterlist.storage.ledger.base import (
    KEYS,
    NUMBERED,
    OLDEST,
    SqliteBase,
)
from voterlist.storage.ledger.chain import BEGINNING, PREFIX, append, digest, seal
from voterlist.upkeep.journals import JournalFilter, read_journal

NUMBER = {"decisions": "number", "adjudications": "decision"}


@pytest.fixture(scope="module", params=ledger_places.KINDS)
def _filled(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    place = ledger_places.new(request.param, folder)
    ledgers.fill(place, count=8)
    (folder / "runs" / "r1").mkdir(parents=True)
    mark.mark_run(place.path, folder / "runs" / "r1")
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(100, 2, "separate"), adjudicates=True)
        ledger.write_journal(ledgers.DAY, "review", recorded=2)
    return place


@pytest.fixture
def place(_filled, tmp_path):
    return ledger_places.copied(_filled, tmp_path / "2026")


def forge(place, *, marked=True):
    """Compute all hashes and seals anew, as somebody would who has read the program."""
    chain = ledger_places.rows(place, "SELECT number, line FROM chain ORDER BY number")
    previous, rows = BEGINNING, []
    for number, line in chain:
        own = hashlib.sha256(PREFIX + f"{previous}\n{line}".encode()).hexdigest()
        rows.append((previous, own, number))
        previous = own
    edit(
        place,
        *[
            ("UPDATE chain SET previous = ?, hash = ? WHERE number = ?", *row)
            for row in rows
        ],
        (
            "UPDATE seals SET rows = ?, digest = ? WHERE name = 'chain'",
            len(rows),
            previous,
        ),
    )
    if not marked:
        for one in place.path.parent.rglob(mark.MARK_NAME):
            one.unlink()


def lines(place):
    """Line number -> the content of the line."""
    found = ledger_places.rows(place, "SELECT number, line FROM chain ORDER BY number")
    return {number: json.loads(line) for number, line in found}


def line_of(place, table, row):
    """The line that added a row."""
    return next(
        number
        for number, line in lines(place).items()
        for key, _ in line["details"].get("added", {}).get(table, ())
        if key == row
    )


def first(place, heads=()):
    """(kind, line, table, row) of what does not fit first."""
    problem = verify(place, heads).problems[0]
    return problem.kind, problem.line, problem.table, problem.row


def kinds(place, heads=()):
    return {problem.kind for problem in verify(place, heads).problems}


def test_a_ledger_that_nobody_edited_fits(place):
    """A false alarm would teach people to pass over it."""
    verdict = verify(place)
    assert verdict.fits, verdict.problems
    with reading(place) as ledger:
        assert ledger.head() == verdict.head
        assert verify(place, [str(verdict.head), verdict.head.hash[:8]]).fits


def test_zero_has_one_sign(place):
    """One database keeps the sign of zero and one does not: the chain would call it altered."""
    rows = ledgers.acceptances(1)
    column = rows.schema.get_field_index("value")
    rows = rows.set_column(column, rows.schema.field(column), pa.array([-0.0]))
    with Ledger(place) as ledger:
        ledger.accept(rows)
    assert verify(place).fits
    with reading(place) as ledger:
        values = ledger.given_acceptances().column("value").to_pylist()
    assert str(values[-1]) == "0.0"


def test_every_change_has_its_line(place):
    """A change without one could be made by hand as well."""
    events = [line["event"] for line in lines(place).values()]
    assert events == [
        "genesis",
        "submissions",
        "case-numbers",
        *["decided"] * 4,
        "accepted",
        "journal",
        *["decided"] * 4,
        "journal",
        *["decided"] * 2,
        "journal",
    ]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("case_numbers", "UPDATE case_numbers SET content = 'another'"),
        ("acceptances", None),
    ],
)
def test_a_change_that_the_program_does_not_tell_is_not_kept(place, table, change):
    """A way of writing that forgets the chain would look like an edit by hand."""
    columns = "finding_id, rule, mark, accepted_by, accepted_at"
    copied = f"SELECT 99, {columns} FROM acceptances WHERE number = 1"  # noqa: S608  a test's own
    added = f"INSERT INTO acceptances (number, {columns}) {copied}"

    def write():
        with Ledger(place) as ledger:
            ledger._change(table)
            ledger._base.execute(change or added)

    with pytest.raises(AssertionError, match=table):
        write()
    assert verify(place).fits


def test_a_line_holds_no_reason_and_no_cell(place):
    """The chain is shown to whoever may ask for it; reasons may name a voter."""
    with Ledger(place) as ledger:
        ledger.apply(ledgers.application())
    text = json.dumps(list(lines(place).values()), ensure_ascii=False)
    assert "seen on paper" not in text
    assert "oldest of the town" not in text
    assert not any(said in text for said in ledgers.application().details.values())


def test_a_ledger_of_before_applications_goes_on(place, tmp_path):
    """It is read, verified and copied as it is, and brought forward by whoever writes."""
    ledger_places.make_former(place)
    head = verify(place).head
    assert verify(place).fits
    with reading(place) as ledger:
        assert (ledger.applications(), ledger.head()) == ([], head)
    copied = tmp_path / "copy.db"
    copies.copy(place, copied)
    assert verify(copied).head == head
    for there in (place, Place(copied)):
        with ledger_places.opened(there) as base:
            assert base.version() == OLDEST
        with Ledger(there) as ledger:
            assert ledger.head() == head
        assert verify(there).head == head
        with Ledger(there) as ledger:
            ledger.apply(ledgers.application())
        assert verify(there).fits
        with reading(there) as ledger:
            assert ledger.applications() == [ledgers.application()]


def begin_anew(place):
    """Begin the chain at the rows that are there, as it did where a ledger had none."""
    ledger_places.edit(place, ("DELETE FROM chain",))
    with ledger_places.opened(place) as base:
        tables = {name: asdict(digest(base, name)) for name in KEYS.keys() - {"chain"}}
        for name in NUMBERED:
            ((last,),) = base.rows(f"SELECT max({KEYS[name]}) FROM {name}")  # noqa: S608  our names
            tables[name]["last"] = last or 0
        append(base, ledgers.DAY, [("genesis", {"version": 3, "tables": tables})])
        seal(base, {"chain": digest(base, "chain")})
    for one in place.path.parent.rglob(mark.MARK_NAME):
        one.unlink()


def test_rows_that_are_older_than_the_chain_stand_and_are_sealed(place):
    """A ledger that was begun before there was a chain would be called altered by hand."""
    begin_anew(place)
    assert verify(place).fits
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(200, 2, "separate"))
    assert verify(place).fits, verify(place).problems
    url = f'[ledger]\nurl = "{place.url}"' if place.url else ""
    (place.path.parent / "voterlist.toml").write_text(url)
    told = read_journal(place.path.parent, JournalFilter())
    numbers = {line.number for line in told}
    assert numbers == {None, *lines(place)}
    edit(place, ("UPDATE decisions SET reason = 'another' WHERE number = 1",))
    assert "rows-of-before" in kinds(place)


def test_applications_hidden_behind_an_earlier_version_are_missed(place):
    """Without its table a ledger would say that nobody ever asked for anything."""
    with Ledger(place) as ledger:
        ledger.apply(ledgers.application())
    ledger_places.make_former(place)
    found = [(problem.kind, problem.table) for problem in verify(place).problems]
    assert ("row-missing", "applications") in found
    with pytest.raises(InputError) as caught, reading(place):
        pass
    assert caught.value.code == "ledger-shrunk"


def test_a_change_that_changes_nothing_has_no_line(place):
    """A workbook read twice would fill the diary."""
    before = len(lines(place))
    with Ledger(place) as ledger:
        ledger.submit(
            ledgers.lists(*range(1, 8)), {"aaaaaaaaaaaa": "1.csv"}, ledgers.DAY
        )
        ledger.decide(ledgers.decisions(0, 4))
    assert len(lines(place)) == before


def test_the_day_of_a_line_is_the_one_that_was_given(place):
    """No clock of the machine stands in the ledger, and no day goes back."""
    with Ledger(place) as ledger:
        ledger.write_journal(dt.date(2026, 3, 1), "run")
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(700, 1))
    days = [line["day"] for line in lines(place).values()]
    assert days[0] is None
    assert days[-2:] == ["2026-03-01", "2026-03-01"]
    assert days[1:] == sorted(days[1:])


GUARDED = [*NUMBERED, "subjects", "case_entries", "chain"]
CHANGES = ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"]


def refused(place, *statements):
    """Whether the database refuses each of these statements."""
    for statement in statements:
        with pytest.raises(Exception, match=r"only added|P0001"):  # noqa: SIM117
            with ledger_places.opened(place) as base:
                base.execute(statement)
    return True


def test_rows_are_only_added(place):
    """A slip in the program, or in a console, must not change what was decided."""
    with Ledger(place) as ledger:
        ledger.keep_case_entries({"c": ["e"]})
        ledger.keep_subjects(ledgers.subjects("e"))
        ledger.amend(ledgers.amendments(1))
        ledger.apply(ledgers.application())
    columns = {"subjects": "cells", "case_entries": "entry_id"}
    for table in GUARDED:
        column = columns.get(table) or NUMBER.get(table, "number")
        assert refused(place, *[change.format(table, column) for change in CHANGES])
    assert verify(place).fits


def test_no_row_is_replaced(place):
    """INSERT OR REPLACE of SQLite deletes without firing the trigger on deletes."""
    if place.url is None:
        again = "INSERT OR REPLACE INTO journal VALUES (1, '2026-01-01', 'run', '{}')"
        assert refused(place, again)
    else:
        assert refused(place, "TRUNCATE journal")


# Ways of editing by hand. Each is found, with the row and the line.


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verdict", "keep"),
        ("decided_by", "Somebody else"),
        ("decided_at", "2026-02-01"),
        ("reason", None),
    ],
)
def test_an_edited_decision_is_found(place, column, value):
    """It would be somebody's word that they never gave."""
    edit(place, (f"UPDATE decisions SET {column} = ? WHERE number = 3", value))  # noqa: S608  a test's own
    line = line_of(place, "decisions", 3)
    assert first(place) == ("row-altered", line, "decisions", 3)
    assert kinds(place) == {"row-altered"}


@pytest.mark.parametrize(
    ("statement", "kind", "row"),
    [
        # Nothing comes after it that would miss it.
        ("DELETE FROM decisions WHERE number = 10", "missing", ("decisions", 10)),
        # The decisions behind it keep their numbers.
        ("DELETE FROM decisions WHERE number = 3", "missing", ("decisions", 3)),
        # A list that came late would have come in time.
        (
            "UPDATE journal SET day = '2026-01-01' WHERE number = 2",
            "altered",
            ("journal", 2),
        ),
    ],
)
def test_a_row_that_is_deleted_or_changed_is_found(place, statement, kind, row):
    """A decision would be gone, or another one, and the chain would fit."""
    edit(place, (statement,))
    assert first(place) == (f"row-{kind}", line_of(place, *row), *row)


def test_the_last_decision_deleted_with_its_lines_is_found_by_the_marks(place):
    """Whoever cuts the chain cuts it at its end, and computes the seals anew."""
    line = line_of(place, "decisions", 9)
    head = str(verify(place).head)
    edit(
        place,
        ("DELETE FROM decisions WHERE number >= 9",),
        ("DELETE FROM adjudications",),
        ("DELETE FROM journal WHERE number = 3",),
        ("DELETE FROM chain WHERE number >= ?", line),
    )
    forge(place)
    assert "mark-older" in kinds(place)
    assert "head-beyond" in kinds(place, [head])


def test_a_decision_inserted_is_found(place):
    """No line tells of it."""
    columns = "case_id, entry_id, verdict, reason, decided_by, decided_at"
    copied = f"SELECT 11, {columns} FROM decisions WHERE number = 1"  # noqa: S608  a test's own
    edit(place, (f"INSERT INTO decisions {copied}",))
    assert first(place) == ("row-added", None, "decisions", 11)


def test_two_decisions_that_changed_places_are_found(place):
    """The later one holds, so the order is what was decided."""
    edit(
        place,
        ("UPDATE decisions SET number = 99 WHERE number = 2",),
        ("UPDATE decisions SET number = 2 WHERE number = 5",),
        ("UPDATE decisions SET number = 5 WHERE number = 99",),
    )
    line = line_of(place, "decisions", 2)
    assert first(place) == ("row-moved", line, "decisions", 2)


@pytest.mark.parametrize("table", ["decisions", "chain"])
def test_a_trigger_that_was_dropped_is_found(place, table):
    """It was there to refuse what somebody then did."""
    name = f"{table}_update" if place.url is None else f"{table}_guard"
    of_table = "" if place.url is None else f" ON {table}"
    with ledger_places.opened(place) as base:
        base.execute(f"DROP TRIGGER {name}{of_table}")
    problem = verify(place).problems[0]
    assert (problem.kind, problem.name) == ("trigger-missing", f"trigger {name}")
    with pytest.raises(InputError) as caught:
        Ledger(place)
    assert caught.value.code == "ledger-damaged"


def test_a_trigger_that_was_switched_off_is_found(place):
    """PostgreSQL can keep a trigger that does nothing; SQLite cannot."""
    if place.url is None:
        pytest.skip("SQLite has no such thing")
    with ledger_places.opened(place) as base:
        base.execute("ALTER TABLE decisions DISABLE TRIGGER USER")
    problem = verify(place).problems[0]
    assert (problem.kind, problem.name) == ("schema-altered", "trigger decisions_guard")
    with pytest.raises(InputError):
        Ledger(place)


def test_a_column_that_was_added_is_found(place):
    """Rows would say something that no line holds."""
    with ledger_places.opened(place) as base:
        base.execute("ALTER TABLE decisions ADD COLUMN remark TEXT")
    (problem,) = verify(place).problems
    assert (problem.kind, problem.name) == ("schema-altered", "table decisions")


def test_a_seal_that_was_edited_is_found(place):
    """Its table is whole, and the program would call it damaged."""
    edit(place, ("UPDATE seals SET digest = 'x' WHERE name = 'case_numbers'",))
    assert first(place) == ("seal-altered", None, "case_numbers", None)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("case_numbers", "UPDATE case_numbers SET number = 99 WHERE number = 2"),
        ("case_numbers", "DELETE FROM case_numbers WHERE number = 2"),
        ("submissions", "UPDATE submissions SET first_seen = '2026-01-01'"),
        ("subjects", "INSERT INTO subjects VALUES ('e', '{}')"),
    ],
)
def test_a_table_whose_rows_may_change_is_held_by_its_digest(place, table, change):
    """The program itself changes it, so no trigger can refuse it."""
    edit(place, (change,))
    problem = verify(place).problems[0]
    assert (problem.kind, problem.table) == ("table-altered", table)
    assert problem.line == (3 if table == "case_numbers" else problem.line)


def test_last_weeks_ledger_put_back_is_found(place, tmp_path):
    """The ledger itself fits together; only what others know tells that it is old."""
    old = ledger_places.copied(place, tmp_path / "last week")
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(300, 2))
        ledger.write_journal(ledgers.DAY, "review", recorded=2)
    with reading(place) as ledger:
        printed = str(ledger.head())
    back = put_back(old, place)
    assert kinds(back, [printed]) == {"mark-older", "head-beyond"}
    place.path.with_name("ledger.mark").unlink()
    assert kinds(back) == set()
    assert kinds(back, [printed]) == {"head-beyond"}


def test_a_ledger_that_is_gone_is_found(place):
    """A new one that fits would be begun with the next command."""
    if place.url is None:
        place.path.unlink()
        gone = place
    else:
        gone = Place(place.path, ledger_places.new("postgres", place.path.parent).url)
    assert kinds(gone) == {"mark-missing"}


def test_a_workspace_without_a_ledger_has_lost_none(tmp_path):
    """Verified before the first run it is no alarm."""
    verdict = verify(tmp_path / "ledger.db")
    assert (verdict.fits, verdict.head) == (True, None)


def put_back(old, place):
    """The older ledger in the place of the newer, whose marks stay."""
    if place.url is None:
        shutil.copyfile(old.path, place.path)
    return Place(place.path, old.url)


def test_a_run_s_folder_knows_the_ledger_too(place, tmp_path):
    """The ledger and the mark beside it put back together are old by the mark of a run."""
    old = ledger_places.copied(place, tmp_path / "last week")
    with Ledger(place) as ledger:
        ledger.write_journal(ledgers.DAY, "run")
    (place.path.parent / "runs" / "r2").mkdir()
    mark.mark_run(place.path, place.path.parent / "runs" / "r2")
    back = put_back(old, place)
    shutil.copyfile(
        old.path.with_name("ledger.mark"), place.path.with_name("ledger.mark")
    )
    (problem,) = verify(back).problems
    assert (problem.kind, problem.name) == ("mark-older", "r2/ledger.mark")


def test_a_ledger_that_pretends_to_be_of_an_earlier_version_is_found(place):
    """Without its chain it would begin a new one that fits, were it read at all."""
    with ledger_places.opened(place) as base:
        base.execute("DROP TABLE chain")
        for name, table in triggers_of(base):
            on_table = "" if place.url is None else f" ON {table}"
            base.execute(f"DROP TRIGGER {name}{on_table}")
        base.execute("DELETE FROM seals WHERE name IN ('chain', 'users')")
        base.execute("DROP TABLE users")
        base.execute("DROP TABLE sessions")
        if place.url is not None:
            base.execute("DROP FUNCTION ledger_rows_are_only_added")
        base.set_version(5)
    for read in (verify, Ledger):
        with pytest.raises(InputError) as caught:
            read(place)
        assert caught.value.code == "ledger-older"


def triggers_of(base):
    """(trigger, table) of all guards."""
    if isinstance(base, SqliteBase):
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        return base.rows(query)
    return base.rows(
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
        " WHERE tgname LIKE '%_guard'"
    )


@pytest.fixture(scope="module")
def _file(tmp_path_factory):
    """A ledger in a file with rows in every table, and its marks."""
    path = tmp_path_factory.mktemp("file") / "ledger.db"
    ledgers.fill(path, count=4)
    with Ledger(path) as ledger:
        ledger.keep_subjects(ledgers.subjects("a", "b"))
        ledger.keep_case_entries({"c": ["e", "f"]})
        ledger.number_cases([CaseNumber("c", 1, "content", "run")])
        ledger.keep_user(User("a", "chair", "b", "c", "d"), ledgers.DAY, action="added")
        ledger.amend(ledgers.amendments(2))
        ledger.apply(ledgers.application())
        ledger.decide(ledgers.decisions(90, 2), adjudicates=True)
    return path


@given(data=st.data())
def test_any_cell_that_is_altered_is_found(_file, data):  # noqa: PT019  used as it is
    """In whatever table, row and column, also of the chain and the seals; marks or none."""
    whole = _file.read_bytes()
    try:
        # What runs of earlier versions noted of their cases nobody notes any more.
        filled = [name for name in KEYS if name not in {"cases", "case_places"}]
        table = data.draw(st.sampled_from([*filled, "seals"]))
        with ledger_places.opened(Place(_file)) as base:
            query = "SELECT name, type FROM pragma_table_info(?)"
            columns = base.rows(query, (table,))
            key = KEYS.get(table, "name")
            query = f"SELECT {key} FROM {table}"  # noqa: S608  a test's own
            keys = base.rows(query)
        column, kind = data.draw(st.sampled_from(columns))
        row = data.draw(st.sampled_from(keys))
        value = {"TEXT": "'9'", "INTEGER": "977", "REAL": "977.5"}[kind]
        where = " AND ".join(f"{name} = ?" for name in key.split(", "))
        edit(
            Place(_file),
            ("PRAGMA ignore_check_constraints = ON",),
            (f"UPDATE {table} SET {column} = {value} WHERE {where}", *row),  # noqa: S608  a test's own
        )
        assert is_found(_file)
    finally:
        _file.write_bytes(whole)


def is_found(path):
    """Whether a verification tells an edit; SQLite itself tells one that breaks a constraint."""
    try:
        return not verify(path).fits
    except InputError:
        return True


# What is done to the chain itself


def test_a_line_of_the_chain_that_was_edited_is_found(place):
    """The row and its line changed together."""
    edit(
        place,
        ("UPDATE decisions SET decided_by = 'X' WHERE number = 3",),
        (
            "UPDATE chain SET line = replace(line, 'Leyla M.', 'X') WHERE number = ?",
            line_of(place, "decisions", 3),
        ),
    )
    line = line_of(place, "decisions", 3)
    assert first(place)[:2] == ("line-altered", line)


def test_a_line_with_its_hash_computed_anew_breaks_at_the_next(place):
    """The next line holds the hash that it had."""
    line = line_of(place, "decisions", 3)
    edit(
        place,
        ("UPDATE chain SET line = replace(line, 'M.', 'X') WHERE number = ?", line),
    )
    query = "SELECT previous, line FROM chain WHERE number = ?"
    ((previous, text),) = ledger_places.rows(place, query, line)
    own = hashlib.sha256(PREFIX + f"{previous}\n{text}".encode()).hexdigest()
    edit(place, ("UPDATE chain SET hash = ? WHERE number = ?", own, line))
    assert first(place)[:2] == ("line-broken", line + 1)


def test_a_line_taken_out_is_a_gap(place):
    """In the middle, and as the first."""
    for line in (5, 1):
        edit(place, ("DELETE FROM chain WHERE number = ?", line))
        assert first(place)[:2] == ("line-missing", line)


def test_a_line_that_was_edited_behind_a_gap_is_named_too(place):
    """Whoever takes a line out could edit the next one, and only the gap would be told."""
    edit(
        place,
        ("DELETE FROM chain WHERE number = 4",),
        ("UPDATE chain SET line = replace(line, '2026-', '2025-') WHERE number = 5",),
    )
    told = [(one.kind, one.line) for one in verify(place).problems]
    assert ("line-missing", 4) in told
    assert ("line-altered", 5) in told


def test_a_chain_that_was_emptied_is_found(place):
    """A ledger of this version has at least its first line."""
    edit(place, ("DELETE FROM chain",))
    assert first(place)[:2] == ("line-missing", 1)


def test_two_lines_that_changed_places_are_found(place):
    """Also where all hashes are computed anew: a line holds its number."""
    edit(
        place,
        ("UPDATE chain SET number = 99 WHERE number = 5",),
        ("UPDATE chain SET number = 5 WHERE number = 6",),
        ("UPDATE chain SET number = 6 WHERE number = 99",),
    )
    assert first(place)[1] == 5
    forge(place, marked=False)
    assert first(place)[:2] == ("line-moved", 5)


def test_the_whole_chain_written_anew_is_found_by_who_has_a_head(place):
    """Neither the file nor, where they are deleted, the marks tell it: the act in a drawer does."""
    printed = verify(place).head
    edit(
        place,
        ("UPDATE decisions SET decided_by = 'X' WHERE number = 10",),
        ("UPDATE chain SET line = replace(line, 'Leyla M.', 'X')",),
    )
    digest_anew(place, "decisions", 10)
    forge(place)
    assert "mark-other" in kinds(place)
    assert "row-altered" not in kinds(place)
    forge(place, marked=False)
    assert "head-other" in kinds(place, [str(printed)])
    assert "head-unknown" in kinds(place, [printed.hash])
    assert "head-other" in kinds(place, [f"{printed.number}-{printed.hash[:12]}"])


def test_a_line_that_says_otherwise_of_a_row_does_not_hide_its_edit(place):
    """Whoever can write may add lines at the end, and no mark would tell: the old line holds."""
    edit(place, ("UPDATE decisions SET verdict = 'keep' WHERE number = 3",))
    digest = digest_of(place, "decisions", 3)
    add_by_hand(place, "decided", {"added": {"decisions": [[3, digest]]}})
    again = ("row-again", len(lines(place)), "decisions", 3)
    problems = [
        (one.kind, one.line, one.table, one.row) for one in verify(place).problems
    ]
    line = line_of(place, "decisions", 3)
    assert problems[:2] == [("row-altered", line, "decisions", 3), again]


def test_a_second_beginning_does_not_hide_an_edit(place):
    """It would seal everything as it was left by the edit."""
    edit(place, ("UPDATE decisions SET verdict = 'keep' WHERE number = 3",))
    line = line_of(place, "decisions", 3)
    tables = lines(place)[1]["details"]["tables"]
    for name, one in tables.items():
        ((rows, digest),) = ledger_places.rows(
            place, "SELECT rows, digest FROM seals WHERE name = ?", name
        )
        tables[name] = {**one, "rows": rows, "digest": digest, "last": 99}
    add_by_hand(place, "genesis", {"tables": tables, "version": 5})
    assert first(place) == ("row-altered", line, "decisions", 3)
    assert "line-again" in kinds(place)


def add_by_hand(place, event, details):
    """Add a line with the right hashes to the end of the chain, as the program would."""
    with ledger_places.opened(place) as base:
        append(base, ledgers.DAY, [(event, details)])
        seal(base, {"chain": digest(base, "chain")})


def digest_anew(place, table, row):
    """Write the digest of a row, as it is now, into the line that added it."""
    digest = digest_of(place, table, row)
    number = line_of(place, table, row)
    line = lines(place)[number]
    line["details"]["added"][table] = [
        [key, digest if key == row else old]
        for key, old in line["details"]["added"][table]
    ]
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    edit(place, ("UPDATE chain SET line = ? WHERE number = ?", text, number))


def digest_of(place, table, row):
    """The digest of a row as it is now."""
    query = f"SELECT * FROM {table} WHERE number = {row}"  # noqa: S608  a test's own
    with ledger_places.opened(place) as base:
        ((values,),) = base.chunks_of_bytes(query)
    return hashlib.sha256(f"{values!r}\n".encode()).hexdigest()


def test_a_text_that_is_no_head_is_refused(place):
    """A slip in copying it from paper is no sign of tampering."""
    for text in ("", "17", "xyz", "17-12", "g" * 64):
        with pytest.raises(UsageError) as caught:
            verify(place, [text])
        assert caught.value.code == "no-head"
