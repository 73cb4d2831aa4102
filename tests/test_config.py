import datetime as dt
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python

from voterlist import config
from voterlist.catalogue import LANGUAGES, catalogue, entries
from voterlist.config import _REASONS, PLAIN_CODES
from voterlist.config.sections import KIND_NAMES, Settings, WorkspaceSettings
from voterlist.errors import SettingsError, SettingsMistake, UsageError
from voterlist.model import Level, Profile
from voterlist.rulebook.pages import chapters

WRONG = """
[link]
duplicate_probabilty = 3
review_probability = 7
[check]
smallest_precinct = 0
voting_age = "18"
rules.missing-valeu.enabled = true
rules.missing-value.enabled = 1
[report]
languages = ["ru"]
[workspace]
level = "x"
cycle = "next"
[ingest]
max_rows = 1.5
[ingest.columns]
surnam = "Soyad"
fin = 3
[calendar]
check_due = "02-30"
election_day = "soon"
[zork]
"""


def mistakes(text, **options):
    with pytest.raises(SettingsError) as caught:
        config.parse(text, **options)
    return {mistake.path: mistake.code for mistake in caught.value.mistakes}


def test_an_empty_file_gives_the_defaults():
    """Every key has a default, so a workspace needs no settings to start."""
    assert config.parse("") == Settings()


def test_the_template_is_the_defaults_written_out():
    """What init writes changes nothing but the cycle and the level it was given."""
    expected = Settings(
        workspace=WorkspaceSettings(cycle="2031-election", level=Level.CEC)
    )
    assert config.parse(config.template("2031-election", Level.CEC)) == expected


@pytest.mark.parametrize(
    ("section", "lower", "upper", "value"),
    [
        ("check", "voting_age", "oldest_age", "18"),
        ("check", "smallest_precinct", "largest_precinct", "100"),
        ("link", "kept_probability", "review_probability", "0.3"),
        ("link", "review_probability", "duplicate_probability", "0.9"),
        ("calendar", "compile_due", "check_due", '"04-05"'),
        ("calendar", "check_due", "verify_due", '"05-01"'),
        ("calendar", "updated_days", "displayed_days", "30"),
    ],
)
def test_two_limits_may_be_equal(section, lower, upper, value):
    """A workspace whose two limits meet, which leaves nothing between them, would be refused."""
    chosen = getattr(
        config.parse(f"[{section}]\n{lower} = {value}\n{upper} = {value}\n"), section
    )
    assert getattr(chosen, lower) == getattr(chosen, upper)


@pytest.mark.parametrize("key", ["compile_due", "check_due", "verify_due"])
def test_a_due_date_exists_in_every_year(key):
    """29 February as a due date would make the calendar fail in a year without that day."""
    assert (
        mistakes(f'[calendar]\n{key} = "02-29"\n')[f"calendar.{key}"]
        == "not-a-month-and-day"
    )


def test_the_template_names_every_key():
    """No key is hidden from the reader of the file.

    Each stands in it, though it may be commented out.
    """
    text = config.template()
    assert re.search(r"\[comparisons\.\w+\]\n# column = .*\n# kind = ", text)
    assert f"Kinds: {', '.join(KIND_NAMES)} (" in text
    for name, field in Settings.model_fields.items():
        if name == "comparisons":
            continue
        assert f"[{name}]" in text or f"[{name}." in text
        for key in field.annotation.model_fields:
            assert f"{key} = " in text or f"[{name}.{key}" in text, key


def test_all_mistakes_are_reported_at_once():
    """A person corrects the file once: every mistake comes with its key path and its kind."""
    assert mistakes(WRONG, rule_codes=["missing-value"]) == {
        "calendar.check_due": "not-a-month-and-day",
        "calendar.election_day": "not-a-day",
        "check.rules.missing-valeu": "unknown-key-meant",
        "check.rules.missing-value.enabled": "not-true-or-false",
        "check.smallest_precinct": "too-small",
        "check.voting_age": "not-a-whole-number",
        "ingest.columns.fin": "not-a-header",
        "ingest.columns.surnam": "unknown-key-meant",
        "ingest.max_rows": "not-a-whole-number",
        "link.duplicate_probabilty": "unknown-key-meant",
        "link.review_probability": "too-large",
        "report.languages.0": "not-one-of",
        "workspace.cycle": "not-a-cycle",
        "workspace.level": "not-one-of",
        "zork": "unknown-key",
    }


def test_an_unknown_key_is_told_the_key_that_was_meant():
    """The nearest key of the same section is offered, not one of another section."""
    with pytest.raises(SettingsError) as caught:
        config.parse("[link]\nlargest_blok = 10\n[privacy]\nmask_identifier = true\n")
    assert [dict(mistake.places)["meant"] for mistake in caught.value.mistakes] == [
        "largest_block",
        "mask_identifiers",
    ]


def test_a_key_of_another_section_is_told_where_it_stands():
    """Who writes the name of the commission above the first section read a list of all sections."""
    with pytest.raises(SettingsError) as caught:
        config.parse('name = "A"\n[link]\nlargest_block = 10\nvoting_age = 18\n')
    assert {
        mistake.path: (mistake.code, *dict(mistake.places).values())
        for mistake in caught.value.mistakes
    } == {
        "link.voting_age": ("key-of-section", "[check]"),
        "name": ("key-of-section", "[workspace]"),
    }


def test_no_key_is_offered_that_was_hardly_meant():
    """A key that only shares some letters sends the reader to the wrong setting."""
    with pytest.raises(SettingsError) as caught:
        config.parse("[check]\nminimum_age = 18\n")
    assert [mistake.code for mistake in caught.value.mistakes] == ["unknown-key"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[link]\nreview_probability = 0.99", "link.review_probability"),
        ("[check]\nsmallest_precinct = 2000", "check.smallest_precinct"),
        ("[check]\nvoting_age = 106", "check.voting_age"),
        ('[calendar]\ncompile_due = "05-01"', "calendar.compile_due"),
        ('[calendar]\ncheck_due = "06-01"', "calendar.check_due"),
        ("[calendar]\nupdated_days = 40", "calendar.updated_days"),
    ],
)
def test_two_keys_that_contradict_each_other_are_a_mistake(text, path):
    """A lower limit above its upper one, or a stage due before its predecessor, is refused."""
    assert mistakes(text) == {path: "out-of-order"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_a_sentence_in_both_languages(language):
    """What the settings can say is in the catalogue, with the places its sentence names."""
    say = catalogue(language)
    with pytest.raises(SettingsError) as caught:
        config.parse(WRONG)
    codes = {*PLAIN_CODES.values(), "not-usable", "not-a-header", "not-utf8"}
    codes |= {"toml-statement", *(code for _, code in _REASONS)}
    found = list(caught.value.mistakes) + [
        SettingsMistake("x", code) for code in sorted(codes)
    ]
    for mistake in found:
        assert say(f"settings.{mistake.code}", **dict(mistake.places))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[link", "toml-not-closed", 1),
        ("\na = ", "toml-not-closed", 2),
        ("\na = \n", "toml-no-value", 2),
        ("[link]\n[link]\n", "toml-twice", 2),
        ("x = 1\n\nx = 2", "toml-twice", 3),
        ("[check]\na = [1,\n2,\n\n", "toml-not-closed", 2),
        ('a = """\nb\n', "toml-not-closed", 1),
        ('a = "x\n', "toml-not-closed", 1),
        ("# a\nvoting age = 18", "toml-no-key", 2),
        ("a = 18 years", "toml-too-much", 1),
        ("a = yes", "toml-no-value", 1),
        (r'a = "c:\users"', "toml-sign", 1),
        ("\x00", "toml-statement", 1),
    ],
)
def test_a_text_that_is_no_toml_is_a_mistake_not_a_crash(text, code, line):
    """A slip in the file's own grammar is told in our words, with its line."""
    with pytest.raises(SettingsError) as caught:
        config.parse(text)
    (mistake,) = caught.value.mistakes
    assert (mistake.path, mistake.code, mistake.line) == ("voterlist.toml", code, line)


LINED = """# a comment
[check]
voting_age = "18"
rules.missing-valeu.enabled = true

[[ingest.pins]]
files = "a"
colums = {}
[[ingest.pins]]
file = "b"
[report]
languages = [
  "az",
  "ru",
]
[calendar]
check_due = "02-30"
[zork]
"""


def test_each_mistake_has_the_line_of_its_key():
    """Who has a hundred lines of settings would look for the wrong one."""
    with pytest.raises(SettingsError) as caught:
        config.parse(LINED, rule_codes={"missing-value"})
    assert {mistake.path: mistake.line for mistake in caught.value.mistakes} == {
        "check.voting_age": 3,
        "check.rules.missing-valeu": 4,
        "ingest.pins.0.colums": 8,
        "ingest.pins.1.file": 10,
        "report.languages.1": 12,
        "calendar.check_due": 17,
        "zork": 18,
    }


@given(st.text())
def test_no_text_ends_in_anything_but_settings_or_their_mistakes(text):
    """Whatever stands in the file, the answer is settings or SettingsError."""
    try:
        found = config.parse(text)
    except SettingsError as error:
        found = error.mistakes
    assert found


@given(
    st.dictionaries(
        st.sampled_from([*Settings.model_fields, "other"]),
        st.one_of(st.integers(), st.text("ab"), st.booleans(), st.lists(st.integers())),
    ),
)
def test_a_section_that_is_no_section_is_a_mistake(values):
    """A value where a section belongs is named with its path."""
    lines = []
    for name, value in values.items():
        written = (
            str(value).lower()
            if isinstance(value, bool)
            else repr(value).replace("'", '"')
        )
        lines.append(f"{name} = {written}")
    if values:
        assert set(mistakes("\n".join(lines))) == set(values)


def test_a_file_saved_by_windows_is_read(tmp_path):
    """A byte order mark and Windows line ends are no mistake."""
    path = tmp_path / "voterlist.toml"
    path.write_bytes('\ufeff[workspace]\r\nprofile = "generic"\r\n'.encode())
    assert config.load(path).workspace.profile is Profile.GENERIC


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path):
    """The line of the first wrong byte is named."""
    path = tmp_path / "voterlist.toml"
    path.write_bytes(b"[workspace]\n# \xfe\xff\n")
    with pytest.raises(SettingsError) as caught:
        config.load(path)
    (mistake,) = caught.value.mistakes
    assert mistake == SettingsMistake("voterlist.toml", "not-utf8")
    assert mistake.line == 2


def test_no_file_is_wrong_usage(tmp_path):
    """A folder without settings is no workspace; the error says what to do."""
    with pytest.raises(UsageError) as caught:
        config.load(tmp_path / "voterlist.toml")
    assert (caught.value.code, caught.value.exit_code) == ("no-settings", 2)
    assert "near" not in caught.value.places


def test_a_slip_in_the_name_of_a_workspace_finds_the_one_beside(tmp_path):
    """The advice was to make one of that name: the year would stand in two workspaces."""
    folder = tmp_path / "goychay"
    folder.mkdir()
    (folder / "voterlist.toml").touch()
    with pytest.raises(UsageError) as caught:
        config.load(tmp_path / "goycay" / "voterlist.toml")
    assert caught.value.places["near"] == str(folder)


@pytest.mark.parametrize("written", ["2026-11-01", '"2026-11-01"'])
def test_an_election_day_may_be_written_bare_or_in_quotes(written):
    """Both ways people write a day in TOML give the day."""
    assert config.parse(
        f"[calendar]\nelection_day = {written}"
    ).calendar.election_day == dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    "written", ["2026-11-01T10:00:00", "2026", "10:00:00", '"2026-02-29"']
)
def test_what_is_no_day_is_not_taken_for_one(written):
    """A time, a year or a day that does not exist is a mistake."""
    assert mistakes(f"[calendar]\nelection_day = {written}") == {
        "calendar.election_day": "not-a-day"
    }


def test_equal_settings_have_one_digest_however_they_are_written():
    """The digest follows the values, so a comment added to the file does not make a new run."""
    first = config.parse("[check]\nvoting_age = 18\n")
    second = config.parse("# a comment\n[report]\nlanguages = ['az']\n")
    other = config.parse("[check]\nvoting_age = 19\n")
    assert config.digest(first) == config.digest(second) != config.digest(other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_names_every_key_with_its_default(language):
    """What the manual says of a key is what the program takes; each key has its sentence."""
    *_, grid = chapters()["settings"](catalogue(language)).parts
    expected = {"comparisons": ""}
    for name, field in Settings.model_fields.items():
        if name == "comparisons":
            continue
        section = field.annotation()
        for key in type(section).model_fields:
            value = to_jsonable_python(getattr(section, key))
            expected[f"{name}.{key}"] = "" if value in (None, {}) else json.dumps(value)
    assert {key: default for key, default, _ in grid.rows} == expected
    assert all(meaning.strip() for *_, meaning in grid.rows)


def test_no_key_of_the_settings_is_explained_that_is_gone():
    explained = {key for key in entries() if key.startswith("setting.")}
    *_, grid = chapters()["settings"](catalogue("en")).parts
    assert explained == {f"setting.{key}" for key, *_ in grid.rows}


def test_the_manual_names_every_kind_of_mistake():
    """A code that a script may meet can be looked up."""
    codes = {
        key.removeprefix("settings.")
        for key in entries()
        if key.startswith("settings.")
    }
    *_, grid = chapters()["mistakes"](catalogue("en")).parts
    assert {code for code, _ in grid.rows} == codes
