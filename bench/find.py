"""How well `voterlist find` finds: questions about people on an invented list, and on none.

    python bench/find.py [--workspace DIR] [--voters N] [--questions 200] [--absent 50] [--write]

The questions are written here, without the tables of the program: three scripts, slips of the pen
and of the keyboard, parts of names, dates in several forms. A workspace of ``voterlist synth``
tells who is who (``truth.parquet``).
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

import page
from process import run
from voterlist.counter import index
from voterlist.counter.asking import Question
from voterlist.counter.finder import Finder
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import open_to_read

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "voterlist"]
GREP = shutil.which("grep") or "grep"
NATION = 6_421_960
"""Voters in August 2024."""
FIRST = 5
"""A hit is among so many."""
MOST_PEOPLE = 200_000
"""Of more entries some are asked for."""
ASKED = (
    *("entry_id", "surname", "given_name", "patronymic", "birth_date"),
    *("fin", "document"),
)

ASCII = dict(zip("əƏşŞçÇğĞıİöÖüÜ", "eEsScCgGiIoOuU", strict=True))
ENGLISH = {
    "ə": "a",
    "Ə": "A",
    "c": "j",
    "C": "J",
    "q": "g",
    "Q": "G",
    "x": "kh",
    "X": "Kh",
    "ş": "sh",
    "Ş": "Sh",
    "ç": "ch",
    "Ç": "Ch",
    "ğ": "gh",
    "ı": "i",
    "İ": "I",
    "ö": "o",
    "Ö": "O",
    "ü": "u",
    "Ü": "U",
}
OLD_CYRILLIC = dict(
    zip(
        "abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
        "абҹчдеәфҝғһхыижкглмноөпрсштуүвјз",
        strict=True,
    )
)
RUSSIAN = {
    **dict(
        zip("abçdefghxıikqlmnoöprstuüvyz", "абчдефггхыикклмноопрстуювйз", strict=True)
    ),
    "c": "дж",
    "ə": "а",
    "ğ": "г",
    "j": "ж",
    "ş": "ш",
}
PARTICLES = {
    "az": ("oğlu", "qızı"),
    "ascii": ("oglu", "qizi"),
    "english": ("oglu", "gizi"),
    "old": ("оғлу", "гызы"),
    "russian": ("оглы", "кызы"),
}
NEIGHBOURS = {
    letter: row[place - 1 : place] + row[place + 1 : place + 2]
    for row in (
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "йцукенгшщзх",
        "фывапролджэ",
        "ячсмитьбю",
    )
    for place, letter in enumerate(row)
}
TYPED = "typed"
"""The script of a list that is not typed in Azerbaijani: names are said as they stand there."""
MONTHS = (
    *("yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul"),
    *("avqust", "sentyabr", "oktyabr", "noyabr", "dekabr"),
)
OF_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
    *("августа", "сентября", "октября", "ноября", "декабря"),
)


@dataclass(frozen=True)
class Person:
    """Who is asked for."""

    surname: str
    given_name: str
    father: str
    is_woman: bool
    born: tuple[int, int, int]
    fin: str | None = None
    document: str | None = None
    particle: str | None = None
    """As the list has it, where the name is written in another script than Azerbaijani."""


def written(name: str, script: str) -> str:
    """A name in another script."""
    if script in {"az", TYPED}:
        return name
    if script == "ascii":
        return "".join(ASCII.get(sign, sign) for sign in name)
    if script == "english":
        return "".join(ENGLISH.get(sign, sign) for sign in name)
    small = name.replace("İ", "i").replace("I", "ı").lower()
    if script == "russian":
        for latin, russian in (("ye", "е"), ("ya", "я"), ("yu", "ю"), ("hü", "гу")):
            small = small.replace(latin, russian)
    table = OLD_CYRILLIC if script == "old" else RUSSIAN
    return "".join(table.get(sign, sign) for sign in small).title()


def with_slip(word: str, chance: random.Random) -> str:
    """A word with one slip."""
    if len(word) < 4:
        return word
    place = chance.randrange(1, len(word) - 1)
    before, sign, behind = word[:place], word[place], word[place + 1 :]
    near = NEIGHBOURS.get(sign.lower(), "") or sign
    return chance.choice(
        [
            before + behind,
            before + sign + sign + behind,
            before + behind[0] + sign + behind[1:],
            before + chance.choice(near) + behind,
            word.replace("l", "I", 1) if "l" in word[1:] else before + behind,
        ]
    )


def date_of(person: Person, chance: random.Random) -> str:
    """A birth date in one of the forms in which people say it."""
    year, month, day = person.born
    return chance.choice(
        [
            f"{day:02}.{month:02}.{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day}/{month}/{year}",
            f"{day} {MONTHS[month - 1]} {year}",
            f"{day} {OF_MONTHS[month - 1]} {year}",
        ]
    )


def question(person: Person, chance: random.Random) -> Question:
    """What somebody asks about a person."""
    script = TYPED if person.particle else chance.choice(list(PARTICLES))
    slips = chance.choice([0, 0, 0, 1, 1, 2])

    def said(*names: str) -> list[str]:
        words = [written(name, script) for name in names]
        for place in chance.sample(range(len(words)), min(slips, len(words))):
            words[place] = with_slip(words[place], chance)
        return words

    kind = chance.choice(
        ["whole", "whole", "date", "date", "year", "married", "part", "number"]
    )
    date, year = date_of(person, chance), str(person.born[0])
    if kind == "number" and person.fin:
        number = chance.choice([person.fin, person.document or person.fin])
        return Question(
            chance.choice([number, number.lower(), with_slip(number, chance)])
        )
    if kind == "date":
        words = [*said(person.surname, person.given_name), date]
    elif kind == "year":
        words = [*said(person.surname, person.given_name, person.father), year]
    elif kind == "married":
        words = [*said(person.given_name, person.father), date]
    elif kind == "part":
        words = [
            written(person.surname, script)[: chance.randint(4, 6)],
            *said(person.given_name),
            date,
        ]
    else:
        surname, given_name, father = said(
            person.surname, person.given_name, person.father
        )
        told = person.particle or PARTICLES[script][person.is_woman]
        particle = [told] if chance.random() < 0.6 else []
        words = [surname, given_name, father, *particle]
        if not particle and chance.random() < 0.5:
            words = [given_name, surname, father]
        words += [date] if slips == 2 else []
    text = " ".join(words)
    return Question(chance.choice([text, text, text.lower(), text.upper()]))


def people(folder: Path) -> tuple[list[tuple[Person, str]], dict[str, set[str]]]:
    """(people with the id of their entry, person -> ids of entries) of an invented list.

    Of a long list each so many-th entry alone: a nation of them would fill the memory.
    """
    truth = pq.read_table(
        folder / "truth.parquet", columns=["entry_id", "person_id", "done"]
    )
    entries = pq.read_table(folder / "entries.parquet", columns=[*ASKED])
    some = range(0, entries.num_rows, max(entries.num_rows // MOST_PEOPLE, 1))
    entries = entries.take(pa.array(some))
    of_some = pc.is_in(truth["entry_id"], entries["entry_id"].combine_chunks())
    persons = pc.unique(truth["person_id"].filter(of_some))
    own: dict[str, set[str]] = defaultdict(set)
    done: dict[str, str] = {}
    for row in truth.filter(pc.is_in(truth["person_id"], persons)).to_pylist():
        own[row["person_id"]].add(row["entry_id"])
        if all(
            word.startswith("typed-") for word in (row["done"] or "typed-").split("+")
        ):
            done[row["entry_id"]] = row["person_id"]
    found = []
    for row in entries.to_pylist():
        name = [row["surname"], row["given_name"], row["patronymic"]]
        date = [int(part) for part in re.findall(r"\d+", row["birth_date"] or "")]
        if row["entry_id"] not in done or not all(name) or len(date) != 3:
            continue
        if date[0] < date[2]:
            date.reverse()
        father, _, particle = name[2].rpartition(" ")
        if not father or not 1 <= date[1] <= 12:
            continue
        person = Person(
            surname=_in_small_letters(name[0]),
            given_name=_in_small_letters(name[1]),
            father=_in_small_letters(father),
            is_woman=particle[0].lower() in DAUGHTER,
            born=(date[0], date[1], date[2]),
            fin=row["fin"],
            document=row["document"],
            particle=None if particle.lower() in LATIN else particle,
        )
        found.append((person, done[row["entry_id"]]))
    return found, own


LATIN = {"oğlu", "qızı", "qizi"}
DAUGHTER = set("qgkкг")
"""First letters of a daughter's particle, however it is typed."""


def _in_small_letters(name: str) -> str:
    """A name that is typed in capitals as others write it."""
    if not name.isupper():
        return name
    first, rest = name[0], name[1:]
    return first + rest.replace("İ", "i").replace("I", "ı").lower()


def absent(known: list[tuple[Person, str]], chance: random.Random) -> Person:
    """Somebody on no list: the names of three people, born on a day of their own."""
    one, two, three = (chance.choice(known)[0] for _ in range(3))
    while two.is_woman != one.is_woman:
        two = chance.choice(known)[0]
    born = (chance.randint(1940, 2005), chance.randint(1, 12), chance.randint(1, 28))
    signs = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    fin = "9Z" + "".join(chance.choices(signs, k=5))
    return Person(one.surname, two.given_name, three.father, one.is_woman, born, fin)


@dataclass
class Told:
    """What came of the questions."""

    asked: int = 0
    first: int = 0
    among_first: int = 0
    certain: int = 0
    absent: int = 0
    missed: list[str] = field(default_factory=list)
    absent_certain: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def asked_all(
    finder: Finder, folder: Path, questions: int, nobody: int, seed: int = 1
) -> Told:
    """Ask about people on the list, and about some who are on none."""
    chance = random.Random(seed)  # noqa: S311  a question is no secret
    known, own = people(folder)
    told = Told()

    def ask(one: Question) -> list[tuple[str, bool]]:
        wall, cpu = time.perf_counter(), time.process_time()
        hits = finder.find(one, FIRST).hits
        told.seconds.append(time.perf_counter() - wall)
        told.cpu.append(time.process_time() - cpu)
        return [(hit.entry_id, hit.is_certain) for hit in hits]

    for _ in range(questions):
        person, number = chance.choice(known)
        one = question(person, chance)
        hits = ask(one)
        ids = [entry_id for entry_id, _ in hits]
        told.asked += 1
        told.first += bool(ids) and ids[0] in own[number]
        told.certain += any(entry_id in own[number] for entry_id, sure in hits if sure)
        is_hit = bool(own[number] & set(ids))
        told.among_first += is_hit
        if not is_hit:
            told.missed.append(f"{one.words} = {person}")
    for _ in range(nobody):
        person = absent(known, chance)
        one = question(person, chance)
        told.absent += 1
        if any(sure for _, sure in ask(one)):
            told.absent_certain.append(f"{one.words} = {person}")
    return told


def seconds_of_grep(folder: Path, count: int = 20) -> list[float]:
    """The seconds of grep for one word of a name over the list as CSV."""
    known, _ = people(folder)
    chance = random.Random(2)  # noqa: S311  nor is a word
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "list.csv"
        csv.write_csv(pq.read_table(folder / "entries.parquet"), path)
        taken = []
        for _ in range(count):
            word = chance.choice(known)[0].surname
            start = time.perf_counter()
            subprocess.run(
                [GREP, "-i", "-c", word, path], check=False, capture_output=True
            )
            taken.append(time.perf_counter() - start)
    return taken


@dataclass(frozen=True)
class Made:
    """What it took to make an index."""

    seconds: float
    """Of the processor."""
    peak: float
    """The most memory of the process until then, in GiB."""
    size: int
    """Bytes of its files."""
    opened: float
    """CPU seconds to open it again in a process of its own, which proves it."""


def report(told: Told, entries: int, made: Made, grep: list[float]) -> str:
    """The table of the page."""

    def of(seconds: list[float]) -> str:
        later = seconds[1:] if len(seconds) > 2 else seconds
        return f"{median(later):.3f} | {quantiles(later, n=20)[-1]:.3f}"

    machine = f"{platform.machine()}, {os.cpu_count()} cores that others used too"
    share = told.among_first / max(told.asked, 1)
    among, wrong = f"{told.among_first} ({share:.1%})", len(told.absent_certain)
    lines = [
        f"Made by `python bench/find.py`: {entries:,} entries, {machine}.",
        f"The index took {made.seconds:.1f} CPU s and at most {made.peak:.1f} GiB.",
        f"It has {made.size / entries:.0f} bytes an entry; another process opens it in",
        f"{made.opened:.1f} CPU s.",
        "",
        "| asked | first | in the first five | certain | on no list | of these certain |",
        "|--:|--:|--:|--:|--:|--:|",
        f"| {told.asked} | {told.first} | {among} | {told.certain} | {told.absent} | {wrong} |",
        "",
        "| a question after the first | median | 95 % |",
        "|---|--:|--:|",
        f"| CPU s | {of(told.cpu)} |",
        f"| wall s | {of(told.seconds)} |",
        f"| wall s of `grep -i` for one word, as it is written | {of(grep)} |",
    ]
    return "\n".join(lines)


def main() -> None:
    """Asks, and prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--workspace", type=Path, action="append", help="of voterlist synth, with a run"
    )
    parser.add_argument("--voters", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--absent", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="docs/benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders = given.workspace or [_workspace(Path(name) / "w", given.voters)]
        parts, cost = [], {}
        for folder in folders:
            told, entries, text = measured(
                folder, given.questions, given.absent, given.seed
            )
            cost[entries] = median(told.cpu[1:])
            parts.append(text)
            print(text)
            certain = (f"CERTAIN: {line}" for line in told.absent_certain)
            for line in (*told.missed, *certain):
                print("  ", line)
    if len(cost) > 1 and max(cost) < NATION:
        parts.append(extrapolated(cost))
        print(parts[-1])
    if given.write:
        path = ROOT / "docs" / "benchmarks.md"
        text = "\n\n".join(parts)
        made = page.with_part(path.read_text(encoding="utf-8"), "find", text)
        path.write_text(made, encoding="utf-8")


def measured(
    folder: Path, questions: int, nobody: int, seed: int
) -> tuple[Told, int, str]:
    """(what came of the questions, the entries, the table) of a workspace."""
    shutil.rmtree(folder / "kept" / "find", ignore_errors=True)
    with open_to_read(folder) as (settings, ledger):
        source = ListSource.of(folder, ledger, settings)
        start = time.process_time()
        finder = Finder(source, ledger, lambda _step, _done, _total: None)
        taken = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        opened = _opened_again(source, ledger)
        told = asked_all(finder, folder, questions, nobody, seed)
    files = (folder / "kept" / "find").rglob("*.*")
    size = sum(path.stat().st_size for path in files)
    entries = finder.index.whole.size
    made = Made(taken, peak, size, opened)
    text = report(told, entries, made, seconds_of_grep(folder))
    return told, entries, text


def _opened_again(source: ListSource, ledger: Reader) -> float:
    """CPU seconds until an index that is made answers, as for a process that did not make it."""
    index._OPENED.clear()  # noqa: SLF001  what a new process does not have
    start = time.process_time()
    Finder(source, ledger, lambda _step, _done, _total: None)
    return time.process_time() - start


def extrapolated(cost: dict[int, float]) -> str:
    """What a question would take over the nation, as the smallest and the largest list tell."""
    (few, first), *_, (many, last) = sorted(cost.items())
    of_nation = last + (last - first) / (many - few) * (NATION - many)
    return (
        f"Not measured: on the straight line through these two, {of_nation:.2f} CPU s "
        f"for the {NATION:,} voters of the nation."
    )


def _workspace(folder: Path, voters: int) -> Path:
    for words in (
        ["synth", str(folder), "--voters", str(voters), "--files"],
        ["run", str(folder)],
    ):
        run([*PROGRAM, *words], well=(0, 1))
    return folder


if __name__ == "__main__":
    main()
