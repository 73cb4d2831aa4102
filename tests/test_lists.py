"""The compiled lists: who stands where, in which order, with which sums and questions."""

import io
import zipfile

import pytest
from hypothesis import given as given_examples
from hypothesis import strategies as st

from list_tables import (
    amendments,
    applied,
    balance,
    cases,
    column,
    compiled,
    edition,
    entries,
    findings,
    said,
)
from voterlist import catalogue
from voterlist.errors import StageError
from voterlist.fields import NAME_PARTS, name_in
from voterlist.findings import finding_ids
from voterlist.lists.documents import documents
from voterlist.lists.roll import (
    ALPHABET,
    house_key,
    listed_by,
    name_key,
    require_balance,
)
from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.render.lists import ListWords
from voterlist.render.xlsx import render_list
from voterlist.rulebook import RULE_CODES

ALI = {
    "entry_id": "a",
    "precinct": 1,
    "surname": "Əliyev",
    "given_name": "Əli",
    "patronymic": "Rauf oğlu",
    "birth_date": "12.03.1970",
    "sex": "kişi",
    "address": "Nizami küç. 4, m. 2",
    "fin": "5XK1234",
    "document": "AA1234567",
}
LEYLA = {
    "entry_id": "b",
    "precinct": 1,
    "surname": "ВЕЛИЕВА",
    "given_name": "ЛЕЙЛА",
    "patronymic": "КАМИЛ КЫЗЫ",
    "birth_date": "01.07.2007",
    "address": "Nizami küç. 10",
    "fin": "5XK1235",
}
CEMIL = {
    "entry_id": "c",
    "precinct": 2,
    "surname": "Cəfərov",
    "given_name": "Cəmil",
    "birth_date": "1955",
    "address": "Füzuli küç. 1",
    "fin": "5XK1236",
}
ZAUR = {
    "entry_id": "d",
    "precinct": 2,
    "surname": "Çələbi",
    "given_name": "Zaur",
    "birth_date": "30.09.1991",
    "address": "Füzuli küç. 2A",
    "fin": "5XK1237",
}
EVERYBODY = (ALI, LEYLA, CEMIL, ZAUR)


def names(listed, precinct):
    return [row["surname"] for row in with_cells(listed, precinct=precinct)]


def with_cells(table, **cells):
    """The rows of which these columns say so."""
    return [row for row in table.to_pylist() if cells.items() <= row.items()]


def acted(entry_id, action, ground=None, *, to=None, constituency=88, **more):
    """What was done to an entry; ``to`` is a precinct."""
    place = {} if to is None else {"constituency": constituency, "precinct": to}
    return {"entry_id": entry_id, "action": action, "ground": ground, **place, **more}


# --- order


@pytest.mark.parametrize(
    ("key", "in_order"),
    [
        # Ç after C, Ə after E, X after H, I before İ, Q after K: others are not found by eye.
        (
            name_key,
            (
                "Babayev Cəfərov Çələbi Dadaşov Elçin Əliyev Fərəcov Hüseynov Xəlilov "
                "Isgəndər İbadov Kərimov Qasımov Ləman Səfərov Şəfiyev Zamanov Wagner"
            ),
        ),
        # A blank would sort behind letters, and sisters and brothers be torn apart.
        (name_key, "Əli|Əli Həsən|Əli-zadə|Əliyev"),
        # House numbers are numbers.
        (house_key, "A 1 2 2A 2B 3 10 10/1 10/12"),
    ],
)
def test_names_and_houses_stand_in_the_order_in_which_they_are_looked_for(
    key, in_order
):
    """A voter would be looked for on the wall, and not be found."""
    texts = in_order.split("|" if "|" in in_order else " ")
    mixed = texts[::2] + texts[1::2]
    assert sorted(mixed, key=key) == texts


@given_examples(st.sampled_from(ALPHABET), st.sampled_from(ALPHABET))
def test_each_letter_has_its_place(left, right):
    is_before = ALPHABET.index(left) < ALPHABET.index(right)
    assert (name_key(left) < name_key(right)) == is_before


def test_by_street_a_street_has_one_spelling_and_its_houses_stand_by_number():
    """Two scripts of one street would make two streets, and house 10 stand before house 2."""
    houses = [
        ("1", "Nizami küç. 10"),
        ("2", "Низами күч. 2"),
        ("3", "Nizami küçəsi, ev 2A"),
        ("4", "28 May küç. 28"),
        ("5", "Nizami küç. 3"),
    ]
    rows = [
        {**ALI, "entry_id": entry_id, "address": address, "fin": None}
        for entry_id, address in houses
    ]
    found = compiled(entries(*rows), order=ListOrder.STREET)
    assert column(found.listed, "entry_id") == ["4", "2", "3", "5", "1"]
    assert column(found.listed, "number") == [1, 2, 3, 4, 5]


# --- what was decided


def test_lists_follow_what_was_decided():
    """Somebody would be lost, stand twice, or stand where they were handed in."""
    added = {**ALI, "entry_id": "register:1", "surname": "Yeni", "source": "decision"}
    born = {"field": "birth_date", "value": "1956"}
    done = applied(
        acted("a", "strike", "died", document="№ 12", from_precinct=1),
        acted("b", "move", "moved-away", to=2),
        acted("c", "correct", **born, written="1955"),
        acted("d", "repeat", kept_entry_id="c"),
        acted("register:1", "add", to=1),
    )
    amended = amendments(acted("c", "correct", **born))
    found = compiled(
        entries(*EVERYBODY), additions=entries(added), done=done, amended=amended
    )
    assert names(found.listed, 1) == ["Yeni"]
    assert names(found.listed, 2) == ["Cəfərov", "Vəliyeva"]
    cefer, leyla = found.listed.to_pylist()[1:]
    assert (cefer["birth_year"], cefer["corrected"]) == (1956, "birth_date")
    assert (leyla["number"], leyla["from_precinct"]) == (2, 1)
    assert cefer["from_precinct"] is None
    assert found.balance.to_pylist() == [
        balance_row(1, handed_in=2, struck=1, moved_out=1, added=1, listed=1),
        balance_row(2, handed_in=2, repeated=1, moved_in=1, listed=2),
    ]
    changes = said(found.corrections, "precinct", "change", "entry_id")
    assert sorted(changes) == [
        (1, "add", "register:1"),
        (1, "moved-out", "b"),
        (1, "strike", "a"),
        (2, "correct", "c"),
        (2, "moved-in", "b"),
        (2, "repeat", "d"),
    ]
    (repeat,) = with_cells(found.corrections, change="repeat")
    kept = (repeat["number"], repeat["kept_name"], repeat["kept_number"])
    assert kept == (None, "Cəfərov Cəmil", 1)


def balance_row(precinct, **counts):
    names_of_counts = [
        *("handed_in", "struck", "repeated", "moved_out", "moved_in", "added"),
        "listed",
    ]
    place = {"constituency": 88, "precinct": precinct, "list_kind": "permanent"}
    return place | dict.fromkeys(names_of_counts, 0) | counts


def test_entries_of_no_known_precinct_have_a_list_of_their_own():
    """They would stand on no list at all."""
    lost = {**ALI, "precinct": None}
    found = compiled(entries(lost, CEMIL))
    document = list(documents(found, edition()))[-1]
    assert document.precinct is None
    assert document.rows.num_rows == 1
    assert document.stem == "constituency-088-precinct-unknown-work"
    assert "not known" in ListWords("en").place_of(document)


def test_somebody_without_a_readable_name_is_listed_as_written():
    """A row without a name would be read by nobody, and by no program."""
    odd = {**ALI, "surname": None, "given_name": None, "patronymic": None}
    found = compiled(entries({**odd, "full_name": "???"}))
    assert column(found.listed, "surname") == ["???"]


def test_the_spelling_as_handed_in_stands_where_it_is_another():
    shouted = {**CEMIL, "surname": "CƏFƏROV", "given_name": "CƏMİL"}
    found = compiled(entries(LEYLA, shouted))
    written = column(found.listed, "name_as_written")
    assert written == ["ВЕЛИЕВА ЛЕЙЛА КАМИЛ КЫЗЫ", None]
    hidden = next(documents(found, edition(written_spelling=False)))
    assert column(hidden.rows, "name_as_written") == [None]


def test_a_surname_that_cannot_be_read_is_shown_whatever_the_settings_say():
    """The voter would hang on the wall without a surname, and be found by nobody."""
    odd = {**ALI, "entry_id": "odd", "surname": "漢" * 90}
    found = compiled(entries(odd, ALI))
    shown = next(documents(found, edition(written_spelling=False))).rows
    expected = {("Əliyev", None), ("漢" * 90, None)}
    assert {*said(shown, "surname", "name_as_written")} == expected


@pytest.mark.parametrize("full_name", [None, "??? Əli Rauf oğlu"])
def test_a_card_has_the_surname_that_cannot_be_read(full_name):
    """The card would be for a namesake, or for nobody: it has the names and nothing beside them."""
    odd = {**ALI, "surname": "???"}
    if full_name:
        odd |= dict.fromkeys(NAME_PARTS) | {"full_name": full_name}
    died = acted("a", "strike", "died")
    asked = amendments(acted("a", "ask", due="2026-02-10"))
    found = compiled(entries(odd), amended=asked)
    (row,) = found.listed.to_pylist()
    assert name_in(row) == "??? Əli Rauf oğlu"
    # On the checklist and on the sheet of corrections too.
    assert column(found.door, "name") == ["??? Əli Rauf oğlu"]
    struck = compiled(entries(odd, CEMIL), done=applied(died))
    assert column(struck.corrections, "name") == ["??? Əli Rauf oğlu"]


@pytest.mark.parametrize("surname", ["QARABAĞLI", "İSMAYILOV"])
def test_capitals_alone_are_no_other_spelling(surname):
    """Half of the list would have each name twice: the capital of ı is I, and that of i is İ."""
    (row,) = compiled(entries({**ALI, "surname": surname})).listed.to_pylist()
    assert row["name_as_written"] is None


def test_a_name_that_was_corrected_is_spelt_as_its_document_says():
    """Who showed an identity card would read another name on the wall than in the answer."""
    name = {"field": "given_name", "value": "Adam"}
    found = compiled(
        entries(ALI, CEMIL),
        done=applied(acted("a", "correct", **name, written="Əli")),
        amended=amendments(acted("a", "correct", "document-seen", **name)),
    )
    assert names(found.listed, 1) == ["Əliyev"]
    (row,) = with_cells(found.listed, entry_id="a")
    assert (row["given_name"], row["name_as_written"]) == ("Adam", None)
    (changed,) = found.corrections.to_pylist()
    assert changed["name"] == "Əliyev Adam Rauf oğlu"


def test_somebody_from_another_constituency_stands_in_this_one():
    """Who moved across would be on no list of either."""
    guest = {**ALI, "constituency": 12, "precinct": 7}
    done = applied(acted("a", "move", to=2))
    found = compiled(entries(guest, CEMIL), done=done)
    assert names(found.listed, 2) == ["Cəfərov", "Əliyev"]
    counts = balance_row(2, handed_in=1, moved_in=1, listed=2)
    assert found.balance.to_pylist() == [counts]
    left = compiled(entries(guest, CEMIL), done=done, constituency=12)
    assert left.listed.num_rows == 0
    assert column(left.balance, "moved_out") == [1]


ADDED = {**ALI, "entry_id": "register:1", "source": "decision"}
ADDING = acted("register:1", "add", to=1)


@pytest.mark.parametrize(
    ("action", "count"), [("strike", "struck"), ("repeat", "repeated")]
)
def test_somebody_added_and_taken_off_again_is_in_both_sums(action, count):
    """A list would be refused, or signed with one fewer than were handed in."""
    done = applied(ADDING, acted("register:1", action))
    found = compiled(entries(LEYLA), additions=entries(ADDED), done=done)
    counts = balance_row(1, handed_in=1, added=1, listed=1, **{count: 1})
    assert found.balance.to_pylist() == [counts]


def test_somebody_added_and_moved_left_the_list_to_which_they_were_added():
    """One of the two lists would not add up, or another one than that of the run."""
    done = applied(ADDING, acted("register:1", "move", to=2))
    found = compiled(entries(LEYLA), additions=entries(ADDED), done=done)
    assert found.balance.to_pylist() == [
        balance_row(1, handed_in=1, added=1, moved_out=1, listed=1),
        balance_row(2, moved_in=1, listed=1),
    ]


def test_who_moved_to_no_known_list_stands_on_none():
    """The list of those without a place would count somebody who is not on it."""
    done = applied(acted("a", "move"))
    here = compiled(entries(ALI, LEYLA), done=done)
    assert names(here.listed, 1) == ["Vəliyeva"]
    assert column(here.balance, "moved_out") == [1]
    nowhere = compiled(entries(ALI, LEYLA), done=done, constituency=None)
    assert nowhere.listed.num_rows == nowhere.balance.num_rows == 0


_PLACE = st.tuples(st.sampled_from([12, 88]), st.none() | st.integers(1, 3))


@st.composite
def decided_lists(draw):
    """Entries, and at most one striking, repetition or move for each."""
    count = draw(st.integers(0, 12))
    rows, done = [], []
    for number in range(count):
        constituency, precinct = draw(_PLACE)
        kind = draw(st.sampled_from(list(ListKind)))
        place = {"constituency": constituency, "precinct": precinct}
        entry_id = f"{number:02}"
        surname = draw(st.sampled_from(["Əliyev", "Çələbi", "Babayev"]))
        same = {"entry_id": entry_id, "surname": surname, "list_kind": kind.value}
        rows.append({**ALI, **place, **same})
        action = draw(st.sampled_from([None, None, "strike", "repeat", "move"]))
        if action is not None:
            constituency, precinct = draw(_PLACE)
            new = {"constituency": constituency, "precinct": precinct}
            done.append({"entry_id": entry_id, "action": action, **new})
    return rows, done


@given_examples(decided_lists())
def test_whatever_was_decided_the_lists_hold_everybody_once_and_balance(example):
    """The law of the lists: nobody vanishes, nobody stands twice, every sum is right."""
    rows, done = example
    gone = {one["entry_id"] for one in done if one["action"] != "move"}
    found = [
        compiled(entries(*rows), done=applied(*done), constituency=constituency)
        for constituency in (12, 88)
    ]
    listed = [row for part in found for row in part.listed.to_pylist()]
    expected = {row["entry_id"] for row in rows} - gone
    assert sorted(row["entry_id"] for row in listed) == sorted(expected)
    for part in found:
        for document in documents(part, edition()):
            assert document.balance["listed"] == listed_by(document.balance)
            numbers = column(document.rows, "number")
            assert numbers == list(range(1, document.balance["listed"] + 1))
    assert sum(sum(column(part.balance, "handed_in")) for part in found) == len(rows)


def test_a_list_that_is_not_what_the_run_counted_is_refused():
    """A list would be signed whose rows do not sum up."""
    wrong = balance({"precinct": 1, "handed_in": 2, "struck": 1, "listed": 1})
    with pytest.raises(StageError) as refused:
        compiled(entries(ALI, LEYLA), sums=wrong)
    assert refused.value.code == "lists-unlike-run"
    right = balance({"precinct": 1, "handed_in": 2, "listed": 2}, {"precinct": 9})
    assert compiled(entries(ALI, LEYLA), sums=right).listed.num_rows == 2


def test_a_repeat_stands_on_the_sheet_of_the_list_that_handed_it_in():
    """The precinct that has to strike the entry would not be told, or not whom it keeps."""
    done = applied(
        acted("a", "move", to=2),
        *(acted(one, "repeat", kept_entry_id="c") for one in "ab"),
    )
    found = compiled(entries(ALI, LEYLA, CEMIL), done=done)
    repeats = with_cells(found.corrections, change="repeat")
    places = [
        (row["entry_id"], row["precinct"], row["kept_precinct"]) for row in repeats
    ]
    assert places == [("a", 1, 2), ("b", 1, 2)]


def test_who_is_of_no_known_constituency_is_on_no_other_list():
    """Every constituency would list the same people."""
    lost = {**LEYLA, "constituency": None, "precinct": None}
    assert column(compiled(entries(ALI, lost)).listed, "entry_id") == ["a"]
    found = compiled(entries(ALI, lost), constituency=None)
    assert column(found.listed, "entry_id") == ["b"]


ROW = {"precinct": 1, "handed_in": 2, "listed": 2}


@pytest.mark.parametrize(
    ("counted", "rows"), [(ROW, 1), ({**ROW, "struck": 1}, 2), (ROW, 3)]
)
def test_a_list_whose_rows_do_not_sum_up_is_refused(counted, rows):
    """A voter could be lost where the sums alone, or the rows alone, are right."""
    people = [{**ALI, "entry_id": f"a{number}"} for number in range(rows)]
    listed = compiled(entries(*people)).listed
    with pytest.raises(StageError) as refused:
        require_balance(balance(counted), listed, None)
    assert refused.value.code == "lists-unbalanced"


def test_a_sheet_of_corrections_says_where_somebody_stands_now_and_why():
    """The dead would be sent to their old precinct, or who left the area to nowhere.

    Or whoever signs would read the id of a row that is in no register on paper.
    """
    row = "deaths:deaths:088-0000-3SXF55BGEPVW0"
    done = applied(
        acted("a", "strike", "died", document=row),
        acted("b", "strike", "moved-away", to=3, constituency=12),
        acted("c", "strike", "died", document="act 12, 03.01.2026"),
    )
    found = compiled(entries(ALI, LEYLA, CEMIL), done=done)
    words, rows = ListWords("en"), found.corrections.to_pylist()
    away = "Struck off; stands in constituency 12, precinct 3"
    assert [words.change(row) for row in rows] == ["Struck off", away, "Struck off"]
    (register, _, act) = (words.why(row) for row in rows)
    assert register == "The person has died; register of deaths"
    assert act == "The person has died; act 12, 03.01.2026"


# --- what may be shown


def test_no_identifier_is_on_display():
    """A FIN on the wall of a polling station cannot be taken back."""
    found = compiled(entries(*EVERYBODY))
    for document in documents(found, edition(Purpose.DISPLAY)):
        shown = str(document.rows.to_pylist()) + text_of(render_list(document, "az"))
        for secret in ("5XK12", "AA1234567"):
            assert secret not in shown
        assert not document.corrections.num_rows
        assert not document.door.num_rows


def test_the_day_of_birth_is_displayed_of_those_who_come_of_age():
    """The law shows the year of all others."""
    found = compiled(entries(ALI, LEYLA))
    ali, leyla = next(documents(found, edition(Purpose.DISPLAY))).rows.to_pylist()
    assert (ali["birth_date"], ali["birth_year"]) == (None, 1970)
    assert leyla["birth_date"] == "2007-07-01"
    plain = edition(Purpose.DISPLAY, of_age_since=None)
    assert column(next(documents(found, plain)).rows, "birth_date") == [None, None]


def text_of(workbook):
    """All texts in a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as files:
        return "".join(files.read(name).decode() for name in files.namelist())


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_a_workbook_has_the_list_its_corrections_and_the_questions(language):
    paper = {"reason": "=1+1", "document": "№ 12 <b>"}
    done = applied(acted("b", "strike", "died", **paper))
    found = compiled(entries(ALI, LEYLA), done=done)
    document = next(documents(found, edition()))
    content = render_list(document, language)
    assert content == render_list(document, language)
    shown = text_of(content)
    for text in ("Əliyev", "5XK1234", "Vəliyeva Leyla Kamil qızı", "№ 12 &lt;b&gt;"):
        assert text in shown
    assert "<f>" not in shown
    words = ListWords(language)
    shown = shown.replace("&apos;", "&#39;")
    for key in ("corrections.title", "door.title", "sign.chair", "balance.title"):
        assert words(f"lists.{key}").replace("'", "&#39;") in shown


def case_of(*ids):
    return cases(*({"case_id": "x", "entry_id": one} for one in ids))


# --- what is asked at the door


def test_questions_stand_by_house_and_are_asked_once():
    """The precinct would knock twice, or not at all."""
    known = findings(
        {"rule": "missing-value", "entry_id": "b", "field": "document"},
        {"rule": "deceased-confirmed", "entry_id": "a", "severity": "error"},
        {"rule": "name-misspelt", "entry_id": "a", "severity": "note"},
        {"rule": "precinct-too-small", "unit": "precinct", "precinct": 1},
    )
    asked = amendments(acted("a", "ask", due="2026-03-20", reason="Evdədir?"))
    may_be_one = case_of("b", "c")
    found = compiled(entries(*EVERYBODY), found=known, amended=asked, asked=may_be_one)
    names = ("precinct", "house", "about", "rule", "other_name")
    questions = said(found.door, *names)
    assert questions == [
        (1, "4", "ask", None, None),
        (1, "4", "finding", "deceased-confirmed", None),
        (1, "10", "case", None, "Cəfərov Cəmil"),
        (1, "10", "finding", "missing-value", None),
        (2, "1", "case", None, "Vəliyeva Leyla Kamil qızı"),
    ]
    assert column(found.door, "street")[:2] == ["Nizami küç", "Nizami küç"]


def test_a_finding_that_somebody_asked_about_is_asked_with_their_words():
    known = findings({"rule": "missing-value", "entry_id": "b", "field": "document"})
    (finding_id,) = finding_ids(known)
    about = {"rule": "missing-value", "field": "document", "finding_id": finding_id}
    reason = "Bəlkə təzə vəsiqəsi var"
    asked = amendments(acted("b", "ask", reason=reason, **about))
    found = compiled(entries(ALI, LEYLA), found=known, amended=asked)
    (question,) = found.door.to_pylist()
    words = ListWords("az").question(question)
    assert words.startswith("Şəxsiyyət sənədi: yazılmayıb. ")
    assert words.endswith(reason)


def test_who_stands_twice_at_one_door_is_asked_about_once():
    twice = {**ALI, "entry_id": "z", "document": None}
    assert compiled(entries(ALI, twice), asked=case_of("a", "z")).door.num_rows == 1


def test_two_people_without_a_house_stand_at_no_common_door():
    """One of them would not be asked about: nobody knows that they live together."""
    nowhere = [{**one, "address": None} for one in (ALI, LEYLA)]
    found = compiled(entries(*nowhere), asked=case_of("a", "b"))
    assert column(found.door, "number") == [1, 2]


def test_nobody_is_asked_about_who_is_off_the_list():
    done = applied(acted("a", "strike", "died"))
    known = findings({"rule": "deceased-confirmed", "entry_id": "a"})
    assert not compiled(entries(ALI), done=done, found=known).door.num_rows


def test_every_question_of_a_rule_is_of_a_rule_that_exists():
    """A renamed rule would be asked about in the words of nobody."""
    start = "door.rule."
    keys = filter(lambda key: key.startswith(start), catalogue.entries())
    worded = {key.removeprefix(start) for key in keys}
    assert worded - {"other"} <= set(RULE_CODES)
