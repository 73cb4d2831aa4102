"""What chance alone would show: a share is noticed only where it is both large and hardly chance.

A precinct of 60 voters has by chance shares that one of 1,500 never has. So a count is not compared with
a limit as it stands: it must be so far above it that the binomial tail is below ``outlier_chance``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from voterlist.check.register import Codes, Flags, Numbers

__all__ = ["improbable", "tail_bound"]


def tail_bound(count: Codes, of: Codes, share: Numbers | float) -> Numbers:
    """An upper bound of P(X >= count) for X binomial(of, share); 1 where count is no more than expected.

    b(k; n, p) * k(1-p) / (k - np): Feller, An Introduction to Probability Theory and Its Applications, vol. 1,
    section VI.3. Never below the exact tail, so what it calls improbable is at least as improbable.
    """
    count, of = np.asarray(count), np.asarray(of)
    share = np.broadcast_to(np.asarray(share, dtype=np.float64), count.shape)
    expected = of * share
    bound = np.where((share <= 0) & (count > 0), 0.0, 1.0)
    at = (share > 0) & (share < 1) & (count > expected)
    k, n, p = count[at], of[at], share[at]
    log_term = _log_choose(n, k) + k * np.log(p) + (n - k) * np.log1p(-p)
    bound[at] = np.minimum(1.0, np.exp(log_term) * k * (1 - p) / (k - expected[at]))
    return bound


def improbable(count: Codes, of: Codes, share: Numbers | float, chance: float) -> Flags:
    """True where so many (or more) of so many would come up by chance less often than ``chance``."""
    return tail_bound(count, of, share) < chance


def _log_choose(n: Codes, k: Codes) -> Any:
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n.max(initial=0) + 1)))])
    return log_factorial[n] - log_factorial[k] - log_factorial[n - k]
