"""A workspace whose cases are decided, and then its lists are corrected, renamed and sent anew."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import workspaces
from command_line import call
from voterlist.catalogue import catalogue
from voterlist.findings import finding_ids
from voterlist.model import Stage
from voterlist.pipeline.running import DecisionsStanding
from voterlist.schemas import ACCEPTANCE, AMENDMENT, DECISION, FINDING
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

AT = "2026-02-03T09:00:00+00:00"
NAMES = (
    ("Məmmədov", "Elçin", "Rauf oğlu", "kişi"),
    ("Hüseynova", "Leyla", "Kamil qızı", "qadın"),
    ("Quliyev", "Tural", "Əhməd oğlu", "kişi"),
    ("Rzayeva", "Sevinc", "Vaqif qızı", "qadın"),
    ("Həsənov", "Orxan", "Şamil oğlu", "kişi"),
    ("Abbasova", "Aygün", "Nadir qızı", "qadın"),
    ("Babayev", "Kənan", "Fuad oğlu", "kişi"),
    ("İsmayılova", "Günel", "Arif qızı", "qadın"),
    ("Nəbiyev", "Samir", "Tofiq oğlu", "kişi"),
    ("Vəliyeva", "Nigar", "Zaur qızı", "qadın"),
    ("Cəfərov", "Murad", "Eldar oğlu", "kişi"),
    ("Səfərova", "Lalə", "Yusif qızı", "qadın"),
)
CASES = 11
A, B, C, D = "nizami", "füzuli", "xətai", "nərimanov"
HOMES = {A: range(7), B: [0, 1, 2, 3, 7, 8, 9, 10], C: [4, 5, 6], D: [7, 8, 9, 10, 11]}
"""Who stands on which list: each of the first eleven on two."""
TYPO = "19.12.1971"
OLD = "12.03.1907"


def row(person, street, *, house=None, born=None):
    surname, given_name, patronymic, sex = NAMES[person]
    born = born or f"{10 + person}.0{1 + person % 9}.19{60 + 2 * person}"
    address = f"{street} küç. {house or 3 * person + 1}"
    return f"{surname};{given_name};{patronymic};{born};{sex};{address};5XK{1234 + 7 * person}"


HEADER = "№;Soyadı;Adı;Atasının adı;Doğum tarixi;Cinsi;Ünvanı;FİN"


def written(rows, header=HEADER):
    lines = [f"{number};{one}" for number, one in enumerate(rows, 1)]
    return "\n".join([header, *lines]) + "\n"


SAME_WORDS = 8
"""Stands on two lists with the very same row."""


def rows_of(street):
    rows = []
    for person in HOMES[street]:
        born = TYPO if person == 11 else None
        rows.append(row(person, B if person == SAME_WORDS else street, born=born))
    return rows


def with_precinct(rows, precinct):
    return written(
        [f"{precinct};{one}" for one in rows], HEADER.replace("№;", "№;Məntəqə;")
    )


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """Eleven cases decided, a finding accepted, a date corrected."""
    folder = tmp_path_factory.mktemp("follow") / "2026"
    inbox = folder / "inbox" / "88"
    inbox.mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "voterlist.toml").write_text("", encoding="utf-8")
    texts = {
        "menteqe-1.csv": written(
            [*rows_of(A), row(11, A, born=OLD).replace("1311", "9999")]
        ),
        "menteqe-2.csv": written(rows_of(B)),
        "siyahi.csv": with_precinct(rows_of(C), 3),
        "menteqe-4.csv": written(rows_of(D)),
    }
    for name, text in texts.items():
        (inbox / name).write_text(text, encoding="utf-8")
    decide(folder, workspaces.run(folder))
    return folder


def decide(folder, result):
    """Each case: what stands on the list with the higher number is a repetition."""
    queue = table(result, "queue").select(["case_id", "entry_id"])
    rows = sorted(queue.to_pylist(), key=lambda one: (one["case_id"], one["entry_id"]))
    assert len({one["case_id"] for one in rows}) == CASES
    verdicts = ["keep", "repeat"] * CASES
    columns = {
        "case_id": [one["case_id"] for one in rows],
        "entry_id": [one["entry_id"] for one in rows],
        "verdict": verdicts,
        "reason": ["one passport"] * len(rows),
        "decided_by": ["Chair"] * len(rows),
        "decided_at": [AT] * len(rows),
    }
    findings = table(result, "findings")
    old = findings.filter(
        pa.compute.equal(findings["rule"].cast(pa.string()), "over-age")
    )
    old = old.slice(0, 1)
    accepted = {
        name: old.column(name) for name in FINDING.names if name in ACCEPTANCE.names
    }
    accepted |= {
        "finding_id": finding_ids(old),
        "mark": ["accept"],
        "reason": ["she is"],
        "accepted_by": ["Chair"],
        "accepted_at": [AT],
    }
    correction = {
        "entry_id": [entry_of(result, D, TYPO)],
        "action": ["correct"],
        "field": ["birth_date"],
        "value": ["19.12.1982"],
        "decided_by": ["Chair"],
        "decided_at": [AT],
    }
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, len(rows)))
        ledger.accept(from_columns(accepted, ACCEPTANCE, 1))
        ledger.amend(from_columns(correction, AMENDMENT, 1))


def table(result, name):
    return pq.read_table(result.folder / f"{name}.parquet")


def entry_of(result, street, born):
    (entry,) = [
        one["entry_id"]
        for one in table(result, "entries").to_pylist()
        if one["birth_date"] == born and street in one["address"]
    ]
    return entry


def copied(decided, tmp_path):
    return shutil.copytree(decided, tmp_path / "2026")


def later(folder, **options):
    return workspaces.run(folder, today=workspaces.TODAY.replace(day=4), **options)


def returned(result):
    return table(result, "returned").to_pylist()


def numbers(result):
    rows = table(result, "case_numbers").to_pylist()
    return {one["content"]: one["number"] for one in rows}


def in_effect(result):
    """The surnames of the entries that are marked as repetitions."""
    corrected = table(result, "corrected").to_pylist()
    return {one["surname"] for one in corrected if one["mark"] == "repeat"}


def test_what_was_decided_holds_where_nothing_changed(decided, tmp_path):
    result = later(copied(decided, tmp_path))

    assert returned(result) == []
    assert table(result, "followed").num_rows == 0
    assert len(in_effect(result)) == CASES
    assert result.open_cases == 0
    assert result.decided == DecisionsStanding(holding=2 * CASES + 1)


def test_it_holds_where_files_and_precincts_were_corrected(decided, tmp_path):
    """Two misread files are renamed and a precinct is corrected in its column.

    Ten of the eleven decisions were void, and nobody was told.
    """
    folder = copied(decided, tmp_path)
    first = numbers_of_run(folder)
    inbox = folder / "inbox" / "88"
    (inbox / "menteqe-1.csv").rename(inbox / "menteqe-5.csv")
    (inbox / "menteqe-2.csv").rename(inbox / "menteqe-6.csv")
    (inbox / "siyahi.csv").write_text(with_precinct(rows_of(C), 7), encoding="utf-8")

    result = later(folder)

    assert returned(result) == []
    moved = len(HOMES[A]) + len(HOMES[B]) + len(HOMES[C])
    assert table(result, "followed").num_rows == moved + 1
    assert len(in_effect(result)) == CASES
    assert result.open_cases == 0
    assert "over-age" in table(result, "accepted").column("rule").to_pylist()
    assert result.decided == DecisionsStanding(
        holding=2 * CASES + 1, followed=moved + 1
    )
    assert numbers(result) == first


def numbers_of_run(folder):
    (run,) = (folder / "runs").iterdir()
    rows = pq.read_table(run / "case_numbers.parquet").to_pylist()
    return {one["content"]: one["number"] for one in rows}


def handed_in_anew(folder):
    """The last list comes sorted; an address and a date are corrected, a repetition is removed."""
    rows = [
        row(11, D, born="19.12.1982"),
        row(10, D),
        row(9, D),
        row(7, D, house=99),
    ]
    path = folder / "inbox" / "88" / "menteqe-4.csv"
    path.write_text(written(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def anew(decided, tmp_path_factory):
    """(the workspace in which that list came, the run over it)."""
    folder = copied(decided, tmp_path_factory.mktemp("anew"))
    handed_in_anew(folder)
    return folder, later(folder)


def test_what_changed_comes_back_and_what_was_carried_out_does_not(anew):
    """A changed entry would be silently undecided; one that is done would be asked for ever."""
    folder, result = anew
    back = returned(result)
    surname = {
        one["entry_id"]: one["surname"] for one in table(result, "entries").to_pylist()
    }
    changed = [one for one in back if one["why"] == "changed"]
    assert [
        (surname[one["entry_id"]], one["answer"], one["changed"]) for one in changed
    ] == [
        (NAMES[7][0], "keep", None),
        (NAMES[7][0], "repeat", "address"),
    ]
    assert changed[0]["old_entry_id"] == changed[0]["entry_id"]
    done = [one for one in back if one["why"] == "carried-out"]
    assert sorted((one["answer"], one["field"]) for one in done) == [
        ("correct", "birth_date"),
        ("keep", None),
        ("repeat", None),
    ]
    assert len(changed) + len(done) == len(back)
    assert result.open_cases == 1
    assert len(in_effect(result)) == CASES - 2
    assert result.decided == DecisionsStanding(
        holding=2 * (CASES - 2), changed=2, carried_out=3
    )
    page = (folder / "reports" / "88" / "report-az.html").read_text(encoding="utf-8")
    say = catalogue("az")
    known = {
        "verdict": say("verdict.repeat"),
        "by": "Chair",
        "fields": say("field.address"),
    }
    assert say("decided-before.changed", **known) in page


def test_the_last_lines_of_a_run_say_what_became_of_decisions(decided, tmp_path):
    """A Parquet file alone would tell nobody."""
    folder = copied(decided, tmp_path)
    handed_in_anew(folder)

    for language in ("en", "az"):
        say = catalogue(language)
        words = ("run", folder, "--today", "2026-02-04")
        told = call(*words, language=language).stdout
        known = {"holding": 18, "carried_out": 3, "changed": 2}
        lines = [
            say(f"cli.run.decided.{name}", count=count) for name, count in known.items()
        ]
        todo = say("cli.run.decided.todo", workspace=str(folder))
        end = "\n".join([*lines, todo])
        assert end in told
        assert not told.rpartition(end)[2].strip()
    told = call("run", folder, "--today", "2026-02-04", "--json")
    assert json.loads(told.stdout)["decided"]["changed"] == 2


def test_a_killed_run_ends_as_one_that_was_not_disturbed(decided, anew, tmp_path):
    folder = copied(decided, tmp_path)
    handed_in_anew(folder)
    later(folder, until=Stage.LINK)
    later(folder, until=Stage.REVIEW)

    assert workspaces.contents(later(folder)) == workspaces.contents(anew[1])


def test_an_answer_to_the_changed_entry_settles_what_came_back(anew, tmp_path):
    """Otherwise it would come back for ever."""
    folder = copied(anew[0], tmp_path)
    rows = table(anew[1], "queue").sort_by("entry_id").to_pylist()
    columns = {
        "case_id": [one["case_id"] for one in rows],
        "entry_id": [one["entry_id"] for one in rows],
        "verdict": ["keep", "repeat"],
        "reason": ["he moved house"] * 2,
        "decided_by": ["Chair"] * 2,
        "decided_at": [AT] * 2,
    }
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, 2))

    result = later(folder)

    assert {one["why"] for one in returned(result)} == {"answered", "carried-out"}
    assert result.open_cases == 0


def test_a_kept_entry_that_was_removed_brings_its_whole_case_back(decided, tmp_path):
    """The repetition would be taken off too, and nobody would be left."""
    folder = copied(decided, tmp_path)
    rows = [row(person, B) for person in HOMES[B] if person != 9]
    path = folder / "inbox" / "88" / "menteqe-2.csv"
    path.write_text(written(rows), encoding="utf-8")

    result = later(folder)

    back = [
        (one["answer"], one["entry_id"] is None, one["why"]) for one in returned(result)
    ]
    assert back == [("keep", True, "gone"), ("repeat", False, "gone")]
    assert NAMES[9][0] not in in_effect(result)
    assert result.decided.gone == 2


def test_a_list_that_is_not_there_makes_its_answers_unclear(decided, tmp_path):
    """A list that is late would look like people who are gone."""
    folder = copied(decided, tmp_path)
    (folder / "inbox" / "88" / "menteqe-4.csv").unlink()

    result = later(folder)

    assert {one["why"] for one in returned(result)} == {"unclear"}
