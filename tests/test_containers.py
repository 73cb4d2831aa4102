"""Files that hold more than their reader looks for: it is read, or it is named. Never silence."""

import io
import zipfile

import pytest

import documents
import workspaces
from voterlist.config import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import AsideCode, Stage
from voterlist.readers import read_files

LIMITS = IngestSettings()
UNREAD = AsideCode.CONTENT_UNREAD
HEADER = documents.HEADER


def read(content, folder, name="precinct-12"):
    """(entries, codes of what was not read) of a file."""
    path = folder / name
    path.write_bytes(content)
    intake = ingest(read_files(path, name, LIMITS), LIMITS, constituency=88)
    aside = intake.set_aside.to_pylist()
    codes = {row["code"] for row in aside if row["line"] == 0}
    return intake.entries.num_rows, codes


def csv(first, last):
    """A list of some voters as text."""
    rows = [HEADER, *documents.voters(first, last)]
    return "".join(";".join(row) + "\n" for row in rows).encode()


def archive(*files):
    """A ZIP of these files, each with its name; a name may stand twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in files:
            packed.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


FIRST, SECOND = ("a.csv", csv(1, 12)), ("b.csv", csv(13, 24))
ONE, OTHER, BOTH = archive(FIRST), archive(SECOND), archive(FIRST, SECOND)


def without_listing(content, name):
    """The archive, whose directory does not list one of its two files."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        start = packed.start_dir
    entry = content.rindex(b"PK\x01\x02")
    assert content[entry + 46 :].startswith(name)
    end = content.index(b"PK\x05\x06", entry)
    tail = bytearray(content[end:])
    tail[8:12] = b"\1\0\1\0"
    tail[12:16] = (entry - start).to_bytes(4, "little")
    return content[:entry] + bytes(tail)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "files",
    [
        [("a.csv", csv(1, 12)), ("a.csv", csv(13, 24))],
        [("x/../a.csv", csv(1, 12)), ("x/a.csv", csv(13, 24))],
        [("a.csv", csv(1, 12)), ("a.csv (2)", csv(13, 24)), ("a.csv", csv(25, 36))],
        [("mimetype.csv", csv(1, 12)), ("b.csv", csv(13, 24))],
    ],
    ids=["one name", "one path", "a taken number", "like a document"],
)
def test_files_of_an_archive_stop_no_run(tmp_path, files):
    """Two lists of one name in one archive stop the lists of every constituency."""
    folder = workspaces.make(tmp_path / "w", constituency=1)
    (folder / "inbox" / "1" / "more.zip").write_bytes(archive(*files))
    result = workspaces.run(folder, until=Stage.MERGE)
    assert result.files == 2 + len(files)
    assert not result.troubles


@pytest.mark.parametrize(
    ("content", "entries", "codes"),
    [
        (archive(("a.csv/", csv(1, 12))), 12, set()),
        (without_listing(BOTH, b"b.csv"), 12, {UNREAD}),
        (ONE + OTHER, 12, {UNREAD}),
        (ONE + csv(13, 24), 12, {UNREAD}),
        (ONE[: ONE.index(b"PK\x01\x02")] + csv(13, 24) + ONE, 12, {UNREAD}),
        (archive(("b.zip", ONE), FIRST), 12, {AsideCode.ARCHIVE_NESTED}),
        (BOTH, 24, set()),
    ],
    ids=["folder", "unlisted", "behind", "text-behind", "before", "nested", "plain"],
)
def test_what_an_archive_holds_is_read_or_named(tmp_path, content, entries, codes):
    """A list in an archive stands where nobody looks, and its voters are gone in silence."""
    assert read(content, tmp_path, "precinct-12.zip") == (entries, codes)
