"""The lists on paper: nobody is lost, sums add up, text is text, the same bytes each time."""

import json
import re
import unicodedata
from operator import itemgetter

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import typst
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from papers import DAY, correction, pages, paper, question, squeezed, voter
from voterlist.catalogue import LANGUAGES
from voterlist.errors import VoterlistError
from voterlist.model import ListKind, Purpose
from voterlist.render import pdf
from voterlist.render.lists import Shown
from voterlist.render.pdf import render_list, typeset

MARKUP = "#strong[x] *b* _i_ $x$ <b> \\ =1+1 @ref // /* ` ~ [a] {count} \\u0041"
MILLIMETRE = 25.4 / 72
_FOOT = re.compile(
    r"On this page: (\d+)\. To the end of this page: (\d+)\. *(\d+) / (\d+)"
)


def sums(texts):
    """(Voters on the page, up to its end, its number, pages in all) of each page."""
    feet = [_FOOT.search(text.replace("\r\n", " ")) for text in texts]
    return [tuple(map(int, foot.groups())) for foot in feet if foot]


def assert_in_order(texts, rows):
    """Each row's texts stand on the pages, one after the other."""
    whole = squeezed("".join(texts))
    at = 0
    for row in rows:
        names = (
            "number",
            "surname",
            "given_name",
            "patronymic",
            "birth_year",
            "address",
        )
        for name in names:
            text = squeezed(str(row[name] or ""))
            place = whole.find(text, at)
            assert place >= 0, (row["number"], name, text)
            at = place + len(text)


def is_plain(letter):
    """True for letters that are read from left to right and printed as they are."""
    return (
        unicodedata.bidirectional(letter) not in {"R", "AL", "AN"}
        and unicodedata.category(letter)[0] not in "CZM"
    )


STRANGE = st.text(
    st.one_of(
        st.sampled_from("əğşıİöüçƏĞŞIÖÜÇâ'-#*_$<>[]{}@\\`~/=+\" "),
        st.characters(min_codepoint=0x400, max_codepoint=0x45F),
        st.characters(max_codepoint=0x2FFF).filter(is_plain),
    ),
    max_size=40,
)
PEOPLE = st.lists(st.tuples(STRANGE, STRANGE, STRANGE), max_size=70)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(PEOPLE)
@example([("Quliyev\u115f", "Aydın", "Nizami 4")])
def test_everybody_is_on_paper_in_order_and_the_sums_of_the_pages_add_up(people):
    rows = [
        voter(number, surname, given_name=given_name, address=address)
        for number, (surname, given_name, address) in enumerate(people, 1)
    ]
    texts = pages(render_list(paper(rows), "en"))
    assert_in_order(
        texts, json.loads(pdf.printable(json.dumps(rows, ensure_ascii=False)))
    )
    counts = sums(texts)
    assert len(counts) == len(texts)
    assert sum(count for count, *_ in counts) == len(rows)
    total = 0
    for place, (count, until, number, last) in enumerate(counts, 1):
        total += count
        assert (until, number, last) == (total, place, len(texts))


def test_a_list_of_many_pages_has_its_headings_on_each():
    rows = [voter(number, f"Quliyev{number}") for number in range(1, 501)]
    texts = pages(render_list(paper(rows), "en"))
    assert_in_order(texts, rows)
    with_voters = [
        text for text, (count, *_) in zip(texts, sums(texts), strict=True) if count
    ]
    assert len(with_voters) > 5
    assert all("No.SurnameGivenname" in squeezed(text) for text in with_voters)
    assert all("Constituency 21 Nəsimi birinci, precinct 14" in text for text in texts)


@pytest.mark.parametrize("purpose", [Purpose.DISPLAY, Purpose.WORK])
@pytest.mark.parametrize("members", [0, 6, 7, 40])
def test_every_signature_has_its_line_on_a_page(members, purpose):
    """Lines beyond the end of the page would be cut off."""
    content = render_list(paper([voter(1)], purpose, members=members), "en")
    with pypdfium2.PdfDocument(content) as document:
        heights = [
            bottom * MILLIMETRE
            for page in document
            for bottom in bottoms(page, "Member")
        ]
    assert len(heights) == members
    assert all(height > 20 for height in heights)


@pytest.mark.parametrize("purpose", [Purpose.DISPLAY, Purpose.WORK])
def test_signatures_never_stand_alone_on_a_page(purpose):
    """Whoever signs sees what is signed: the last voters stand above the signatures."""

    def printed(count):
        rows = [voter(number) for number in range(1, count + 1)]
        return pages(render_list(paper(rows, purpose), "en"))

    (first, *_), *_ = sums(printed(60))
    # Some, and all about the end of the first page.
    for count in (1, 3, 24, 44, *range(first - 1, first + 5)):
        signed = [
            text for text in printed(count) if "Signatures of the commission" in text
        ]
        assert sums(signed)[0][0] >= min(count, 3), count
        assert len(signed) == 1


def bottoms(page, word):
    """How high each of these words stands on a page, in points."""
    text = page.get_textpage()
    searcher = text.search(word, match_case=True, match_whole_word=True)
    while (found := searcher.get_next()) is not None:
        yield text.get_charbox(found[0])[1]


@pytest.mark.parametrize("purpose", [Purpose.DISPLAY, Purpose.WORK])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_never_markup(purpose, language):
    fields = dict.fromkeys(("given_name", "patronymic", "address"), MARKUP)
    row = voter(1, MARKUP, name_as_written=MARKUP, **fields)
    changes = [correction("strike", name=MARKUP, reason=MARKUP, document=MARKUP)]
    asked = [question(MARKUP, 1, about="ask", rule=None, reason=MARKUP)]
    names = {"names": {21: MARKUP}, "cycle": MARKUP}
    document = paper([row], purpose, changes, asked, **names)
    whole = squeezed("".join(pages(render_list(document, language))))
    most = 13 if purpose is Purpose.WORK else 7
    assert whole.count(squeezed(MARKUP)) >= most


def test_no_fin_and_no_document_stand_on_display():
    """A document that holds more than its purpose may show would otherwise be hung out."""
    row = voter(1, fin="5ABC123", document="AZE12345678", sex="f")
    whole = "".join(pages(render_list(paper([row]), "en")))
    assert "5ABC123" not in whole
    assert "12345678" not in whole
    assert "female" not in whole


def test_a_birth_date_that_is_shown_stands_in_place_of_the_year():
    rows = [
        voter(1, birth_date="2008-02-01", birth_year=2008),
        voter(2, birth_year=1950),
    ]
    whole = "".join(pages(render_list(paper(rows), "az")))
    assert "01.02.2008" in whole
    assert "1950" in whole


@pytest.mark.parametrize("purpose", [Purpose.DISPLAY, Purpose.WORK])
def test_an_empty_list_says_so(purpose):
    texts = pages(render_list(paper([], purpose), "en"))
    assert "Nobody is on this list." in texts[0]
    assert sums(texts)[0][:2] == (0, 0)
    if purpose is Purpose.WORK:
        assert "Nothing was changed in this list." in texts[1]
        assert "Nothing is to be asked." in texts[2]


def test_the_end_has_total_balance_and_places_to_sign():
    rows = [voter(number) for number in range(1, 5)]
    whole = "\n".join(pages(render_list(paper(rows, members=3), "en")))
    assert "Voters on the list in all: 4" in whole
    lines = [line.strip() for line in whole.splitlines()]
    balance = lines[lines.index("Balance of the list") + 1 :][:7]
    assert balance == [
        "Handed in 8",
        "− Struck off 2",
        "− Repetitions taken off 1",
        "− Moved to another precinct 3",
        "+ Moved here from another precinct 1",
        "+ Added 1",
        "= On the list 4",
    ]
    assert lines.count("Member") == 3
    for role in ("Chair", "Secretary", "Place of the seal", "Date"):
        assert role in lines


def test_the_work_list_has_every_field_and_marks_what_was_corrected():
    rows = [
        voter(
            1, fin="5ABC123", document="AZE12345678", sex="f", corrected="fin+address"
        ),
        voter(2, corrected="full_name", added=True),
        voter(3, from_precinct=9, birth_date="1970-03-04"),
    ]
    whole = squeezed("".join(pages(render_list(paper(rows, Purpose.WORK), "en"))))
    shown = ("▲5ABC123", "AZE12345678", "female", "▲Bakı", "▲Məmmədova▲Günel▲Əliqızı")
    for text in (*shown, "Addedtothelist", "Movedherefromprecinct9", "19700304"):
        assert text in whole
    # Three corrected names, an address, a FIN, and the legend.
    assert whole.count("▲") == 6


def test_columns_of_seldom_things_are_there_where_they_are_needed():
    without = pages(render_list(paper([voter(1)], Purpose.WORK), "en"))[0]
    assert "Added or moved" not in without
    assert "As handed in" not in without
    rows = [voter(1, added=True), voter(2, name_as_written="МАМЕДОВА")]
    whole = squeezed(pages(render_list(paper(rows, Purpose.WORK), "en"))[0])
    for text in ("Addedormoved", "Addedtothelist", "Ashandedin", "МАМЕДОВА"):
        assert text in whole


def test_a_list_without_corrections_has_no_legend():
    whole = "".join(pages(render_list(paper([voter(1)], Purpose.WORK), "en")))
    assert "▲" not in whole


def test_the_sheet_of_corrections_says_what_why_who_and_when():
    changes = [
        correction("strike", to_precinct=9, document="Akt № 12"),
        correction("correct", number=1, field="fin", written="5A", value="5ABC123"),
    ]
    texts = pages(render_list(paper([voter(1)], Purpose.WORK, changes), "en"))
    sheet = squeezed(
        next(text for text in texts if text.startswith("Sheet of corrections"))
    )
    for text in (
        "Struck off; stands in precinct 9",
        "Akt № 12",
        "FIN: “5A” → “5ABC123”",
        "Sənəd yoxlanılıb",
        "A. Əliyeva",
        "2026-01-30",
    ):
        assert squeezed(text) in sheet


def test_the_checklist_has_a_heading_for_each_street_on_each_page():
    asked = [
        question(street, number)
        for street in ("Nizami küçəsi", "Xaqani küçəsi", None)
        for number in range(1, 13)
    ]
    texts = pages(render_list(paper([voter(1)], Purpose.WORK, (), asked), "en"))
    first = next(
        place for place, text in enumerate(texts) if "Checklist for the door" in text
    )
    whole = "".join(texts[first:])
    assert whole.count("Does the voter live here?") == len(asked)
    places = [whole.index(text) for text in ("Nizami", "Xaqani", "Street not known")]
    assert places == sorted(places)
    for text in texts[first:]:
        assert re.search(
            r"Answer\r\n(Nizami küçəsi|Xaqani küçəsi|Street not known)", text
        )


@pytest.mark.parametrize("purpose", [Purpose.DISPLAY, Purpose.WORK])
def test_nothing_stands_beyond_its_column(purpose):
    """A long word would otherwise be printed over the next cell or be cut off."""
    long = {"surname": "Ж" * 60, "given_name": "Ш" * 80, "address": "Щ" * 200}
    content = render_list(paper([voter(1, **long, corrected="surname")], purpose), "en")
    with pypdfium2.PdfDocument(content) as document:
        width = document[0].get_width() * MILLIMETRE
        seen = [box for page in document for box in boxes(page)]
    # The margins of the page, then the columns from the left.
    ends = [15.0]
    for letter, count in (("Ж", 60), ("Ш", 80), ("Щ", 200)):
        places = [(left, right) for found, left, right in seen if found == letter]
        assert len(places) == count
        assert ends[-1] < min(left for left, _ in places)
        ends.append(max(right for _, right in places))
    assert ends[-1] < width - 15


def boxes(page):
    """(Letter, left, right) of each letter of a page, in millimetres."""
    text = page.get_textpage()
    for place in range(text.count_chars()):
        left, _, right, _ = text.get_charbox(place)
        yield text.get_text_range(place, 1), left * MILLIMETRE, right * MILLIMETRE


def test_a_name_is_not_broken_for_an_address_that_has_blanks():
    """Ağamehdiyev was printed above a lonely a, beside an address that could be wrapped."""
    columns = [
        Shown("key", itemgetter(name), 10, 20, kind="text") for name in ("a", "b")
    ]
    texts = [["Ağaməmmədova", "Abbas Mirzə Şərifzadə küçəsi, " * 2]] * 40
    width, _ = pdf._widths(columns, ["Soyadı", "Ünvan"], texts, 100.0)
    assert width >= 1.6 * len("Ağaməmmədova")


def test_many_wide_columns_leave_none_without_room():
    """A column of no width would print a cell over its neighbour, or no list at all."""
    names = [f"Column{number}" for number in range(12)]
    columns = [Shown("key", itemgetter(name), 10, 30, kind="text") for name in names]
    texts = [["Ağaməmmədov Əli" * (1 if at < 11 else 20) for at in range(12)]]
    widths = pdf._widths(columns, names, texts, 180.0)
    assert min(widths) >= 14
    assert sum(widths) <= 180.1


def test_a_row_that_is_longer_than_a_page_loses_nothing():
    address = " ".join(f"söz{number}" for number in range(3000))
    rows = [voter(1, address=address), voter(2)]
    texts = pages(render_list(paper(rows), "en"))
    assert len(texts) > 2
    whole = squeezed("".join(texts))
    assert all(f"söz{number}" in whole for number in range(3000))
    assert sums(texts)[-1][1] == 2


def test_a_long_text_in_a_narrow_column_stays_on_the_page():
    """It would run over the foot of the page, and its end would be on no page at all."""
    written = {
        "surname": "Məmmədovahüseynzadə",
        "name_as_written": "Məmmədova Günel " * 3,
    }
    many = [voter(number, address="Küçə 5", **written) for number in range(1, 31)]
    rows = [*many, voter(31, address="Щit uzun " * 130)]
    bottoms = []
    with pypdfium2.PdfDocument(render_list(paper(rows), "en")) as document:
        for page in document:
            text = page.get_textpage()
            bottoms += [
                text.get_charbox(place)[1] * MILLIMETRE
                for place in range(text.count_chars())
                if text.get_text_range(place, 1) == "Щ"
            ]
    assert len(bottoms) == 130
    assert min(bottoms) > 15


def test_the_bytes_are_the_same_each_time():
    """Two papers of one list would differ; ``test_lists_command`` prints in two processes."""
    rows = [voter(number, name_as_written="МАМЕДОВА") for number in range(1, 40)]
    more = [correction("add")], [question("Nizami", 1)]
    for purpose in (Purpose.DISPLAY, Purpose.WORK):
        document = paper(rows, purpose, *more)
        assert render_list(document, "az") == render_list(document, "az")


def test_fonts_are_embedded_and_the_file_names_its_day_and_language():
    content = render_list(paper([voter(1, "Иванов 日")]), "az")
    with pypdfium2.PdfDocument(content) as document:
        fonts = [
            pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(item))
            for page in document
            for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
        ]
        assert document.get_metadata_value("CreationDate").startswith("D:20260203")
        assert document.get_metadata_value("Title") == "Seçici siyahısı"
    assert fonts
    assert all(fonts)
    assert b"/Lang(az" in content


def test_the_first_font_has_every_letter_that_is_taken_for_sure():
    probe = (
        b'#set document(title: "probe")\n'
        b'#set text(font: "Libertinus Serif", fallback: false, lang: "az")\n'
        b"#sys.inputs.text"
    )
    content = typst.compile(
        probe,
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=pdf.STANDARDS,
        sys_inputs={"text": " ".join(sorted(pdf._SURE))},
    )
    assert pdf._SURE - {"\N{NO-BREAK SPACE}"} <= set("".join(pages(content)))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Əğşıİöü Ҹаваншир", "Əğşıİöü Ҹаваншир"),
        ("a\nb\tc\x01d\u2028e\x7f", "a b c d e "),
        ("Ə\u200bli\u202e\ufeff", "Əli"),
        ("李\U0001f600", "[U+674E][U+1F600]"),
        ("\ue000\ufdd0\ud800", "[U+E000][U+FDD0][U+D800]"),
        ('"\\n"\\', '"\\n"\\'),
    ],
)
def test_letters_that_cannot_be_printed_are_named(text, printed):
    assert json.loads(pdf.printable(json.dumps([text], ensure_ascii=False))) == [
        printed
    ]


def test_data_that_do_not_go_with_the_template_are_quoted_nowhere():
    """The compiler's message holds cells."""
    with pytest.raises(VoterlistError) as caught:
        typeset("display", {"title": "Məmmədova"}, DAY)
    assert "Məmmədova" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_list_is_written_to_its_file(tmp_path):
    path = tmp_path / "list.pdf"
    document = paper([voter(1)], list_kind=ListKind.TEMPORARY, precinct=None)
    path.write_bytes(render_list(document, "en"))
    assert path.read_bytes() == render_list(document, "en")
    assert "the precinct is not known" in pages(path.read_bytes())[0]
