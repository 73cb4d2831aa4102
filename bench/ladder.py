"""The ladder of carelessness: how well lists are linked as second entries get more slips at once.

    python bench/ladder.py [--old CHECKOUT] [--voters 50000] [--levels 0 1 2 3 4] [--seeds 71 72]
        [--sizes 10000 100000 1000000] [--lost] [--write]

An invented list for each level and seed (docs/synth.md), with and without identifiers, is linked by
``voterlist link`` of this checkout, and of ``--old`` beside it. Every candidate pair stays in the
table, so that the pairs that no key brings together can be counted. Printed are the means over the
seeds; pairs of probability .9 and more beside how many of them are one person; and the false pairs
at the threshold for 100,000 entries, by who the two people are to each other. ``--sizes`` are
further lists, of one level, which show what a longer list costs. ``--lost`` prints for each level
which slips the pairs have that are not found. ``--write`` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import page
from blind import ALL_PAIRS
from process import run_told
from voterlist.link.fit import Evaluation, evaluate, is_one_person
from voterlist.synth.generate import generate
from voterlist.synth.people import People, Rates
from voterlist.synth.plan import default_constituencies, draw_plan

ROOT = Path(__file__).resolve().parents[1]
CONSTITUENCIES = 5
"""At least so many, so that people move from one to another."""
SIZES_LEVEL = 1
"""The level of carelessness of the lists that show what a longer list costs."""
BANDS = (0.9, 0.95, 0.99, 0.999, 1.0)
STRANGERS = ("twins", "namesakes", "relatives", "unrelated")
"""Who two people are to each other; the first that holds counts."""
NO_SLIP = ("typed-", "dead-", "document-reissued")
"""Words of the truth that tell nothing that was done to one entry alone."""
FIELDS = (
    ("names-exchanged", "exchanged"),
    ("surname", "surname"),
    ("ending", "surname"),
    ("given", "given name"),
    ("patronymic", "father"),
    ("birth", "date"),
    ("day-month", "date"),
    ("moved", "moved"),
    ("displaced", "moved"),
    ("address", "moved"),
    ("fin", "number"),
    ("document", "number"),
    ("identifiers", "number"),
)
"""What stands in the words of the truth, and the field that it is about."""
MOST_LOST = 30
HEAD = (
    "| list | entries | best F1 | F1 | precision | recall | recall at precision 0.99"
    " | candidate recall | it says: precision, recall | pairs an entry"
    " | twins, namesakes, relatives, unrelated | CPU s |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|---|--:|---|--:|"
)
BAND_HEAD = (
    "| lists | 0.9 to 0.95 | 0.95 to 0.99 | 0.99 to 0.999 | 0.999 and more |\n"
    "|---|---|---|---|---|"
)
LOST_HEAD = (
    "| list | slip | true pairs | in no key | below 0.95 |\n|---|---|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list, of which there is one for each seed."""

    voters: int
    level: int
    identifiers: bool

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.voters:,} voters, level {self.level}, {self.known}"

    @property
    def known(self) -> str:
        """What the second table calls all lists of its kind together."""
        return "with identifiers" if self.identifiers else "no identifiers"


@dataclass(frozen=True, slots=True)
class Linked:
    """A list that was linked.

    Attributes:
        entries: how many.
        found: the measures of its pairs.
        pairs: one row a candidate pair, or a true pair that is none: ``probability`` (-1 for
            those), ``is_right``, ``who`` (of ``STRANGERS``, of two people) and ``slips`` (of one).
        said: the estimate of the linkage; empty where it makes none.
        cpu: seconds.
    """

    entries: int
    found: Evaluation
    pairs: pd.DataFrame
    said: dict[str, float]
    cpu: float


@dataclass(frozen=True, slots=True)
class Invented:
    """A list, its truth, and who the people are."""

    entries: pa.Table
    truth: pa.Table
    people: People


def invent(kind: Kind, seed: int) -> Invented:
    """The list of a kind and a seed."""
    constituencies = max(CONSTITUENCIES, default_constituencies(kind.voters))
    rates = Rates(carelessness=kind.level)
    drawn = {"constituencies": constituencies, "seed": seed, "rates": rates}
    made = generate(kind.voters, **drawn)
    entries = made.entries
    if not kind.identifiers:
        entries = entries.drop_columns(["fin", "document"])
    return Invented(entries, made.truth, draw_plan(kind.voters, **drawn).people)


def link(made: Invented, checkout: Path) -> Linked:
    """A list linked by the program of a checkout."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, out, settings = (
            folder / file for file in ("rows.parquet", "pairs.parquet", "all.toml")
        )
        pq.write_table(made.entries, rows)
        settings.write_text(ALL_PAIRS, encoding="utf-8")
        command = [str(checkout / ".venv/bin/python"), "-m", "voterlist", "link"]
        options = ["--settings", str(settings), "--out", str(out), "--json"]
        said, cpu = run_told([*command, str(rows), *options], well=(0, 1))
        pairs = pq.read_table(out)
    found = evaluate(pairs, made.truth)
    told = _told(pairs, made.truth, made.people)
    return Linked(made.entries.num_rows, found, told, said["estimate"] or {}, cpu)


def _told(pairs: pa.Table, truth: pa.Table, people: People) -> pd.DataFrame:
    """``Linked.pairs``: the candidate pairs and what the truth says of them."""
    known = truth.to_pandas().set_index("entry_id")
    # person_id is p and the number of the person.
    known["person"] = known.pop("person_id").str[1:].astype(int)
    ends = pairs.select(["entry_l", "entry_r"]).to_pandas()
    probability = pairs.column("probability").to_numpy()
    is_right = is_one_person(pairs, truth)
    left, right = (known.loc[ends[end]].reset_index() for end in ends)
    told = pd.DataFrame({"probability": probability, "is_right": is_right})
    told["who"] = _strangers(people, left["person"], right["person"])
    told["slips"] = _slips(left["done"], right["done"], is_right)
    compared = set(zip(ends["entry_l"], ends["entry_r"], strict=True))
    missed = [
        _slips_of(known["done"], pair)
        for pair in _true_pairs(known["person"])
        if pair not in compared and pair[::-1] not in compared
    ]
    never = pd.DataFrame({"slips": missed})
    return pd.concat([told, never.assign(probability=-1.0, is_right=True)])


def _strangers(people: People, left: pd.Series, right: pd.Series) -> list[str]:
    """Who the two persons of each pair are to each other; of one person it is not read."""

    def same(column: np.ndarray) -> np.ndarray:
        return column[left] == column[right]

    home = same(people.household)
    name = same(people.stem) & same(people.form) & same(people.given)
    conditions = [home & same(people.born), name & ~home, home]
    return np.select(conditions, STRANGERS[:-1], STRANGERS[-1]).tolist()


def _true_pairs(person: pd.Series) -> Iterator[tuple[str, str]]:
    """All pairs of entries of one person."""
    repeated = person[person.duplicated(keep=False)]
    for _, of_person in repeated.groupby(repeated):
        yield from itertools.combinations(of_person.index, 2)


def _slips(left: pd.Series, right: pd.Series, of_one: np.ndarray) -> list[list[str]]:
    """What was done to the entries of each pair of one person; nothing for the others."""
    return [
        _words(done_l, done_r) if right_pair else []
        for done_l, done_r, right_pair in zip(left, right, of_one, strict=True)
    ]


def _slips_of(done: pd.Series, pair: tuple[str, str]) -> list[str]:
    return _words(done[pair[0]], done[pair[1]])


def _words(*done: str | None) -> list[str]:
    words = {word for text in done if text for word in text.split("+")}
    return sorted(word for word in words if not word.startswith(NO_SLIP))


def row(name: str, linked: Sequence[Linked]) -> str:
    """The measures of the lists of one kind, as means over the seeds."""
    entries = sum(list_.entries for list_ in linked)
    pairs = pd.concat([list_.pairs for list_ in linked])
    found = pd.DataFrame([_measures(list_.found) for list_ in linked]).mean()
    is_candidate = pairs["probability"] >= 0
    candidates = pairs["is_right"][is_candidate].sum() / pairs["is_right"].sum()
    measured = " | ".join(f"{share:.4f}" for share in (*found, candidates))
    is_false = (pairs["probability"] >= linked[0].found.threshold) & ~pairs["is_right"]
    who = Counter(pairs["who"][is_false])
    false = " ".join(f"{who[each] * 1e5 / entries:.1f}" for each in STRANGERS)
    cpu = sum(list_.cpu for list_ in linked) / len(linked)
    said = pd.DataFrame([list_.said for list_ in linked]).mean()
    return (
        f"| {name} | {entries / len(linked):,.0f} | {measured}"
        f" | {_expected(said)} | {is_candidate.sum() / entries:.2f} | {false} | {cpu:.1f} |"
    )


def _expected(said: pd.Series) -> str:
    """What the linkage expects of its own precision and recall, with the intervals."""
    if said.empty:
        return "no estimate"
    return ", ".join(
        f"{said[name]:.4f} ({said[f'{name}_low']:.4f}-{said[f'{name}_high']:.4f})"
        for name in ("precision", "recall")
    )


def _measures(found: Evaluation) -> tuple[float, ...]:
    return (
        found.best_f1,
        found.f1,
        found.precision,
        found.recall,
        found.recall_at_precision_99,
    )


def band_row(name: str, linked: Sequence[Linked]) -> str:
    """In each band of probability: how many pairs, which share is expected right and which is."""
    pairs = pd.concat([list_.pairs for list_ in linked])
    cells = []
    for least, most in itertools.pairwise(BANDS):
        is_last = most == BANDS[-1]
        inside = (pairs["probability"] >= least) & (
            is_last | (pairs["probability"] < most)
        )
        within = pairs[inside]
        shares = within[["probability", "is_right"]].mean()
        told = ", ".join(f"{share:.4f}" for share in shares)
        cells.append(f"{len(within)}: {told}" if len(within) else "0")
    return f"| {name} | {' | '.join(cells)} |"


def lost_rows(kind: Kind, name: str, linked: Sequence[Linked]) -> Iterator[str]:
    """How many true pairs lie in no key together, and how many stand below 0.95.

    First of the pairs with each slip, then of those with slips in the same fields; of each the
    commonest losses alone.
    """
    pairs = pd.concat([list_.pairs for list_ in linked])
    true = pairs[pairs["is_right"]]
    lost = pd.DataFrame(
        {
            "slip": true["slips"],
            "fields": ["+".join(_fields(kind, slips)) for slips in true["slips"]],
            "pairs": 1,
            "in_no_key": true["probability"] < 0,
            "below": true["probability"].between(0, 0.95, inclusive="left"),
        }
    )
    counted = ["pairs", "in_no_key", "below"]
    for each in (lost.explode("slip").groupby("slip"), lost.groupby("fields")):
        counts = each[counted].sum()
        is_lost = counts["in_no_key"] + counts["below"]
        worst = counts[is_lost > 0].assign(lost=is_lost).nlargest(MOST_LOST, "lost")
        for slip, of_slip in worst[counted].iterrows():
            yield f"| {name} | {slip} | {' | '.join(map(str, of_slip))} |"


def _fields(kind: Kind, slips: Sequence[str]) -> list[str]:
    """The fields that hold these slips; one stands as often as it holds another slip."""
    fields = (
        next((field for part, field in FIELDS if part in slip), slip) for slip in slips
    )
    return sorted(field for field in fields if kind.identifiers or field != "number")


TOLD = """\
Made by `bench/ladder.py --write`; means over the seeds {seeds}. From level to level more slips
meet in one entry (`voterlist synth --carelessness`). *Candidate recall* is the share of the true
pairs that a key brings together. False pairs at 0.95 are counted for 100,000 entries, by who the
two people are to each other. *It says* is what the linkage expects of itself. The second table has,
for the lists of the first, the pairs in each band of probability, the share that is expected to be
one person, and the share that is."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--old", type=Path, help="another checkout, with its .venv")
    parser.add_argument("--new", type=Path, default=ROOT)
    parser.add_argument("--voters", type=int, default=50_000)
    parser.add_argument("--levels", type=int, nargs="*", default=[0, 1, 2, 3, 4])
    parser.add_argument("--seeds", type=int, nargs="+", default=[71, 72])
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--lost", action="store_true", help="which slips lose pairs")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


def main() -> None:
    """Links every list with both engines and prints the tables."""
    options = _options()
    engines = {"old": options.old} if options.old else {}
    engines["new"] = options.new
    kinds = [
        Kind(voters, level, identifiers)
        for voters, level in (
            *((options.voters, level) for level in options.levels),
            *((voters, SIZES_LEVEL) for voters in options.sizes),
        )
        for identifiers in (False, True)
    ]
    rows, lost = [HEAD], [LOST_HEAD]
    together: dict[str, list[Linked]] = {}
    print(HEAD)
    for kind in kinds:
        lists = [invent(kind, seed) for seed in options.seeds]
        for engine, checkout in engines.items():
            linked = [link(made, checkout) for made in lists]
            of = f", {engine}" if options.old else ""
            rows.append(row(f"{kind.name}{of}", linked))
            lost += lost_rows(kind, f"{kind.name}{of}", linked)
            together.setdefault(f"{kind.known}{of}", []).extend(linked)
            print(rows[-1], flush=True)
    bands = [band_row(lists, linked) for lists, linked in together.items()]
    tables = ["\n".join(rows), "\n".join([BAND_HEAD, *bands])]
    print(f"\n{tables[1]}")
    if options.lost:
        print("\n" + "\n".join(lost))
    if options.write:
        written = ROOT / "docs" / "benchmarks.md"
        before = written.read_text(encoding="utf-8")
        told = TOLD.format(seeds=", ".join(map(str, options.seeds)))
        part = "\n\n".join((told, *tables))
        written.write_text(page.with_part(before, "ladder", part), encoding="utf-8")


if __name__ == "__main__":
    main()
