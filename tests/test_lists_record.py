"""The compiled list as a record: whatever reads lists reads it as it is."""

import datetime as dt

import pyarrow.parquet as pq
import pytest

import workspaces
from list_tables import amendments, applied, compiled, entries
from voterlist import readers
from voterlist.any_table.comparing import compare_lists
from voterlist.any_table.inspecting import inspect_files
from voterlist.any_table.joined import Source, entries_of, understood
from voterlist.config.sections import IngestSettings
from voterlist.handover.lists import ListRequest, make_lists
from voterlist.ingest import ingest
from voterlist.lists.documents import record_rows
from voterlist.model import ListKind, Profile, Purpose
from voterlist.pipeline import reference
from voterlist.render.rows import (
    write_record_csv,
    write_record_parquet,
    write_schema,
)
from voterlist.schemas import RECORD, without_blank

FIELDS = (
    *("constituency", "precinct", "list_kind", "number", "surname", "given_name"),
    *("patronymic", "birth_date", "sex", "address", "document", "fin"),
)
UNKNOWN_PRECINCT = {"precinct-unknown"}
"""What is said of the entry whose precinct is not known, and of nothing else."""
FORMS = {"csv": write_record_csv, "parquet": write_record_parquet}

ROWS = (
    {
        "entry_id": "088-0001-A",
        "precinct": 1,
        "surname": "МАМЕДОВ",
        "given_name": "ЭЛЬЧИН",
        "patronymic": "РАУФ ОГЛЫ",
        "birth_date": "12.03.1970",
        "sex": "K",
        "address": "Nizami küç. 4, m. 2",
        "document": "AA1234567",
        "fin": "5XK1234",
    },
    {
        "entry_id": "088-0001-B",
        "precinct": 1,
        "full_name": "Quliyeva Sevinc Vaqif qızı",
        "birth_date": "1967",
        "sex": "qadın",
        "address": "-",
        "fin": "yoxdur",
    },
    {
        "entry_id": "088-0002-C",
        "precinct": 2,
        "surname": "Rzayev",
        "given_name": "Orxan",
        "birth_date": "31.02.1965",
        "address": 'Xətai küç., "köhnə" bina, 5; m. 7',
        "fin": "5XK1238",
    },
    {
        "entry_id": "088-0000-D",
        "precinct": None,
        "surname": "Nəbiyev",
        "given_name": "Emin",
        "birth_date": "05.1980",
        "fin": "5XK1239",
    },
    {
        "entry_id": "088-0003-E",
        "precinct": 3,
        "list_kind": "temporary",
        "surname": "Əsgərova",
        "given_name": "Nigar",
        "birth_date": "30.09.1991",
        "address": "Xəstəxana",
        "fin": "5XK1240",
    },
    {
        "entry_id": "088-0002-F",
        "precinct": 2,
        "surname": "Vəlizadə",
        "given_name": "Aytac",
        "birth_date": "17.02.1969",
        "fin": "5XK1241",
    },
)


@pytest.fixture(scope="module")
def listed():
    """Lists with a correction, a move, a striking and an addition."""
    done = applied(
        {"entry_id": "088-0001-A", "action": "correct", "field": "birth_date"},
        {
            "entry_id": "088-0001-A",
            "action": "move",
            "constituency": 88,
            "precinct": 2,
        },
        {"entry_id": "088-0002-F", "action": "strike", "ground": "died"},
        {
            "entry_id": "arrivals:7",
            "action": "add",
            "constituency": 88,
            "precinct": 1,
        },
    )
    amended = amendments(
        {
            "entry_id": "088-0001-A",
            "action": "correct",
            "field": "birth_date",
            "value": "13.03.1970",
        }
    )
    added = {
        **ROWS[-1],
        "entry_id": "arrivals:7",
        "precinct": 1,
        "fin": "5XK1242",
        "source": "decision",
        "line": 0,
    }
    return compiled(
        entries(*ROWS), additions=entries(added), done=done, amended=amended
    ).listed


@pytest.fixture(params=FORMS)
def record(request, listed, tmp_path):
    """(the files of both kinds of lists, their rows)."""
    files = {}
    for kind in ListKind:
        rows = record_rows(listed, kind)
        path = tmp_path / f"constituency-088-record-{kind}.{request.param}"
        FORMS[request.param](rows, path)
        files[path] = rows
    return files


def values(table):
    """The rows of a list, value for value, in any order."""
    rows = [tuple(row.values()) for row in table.select(list(FIELDS)).to_pylist()]
    return sorted(tuple(map(str, row)) for row in rows)


def test_the_intake_reads_back_what_is_listed(record):
    """The next cycle would begin with other people, or other words about them."""
    for path, rows in record.items():
        files = readers.read_files(path, path.name, IngestSettings())
        taken = ingest(files, IngestSettings(), constituency=None)
        assert values(taken.entries) == values(rows)
        assert [code.as_py() for code in taken.set_aside.column("code")] == [
            "header-row"
        ]
        assert set(taken.findings.column("rule").to_pylist()) <= UNKNOWN_PRECINCT


def test_every_column_is_told_without_doubt(record):
    for path in record:
        (account,) = inspect_files([path])
        sheet = account.sheets[0]
        (columns,) = [one.columns for one in sheet.lists]
        assert {column.confidence for column in columns if column.field} == {1.0}
        assert {one["rule"] for one in sheet.findings} <= UNKNOWN_PRECINCT


def test_tables_for_a_linkage_keep_ids_and_values(record):
    """Two lists would be compared by other values, or one id name two people."""
    permanent = next(iter(record))
    entries, _ = entries_of(understood([Source(permanent, None)]).read)
    rows = record[permanent]
    assert entries.column("entry_id").to_pylist() == rows.column("entry_id").to_pylist()
    fields = ("surname", "given_name", "birth_date", "fin", "address", "precinct")
    assert (
        entries.select(fields)
        .cast(rows.select(fields).schema)
        .equals(rows.select(fields))
    )


def test_the_list_of_the_last_cycle_may_be_a_record(record, tmp_path):
    folder = tmp_path / "reference"
    folder.mkdir()
    for path in record:
        path.rename(folder / f"last-cycle-{path.name}")
    listed_files = readers.list_files(folder, tmp_path)
    last = reference.read(listed_files, IngestSettings(), Profile.AZ).last
    expected = sorted(row for rows in record.values() for row in values(rows))
    assert values(last.entries) == expected


def test_a_record_compared_with_itself_has_no_changes(listed, tmp_path):
    rows = record_rows(listed, ListKind.PERMANENT)
    old, new = tmp_path / "088-record.csv", tmp_path / "088-record.parquet"
    write_record_csv(rows, old)
    write_record_parquet(rows, new)
    compared = compare_lists(old, new, today=dt.date(2026, 5, 30))
    assert (compared.before, compared.after) == (rows.num_rows, rows.num_rows)
    assert not compared.changes.num_rows


def test_the_lists_of_the_next_cycle_come_from_the_record(listed, tmp_path):
    """What was corrected would have to be corrected every year."""
    inbox = tmp_path / "inbox" / "88"
    inbox.mkdir(parents=True)
    (tmp_path / "voterlist.toml").write_text("", encoding="utf-8")
    for kind in ListKind:
        write_record_csv(
            record_rows(listed, kind), inbox / f"constituency-088-record-{kind}.csv"
        )
    workspaces.run(tmp_path)
    request = ListRequest(purpose=Purpose.RECORD)
    made = make_lists(tmp_path, request, today=workspaces.TODAY)
    for file in made.files:
        if file.path.suffix == ".parquet":
            again = pq.read_table(file.path)
            # Nobody has anything in a column that came later.
            assert again.schema.equals(without_blank(RECORD.empty_table()).schema)
            assert values(again) == values(record_rows(listed, file.list_kind))


def test_the_page_of_the_schema_names_every_column(tmp_path):
    path = tmp_path / "record-schema.txt"
    write_schema(path)
    text = path.read_text(encoding="utf-8")
    for name in RECORD.names:
        assert f"\n{name} " in text


def test_a_cell_of_csv_is_never_a_formula(tmp_path):
    """A spreadsheet would run what somebody wrote into an address."""
    row = {**ROWS[0], "address": "=HYPERLINK(1)"}
    rows = record_rows(compiled(entries(row)).listed, ListKind.PERMANENT)
    write_record_csv(rows, tmp_path / "r.csv")
    assert '"\'=HYPERLINK(1)"' in (tmp_path / "r.csv").read_text(encoding="utf-8")
