"""Small workspaces written by hand, for the tests of the pipeline and the command line."""

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import openpyxl

import made_once
from voterlist import config
from voterlist.config import SETTINGS_FILE
from voterlist.pipeline import running
from voterlist.rulebook import RULE_CODES
from voterlist.storage.ledger import Ledger

TODAY = dt.date(2026, 2, 3)
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "samples" / "goychay"
FEW = (
    *("siyahi_3.xlsx", "5-menteqe.xlsx", "PEC_10_list.csv", "11-menteqe.xlsx"),
    "PEC_12_list.xlsx",
)
"""Five lists of the sample, with cases of every kind: of precincts 3, 5, 10, 11 and 12."""
MADE_BY_RUNS = shutil.ignore_patterns(
    "runs", "reports", "compared", "kept", "ledger*", ".lock*"
)

HEADER = "№;Soyadı;Adı;Atasının adı;Doğum tarixi;Cinsi;Ünvanı;FİN\n"
ONE = """1;Məmmədov;Elçin;Rauf oğlu;12.03.1970;kişi;Nizami küç. 4, m. 2;5XK1234
2;Məmmədova;Leyla;Kamil qızı;01.07.1974;qadın;Nizami küç. 4, m. 2;5XK1235
3;Hüseynli;Tural;Əhməd oğlu;23.11.1988;kişi;Nizami küç. 8;5XK1236
4;;;;;;;
5;Quliyeva;Sevinc;Vaqif qızı;30.09.1991;qadın;Füzuli küç. 1;5XK1237
"""
TWO = """1;Məmmədov;Elçin;Rauf oğlu;12.03.1970;kişi;Səttar Bəhlulzadə küç. 17;5XK1234
2;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Səttar Bəhlulzadə küç. 19;5XK1238
3;Rzayeva;Aygün;Nadir qızı;17.02.1969;qadın;Səttar Bəhlulzadə küç. 19;5XK1239
"""


def make(folder, *, constituency=88, settings=""):
    """A workspace of one constituency with two precincts; one person stands in both."""
    inbox = folder / "inbox" / str(constituency)
    inbox.mkdir(parents=True)
    (folder / "reference").mkdir(exist_ok=True)
    (folder / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    for precinct, rows in ((1, ONE), (2, TWO)):
        text = f"{precinct} saylı seçki məntəqəsi\n{HEADER}{rows}"
        (inbox / f"menteqe-{precinct}.csv").write_text(text, encoding="utf-8")
    return folder


def saved_anew(path, typed=lambda cell: cell):
    """A list in text as a workbook, its columns the other way round; ``typed`` makes its cells."""
    title, *rows = path.read_text(encoding="utf-8").splitlines()
    book = openpyxl.Workbook()
    book.active.append([title])
    for row in rows:
        book.active.append([typed(cell) for cell in reversed(row.split(";"))])
    path.unlink()
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def sample(folder, *lists):
    """The sample of the program in a folder that is not there yet, with these of its lists.

    A workspace with all of them takes four times as long as one with ``FEW``.
    """
    shutil.copytree(SAMPLE, folder, ignore=MADE_BY_RUNS)
    for path in (folder / "inbox").rglob("*.*"):
        if path.name not in (lists or FEW):
            path.unlink()
    return folder


def whole_sample(folder):
    """The sample of the program with all of its lists, with a run."""
    made_once.copied(
        "the whole sample", lambda place: run(copied(SAMPLE, place / "w")), folder
    )
    return folder / "w"


def run(folder, **options):
    """The result of a run over a workspace."""
    settings = config.load(folder / SETTINGS_FILE, rule_codes=RULE_CODES)
    return running.run(folder, settings, **{"today": TODAY, **options})


def ran(folder, **options):
    """The result of a run over a workspace that was never run; tests of the same lists share it.

    Not for a test whose subject is how that run goes: a second run finds that nothing has changed,
    and says what the first one said.
    """
    name = f"{content_digest(folder)} {sorted(options.items())}"

    def make(place):
        shutil.copytree(folder, place, dirs_exist_ok=True)
        run(place, **options)

    made_once.copied(name, make, folder)
    return run(folder, **options)


def finished(folder, **options):
    """A workspace of ``make`` with a run."""
    ran(make(folder, **options))
    return folder


def content_digest(folder):
    """The SHA-256 of all that a folder holds, with the names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def contents(result, *, tables_only=False):
    """The SHA-256 of every file of a run's folder, by name.

    Without the trace, whose times differ, and the mark of the ledger, which holds all runs before.
    """
    apart = {"trace.json", "result.json", "ledger.mark"}
    paths = [
        path
        for path in result.folder.rglob("*")
        if path.is_file() and path.name not in apart
    ]
    if tables_only:
        paths = [path for path in paths if path.suffix == ".parquet"]
    return {
        path.relative_to(result.folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in paths
    }


def copied(folder, target):
    """The same workspace elsewhere, without what runs left in it."""
    return shutil.copytree(folder, target, ignore=MADE_BY_RUNS)


def forget(folder, *, state=True):
    """Let the next run do everything again: nothing that earlier ones did can be taken over.

    ``state``: nor can the state of the linkage.
    """
    for kept in ("kept", "compared") if state else ("kept",):
        shutil.rmtree(folder / kept, ignore_errors=True)
    for path in folder.glob("runs/*/result.json"):
        path.unlink()
    for path in folder.glob("runs/*/manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for record in manifest["stages"].values():
            record["key"] = "forgotten"
        path.write_text(json.dumps(manifest), encoding="utf-8")
        _tell_journal(folder, path)
    return folder


def _tell_journal(folder, manifest):
    """Let the journal know the manifest of a run that a test wrote anew.

    It has no line of one that was stopped after a stage.
    """
    with Ledger(folder / "ledger.db") as ledger:
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        run = manifest.parent.name
        told = [line for line in ledger.journal() if line[2].get("run") == run]
        for day, event, details in told[-1:]:
            ledger.write_journal(day, event, **details | {"manifest": digest})


def reports(folder):
    """The SHA-256 of every report, by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted((folder / "reports").rglob("*"))
        if path.is_file()
    }
