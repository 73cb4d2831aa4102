"""Lists of which less is read than they hold: what a file holds is counted in another way.

    python campaign/vanished.py [--seed 1] [--count 100] [--minutes 60] [--only csv xlsx]

A trial takes a list of twelve voters in one format and damages it some dozens of times, as
transfers, office programs and hands damage lists (``held.py`` has the ways). A list with an end
that was not seen before (so many voters read, so many held, this set aside) is damaged further. A
voter is *held* where her surname and her FIN stand whole in the bytes, wherever and however they
are packed. Found is a list that a run takes at exit code 0 with fewer entries than voters held, or
by which the program fails.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import record

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import pyarrow as pa  # noqa: E402  after the path of the tests
import pyarrow.parquet as pq  # noqa: E402

import workspaces  # noqa: E402
from held import FORMATS, VOTERS, damaged, held  # noqa: E402
from voterlist import config, ingest, readers  # noqa: E402
from voterlist.config import SETTINGS_FILE  # noqa: E402
from voterlist.errors import VoterlistError  # noqa: E402
from voterlist.model import Stage  # noqa: E402

COUNT = 100
INPUTS = 50
"""Lists of a trial."""
_LED = 0.6
"""The share of lists that are made of what came of an earlier one."""


class Vanished:
    """The trials.

    Args:
        folder: for their workspaces.
        names: the formats that are tried, in turn.
        kept: where lists that lost a voter are kept; None: nowhere.
        inputs: lists of a trial; a short round has few.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...] = (),
        *,
        kept: Path | None = None,
        inputs: int = INPUTS,
    ) -> None:
        self._folder = folder
        self._names = names or tuple(FORMATS)
        self._kept = kept
        self._inputs = inputs

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Damage a list of one format some dozens of times."""
        name = self._names[number % len(self._names)]
        whole = FORMATS[name]()
        led, ends = [whole], set()
        tries: Counter[str] = Counter()
        found = []
        for turn in range(self._inputs):
            content = dice.choice(led) if dice.random() < _LED else whole
            ways = []
            for _ in range(dice.choice((1, 1, 2))):
                way, content = damaged(content, dice)
                ways.append(way)
            tries[ways[-1]] += 1
            end, code = self._taken(name, content)
            if code in {0, VoterlistError.exit_code}:
                found.append(f"list {turn}, {' and '.join(ways)}: {end}")
                self._keep(f"{name}-{number}-{turn}", content)
            if end not in ends:
                ends.add(end)
                led.append(content)
        return record.Trial(name, f"{len(ends)} ends", tuple(found), tries=dict(tries))

    def _taken(self, name: str, content: bytes) -> tuple[str, int | None]:
        """(how the list ended, the exit code of its run; None where all held are entries)."""
        voters = held(content)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            workspace = Path(folder) / "2026"
            inbox = workspace / "inbox" / "88"
            inbox.mkdir(parents=True)
            path = inbox / f"menteqe-5.{name.partition(' ')[0]}"
            path.write_bytes(content)
            (workspace / SETTINGS_FILE).write_text("", encoding="utf-8")
            settings = config.load(workspace / SETTINGS_FILE)
            files = readers.read_files(path, path.name, settings.ingest)
            intake = ingest.ingest(files, settings.ingest, constituency=88)
            read = entries_of(voters, intake.entries)
            codes = sorted(map(str, set(intake.set_aside.column("code").to_pylist())))
            end = f"{read} of {len(voters)} voters, {'+'.join(codes) or 'nothing'} set aside"
            if read >= len(voters):
                return end, None
            try:
                result = workspaces.run(workspace, until=Stage.CHECK)
            except VoterlistError as error:
                return end, error.exit_code
            if result.exit_code == 0:
                entries = pq.read_table(result.folder / "entries.parquet")
                if entries_of(voters, entries) >= len(voters):
                    return end, None
            return end, result.exit_code

    def _keep(self, name: str, content: bytes) -> None:
        if self._kept is not None:
            self._kept.mkdir(parents=True, exist_ok=True)
            (self._kept / name).write_bytes(content)


def entries_of(voters: frozenset[int], entries: pa.Table) -> int:
    """How many of these voters have an entry of their own; an entry is that of one voter."""
    texts = [name for name in entries.column_names if name in {"surname", "fin"}]
    left = set(voters)
    found = 0
    for row in entries.select(texts).to_pylist():
        written = {str(text).strip() for text in row.values() if text is not None}
        own = next(
            (one for one in left if written & {VOTERS[one][1], VOTERS[one][6]}), None
        )
        if own is not None:
            left.remove(own)
            found += 1
    return found


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--only", nargs="*", default=(), choices=tuple(FORMATS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = options.folder / "vanished"
        return record.play(
            "vanished", options, Vanished(Path(folder), tuple(options.only), kept=kept)
        )


if __name__ == "__main__":
    sys.exit(main())
