"""Sections as units: what one may see, and what a new one touches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import report_tables as tables
import voterlist
from voterlist.report.section import Run, Section, build_sections
from voterlist.report.sections.order import AUDIT_PAGE, NATION, PAGE
from voterlist.report.sections.order import SECTIONS as ORDER
from voterlist.schemas import LIST, PAIR

SOURCE = Path(voterlist.__file__).parent
SECTIONS = SOURCE / "report" / "sections"
LEAVES = ("method", "numbers")
"""Sections that no other one uses."""


def section(read, **declared):
    """A section that builds what ``read`` gives of its inputs."""
    return Section(name="new", build=read, **declared)


def test_a_new_section_is_built_out_of_the_tables_it_declares():
    new = section(lambda inputs: inputs.own("lists").num_rows, needs={"lists": LIST})
    built = build_sections(tables.run(), [new])
    assert built.of(new) == 2


def test_a_section_sees_no_table_that_it_does_not_declare():
    """What a section needs would stand nowhere, and a run leave it out."""
    new = section(lambda inputs: inputs.table("pairs"), needs={"lists": LIST})
    with pytest.raises(KeyError, match="new does not declare the table pairs"):
        build_sections(tables.run(), [new])


@pytest.mark.parametrize("absent", [{}, {"pairs": None}])
def test_a_table_that_is_needed_must_be_there(absent):
    """A report would say that nothing was found where nothing was looked at."""
    made = {
        name: table for name, table in tables.run_tables().items() if name != "pairs"
    }
    run = Run(tables.FACTS, made | absent, tables.FILES)
    new = section(lambda inputs: inputs.table("pairs").num_rows, needs={"pairs": PAIR})
    with pytest.raises(KeyError, match="needs the table pairs"):
        build_sections(run, [new])


def test_a_table_that_may_be_lacking_is_empty():
    run = Run(tables.FACTS, {}, tables.FILES)
    new = section(lambda inputs: inputs.table("pairs"), uses={"pairs": PAIR})
    built = build_sections(run, [new]).of(new)
    assert (built.schema, built.num_rows) == (PAIR, 0)


@pytest.mark.parametrize("one", [*ORDER, *NATION], ids=lambda one: one.name)
def test_every_section_has_its_folder_and_its_templates(one):
    """A page would fail on the first run that has something to show there."""
    pages = {"page.html": [*PAGE, *NATION], "brief.html": AUDIT_PAGE}
    folder = SECTIONS / one.folder
    assert (folder / "__init__.py").is_file()
    assert {path.name for path in folder.glob("*.html")} >= {
        name for name, sections in pages.items() if one in sections
    }


@pytest.mark.parametrize("name", LEAVES)
def test_a_section_touches_its_folder_and_the_list_of_sections(name):
    """A new section would have to be named in files that know nothing of it."""
    named = re.compile(rf"report\.sections(\.{name}\b| import .*\b{name.upper()}\b)")
    files = {
        path for path in SOURCE.rglob("*.py") if named.search(path.read_text("utf-8"))
    }
    outside = {
        path.relative_to(SECTIONS)
        for path in files
        if (SECTIONS / name) not in path.parents
    }
    assert outside == {Path("order.py")}
