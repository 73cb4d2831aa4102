"""Files that are carried on a memory stick, encrypted to their receiver."""

from __future__ import annotations

import pytest

import handing
import marked
from handing import DAY, code_of, told


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return handing.pair(tmp_path_factory.mktemp("sealed"))


def left_plain(folder):
    """Names of files below a folder that hold a name of the lists and are no list."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        and any("Hüseynli" in text for text in marked._texts(path.read_bytes()))
    ]


@pytest.mark.parametrize("form", ["workbook", "page"])
def test_a_workbook_that_is_carried_is_opened_by_its_receiver_alone(
    pair, tmp_path, form
):
    """Whoever finds the stick would have the names of everybody whose case is open."""
    ending = "xlsx" if form == "workbook" else "html"
    words = (
        "review", "export", pair.below, "--form", form, "--out", tmp_path / f"a.{ending}",
        "--encrypt-to", "MSK", "--today", DAY,
    )  # fmt: skip
    code, said = told(*words)
    assert code == 0, said
    sealed = tmp_path / f"a.{ending}.age"
    assert said["out"] == sealed.as_posix()
    assert [path.name for path in tmp_path.iterdir()] == [sealed.name]
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert left_plain(tmp_path) == []
    # It may be one that came back with answers.
    assert code_of(told(*words)) == (2, "file-taken")
    assert not list(pair.below.glob(".voterlist-work-*"))
    assert code_of(told("review", "import", pair.below, sealed)) == (
        3,
        "package-sealed-for-other",
    )
    # The receiver opens it: it is of another workspace, which only an open file can say.
    code, said = told("review", "import", pair.above, sealed)
    assert said.get("error", {}).get("code") != "package-sealed-for-other"
    assert code in {1, 2, 3}


def test_a_copy_of_the_ledger_is_sealed_and_put_back(pair, tmp_path):
    """The copy that lies elsewhere is the one that is stolen."""
    below = pair.below
    # A commission may trust its own key: then it alone can open what it puts away.
    key = below / "keys" / "public.json"
    assert told("keys", "trust", below, key, "--name", "we", "--today", DAY)[0] == 0
    words = ("ledger", "copy", below, tmp_path / "copy.db", "--encrypt-to", "we")
    assert told(*words)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db.age"]
    assert b"SQLite" not in (tmp_path / "copy.db.age").read_bytes()
    assert code_of(told(*words)) == (2, "file-taken")
    code, said = told(
        "ledger", "restore", below, tmp_path / "copy.db.age", "--today", DAY
    )
    assert (code, said["decisions"]) == (0, 2)
    assert code_of(told("ledger", "restore", pair.above, tmp_path / "copy.db.age")) == (
        3,
        "package-sealed-for-other",
    )


def test_a_name_that_nobody_trusts_writes_nothing(pair, tmp_path):
    """A typing error would leave the file plain, or encrypted to nobody."""
    words = ("review", "export", pair.below, "--encrypt-to", "Nobody")
    out = ("--out", tmp_path / "a.xlsx")
    assert code_of(told(*words, *out)) == (2, "seal-to-unknown")
    assert code_of(told(*words)) == (2, "seal-without-out")
    assert list(tmp_path.iterdir()) == []
