"""The papers of an application: slip, answer, notice and book, in both languages."""

import datetime as dt
import re
from importlib import resources

import pytest

import papers
import test_applications as counter
import workspaces
from command_line import EN
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.counter import letters
from voterlist.counter.applications import Clerk, Request
from voterlist.model import Asks
from voterlist.shipped import shipped_toml

LETTERS = ("slip", "answer", "notice")


@pytest.fixture
def workspace(tmp_path):
    workspaces.finished(tmp_path / "2026")
    return tmp_path / "2026"


def written_letter(workspace, number, name, language="en", day=counter.DAY, **more):
    """(bytes, text without blanks) of a letter."""
    out = workspace / f"{name}-{number}-{language}.pdf"
    at = dt.datetime.combine(day, dt.time(9), dt.UTC)
    clerk = Clerk("Aytən", at, counter.SINCE, "root")
    more["language"] = language
    letters.write_letter(workspace, number, name, out, clerk, **more)
    content = out.read_bytes()
    return content, papers.squeezed(" ".join(papers.pages(content)))


def says(text, *phrases):
    """Whether all of these stand in a text without blanks."""
    return all(papers.squeezed(phrase) in text for phrase in phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_all_that_is_needed_to_go_against_it(workspace, language):
    """Who asked, what was decided, on which ground and article, why, where and until when.

    Each printing named a later day than the answer that had been handed over. What is decided anew
    has a term of its own, though the former answer was printed on the same day.
    """
    words = catalogue(language)
    counter.take(workspace, counter.SURNAME)
    said = {"granted": False, "ground": "not-shown", "reason": "Sənəd köhnədir"}
    counter.decide(workspace, 1, **said)
    content, text = written_letter(workspace, 1, "answer", language)
    until = "7 fevral 2026" if language == "az" else "7 February 2026"
    body = words("letter.body.above.conec")
    appeal = words("letter.answer.appeal", until=until, days=3, body=body)
    assert says(
        text,
        words("letter.answer.title", number="1"),
        "Leyla",
        words("application.state.refused"),
        words("ground.not-shown.title"),
        "48.2",
        "Sənəd köhnədir",
        appeal,
        words("lists.sign.seal"),
    )
    assert content == written_letter(workspace, 1, "answer", language)[0]
    in_march = dt.date(2026, 3, 3)
    assert says(written_letter(workspace, 1, "answer", language, in_march)[1], appeal)
    one = counter.book(workspace)[1]
    assert [event.event for event in one.events] == [
        "decided",
        *["answered"] * 3,
    ]
    anew = {"day": in_march, "ground": "document-seen", "reason": "Sənəd yenidir"}
    counter.decide(workspace, 1, **anew)
    day = in_march + dt.timedelta(days=1)
    until = "7 mart 2026" if language == "az" else "7 March 2026"
    assert says(written_letter(workspace, 1, "answer", language, day)[1], until)


def test_an_answer_after_a_court_says_what_the_court_decided(workspace):
    """It named the ground of the granting as that of the refusal.

    It also sent the person with the ruling of a court to the commission above.
    """
    counter.take(workspace, counter.SURNAME)
    counter.decide(workspace, 1, ground="document-seen")
    counter.appealed(workspace, 1, granted=False, reason="Sənəd saxtadır")
    _, text = written_letter(workspace, 1, "answer")
    assert says(text, "refused", "Aytən; granted", "court; refused; Qərar 12", "saxta")
    assert not says(text, EN("ground.document-seen.title"))
    assert not says(text, EN("letter.body.above.conec"))
    assert says(text, EN("letter.answer.appeal-above"))


def test_what_is_upheld_keeps_its_ground(workspace):
    """The court that agrees names no ground of its own: the paper would have none at all."""
    counter.take(workspace, counter.SURNAME)
    said = {"granted": False, "ground": "not-shown", "reason": "Sənəd köhnədir"}
    counter.decide(workspace, 1, **said)
    counter.appealed(workspace, 1, granted=False)
    _, text = written_letter(workspace, 1, "answer")
    assert says(text, EN("ground.not-shown.title"), "Sənəd köhnədir", "Qərar 12")


def test_an_article_that_nobody_read_says_so(workspace):
    """A lawyer looks before it is taken for the wording of the law."""
    counter.take(workspace, counter.SURNAME)
    said = {"granted": False, "ground": "under-age", "reason": "Uşaqdır"}
    counter.decide(workspace, 1, **said)
    _, text = written_letter(workspace, 1, "answer")
    assert says(text, "47.1", "wording not verified")


def test_whether_somebody_is_listed_is_answered_by_the_list(workspace):
    """Each citizen is told; nobody has to decide it. Who is on none may complain."""
    asked = Request(what=Asks.LISTED, by="Orxan", entry_id=counter.ORXAN)
    counter.take(workspace, asked)
    _, text = written_letter(workspace, 1, "answer")
    assert says(text, "stands on the list", "constituency 88, precinct 2")
    assert not says(text, "complain")
    assert counter.book(workspace)[1].state == "answered"
    counter.take(workspace, Request(what=Asks.LISTED, by="X", name="Yad Adam"))
    _, text = written_letter(workspace, 2, "answer")
    assert says(text, "stands on no list", "complain")
    asked = Request(what=Asks.LISTED, by="Y", name="Hüseynli Tural Əhməd oğlu")
    counter.take(workspace, asked)
    code = counter.refusal(written_letter, workspace, 3, "answer")
    assert code == "application-no-entry"
    counter.take(workspace, Request(what=Asks.LISTED, by="Z", entry_id="088-0001-X"))
    code = counter.refusal(written_letter, workspace, 4, "answer")
    assert code == "application-no-entry"
    _, text = written_letter(workspace, 3, "answer", entry_id=counter.TURAL)
    assert says(text, "stands on the list", "constituency 88, precinct 1")


def test_without_a_run_nobody_is_told_to_be_on_no_list(tmp_path):
    """The lists are not read yet."""
    folder = workspaces.make(tmp_path / "2026")
    counter.take(folder, Request(what=Asks.LISTED, by="X", name="Yad Adam"))
    assert counter.refusal(written_letter, folder, 1, "answer") == "no-run"


def test_what_is_not_decided_is_not_answered(workspace):
    """An answer that says nothing would end the term, and a notice to nobody put it off."""
    counter.take(workspace, counter.SURNAME)
    code = counter.refusal(written_letter, workspace, 1, "notice")
    assert code == "application-no-notice"
    code = counter.refusal(written_letter, workspace, 1, "answer")
    assert code == "application-open"
    counter.decide(workspace, 1, ground="document-seen")
    code = counter.refusal(written_letter, workspace, 1, "notice")
    assert code == "application-not-open"


def test_what_does_not_hold_is_not_answered_as_granted(workspace):
    """The person would hold a paper that the list does not know."""
    other = {name: getattr(counter.SURNAME, name) for name in Request.__slots__}
    counter.take(workspace, counter.SURNAME)
    counter.take(workspace, Request(**{**other, "values": {"surname": "Quliyeva"}}))
    counter.decide(workspace, 1, ground="document-seen", by="Aytən")
    made = counter.decide(workspace, 2, ground="document-seen", by="Vəfa")
    assert made.standing == "contested"
    code = counter.refusal(written_letter, workspace, 2, "answer")
    assert code == "application-contested"


def test_a_notice_begins_the_term_to_object(workspace):
    """The letter names the day that is noted."""
    counter.take(workspace, counter.STRUCK)
    answered = counter.DAY + dt.timedelta(days=12)
    assert says(written_letter(workspace, 1, "slip")[1], f"until {answered:%-d %B %Y}")
    _, text = written_letter(workspace, 1, "notice")
    until = counter.book(workspace)[1].events[-1].details["until"]
    assert until == "2026-02-14"
    assert says(text, "14 February 2026", "Nobody is struck because of silence")
    assert not says(text, "Nərgiz")


NAMES = ("=1+1", "#let x = 1", "$ _*`<b>", "Ə" * 4000, "\u202eרות", "漢字 💥")


def test_a_name_on_paper_is_only_a_name(workspace):
    """A name that the compiler reads as markup would stop the paper, or print something else."""
    for number, name in enumerate(NAMES, 1):
        values = {"by": name, "name": name, "documents": (name,)}
        asked = Request(what=Asks.COMPLAINT, **values, values={"surname": name})
        counter.take(workspace, asked)
        counter.decide(workspace, number, granted=False, ground="other", reason=name)
        for letter in ("slip", "answer"):
            assert written_letter(workspace, number, letter)[0].startswith(b"%PDF")
    book = workspace / "book.pdf"
    assert letters.write_book(workspace, book, today=counter.DAY) == len(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_book_has_every_application(workspace, language):
    """It is signed line by line; one that is missing there is missing for the court."""
    out = workspace / "book.pdf"
    assert letters.write_book(workspace, out, today=counter.DAY) == 0
    for _ in range(3):
        counter.take(workspace, counter.ADDED)
    count = letters.write_book(workspace, out, today=counter.DAY, language=language)
    text = papers.squeezed(" ".join(papers.pages(out.read_bytes())))
    assert (count, text.count(papers.squeezed(counter.ADDED.name))) == (3, 3)


def test_every_letter_has_its_words():
    """A fact or a sentence without words would stop the letter that has it."""
    files = {path.name for path in resources.files(letters).iterdir()}
    assert {name for name in files if name.endswith(".toml")} == {
        f"{name}.toml" for name in LETTERS
    }
    words = catalogue("az")
    for name in LETTERS:
        table = shipped_toml("voterlist.counter.letters", f"{name}.toml")
        assert set(table["facts"]) <= letters.FACTS.keys()
        keys = [f"letter.fact.{fact}" for fact in table["facts"]]
        keys += [f"letter.{name}.{key}" for key in ("title", *table["sentences"])]
        assert all(map(words.has, keys))
        assert re.fullmatch("[a-z]+", table["template"])
