"""Blocking: which entries are compared, by several keys, with every pair that is cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that
brings them together. A block that is too large is split by the key's further fields; the pairs that
a split separates are counted, so no pair is lost unseen.
"""

from __future__ import annotations

    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return Blocks(key, size, members, starts, counting, forecast, cut)


def build_all(
    entries: Encoded,
    profile: Profile,
    limit: int,
    groups: Codes | None = None,
    added: tuple[str, ...] = (),
) -> list[Blocks]:
    """The blocks of every key of a profile, the most telling key first.

    With ``groups``, pairs of two entries of one group do not count. ``added`` are the added fields
    that block.
    """
    every = keys(profile, entries.size, limit, added)
    prepare(entries, [key.fields for key in every])
    return each(lambda key: build(entries, key, limit, groups), every)
