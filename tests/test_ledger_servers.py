"""The ledger in a database of PostgreSQL: several machines, moved there and back, no password told.

What both kinds of ledger do is tested on both in the other files of the ledger.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ledger_places
import ledgers
import processes
import workspaces
from command_line import call
from examples import tries
from voterlist import config
from voterlist.cli.failure import describe
from voterlist.config import SETTINGS_FILE
from voterlist.errors import (
    InputError,
    SettingsError,
    UsageError,
    VoterlistError,
    WorkspaceBusyError,
)
from voterlist.storage.ledger import Ledger, Place, place_in, reading, verify
from voterlist.storage.ledger.copies import copy, renew, restore
from voterlist.storage.ledger.reading import writable

SECRET = "correct-horse"  # noqa: S105  invented
ANSWER = {"today": ledgers.DAY, "since": "2026-02-03 09:00"}


@pytest.fixture(params=ledger_places.KINDS)
def place(request, tmp_path):
    return ledger_places.new(request.param, tmp_path)


@pytest.fixture
def server(tmp_path):
    return ledger_places.new("postgres", tmp_path)


def test_one_program_writes_at_a_time(place):
    """Two that write at once would both follow the same line."""
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(0, 1))
        with pytest.raises(WorkspaceBusyError) as caught:
            Ledger(place, timeout=0.2)
    assert (caught.value.code, caught.value.exit_code) == ("ledger-locked", 4)
    with reading(place) as ledger:
        assert ledger.decisions().num_rows == 1


WORK = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import ledgers
from voterlist.storage.ledger import Ledger, Place

place = Place(Path(sys.argv[1]), sys.argv[2] or None)
while not Path(sys.argv[5]).exists():
    time.sleep(0.01)
for number in range(5):
    with Ledger(place, timeout=60) as ledger:
        ledger.decide(ledgers.decisions(100 * int(sys.argv[4]) + 2 * number, 2))
"""


def test_several_machines_write_one_chain(place, tmp_path):
    """Each waits for the other; no line is lost, and none stands twice."""
    with Ledger(place) as ledger:
        ledger.write_journal(ledgers.DAY, "first")
    tests, begin = Path(__file__).parent, tmp_path / "begin"
    words = [sys.executable, "-c", WORK, place.path, place.url or "", tests]
    machines = [
        processes.Beside([*words, str(number), begin], env=dict(os.environ))
        for number in range(1, 4)
    ]
    begin.touch()
    told = [machine.communicate() for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0, 0], told
    with reading(place) as ledger:
        assert ledger.given_verdicts().num_rows == 30
        assert ledger.head().number == 2 + 30
    assert verify(place).fits


def test_a_reader_sees_one_moment(place):
    """Half of what another machine writes would be no state that ever was."""
    ledgers.fill(place, 4)
    with reading(place) as ledger:
        before = ledger.decisions().num_rows
        with Ledger(place) as other:
            other.decide(ledgers.decisions(900, 3))
        assert ledger.decisions().num_rows == before
        assert ledger.given_verdicts().num_rows == before


def test_a_machine_that_is_behind_no_longer_fits_its_mark(server, tmp_path):
    """An older database behind the server is told as an older file is."""
    ledgers.fill(server, 4)
    old = ledger_places.copied(server, tmp_path / "last week")
    with Ledger(server) as ledger:
        ledger.decide(ledgers.decisions(900, 3))
    for opened in (Ledger, reading):
        with pytest.raises(InputError) as caught, opened(Place(server.path, old.url)):
            pass
        assert caught.value.places["variant"] == "older"
    empty = Place(server.path, ledger_places.new("postgres", tmp_path).url)
    with pytest.raises(InputError) as caught:
        Ledger(empty)
    assert caught.value.places["variant"] == "missing"
    with pytest.raises(InputError) as caught, reading(empty):
        pass
    assert caught.value.places["variant"] == "missing"


@pytest.fixture(scope="module")
def _pair(tmp_path_factory):
    """Two ledgers in which the same is done."""
    folders = [tmp_path_factory.mktemp(kind) for kind in ledger_places.KINDS]
    kinds = zip(ledger_places.KINDS, folders, strict=True)
    return [ledger_places.new(kind, folder) for kind, folder in kinds]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
VALUES = st.floats(allow_nan=False, allow_infinity=False)


@tries(15)
@example(reasons=[], values=[-0.0])
@given(reasons=st.lists(TEXT, max_size=4), values=st.lists(VALUES, max_size=3))
def test_both_databases_have_the_same_head(_pair, reasons, values):  # noqa: PT019
    """Whatever is written: else a chain could not be moved, and a head on paper not be checked."""
    heads = set()
    for place in _pair:
        with Ledger(place) as ledger:
            rows = ledgers.decisions(0, len(reasons)).to_pylist()
            rows = [
                {**row, "reason": one} for row, one in zip(rows, reasons, strict=True)
            ]
            ledger.decide(ledgers.decisions(0, 0).from_pylist(rows, ledgers.DECISION))
            rows = ledgers.acceptances(len(values)).to_pylist()
            rows = [
                {**row, "value": one} for row, one in zip(rows, values, strict=True)
            ]
            ledger.accept(ledgers.acceptances(0).from_pylist(rows, ledgers.ACCEPTANCE))
            ledger.write_journal(ledgers.DAY, "review", note="".join(reasons))
        with reading(place) as ledger:
            heads.add(str(ledger.head()))
    assert len(heads) == 1


def test_a_ledger_moves_there_and_back(server, tmp_path):
    """Rows, seals, chain and head are the same in all three."""
    first = tmp_path / "first" / "ledger.db"
    first.parent.mkdir()
    ledgers.fill(first, 6)
    copy(first.parent, server)
    last = tmp_path / "last.db"
    copy(Place(first, server.url), last)
    heads = {str(verify(one).head) for one in (first, server, last)}
    assert len(heads) == 1
    assert all(verify(one).fits for one in (first, server, last))
    with reading(first) as one, reading(server) as other, reading(last) as third:
        contents = [ledgers.content(ledger) for ledger in (one, other, third)]
    for name in ledgers.CONTENT:
        assert str(contents[0][name]) == str(contents[1][name])
        assert str(contents[0][name]) == str(contents[2][name])
    with Ledger(server) as ledger:
        ledger.decide(ledgers.decisions(50, 1))
    assert verify(server).head.number == verify(first).head.number + 1


def test_a_database_with_a_ledger_is_not_written_over(server, tmp_path):
    """Somebody else's decisions are in it."""
    ledgers.fill(server, 4)
    first = tmp_path / "first" / "ledger.db"
    first.parent.mkdir()
    ledgers.fill(first, 6)
    with pytest.raises(UsageError) as caught:
        copy(first.parent, server)
    assert caught.value.code == "ledger-there"
    assert verify(server).fits


def test_a_copy_is_put_back_into_the_database(server, tmp_path):
    """The ledger that is there is kept in a schema of its own."""
    ledgers.fill(server, 4)
    copy(server, tmp_path / "copy.db")
    with Ledger(server) as ledger:
        ledger.decide(ledgers.decisions(900, 3))
    with pytest.raises(UsageError) as caught:
        restore(server, tmp_path / "copy.db", **ANSWER)
    assert caught.value.code == "ledger-copy-behind"
    replaced = restore(server, tmp_path / "copy.db", older=True, **ANSWER)
    with reading(server) as ledger:
        assert ledger.decisions().num_rows == 4
        assert ledger.journal()[-1][1] == "ledger-restored"
    assert verify(server).fits
    query = f"SELECT count(*) FROM {replaced.kept}.decisions"  # noqa: S608  a test's own
    assert ledger_places.rows(server, query) == [(7,)]


def test_a_damaged_ledger_in_the_database_is_given_up_and_kept(server):
    """A new one takes its place; the mark's generation says that the old one counts no more."""
    ledgers.fill(server, 4)
    ledger_places.edit(server, ("UPDATE decisions SET verdict = 'keep'",))
    with pytest.raises(InputError):
        Ledger(server)
    replaced = renew(server, by="N", reason="R", **ANSWER)
    query = f"SELECT count(*) FROM {replaced.kept}.decisions"  # noqa: S608  a test's own
    assert ledger_places.rows(server, query) == [(4,)]
    assert verify(server).fits
    with reading(server) as ledger:
        assert [event for _, event, _ in ledger.journal()] == ["ledger-renewed"]


# Names, passwords, servers that do not answer


def told(error):
    """All that is shown of an error, and all that a traceback shows."""
    failure = describe(error)
    return f"{failure} {''.join(traceback.format_exception(error))} {error!r}"


def test_no_password_is_told(tmp_path, caplog):
    """Neither by a server that does not answer nor by one that lets nobody in."""
    caplog.set_level(logging.DEBUG)
    url = f"postgresql://clerk:{SECRET}@127.0.0.1:1/voterlist"
    place = Place(tmp_path / "ledger.db", url)
    for opened in (Ledger, reading):
        with pytest.raises(VoterlistError) as caught, opened(place):
            pass
        assert (caught.value.code, caught.value.exit_code) == ("ledger-unreachable", 5)
        assert "postgresql://127.0.0.1:1/voterlist" in told(caught.value)
        assert SECRET not in told(caught.value)
        assert "clerk" not in describe(caught.value).what
    assert SECRET not in caplog.text
    assert SECRET not in repr(place)


def test_settings_keep_the_password(tmp_path):
    """They are shown, hashed and written into files of a run."""
    url = f"postgresql://clerk:{SECRET}@server/voterlist"
    parsed = config.parse(f'[ledger]\nurl = "{url}"')
    assert place_in(tmp_path, parsed) == Place(tmp_path / "ledger.db", url)
    assert SECRET not in repr(parsed) + str(parsed) + parsed.model_dump_json()
    assert config.digest(parsed) == config.digest(config.parse(""))


@pytest.mark.parametrize(
    "url", [f"mysql://u:{SECRET}@h/d", f"{SECRET}", "postgresql://host", "", 5]
)
def test_another_address_is_a_mistake_of_the_settings(url):
    """It is told before anything is written, and not repeated."""
    with pytest.raises(SettingsError) as caught:
        config.parse(f"[ledger]\nurl = {json.dumps(url)}")
    (mistake,) = caught.value.mistakes
    assert (mistake.path, mistake.code) == ("ledger.url", "not-a-ledger-url")
    assert SECRET not in told(caught.value)


def test_a_database_that_is_not_there(server):
    """No such database, no such user: told as a server that lets nobody in."""
    for old, new in (("/ledger", "/missing"), ("voterlist@", "nobody-here@")):
        other = Place(server.path, server.url.replace(old, new))
        with pytest.raises(VoterlistError) as caught:
            Ledger(other)
        assert caught.value.code == "ledger-unreachable"


def test_a_user_who_may_only_read(server):
    """The permission is missing, and nothing is called damaged."""
    ledgers.fill(server, 4)
    with ledger_places.opened(server) as base:
        base.execute("DROP ROLE IF EXISTS reader")
        base.execute("CREATE ROLE reader LOGIN")
        base.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = Place(server.path, server.url.replace("voterlist@", "reader@"))
    with reading(reader) as ledger:
        assert ledger.decisions().num_rows == 4
    with pytest.raises(VoterlistError) as caught, Ledger(reader) as ledger:
        ledger.decide(ledgers.decisions(900, 1))
    assert caught.value.code == "ledger-forbidden"
    with ledger_places.opened(server) as base:
        base.execute("DROP OWNED BY reader")
        base.execute("DROP ROLE reader")


def test_what_the_database_refuses_is_told_without_its_words(server):
    """Its message would quote the row."""
    ledgers.fill(server, 4)
    rows = ledgers.decisions(50, 1).to_pylist()
    rows[0]["reason"] = "Məmmədov\0"
    table = ledgers.decisions(0, 0).from_pylist(rows, ledgers.DECISION)
    with pytest.raises(VoterlistError) as caught, Ledger(server) as ledger:
        ledger.decide(table)
    assert caught.value.code == "ledger-refused"
    assert "Məmmədov" not in told(caught.value)


def test_the_connection_is_closed_whatever_happens(server):
    """A server has a limit of connections."""
    ledgers.fill(server, 4)
    with pytest.raises(RuntimeError), Ledger(server):
        raise RuntimeError
    ledger_places.edit(server, ("UPDATE decisions SET verdict = 'keep'",))
    for opened in (Ledger, reading):
        with pytest.raises(InputError), opened(server):
            pass
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    assert ledger_places.rows(server, query) == [(1,)]


# A workspace


def test_a_workspace_works_on_a_server(server, tmp_path):
    """Moved there by the command; a run, the standing, the diary and its verification go on."""
    folder = ledgers.workspace(tmp_path / "2026")
    moved = call("ledger", "copy", folder, server.url, "--json")
    assert moved.exit_code == 0, moved.stderr
    assert "voterlist@" not in moved.stdout + moved.stderr
    head = json.loads(call("journal", folder, "--verify", "--json").stdout)["head"]
    (folder / "ledger.db").unlink()
    settings_file = folder / SETTINGS_FILE
    text = settings_file.read_text(encoding="utf-8")
    settings_file.write_text(f'{text}\n[ledger]\nurl = "{server.url}"\n', "utf-8")
    found = call("journal", folder, "--head", head)
    assert found.exit_code == 0, found.stdout
    ran = call("run", folder, "--today", "2026-02-04", "--json")
    assert ran.exit_code in {0, 1}, ran.stderr
    assert call("status", folder).exit_code in {0, 1}
    assert call("review", "export", folder).exit_code == 0
    assert not (folder / "ledger.db").exists()
    place = place_in(folder, config.load(settings_file))
    assert verify(place, [head]).fits
    with reading(place) as ledger:
        assert [event for _, event, _ in ledger.journal()].count("run") == 2


def test_a_run_has_the_same_bytes_wherever_its_ledger_is(server, tmp_path):
    """The place of the ledger is no input of a run."""
    one = workspaces.make(tmp_path / "one" / "2026")
    other = shutil.copytree(one, tmp_path / "other" / "2026")
    text = (other / SETTINGS_FILE).read_text(encoding="utf-8")
    url = f'\n[ledger]\nurl = "{server.url}"\n'
    (other / SETTINGS_FILE).write_text(text + url, encoding="utf-8")
    results = [workspaces.run(folder) for folder in (one, other)]
    assert results[0].run == results[1].run
    assert workspaces.contents(results[0]) == workspaces.contents(results[1])


PROBE = """
import sys
sys.argv[0] = "voterlist"
from voterlist.cli import main
try:
    main()
except SystemExit:
    pass
names = [name for name in ("sqlalchemy", "psycopg") if name in sys.modules]
print(names, file=sys.stderr)
"""


def test_a_ledger_in_a_file_needs_no_driver(tmp_path):
    """It is an extra, and takes a third of a second to load."""
    folder = ledgers.workspace(tmp_path / "2026")
    for words in (("status", folder), ("journal", folder, "--verify")):
        command = [sys.executable, "-c", PROBE, *map(str, words)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ended.stderr.splitlines()[-1] == "[]"


def test_a_missing_driver_is_told(tmp_path):
    """With the words that install it."""
    script = """
import sys
sys.modules["sqlalchemy"] = None
from pathlib import Path
from voterlist.errors import VoterlistError
from voterlist.storage.ledger import Ledger, Place
try:
    Ledger(Place(Path(sys.argv[1]), "postgresql://server/voterlist"))
except VoterlistError as error:
    print(error.code, error.exit_code)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "ledger.db")]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert ended.stdout.split() == ["ledger-no-driver", "2"]


def test_the_lock_is_given_back_by_a_program_that_dies(place):
    """A machine that loses its power must not stop the others."""
    base = writable(place, 5)
    base.begin()
    base.close()
    with Ledger(place, timeout=60) as ledger:
        ledger.write_journal(ledgers.DAY, "after")
    assert verify(place).fits
