"""A linkage as one object: its pairs, clusters, estimate and model, each a plain pandas frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.api.frames import (
    Columns,
    Linkable,
    read_frames,
    refusal,
    to_pandas,
    without_cells,
)
from voterlist.api.models import as_text, attributes, fit_to
from voterlist.api.rules import Entry, Rules, read_rules
from voterlist.api.truth import decided_pairs, evaluate
from voterlist.api.two_entries import Ends, as_waterfall, evidence, key_rows
from voterlist.arrays import Codes
from voterlist.catalogue import Catalogue, catalogue
from voterlist.config.sections import LinkSettings, added_comparisons
from voterlist.link import TAKEN_NAMES, link_ready
from voterlist.link.comparisons import with_added
from voterlist.link.explain import KeyOfPair, keys_of_pair
from voterlist.link.judge import Scorer
from voterlist.link.keys import keys
from voterlist.link.labels import Decided
from voterlist.link.steps import ready
from voterlist.link.types import Added, OwnRules, Ready, ends_of, positions_of
from voterlist.link.types import Linkage as Linked
from voterlist.model import frozen
from voterlist.tables import with_column

if TYPE_CHECKING:
    from voterlist.render.pictures import Drawn
    from voterlist.render.pictures.figures import Figures

Frames = pd.DataFrame | Sequence[pd.DataFrame] | Mapping[str, pd.DataFrame]

_NAMES = (
    ".pairs .clusters .with_columns(name) .estimate .doubts .keys .model .save_model(path)"
    " .report(path) .explain(a, b) .waterfall(a, b) .why_not(a, b) .review(path) .labels(path)"
    " .learn(labels) .evaluate(truth) .against(new)"
)
_OWN_COLUMNS = frozenset({"cluster_id", "entry", "entry_id", "list"})
"""Columns of the result, with and without the side of an entry."""
_ENDS = ["entry_l", "entry_r"]
_LEAST_SHOWN = 0.0001
"""The least probability that is shown as a number."""
_MOST_PROBABLE_FIRST = [
    ("probability", "descending"),
    ("entry_l", "ascending"),
    ("entry_r", "ascending"),
]


@dataclass
class Linkage:
    """A linkage that was made; ``voterlist.link`` gives it.

    Nothing in it decides: a pair is a question for a person.
    """

    _rows: Linkable
    _ready: Ready
    _added: Added
    _how: How
    _linked: Linked
    _own: OwnRules
    _rules: Rules
    _carried: tuple[str, ...] = ()
    language: str = "en"
    """In which language the words of ``model`` and the like are: ``en`` or ``az``."""

    @property
    def _say(self) -> Catalogue:
        return catalogue(self.language)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The columns of ``schemas.PAIR``, the most probable pair first.

        Of several frames also ``list_l`` and ``list_r``. ``attrs`` says how the rows were
        understood: ``profile``, ``profile_told``, ``columns``, ``doubts``; and ``model``, which
        ``voterlist.link(frame, model=...)`` takes. With rules about pairs ``rule`` says which pair
        one speaks of.
        """
        table = self._linked.pairs.sort_by(_MOST_PROBABLE_FIRST)
        pairs = to_pandas(self._with_lists(table, "entry_l", "entry_r"))
        doubts = [asdict(doubt) for doubt in self._linked.doubts]
        if self._own.apart is not None or self._own.together is not None:
            pairs["rule"] = self._rules_of(table)
        model = as_text(self.model)
        pairs.attrs = {**self._rows.said(), "doubts": doubts, "model": model}
        return pairs

    def _rules_of(self, pairs: pa.Table) -> list[str]:
        """``apart`` or ``together`` where a rule of the user speaks of a pair, else nothing."""
        said = {
            frozenset(couple.values()): name
            for name, couples in (
                ("apart", self._own.apart),
                ("together", self._own.together),
            )
            if couples is not None
            for couple in couples.to_pylist()
        }
        ends = pairs.select(_ENDS).to_pylist()
        return [said.get(frozenset(couple.values()), "") for couple in ends]

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """``entry_id`` and ``cluster_id`` of the entries that share a cluster.

        A cluster is named by its first entry; of several frames ``list`` says whose an entry is,
        and stands in the name of the cluster.
        """
        table = self._linked.clusters.sort_by(
            [("cluster_id", "ascending"), ("entry_id", "ascending")]
        )
        table = self._with_lists(table, "entry_id")
        if len(self._rows.names) > 1:
            lists = self._names_of(table.column("cluster_id"))
            ids = self._rows.plain(table.column("cluster_id"))
            named = pc.binary_join_element_wise(lists, ids, ":")
            table = with_column(table, "cluster_id", named)
        return to_pandas(table)

    @property
    def keys(self) -> pd.DataFrame:
        """``key``, ``blocks``, ``pairs``, ``largest``, ``not_compared``: what each key cost."""
        columns = ["key", "blocks", "pairs", "largest", "not_compared"]
        rows = [asdict(line) for line in self._linked.forecast]
        return pd.DataFrame(rows, columns=columns)

    def _with_lists(self, table: pa.Table, *columns: str) -> pa.Table:
        """The table with plain ids, and the list of each where there are several."""
        for column in columns:
            ids = table.column(column)
            side = "" if column == "entry_id" else column[-2:]
            for name in self._carried:
                cells = self._rows.column(name, ids)
                table = table.append_column(f"{name}{side}", cells)
            table = with_column(table, column, self._rows.plain(ids))
            if len(self._rows.names) > 1:
                name = column.replace("entry_id", "list").replace("entry", "list")
                table = table.append_column(name, self._names_of(ids))
        return table

    def _names_of(self, ids: pa.ChunkedArray) -> pa.Array:
        """What the frame of each of these marked ids is called."""
        return pa.array(self._rows.names).take(self._rows.frame_of(ids))

    @without_cells
    def with_columns(self, *columns: str) -> Linkage:
        """The same linkage with columns of the frames, as text, beside each entry.

        ``pairs`` has them as ``<column>_l`` and ``<column>_r``, ``clusters`` as they are called.

        Raises:
            UsageError: no frame has such a column, or it is called as one of the result.
        """
        if not _OWN_COLUMNS.isdisjoint(columns):
            names = ", ".join(sorted(_OWN_COLUMNS))
            todo = f"Rename it in the frame: {names} are those of the result."
            raise refusal("a column of the result has this name.", todo)
        for column in columns:
            self._rows.column(column, pa.chunked_array([self._ready.ids[:1]]))
        return replace(self, _carried=columns)

    @property
    def estimate(self) -> pd.DataFrame:
        """``share``, ``low`` and ``high`` (95 %) of ``precision`` and ``recall``, as expected.

        ``blocking_loss`` is how much of recall is lost because no key brings two entries together.
        No rows where no pair is put forward, or where ``doubts`` says why it is not told.
        """
        told = self._linked.estimate
        rows = {
            name: [getattr(told, f"{name}{end}") for end in ("", "_low", "_high")]
            for name in (("precision", "recall", "blocking_loss") if told else ())
        }
        columns = ["share", "low", "high"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    @property
    def doubts(self) -> pd.DataFrame:
        """``code``, ``share`` and ``says``: why keys or model do not fit the rows; mostly none."""
        rows = []
        for doubt in self._linked.doubts:
            places = {
                "share": self._say.percent(doubt.share),
                "pairs": int(doubt.share),
            }
            says = self._say(f"link.doubt.{doubt.code}", **places)
            rows.append((str(doubt.code), doubt.share, says))
        return pd.DataFrame(rows, columns=["code", "share", "says"])

    @property
    def model(self) -> pd.DataFrame:
        """What the linkage learnt: a row a level of a comparison, the strongest evidence first.

        ``m`` is P(level | one person), ``u`` P(level | unrelated people), ``weight_bits``
        log2(m / u). Where ``by_value`` is true, u depends on how frequent the shared value is, and
        the one told is that of random pairs. ``pairs`` of those compared show the level, of which
        ``same_pairs`` are expected to be one person. ``m_twins``, ``m_siblings``, ``m_household``
        and ``m_lineage`` are the shares among relatives. ``attrs``: ``class_pairs``, how many pairs
        each class has, and ``prior_bits``, the log-odds of a pair before anything is compared.
        Changed in place (``.loc``) it can be given as ``model`` to ``voterlist.link``.
        """
        learnt = self._linked.fitted
        frame = to_pandas(learnt.levels())
        say, labels = self._say, []
        for name, level in zip(frame.comparison, frame.level, strict=True):
            # A comparison that was added has the name that it was given.
            field = say(f"field.{name}") if say.has(f"field.{name}") else name
            labels.append(f"{field}: {say(f'comparison.{level}')}")
        frame.insert(2, "label", labels)
        frame.attrs |= attributes(learnt, str(self._rows.profile))
        return frame

    def save_model(self, path: str | Path) -> None:
        """Write the model to a file, which ``voterlist.link(frame, model=path)`` takes."""
        Path(path).write_text(as_text(self.model), encoding="utf-8")

    @without_cells
    def explain(self, a: Entry, b: Entry) -> pd.DataFrame:
        """Why two entries are, or are not, taken for one person; whether a key found them or not.

        A row a comparison: ``left`` and ``right`` as written, ``level``, ``says`` in words,
        ``level_bits``, ``term_frequency_bits`` (how rare the shared value is) and ``bits``, their
        sum. The first row is what is known of any pair, the last what twins, relatives or a
        household explain. All ``bits`` sum to log2 of the odds of one person. ``attrs``:
        ``probability``, ``weight``, ``posterior`` by class, and ``keys`` that bring them together.

        Args:
            a: an entry id; of several frames ``(name of the frame, id)``, or an id of the first.
            b: likewise, or an id of the last frame.

        Raises:
            UsageError: there is no such entry, or it is twice the same.
        """
        ends = self._ends(a, b)
        told = evidence(self._scorer, ends, self.language)
        told.attrs["keys"] = [key.key for key in self._keys_of(ends) if key.holds]
        return told

    @without_cells
    def why_not(self, a: Entry, b: Entry) -> pd.DataFrame:
        """Why two entries stand in no common cluster; no rows where they do.

        ``reason``, ``key`` and ``says``, a row a reason. Where no key brought them together, a row
        a key, those that lack least first.
        """
        ends = self._ends(a, b)
        return pd.DataFrame(self._reasons(ends), columns=["reason", "key", "says"])

    def _reasons(self, ends: Ends) -> list[tuple[str, str, str]]:
        ids = self._ready.ids.take([ends.left, ends.right])
        left, right = ids.to_pylist()
        clusters = self._linked.clusters
        cluster = dict(zip(*(of.to_pylist() for of in clusters.columns), strict=True))
        if left in cluster and cluster[left] == cluster.get(right):
            return []
        of_left, of_right = self._rows.frame_of(ids)
        # Of several frames no pair is looked for inside one.
        if len(self._rows.names) > 1 and of_left == of_right:
            return [self._reason("one-list")]
        if self._rules_of(pa.table([[left], [right]], _ENDS)) == ["apart"]:
            return [self._reason("forced-apart")]
        keys = self._keys_of(ends)
        reasons = [] if any(key.holds for key in keys) else key_rows(keys, self._say)
        least = self._how.settings.duplicate_probability
        probability = evidence(self._scorer, ends, self.language).attrs["probability"]
        if probability < least:
            reasons.insert(0, self._reason("improbable", probability, least))
        elif not reasons:
            apart = "better-partner" if self._how.one_to_one else "clusters-apart"
            reasons.append(self._reason(apart, probability, least))
        return reasons

    def _reason(
        self, code: str, probability: float = 0.0, least: float = 0.0
    ) -> tuple[str, str, str]:
        shown = self._say.percent(max(probability, _LEAST_SHOWN), 2)
        sign = "< " if probability < _LEAST_SHOWN else ""
        places = {"probability": f"{sign}{shown}", "least": least}
        return code, "", self._say(f"linkage.why-not.{code}", **places)

    @cached_property
    def _scorer(self) -> Scorer:
        learnt = self._linked.fitted
        entries = self._ready.entries
        if learnt.person is not None:
            entries = entries.by_person(learnt.person)
        return Scorer(entries, learnt.comparisons, learnt.model)

    def _keys_of(self, ends: Ends) -> list[KeyOfPair]:
        """What each key says of two entries."""
        entries, limit = self._ready.entries, self._how.settings.largest_block
        added, own = self._added.blocking, self._own.keys
        every = keys(entries.profile, entries.size, limit, added, own)
        return keys_of_pair(entries, every, limit, ends.left, ends.right)

    def _ends(self, a: Entry, b: Entry) -> Ends:
        left, right = (
            _place(self._rows, self._ready.ids, entry, side)
            for entry, side in ((a, 0), (b, -1))
        )
        if left == right:
            raise refusal("both are one entry.", "Give two of them.")
        return Ends(left, right, self._cells(left), self._cells(right))

    def _cells(self, place: int) -> dict[str, str | None]:
        """What an entry says, as written, by comparison."""
        marked = self._ready.ids[place]
        number = int(self._rows.frame_of(pa.array([marked.as_py()]))[0])
        return self._rows.cells(number, self._rows.plain(marked).as_py())

    @without_cells
    def report(self, path: Path | str, *, with_entries: bool = True) -> None:
        """Write the page with the pictures of the linkage, which needs nothing else.

        It shows the doubtful clusters and pairs entry by entry, so it is personal data; without
        ``with_entries`` it shows counts and shares alone.
        """
        # Templates are loaded by those who draw.
        from voterlist.render.pictures import lines_by_id, render_pictures  # noqa: PLC0415  see above
        from voterlist.storage.files import write_content  # noqa: PLC0415  see above

        lines = lines_by_id(self._rows.marked()) if with_entries else None
        page = render_pictures(self._pictures, self.language, lines)
        write_content(Path(path), page)

    @cached_property
    def _pictures(self) -> Figures:
        from voterlist.render.pictures import pictures_of  # noqa: PLC0415  as in report

        return pictures_of(self._linked, self._ready, self._how.settings)

    @without_cells
    def _repr_html_(self) -> str:
        """The pictures in a notebook; no entry is shown, for notebooks are passed on."""
        from voterlist.render.pictures import Drawn, render_pictures  # noqa: PLC0415  as in report

        return Drawn(
            render_pictures(self._pictures, self.language, index=False)
        )._repr_html_()

    @without_cells
    def waterfall(self, a: Entry, b: Entry) -> Drawn:
        """What ``explain`` tells, drawn; a notebook shows it, and ``page`` is its HTML.

        It is personal data: both entries stand in it.
        """
        from voterlist.render.pictures import Drawn, render_pair  # noqa: PLC0415  as in report

        told = self.explain(a, b)
        rows = told[told.left.notna() | told.right.notna()]
        cells = [
            (str(row["comparison"]), row["left"], row["right"])
            for row in rows.to_dict("records")
        ]
        return Drawn(render_pair(as_waterfall(told, a, b), cells, self.language))

    @without_cells
    def review(self, path: Path | str, *, today: dt.date | None = None) -> None:
        """Write the page on which people decide the cases: one file, nothing fetched.

        It shows what entries say, with identifiers masked. Who has decided saves a file on the
        page, and ``labels`` reads it. ``today``: the day that the page names; None: this one.
        """
        # Templates are loaded by those who draw.
        from voterlist.api.page import desk_of_linkage  # noqa: PLC0415  see above
        from voterlist.render.desk import render_desk  # noqa: PLC0415  see above
        from voterlist.storage.files import write_content  # noqa: PLC0415  see above

        day = today or dt.datetime.now(dt.UTC).date()
        desk = desk_of_linkage(self._rows, self._ready, self._linked, day)
        write_content(Path(path), render_desk(desk, self.language))

    @without_cells
    def labels(self, *paths: Path | str) -> pd.DataFrame:
        """What people decided on the page, from the files that they saved, as pairs.

        ``entry_l``, ``entry_r``, ``is_same``, as ``evaluate`` and ``learn`` take them. ``attrs``:
        ``stale``, decisions about entries that are gone or say something else today; and
        ``contested``, pairs that people decided in both ways. Both are left out.

        Raises:
            UsageError: a file is none that the page saved, or was changed since.
        """
        from voterlist.api.page import read_answers  # noqa: PLC0415  as in review

        files = [Path(path) for path in paths]
        pairs, stale, contested = read_answers(files, self._rows, self._say)
        labels = to_pandas(self._with_lists(pairs, "entry_l", "entry_r"))
        labels.attrs = {"stale": stale, "contested": contested}
        return labels

    @without_cells
    def learn(self, labels: pd.DataFrame) -> Linkage:
        """The same rows linked anew, with a model that learnt from decided pairs too.

        What is said of a pair still follows from the model; ``rules`` force pairs.

        Args:
            labels: ``entry_l``, ``entry_r`` and ``is_same``; of several frames also their lists.

        Raises:
            UsageError: it is no such frame, it names no entry, or the linkage is one to one.
        """
        if self._how.one_to_one:
            todo = "Leave one_to_one out, or force pairs with rules."
            raise refusal("one to one nothing is learnt from decided pairs.", todo)
        pairs = decided_pairs(labels, self._find, self._ready.ids)
        return link_frames(self._rows, self._how, rules=self._rules, decided=pairs)

    @without_cells
    def evaluate(self, truth: pd.DataFrame) -> pd.DataFrame:
        """How right the linkage is against what is known, by pairs and by persons.

        ``by``, ``measure`` (``precision``, ``recall``, ``f1``), ``share`` with ``low`` and ``high``
        (95 %), ``right`` and ``of``: the share is so many of so many. By pairs those put forward
        are looked at. By persons a cluster is right that is all of one person and of nobody else;
        ``merged`` are the persons who share a cluster with somebody else. ``attrs``: ``unknown``,
        rows of the truth that name no entry, and ``untold``, entries of which it says nothing; each
        of these is thought to be a person of its own.

        Args:
            truth: ``entry_id`` and ``person_id``; or pairs that people decided, ``entry_l``,
                ``entry_r`` and ``is_same``: they are measured as if drawn at random. Of several
                frames with ``list``, or ``list_l`` and ``list_r``.

        Raises:
            UsageError: it is neither, names no entry of the list, or contradicts itself.
        """
        cluster = np.arange(len(self._ready.ids), dtype=np.int32)
        clusters = self._linked.clusters
        of_entry, first = (self._positions(column) for column in clusters.columns)
        cluster[of_entry] = first
        pairs = self._linked.pairs
        sure = pc.greater_equal(
            pairs.column("probability"), self._how.settings.duplicate_probability
        )
        put_forward = ends_of(self._ready.ids, pairs.filter(sure))
        return evaluate(truth, self._find, cluster, put_forward)

    def _positions(self, ids: pa.ChunkedArray) -> Codes:
        """Where each marked id stands in the list, -1 where it does not."""
        return positions_of(self._ready.ids, ids)

    def _find(self, frame: pd.DataFrame, column: str) -> Codes:
        """Where the entries stand that a column names; of several frames with their lists."""
        names = self._rows.names
        ids = pa.array(frame[column].astype(str), pa.string())
        if len(names) > 1:
            of_list = column.replace("entry_id", "list").replace("entry", "list")
            if of_list not in frame.columns:
                todo = f"Give it; the frames are: {', '.join(names)}."
                raise refusal(
                    f"of several frames the column {of_list} is needed.", todo
                )
            marks = dict(zip(names, self._rows.marks(), strict=True))
            lists = pa.array(
                frame[of_list].map(marks).astype(object), pa.string(), from_pandas=True
            )
            ids = pc.binary_join_element_wise(lists, ids, "")
        return self._positions(pa.chunked_array([ids]))

    @without_cells
    def against(self, new: pd.DataFrame, columns: Columns | None = None) -> Linkage:
        """New rows held against this list, with the model of this linkage and nothing learnt.

        Every pair with a new row is looked for, none inside this list. ``list_r`` of such a pair is
        ``new``. How frequent a value is, is counted with the new rows. The clusters of this linkage
        go on: a new row joins one whole, or makes one of its own. Pairs that ``rules`` keep apart
        stay apart, and the user's own keys bring new rows together too.

        Raises:
            UsageError: the new rows lack the column of a comparison of the model.
        """
        rows = self._rows.with_frame("new", new, columns)
        how = replace(self._how, new=1, one_to_one=False)
        ends = {"entry_id": "entry_l", "cluster_id": "entry_r"}
        tied = self._linked.clusters.rename_columns(ends)
        tied = tied.filter(pc.not_equal(tied["entry_l"], tied["entry_r"]))
        apart = self._own.apart
        own = OwnRules(
            keys=self._own.keys,
            apart=None if apart is None else self._among(rows, apart),
            together=self._among(rows, tied),
        )
        return link_frames(rows, how, self.model, own=own)

    def _among(self, rows: Linkable, pairs: pa.Table) -> pa.Table:
        """Pairs of this list, their ids marked as they are among more frames."""
        marks = pa.array(rows.marks())
        ids = [
            pc.binary_join_element_wise(
                marks.take(self._rows.frame_of(column)),
                self._rows.plain(column),
                "",
            )
            for column in pairs.itercolumns()
        ]
        return pa.table(ids, names=pairs.column_names)

    def __repr__(self) -> str:
        """What there is, and where to look."""
        linked, say = self._linked, self._say
        sure = int(
            (self.pairs.probability >= self._how.settings.duplicate_probability).sum()
        )
        lines = [
            say(
                "linkage.entries",
                entries=len(self._ready.ids),
                profile=self._rows.profile,
            ),
            say("linkage.pairs", pairs=len(self.pairs), compared=linked.candidates),
            say(
                "linkage.sure",
                pairs=sure,
                least=self._how.settings.duplicate_probability,
            ),
            say("linkage.clusters", clusters=self.clusters.cluster_id.nunique()),
        ]
        for name, row in self.estimate.iterrows():
            shares = {str(key): say.percent(share) for key, share in row.items()}
            lines.append(say(f"linkage.{name}", **shares))
        return "\n".join([*lines, *self.doubts.says, say("linkage.look", names=_NAMES)])


@frozen
class How:
    """How frames are linked, but for the model and the rules."""

    settings: LinkSettings
    one_to_one: bool = False
    new: int = 0
    """How many frames at the end are held against the others, which are not linked anew."""


def link_frames(
    rows: Linkable,
    how: How,
    model: pd.DataFrame | None = None,
    rules: Rules | None = None,
    decided: pa.Table | None = None,
    own: OwnRules | None = None,
) -> Linkage:
    """The linkage of frames that were read; ``decided`` are pairs to learn from.

    ``own`` are rules that were read already; else ``rules`` are.

    Raises:
        UsageError: the model is one for other comparisons, or a rule is none.
    """
    voters = rows.voters()
    ids = voters.column("entry_id")
    added = rows.added(ids)
    made_ready = ready(voters, rows.profile, added)
    place = partial(_place, rows, made_ready.ids)
    compared = with_added(added.kinds)
    own = own or read_rules(rules or {}, made_ready.ids, compared, place)
    if model is not None:
        if own.shares or own.most_levels:
            todo = "Set shares in the model itself, or leave the model out."
            raise refusal(
                "shares and most_levels are for a model that is learnt.", todo
            )
        own = replace(own, fitted=fit_to(model, added.kinds))
    scope = rows.scope(ids, one_to_one=how.one_to_one, new=how.new)
    linked = link_ready(
        made_ready,
        how.settings,
        scope=scope,
        added=added,
        decided=None if decided is None else Decided(decided),
        own=own,
    )
    return Linkage(rows, made_ready, added, how, linked, own, rules or {})


def read_all(
    frames: Frames,
    columns: Columns | Sequence[Columns | None] | None,
    profile: str | None,
    comparisons: Mapping[str, Mapping[str, object]] | None,
) -> Linkable:
    """Frames as ``voterlist.link`` takes them, read."""
    named = _by_name(frames)
    added_to = added_comparisons(comparisons or {}, TAKEN_NAMES)
    return read_frames(named, _maps(columns, len(named)), profile, added_to)


def _place(rows: Linkable, ids: pa.Array, entry: Entry, side: int) -> int:
    """Where an entry stands in the list; ``side`` is the frame where its id is looked for."""
    names, marks = rows.names, rows.marks()
    name, wanted = entry if isinstance(entry, tuple) else (names[side], entry)
    if name not in names:
        told = ", ".join(names)
        raise refusal("there is no such frame.", f"The frames are: {told}.")
    place: int = pc.index(ids, f"{marks[names.index(name)]}{wanted}").as_py()
    if place < 0:
        todo = "Give an id of its column of ids, or a row's number from 1 where it has none."
        raise refusal("there is no such entry.", todo)
    return place


def _by_name(frames: Frames) -> dict[str, pd.DataFrame]:
    """The frames by their names; one alone, or what is no frame, has none."""
    if isinstance(frames, Mapping):
        return {str(name): frame for name, frame in frames.items()}
    if isinstance(frames, list | tuple) and len(frames) > 1:
        return {str(number): frame for number, frame in enumerate(frames, 1)}
    # Whatever else it is: what is no frame is refused where it is read.
    alone: Any = frames[0] if isinstance(frames, list | tuple) and frames else frames
    return {"": alone}


def _maps(
    columns: Columns | Sequence[Columns | None] | None, frames: int
) -> list[Columns | None]:
    """The map of each frame."""
    if isinstance(columns, list | tuple) and len(columns) == frames:
        return list(columns)
    for_all: Any = columns
    return [for_all] * frames
