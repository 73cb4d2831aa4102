"""Damaged input of every kind, a short round of ``campaign/damaged.py``; and what it once found."""

import io
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "campaign"))

import damaged  # noqa: E402  the folder is no package
import desk_requests  # noqa: E402
import mutators  # noqa: E402
from subject import Subject, WrongError  # noqa: E402
from subjects import SUBJECTS  # noqa: E402
from voterlist import config, readers  # noqa: E402
from voterlist.any_table.evaluating import evaluate_pairs  # noqa: E402
from voterlist.any_table.joined import read_map  # noqa: E402
from voterlist.casework.answer_files import read_answer_file  # noqa: E402
from voterlist.config.sections import IngestSettings  # noqa: E402
from voterlist.decisions.follow import _is_full_date  # noqa: E402
from voterlist.errors import InputError, MapError, SettingsError  # noqa: E402
from voterlist.ingest.numbers import _whole  # noqa: E402
from voterlist.link.comparisons.kinds import FOLDS  # noqa: E402
from voterlist.lists.roll import house_key  # noqa: E402
from voterlist.model import AsideCode  # noqa: E402
from voterlist.normalize.explain import read_name  # noqa: E402
from voterlist.normalize.names import skeleton  # noqa: E402
from voterlist.normalize.streets import Covers, read_houses  # noqa: E402
from voterlist.processes.parquet_proof import Proof, proof_of  # noqa: E402
from voterlist.readers import proved  # noqa: E402
from voterlist.tables import one_array  # noqa: E402

ENDLESS = "9" * 5_000
"""Python refuses to make a number of more than 4,300 digits."""


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_short_round_finds_nothing(name, tmp_path):
    """An input of this kind would end in a traceback, or a row would be lost."""
    trials = damaged.Damage(tmp_path, (name,), share=0.03)
    made = trials(1, random.Random(f"short {name}"))  # noqa: S311  no secret
    assert made.found == ()


def test_the_same_dice_damages_in_the_same_way():
    """A trial could not be made again by its number."""
    made = [
        mutators.damaged(b"a;b\n1;2\n", random.Random(seed), b"other")  # noqa: S311
        for seed in range(200)
        for _ in range(2)
    ]
    assert made[::2] == made[1::2]
    assert {how for how, _ in made} == set(mutators.MUTATORS)


def _fails(_content):
    raise RuntimeError("zoltukbabaca")


def _tells(_content):
    raise InputError("zoltukbababa cannot be read")


def _loses(_content):
    raise WrongError("rows do not balance")


def _prints(_content):
    sys.stdout.write("zoltukbababa")
    return "read"


def _hangs(_content):
    while True:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("take", "wrong"),
    [
        (_fails, "RuntimeError at test_damaged.py"),
        (_tells, "cells in what is said"),
        (_loses, "rows do not balance"),
        (_hangs, "_LateError"),
        (_prints, "cells in what is said"),
        (lambda _: "read", ""),
    ],
)
def test_what_is_wrong_is_seen(take, wrong, monkeypatch):
    """The rounds would find nothing because they look at nothing."""
    if take is _hangs:
        monkeypatch.setattr(damaged, "SECONDS", 0.2)
    _, found = damaged.handed_over(Subject([b""], take, 1), b"")
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)


def test_a_cell_full_of_surnames_is_folded():
    """One such cell ended the run of a whole constituency: the fold called itself too often."""
    for text in ("Məmmədov" * 5_000, "Əliyeva-Həsənova " * 3_000):
        folded = skeleton(text)
        assert folded
        assert skeleton(folded) == folded
        read_name(text)


def test_numbers_without_end_are_read_as_no_number():
    """One such cell ended the command that met it: Python makes no number of so many digits."""
    assert [one.covers for one in read_houses(f"{ENDLESS}-{ENDLESS}")] == [
        Covers.UNREAD
    ]
    assert _is_full_date(f"{ENDLESS}.{ENDLESS}.1970")
    assert not _is_full_date("00.00.0000")
    assert _whole(pa.array([ENDLESS, "9" * 20, "1 200"])).to_pylist() == [
        None,
        None,
        1200,
    ]
    assert sorted([ENDLESS, "10", "2A", "2", "007"], key=house_key) == [
        "2",
        "2A",
        "007",
        "10",
        ENDLESS,
    ]


def test_a_number_with_an_endless_exponent_is_no_number():
    """A cell of nine signs became a text of a million, or an error of its own."""
    number = FOLDS["number"]
    endless = ("1e999999", "1e99999999", "-1e-999999")
    assert [number(text) for text in endless] == [None] * len(endless)
    assert number("1e3") == "1000"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"a = {ENDLESS}", "toml-no-value", 1),
        ("\na = " + "[" * 3_000, "toml-no-value", 2),
        ("a = " + "{b = " * 3_000, "toml-no-value", 1),
        ("[a" + ".a" * 3_000 + "]\nb = 1", "toml-no-value", 1),
        ("a = [\n" + "[1],\n" * 10_000, "toml-not-closed", 1),
    ],
)
def test_settings_on_which_the_reader_of_toml_breaks_are_told(
    text, code, line, tmp_path
):
    """Settings and maps ended in a traceback, or were looked through for minutes."""
    began = time.process_time()
    with pytest.raises(SettingsError) as refused:
        config.parse(text)
    (mistake,) = refused.value.mistakes
    assert (mistake.code, mistake.line) == (code, line)
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapError):
        read_map(path)
    assert time.process_time() - began < 20


def test_a_map_in_another_encoding_is_not_called_missing(tmp_path):
    """People looked for a file that was there."""
    path = tmp_path / "map.toml"
    path.write_bytes('[columns]\nsurname = "Soyadı"\n'.encode("cp1254"))
    with pytest.raises(MapError) as refused:
        read_map(path)
    (mistake,) = refused.value.mistakes
    assert (mistake.code, mistake.line) == ("not-utf8", 2)
    assert refused.value.map_name == "map.toml"


def _bomb():
    """A small Parquet file that unpacks to a hundred times more than this test lets it."""
    text = pa.repeat("x" * 1_000, 300_000)
    stream = io.BytesIO()
    pq.write_table(pa.table({"name": text}), stream)
    return stream.getvalue()


def test_a_parquet_file_is_tried_by_a_child_before_it_is_read(tmp_path, monkeypatch):
    """A damaged one ended the whole program, and a small one could fill the memory."""
    path = tmp_path / "table.parquet"
    small = IngestSettings(max_unpacked_megabytes=10)
    path.write_bytes(_bomb())
    assert path.stat().st_size < 2**20
    with pytest.raises(InputError) as refused:
        readers.read_table(path, small)
    assert refused.value.code == AsideCode.FILE_TOO_LARGE

    def unread(*_arguments, **_options):
        raise AssertionError("this process reads a file that breaks its reader")

    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[4:middle] = bytes(middle - 4)
    path.write_bytes(content)
    for name in ("read_table", "read_schema", "ParquetFile"):
        monkeypatch.setattr(pq, name, unread)
    with pytest.raises(InputError):
        readers.read_table(path, wanted=lambda _: [0])
    with pytest.raises(InputError):
        evaluate_pairs(path, path, threshold=0.5)


def test_no_parquet_file_is_parsed_where_it_is_linked(tmp_path, monkeypatch):
    """What is wrong with the reader of Parquet would reach all that the program may do.

    And a list with two columns of one name was refused whole.
    """
    path = tmp_path / "table.parquet"
    inside = pa.array([{"id": "3", "of": [1]}, None] * 10)
    columns = [pa.array([7, None] * 10), inside, inside, pa.array(["1", "2"] * 10)]
    table = pa.Table.from_arrays(columns, ["id", "id.id", "id", "id"])
    # Of many groups of rows one is looked at first.
    pq.write_table(table, path, row_group_size=1)

    def unread(*_arguments, **_options):
        raise AssertionError("this process parses Parquet")

    for name in ("read_table", "read_schema", "read_metadata", "ParquetFile"):
        monkeypatch.setattr(pq, name, unread)
    table = readers.read_table(path, wanted=lambda names: range(len(names)))
    assert table.to_pydict() == {
        "id": ["7", None] * 10,
        "id.id": [None] * 20,
        "id (2)": [None] * 20,
        "id (3)": ["1", "2"] * 10,
    }


def _handed_over(*tables, cut=0, most=10_000):
    """What comes of a process that hands over these tables, the last bytes of them cut off."""
    stream = io.BytesIO()
    for table in tables:
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table)
    content = stream.getvalue()
    said = proved._Bounded(io.BytesIO(content[: len(content) - cut]), most)
    child = SimpleNamespace(stdin=io.BytesIO())
    return proved._received(child, said, lambda _: [0], one_array)


def test_a_column_that_is_not_sound_is_not_taken_from_the_process_that_reads():
    """A process that a file took over could have this one read whatever lies in its memory."""
    nothing = pa.table({"name": pa.nulls(2)})
    sound = pa.table({"name": ["Ağa", "Əli"]})
    assert _handed_over(nothing, sound).equals(sound)
    offsets, letters = np.array([0, 9_999, 3], np.int32), pa.py_buffer(b"Aga")
    text = pa.StringArray.from_buffers(2, pa.py_buffer(offsets), letters)
    beyond = pa.DictionaryArray.from_arrays(
        pa.array([0, 9_999], pa.int32()), pa.array(["Ağa"]), safe=False
    )
    letter = pa.array([b"A", b"\xff"]).view(pa.string())
    for broken in (text, beyond, letter):
        assert _handed_over(nothing, pa.table({"name": broken})) is None
    assert _handed_over(nothing, sound.slice(1)) is None
    assert _handed_over(nothing, pa.table({"name": [1, 2], "other": [1, 2]})) is None
    assert _handed_over(nothing, sound, cut=40) is None
    assert _handed_over(nothing, sound, most=500) is None
    assert _handed_over(nothing) is None
    assert _handed_over() is None


def test_a_process_that_reads_hands_over_no_more_than_it_may(tmp_path, monkeypatch):
    """One that a file took over would fill the memory of the machine from here."""
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"name": ["Ağa"]}), path)
    more_and_more = (
        "import sys, pyarrow as pa; out = sys.stdout.buffer; "
        "nothing, name = (pa.table({'name': x}) for x in (pa.nulls(1), ['x' * 10**6])); "
        "pa.ipc.new_stream(out, nothing.schema).write_table(nothing); "
        "out.write(b'\\xff' * 4 + bytes(4)); out.flush(); "
        "writer = pa.ipc.new_stream(out, name.schema); "
        "[writer.write_table(name) for _ in range(50)]"
    )
    monkeypatch.setattr(proved, "_OWN_PATH", more_and_more)
    settings = IngestSettings(max_unpacked_megabytes=10)
    found = proved.columns_of(path, settings, lambda _: [0], one_array)
    assert found is AsideCode.FILE_TOO_LARGE


def test_a_short_round_of_requests_finds_nothing(tmp_path):
    """A request that no browser sends would end in a 500, or be let in."""
    trials = desk_requests.Requests(tmp_path, requests=25)
    made = trials(1, random.Random("short desk"))  # noqa: S311  no secret
    assert made.found == ()
    assert sum(made.tries.values()) >= 25


def test_every_route_of_the_desk_is_known_to_the_requests():
    """A new route would not be tried."""
    asked = set(desk_requests.routes())
    assert {("POST", "/api/decide"), ("GET", "/export/{kind}")} <= asked
    assert ("POST", "/api/import") in asked


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (desk_requests.Answer(500, "", ""), "status 500"),
        (desk_requests.Answer(400, "", "Traceback (most recent"), "a traceback"),
        (desk_requests.Answer(401, "", "Məmmədov"), "a cell without a session"),
        (
            desk_requests.Answer(200, "content-security-policy: x", ""),
            "a damaged request is given what a plain one is refused",
        ),
        (desk_requests.Answer(401, "", ""), None),
        (desk_requests.Answer(303, "", ""), None),
    ],
)
def test_what_is_wrong_in_an_answer_is_seen(answer, wrong):
    """The requests would find nothing because nobody looks at the answers."""
    sent = desk_requests.Sent("", "GET", "/api/desk", b"")
    found = list(desk_requests.wrong_in(sent, answer, is_refused=True))
    assert found == ([] if wrong is None else [wrong])


def test_a_body_beyond_its_size_is_seen():
    """The limits would be kept because nobody looks."""
    large = b" " * 65_537
    answer = desk_requests.Answer(200, "content-security-policy: x", "")
    found = [
        list(
            desk_requests.wrong_in(
                desk_requests.Sent("Aysel", "POST", path, large),
                answer,
                is_refused=False,
            )
        )
        for path in ("/api/next", "/api/decide")
    ]
    assert found == [["a body beyond its size is taken"], []]


def test_a_file_of_decisions_without_end_is_refused_unread(tmp_path):
    """It would take gigabytes: JSON is read by the program's own process."""
    path = tmp_path / "decisions.json"
    with path.open("wb") as stream:
        stream.write(b'{"kind": [')
        stream.truncate(50_000_001)
    with pytest.raises(InputError) as refused:
        read_answer_file(path, IngestSettings())
    assert refused.value.code == "review-decisions-too-large"


def test_a_time_that_no_clock_shows_spoils_no_file(tmp_path):
    """One odd value of a column that nobody reads set the whole list aside."""
    path = tmp_path / "table.parquet"
    late = pa.array([90_000], pa.int32()).view(pa.time32("s"))
    pq.write_table(pa.table({"id": ["1"], "at": late}), path)
    assert readers.read_table(path).column("id").to_pylist() == ["1"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_parquet_file_may_have_any_name(tmp_path):
    """Arrow opens no name that is not text: the file was called damaged."""
    path = tmp_path / os.fsdecode(b"\xff.parquet")
    with path.open("wb") as file:
        pq.write_table(pa.table({"id": ["1"]}), file)
    assert readers.read_table(path).column("id").to_pylist() == ["1"]
    assert readers.read_table(path, wanted=lambda _: [0]).num_rows == 1


def test_a_text_that_is_written_once_counts_as_often_as_it_stands():
    """A megabyte would unpack to all the memory of the machine, in the process that links."""
    places = pa.array([0] * 10_000, pa.int32())
    names = pa.DictionaryArray.from_arrays(places, pa.array(["x" * 10_000]))
    stream = io.BytesIO()
    pq.write_table(pa.table({"name": names}), stream)
    unpacked = 10_000 * 10_000
    assert len(stream.getvalue()) < unpacked / 100
    assert proof_of(stream, unpacked) is Proof.WHOLE
    assert proof_of(stream, unpacked - 1) is Proof.TOO_LARGE


def test_a_parquet_file_is_tried_from_the_folder_of_the_program(tmp_path):
    """Python writes that folder as an empty word, and the child did not find the program."""
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"id": ["1"]}), path)
    code = (
        "import pathlib, sys; from voterlist import readers; "
        "print(readers.read_table(pathlib.Path(sys.argv[1])).num_rows)"
    )
    around = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT / "src",
        env=around,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="nothing tells a child there")
def test_who_tries_a_parquet_file_ends_with_who_asked(tmp_path):
    """A process that goes on alone held the file, and a core, for minutes."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Nobody writes into the pipe, so the child waits for its first byte.
    code = (
        "import sys; from voterlist.processes.parquet_proof import main; "
        "print('begun', flush=True); main(sys.argv[1], '60', '1000000000', '1')"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(pipe)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        assert child.poll() is None
        child.stdin.close()
        assert child.wait(300) == 0


def test_behind_a_value_of_hundreds_of_lines_the_section_is_told():
    """A search for the end of each value would take minutes; a wrong line would mislead."""
    rows = "".join(f"  [{number}],\n" for number in range(600))
    text = f"[check]\na = [\n{rows}]\nb = 1\n[link]\nc = 2\n"
    with pytest.raises(SettingsError) as refused:
        config.parse(text)
    lines = {mistake.path: mistake.line for mistake in refused.value.mistakes}
    assert (lines["check.a"], lines["check.b"]) == (1, 1)
    assert lines["link.c"] is None
