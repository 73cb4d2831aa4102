"""The pictures of a linkage: each figure is counted here once more, from the pairs themselves."""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import browsers
import linkage_lists
import voterlist
from command_line import call, told
from voterlist import schemas
from voterlist.config.sections import LinkSettings
from voterlist.link import link_ready
from voterlist.link.explain import waterfalls
from voterlist.link.steps import ready
from voterlist.link.types import Added, Scope
from voterlist.model import Profile
from voterlist.render.pictures import Drawn, lines_by_id, pictures_of, render_pictures
from voterlist.render.pictures.figures import clusters_of, weights_of
from voterlist.report.sections.cases.model import CaseWords
from voterlist.synth.generate import generate

SETTINGS = LinkSettings()
SECTIONS = ("found", "weights", "levels", "patterns", "columns", "keys", "clusters")


def drawn(voters, scope=None):
    """A linkage, and its pictures."""
    made = ready(voters, Profile.AZ, Added())
    linkage = link_ready(made, SETTINGS, scope=scope)
    return linkage, made, pictures_of(linkage, made, SETTINGS)


@cache
def crowd():
    """A crowd in which 60 of 400 people stand twice, 20 of them with little but a common name."""
    listed = linkage_lists.crowd(400, doubles=60).to_pylist()
    blank = ("birth_month", "birth_day", "patronymic_skeleton", "street", "house")
    for row in (*listed[:20], *listed[400:420]):
        row.update(dict.fromkeys(blank))
    for row in (*listed[:100], *listed[400:]):
        row.update(surname_skeleton="zuzula", surname_stem="zuzula")
    return drawn(pa.Table.from_pylist(listed, schemas.VOTER))


def rows(linkage):
    return linkage.pairs.to_pylist()


def test_the_cost_of_a_threshold_is_that_of_the_pairs():
    """People choose the threshold by these numbers."""
    linkage, _, pictures = crowd()
    shares = [row["probability"] for row in rows(linkage)]
    every = sum(shares)
    for cost in pictures["weights"]["costs"]:
        taken = [share for share in shares if share >= cost["threshold"]]
        assert cost["pairs"] == len(taken)
        assert cost["wrong"] == pytest.approx(sum(1 - share for share in taken))
        assert cost["missed"] == pytest.approx(every - sum(taken), abs=0.5)
        assert cost["precision"] == pytest.approx(sum(taken) / len(taken))
        brought = 1 - linkage.fitted.loss.share
        assert cost["recall"] == pytest.approx(brought * sum(taken) / every, abs=0.01)
        assert cost["lost"] == pytest.approx(every / brought - every, abs=0.5)
    assert pictures["weights"]["chosen"]["threshold"] == SETTINGS.duplicate_probability
    estimate, chosen = pictures["weights"]["estimate"], pictures["weights"]["chosen"]
    assert estimate.pairs == chosen["pairs"]
    assert estimate.precision == pytest.approx(chosen["precision"])
    assert estimate.recall == pytest.approx(chosen["recall"])


def test_the_page_expects_what_the_linkage_says():
    """88 % stood on the page of a linkage that said 85: pairs were counted in two ways."""
    listed = linkage_lists.crowd(400, doubles=60)
    linkage, _, pictures = drawn(listed)
    assert linkage.estimate is not None
    assert pictures["weights"]["estimate"] == linkage.estimate


def test_each_pair_stands_in_one_bar_or_is_said_to_lie_below():
    linkage, _, pictures = crowd()
    weights = pictures["weights"]
    of_bars = sum(bar["same"] + bar["apart"] for bar in weights["bars"])
    assert of_bars + weights["below"] == pytest.approx(linkage.candidates)
    likely = [row["probability"] for row in rows(linkage)]
    assert of_bars == sum(share >= SETTINGS.kept_probability for share in likely)
    bits = np.diff([bar["start"] for bar in weights["bars"]])
    assert np.allclose(bits, weights["width"])
    assert all(0 <= bar["start"] < 100 for bar in weights["bars"])


@pytest.mark.parametrize(("kept", "threshold"), [(0.0, 0.0), (0.0, 1.0), (0.5, 0.5)])
def test_bounds_at_their_ends_are_drawn(kept, threshold):
    """Somebody may set them so; nothing is divided by what is left then."""
    linkage, _, _ = crowd()
    drawn_so = weights_of(linkage.pairs, linkage.fitted, kept=kept, threshold=threshold)
    places = [cost["place"] for cost in (*drawn_so["curve"], *drawn_so["costs"])]
    assert all(0 <= place <= 100 for place in places)
    of_bars = sum(bar["same"] + bar["apart"] for bar in drawn_so["bars"])
    assert of_bars + drawn_so["below"] == pytest.approx(linkage.candidates)


def test_a_higher_threshold_puts_fewer_forward_and_misses_more():
    curve = crowd()[2]["weights"]["curve"]
    for lower, higher in pairwise(curve):
        assert lower["place"] < higher["place"]
        assert lower["pairs"] >= higher["pairs"]
        assert lower["wrong"] >= higher["wrong"] - 1e-9
        assert lower["missed"] <= higher["missed"] + 1e-9


def test_a_level_weighs_what_the_pairs_of_the_list_say():
    """Where rare values say more, the range is that of the pairs; elsewhere it is log2(m / u)."""
    linkage, made, pictures = crowd()
    falls = waterfalls(linkage.pairs, made).to_pylist()
    model = {
        (row["comparison"], row["level"]): row
        for row in linkage.fitted.levels().to_pylist()
    }
    for field, levels in pictures["levels"]["fields"].items():
        for row in levels:
            of_model = model[field, row["level"]]
            assert (row["m"], row["u"]) == (of_model["m"], of_model["u"])
            seen = [
                fall[f"{field}_bits"]
                for fall, pair in zip(falls, rows(linkage), strict=True)
                if pair[f"{field}_level"] == row["level"]
            ]
            if of_model["by_value"] and seen and f"{field}_term_frequency" in falls[0]:
                assert (row["low"], row["high"]) == (min(seen), max(seen))
                assert row["low"] <= row["bits"] <= row["high"]
            else:
                assert row["bits"] == pytest.approx(np.log2(row["m"] / row["u"]))
    assert pictures["levels"]["strongest"]["level"] == "same"
    assert pictures["levels"]["weakest"]["level"] == "generation"
    assert not {"fin", "document"} & set(pictures["levels"]["fields"])


def test_a_pattern_has_the_pairs_that_show_it():
    """What is known in both and is not the same; pairs below the bound are nobody's question."""
    linkage, _, pictures = crowd()
    likely = [
        row
        for row in rows(linkage)
        if row["probability"] >= SETTINGS.review_probability
    ]
    fields = linkage.fitted.comparisons.fields
    seen = Counter()
    for row in likely:
        levels = [(field, row[f"{field}_level"]) for field in fields]
        seen[tuple(told for told in levels if told[1] not in {"same", "missing"})] += 1
    patterns = pictures["patterns"]
    assert (patterns["pairs"], patterns["left"]) == (
        len(likely),
        max(len(seen) - 12, 0),
    )
    assert patterns["alike"] == seen[()]
    for pattern in patterns["shown"]:
        assert pattern["pairs"] == seen[pattern["differing"]]
        assert SETTINGS.review_probability * pattern["pairs"] <= pattern["same"]
        assert pattern["same"] <= pattern["pairs"]
    counts = [pattern["pairs"] for pattern in patterns["shown"]]
    assert counts == sorted(seen.values(), reverse=True)[:12]
    of_level = Counter()
    for differing, count in seen.items():
        of_level.update(dict.fromkeys(differing, count))
    assert patterns["commonest"][1] == max(of_level.values())


def test_a_key_has_the_pairs_that_it_brought():
    linkage, _, pictures = crowd()
    sure = [
        row["match_key"].split(" + ")
        for row in rows(linkage)
        if row["probability"] >= SETTINGS.duplicate_probability
    ]
    found = Counter(key for keys in sure for key in keys)
    alone = Counter(keys[0] for keys in sure if len(keys) == 1)
    cost = {line.key: line for line in linkage.forecast}
    for key in pictures["blocking"]["used"]:
        assert key["cost"] == cost.pop(key["cost"].key)
        assert (key["found"], key["alone"]) == (
            found[key["cost"].key],
            alone[key["cost"].key],
        )
    assert pictures["blocking"]["idle"] == len(cost)
    assert all(line.pairs == 0 for line in cost.values())
    assert pictures["blocking"]["put_forward"] == len(sure)
    assert pictures["blocking"]["alone"] == alone.total()


def test_the_columns_have_the_values_that_the_entries_have():
    voters = linkage_lists.crowd(60)
    _, _, pictures = drawn(voters)
    known = {
        column["field"]: column["known"] for column in pictures["columns"]["columns"]
    }
    every = dict.fromkeys(("surname", "given_name", "patronymic", "birth_date"), 60)
    assert known == {**every, "sex": 60, "address": 60}


def test_entries_that_say_too_little_are_counted_with_what_they_lack():
    """Nobody would look for a repetition that no linkage can find."""
    whole = linkage_lists.crowd(300, doubles=30).to_pylist()
    blank = {
        "given_skeleton",
        "patronymic_skeleton",
        "birth_year",
        "birth_month",
        "birth_day",
    }
    for row in whole[:7]:
        row.update(dict.fromkeys({*blank, "street", "house", "flat"}))
    _, _, pictures = drawn(pa.Table.from_pylist(whole, schemas.VOTER))
    columns = {column["field"]: column for column in pictures["columns"]["columns"]}
    assert pictures["columns"]["unlinkable"] == 7
    assert columns["birth_date"]["lacking"] == 7
    assert columns["birth_date"]["known"] == 323
    assert columns["surname"]["lacking"] == 0
    assert pictures["columns"]["most_lacking"]["lacking"] == 7


@given(st.lists(st.tuples(*[st.integers(0, 8)] * 2, st.floats(0.3, 1)), max_size=30))
def test_a_cluster_is_as_doubtful_as_its_most_weakly_tied_entry(ties):
    """By brute force: of each entry the surest pair inside, of these the least."""
    shares = {(one, two): share for one, two, share in ties if one < two}
    cluster_of = {0: 0, 1: 0, 2: 0, 3: 3, 4: 3, 5: 5, 6: 5, 7: 5}
    # Whoever stands in a cluster is tied to another entry of it.
    for left, right in ((0, 1), (1, 2), (3, 4), (5, 6), (6, 7)):
        shares.setdefault((left, right), 0.95)
    pairs = pa.table(
        {
            "entry_l": [f"e{left}" for left, _ in shares],
            "entry_r": [f"e{right}" for _, right in shares],
            "probability": pa.array(list(shares.values()), pa.float64()),
        }
    )
    clusters = pa.table(
        {
            "entry_id": [f"e{entry}" for entry in cluster_of],
            "cluster_id": [f"e{first}" for first in cluster_of.values()],
        }
    )
    found = clusters_of(clusters, pairs, threshold=0.95, review=0.5)
    weakest = {}
    for first in set(cluster_of.values()):
        members = [entry for entry, own in cluster_of.items() if own == first]
        strongest = {
            entry: max(
                shares.get(pair, 0.0)
                for pair in combinations(members, 2)
                if entry in pair
            )
            for entry in members
        }
        weakest[tuple(f"e{entry}" for entry in members)] = min(strongest.values())
    doubtful = {members: share for members, share in weakest.items() if share < 0.99}
    assert {
        cluster["members"]: cluster["weakest"] for cluster in found["shown"]
    } == doubtful
    assert [cluster["weakest"] for cluster in found["shown"]] == sorted(
        doubtful.values()
    )
    assert found["doubtful"] == len(doubtful)
    assert [(size["entries"], size["clusters"]) for size in found["sizes"]] == [
        (2, 1),
        (3, 2),
    ]
    below = sorted(share for share in shares.values() if 0.5 <= share < 0.95)
    assert found["below"] == len(below)
    assert [cluster["weakest"] for cluster in found["near"]] == below[:-11:-1]
    assert [shares_of(pairs, row) for row in found["pairs"]] == [
        cluster["weakest"] for cluster in (*found["shown"], *found["near"])
    ]


def shares_of(pairs, row):
    return pairs.column("probability")[row].as_py()


def few(name):
    """Lists in which there is little to draw."""
    voters = linkage_lists.crowd(40, doubles=3)
    if name == "no row":
        return drawn(voters.slice(0, 0))
    if name == "one row":
        return drawn(voters.slice(0, 1))
    if name == "no pair":
        return drawn(linkage_lists.voters(surname=["aa", "bb"], year=[1950, 1990]))
    ids = voters.column("entry_id")
    lists = np.repeat([0, 1], [40, 3]).astype(np.int32)
    is_one = name == "one to one"
    return drawn(voters, Scope.between(ids, lists, one_to_one=is_one))


@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize(
    "name", ["no row", "one row", "no pair", "two lists", "one to one"]
)
def test_a_list_with_little_to_draw_has_its_page(name, language):
    """Each picture is there with its sentence, and no key of the catalogue is left unsaid."""
    linkage, _, pictures = few(name)
    page = render_pictures(pictures, language, {})
    for section in SECTIONS:
        part = re.search(rf'<section id="{section}">(.*?)</section>', page, re.DOTALL)
        assert re.search('<p class="(says|left)">', part[1])
    assert not re.search(r"\b(picture|report|comparison|field)\.[a-z]", _text(page))
    assert pictures["weights"]["compared"] == linkage.candidates - linkage.left_out


def _text(page):
    body = page.partition("</header>")[2].partition("<script>")[0]
    return html.unescape(re.sub("<[^>]*>", " ", body))


def test_the_page_says_its_figures():
    """A figure that is counted and not shown helps nobody."""
    _, _, pictures = crowd()
    text = " ".join(_text(render_pictures(pictures, "en")).split())
    clusters = pictures["clusters"]
    chosen = pictures["weights"]["chosen"]
    assert f"{chosen['pairs']} pairs are put forward" in text
    assert f"{clusters['clusters']} clusters hold {clusters['entries']} entries" in text
    assert (
        f"for each entry; the costliest, {pictures['blocking']['used'][0]['cost'].key},"
        in text
    )


def test_no_entry_stands_where_none_is_wanted():
    """Notebooks are passed on. The ids stand for people too."""
    people = generate(500, constituencies=1, seed=5).entries
    linkage = voterlist.link(people.to_pandas())
    shown = html.unescape(html.unescape(linkage._repr_html_()))
    cells = {cell for row in people.to_pylist() for cell in row.values()}
    long = {cell for cell in cells if isinstance(cell, str) and len(cell) > 9}
    assert len(long) > 500
    assert not {cell for cell in long if cell in shown}
    assert "no entry of the list stands in it" in shown


def test_the_page_of_the_object_shows_doubtful_entries_and_says_so(tmp_path):
    """With a high threshold many pairs lie below it, and the surest of them are shown."""
    people = generate(500, constituencies=1, seed=5).entries
    settings = {"duplicate_probability": 0.9999999}
    linkage = voterlist.link(people.to_pandas(), settings=settings)
    linkage.report(tmp_path / "page.html")
    page = html.unescape((tmp_path / "page.html").read_text(encoding="utf-8"))
    least = settings["duplicate_probability"]
    below = linkage.pairs[linkage.pairs.probability.between(0.2, least, "left")]
    lines = lines_by_id(people)
    assert len(below)
    for entry in (*below.entry_l.head(5), *below.entry_r.head(5)):
        assert lines[entry] in page
    assert "holds personal data" in page


def test_a_cell_is_text_and_no_markup():
    _, _, pictures = crowd()
    line = "<script>alert(1)</script>"
    page = render_pictures(pictures, "en", dict.fromkeys(pictures["shown"], line))
    assert pictures["shown"]
    assert line not in page
    assert line not in Drawn(page)._repr_html_()


def test_the_page_fetches_nothing():
    """It is opened where there is no network."""
    page = render_pictures(crowd()[2], "en", {})
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page


def test_each_drawing_has_a_text_instead():
    """Somebody who hears the page is told what is drawn."""
    page = render_pictures(crowd()[2], "az", {})
    for opening in re.findall("<svg[^>]*>", page):
        is_told = 'role="img"' in opening and "aria-labelledby" in opening
        assert is_told or "aria-hidden" in opening or "viewBox" in opening
    for names in re.findall('aria-labelledby="([^"]*)"', page):
        for name in names.split():
            assert page.count(f'id="{name}"') == 1


def test_entries_that_a_rule_joined_are_shown_without_a_reason(tmp_path):
    """No pair tells why they are one person, so the page says that a rule does."""
    people = generate(300, constituencies=1, seed=5).entries.to_pandas()
    joined = (people.entry_id[0], people.entry_id[7])
    for rules in ({"together": [joined]}, {"apart": [joined]}):
        linkage = voterlist.link(people, rules=rules)
        linkage.report(tmp_path / "page.html")
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert ("a rule of your own put it here" in page) == ("together" in rules)


@pytest.mark.parametrize("language", ["en", "az"])
def test_two_entries_are_drawn_as_they_are_explained(language):
    """The drawing and the table say the same, of entries too that no key brought together."""
    people = generate(300, constituencies=1, seed=5).entries.to_pandas()
    linkage = voterlist.link(people)
    linkage.language = language
    words = CaseWords(language)
    found = linkage.pairs.iloc[0]
    for a, b in (
        (found.entry_l, found.entry_r),
        (people.entry_id[0], people.entry_id[7]),
    ):
        drawn_so = linkage.waterfall(a, b)
        text = _text(drawn_so.page)
        explained = linkage.explain(a, b)
        for row in explained[explained.level != "missing"].itertuples():
            assert words.bits(row.bits) in text
        assert words.bits(explained.bits.sum()) in text
        for cell in explained.left.dropna():
            assert cell in text
        assert not re.search(r"\b(picture|waterfall|comparison|field)\.[a-z]", text)
        assert drawn_so._repr_html_().startswith("<iframe srcdoc=")


# --- The command


LIST = "Soyad,Ad,Ata adı,Doğum tarixi,Ünvan\n" + "".join(
    f"Məmmədov{number},Elşən,Həsən,{1 + number % 28:02}.05.19{60 + number % 40},Nizami {number}\n"
    for number in (*range(40), *range(5))
)


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_the_command_draws_the_page(listed):
    page = listed.with_name("page.html")
    code, answer = told(
        "link", listed, "--out", listed.with_name("pairs.parquet"), "--report", page
    )
    assert (code, answer["report"]) == (0, str(page))
    assert "What the linkage saw" in page.read_text(encoding="utf-8")


def test_the_page_is_the_same_twice(listed):
    texts = []
    for name in ("a.html", "b.html"):
        call(
            "link",
            listed,
            "--out",
            listed.with_name("p.csv"),
            "--report",
            listed.with_name(name),
        )
        texts.append(listed.with_name(name).read_bytes())
    assert texts[0] == texts[1]


def test_the_page_may_be_drawn_where_memory_is_limited(listed):
    """What was read is given up by then: entries are told by their ids."""
    page = listed.with_name("page.html")
    more = ("--report", page, "--memory-limit", "2GiB")
    result = call("link", listed, "--out", listed.with_name("p.csv"), *more)
    assert result.exit_code == 0
    assert "Elşən" not in page.read_text(encoding="utf-8")


def test_a_page_that_is_no_page_is_refused_before_the_work(listed):
    result = call(
        "link", listed, "--out", "p.csv", "--report", listed.with_name("page.pdf")
    )
    assert result.exit_code == 2
    assert ".html" in result.stderr


def test_the_engine_on_a_cluster_draws_no_page(listed):
    result = call(
        "link",
        listed,
        "--out",
        "p.csv",
        "--engine",
        "spark",
        "--work",
        listed.with_name("w"),
        "--report",
        listed.with_name("page.html"),
    )
    assert result.exit_code == 2
    assert "--report" in result.stderr


@browsers.NEEDED
def test_the_page_fits_the_screen(tmp_path):
    """On a telephone nothing but wide tables is moved sideways, and those within themselves."""
    path = tmp_path / "page.html"
    path.write_text(render_pictures(crowd()[2], "az", {}), encoding="utf-8")
    asked = []
    with browsers.browser() as opened:
        for scheme, width in (("light", 390), ("dark", 1280)):
            window = opened.new_context(
                viewport={"width": width, "height": 844}, color_scheme=scheme
            )
            page = window.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("#weights svg.plot rect.c-accent").count()
    assert set(asked) == {path.as_uri()}
