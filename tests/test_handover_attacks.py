"""Bad packages through the command ``receive``: each is refused, and nothing enters."""

import shutil
import stat
import unicodedata
from collections import Counter

import pytest

import handing
import packages
from handing import code_of
from packages import Zipped, draws_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def _handed(tmp_path_factory):
    pair = handing.pair(tmp_path_factory.mktemp("handed"))
    assert pair.submit()[0] == 0
    return pair


@pytest.fixture
def handed(_handed, tmp_path):
    """A package is written and not taken in yet."""
    shutil.copy(_handed.folder / "package.zip", tmp_path)
    return _handed.copied(tmp_path)


def mutations(content, members, count):
    """Packages that differ from the good one: in a bit, in a piece, in what they say of a file."""
    draws = draws_of(7)
    while count:
        kind = draws.randrange(4)
        if kind == 0:
            made = bytearray(content)
            made[draws.randrange(len(made))] ^= 1 << draws.randrange(8)
        elif kind == 1:
            made = content[: draws.randrange(len(content))]
        elif kind == 2:
            made = packages.edited(draws, content)
        else:
            made = packages.archive(packages.lying(draws, members))
        if made != content:
            count -= 1
            yield bytes(made)


@pytest.mark.parametrize("count", [60, 2000])
def test_no_mutated_package_is_taken_by_the_command(handed, count):
    """The library refuses them; the command could have written before it asked."""
    path = handed.folder / "package.zip"
    content, members = path.read_bytes(), packages.unzipped(path)
    before = handing.contents(handed.above)
    codes = Counter()
    for made in mutations(content, members, count):
        path.write_bytes(made)
        exit_code, code = code_of(handed.receive())
        assert exit_code == 3
        assert handing.contents(handed.above) == before
        codes[code] += 1

    assert codes.total() == count
    assert all(code.startswith("package-") for code in codes)
    path.write_bytes(content)
    assert handed.receive()[0] == 0


def link(members):
    kind = (stat.S_IFLNK | 0o777) << 16
    return [*members[:-1], packages.replace(members[-1], attributes=kind)]


def bomb(members):
    """A file that says it is stored, and would be a gigabyte when it is opened."""
    return [*members[:-1], packages.replace(members[-1], method=8, size=1 << 30)]


def named(*names):
    """More files of these names."""

    def change(members):
        base = members[0].name.partition(b"/")[0] + b"/data/"
        return [*members, *(Zipped(base + name.encode(), b"x") for name in names)]

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (named("../../../climbed"), "package-name-climbs"),
        (link, "package-not-plain"),
        (bomb, "package-compressed"),
        (named("Balance.json"), "package-names-alike"),
        (
            named("göyçay", unicodedata.normalize("NFD", "göyçay")),
            "package-name-unusable",
        ),
        (named("\N{LATIN SMALL LIGATURE FI}", "fi"), "package-name-unusable"),
    ],
)
def test_an_archive_that_means_harm_is_refused_by_the_command(handed, change, code):
    path = handed.folder / "package.zip"
    path.write_bytes(packages.archive(change(packages.unzipped(path))))
    before = handing.contents(handed.folder)
    exit_code, said = handed.receive()
    assert (exit_code, said["error"]["code"]) == (3, code)
    assert said["error"]["message"]
    assert handing.contents(handed.folder) == before
