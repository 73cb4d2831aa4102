"""Lets a process be bound by the modes of files, whoever runs the tests."""

import ctypes
import os

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_VERSION = 0x20080522
"""Of ``capget`` and ``capset``, which read and write three masks of twice 32 bits."""
_WORDS = 6


def give_up_rights() -> None:
    """Root gives up reading and writing what modes forbid, also for what this process starts.

    Others need nothing. There is no way back.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    given_up = (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    masks = (ctypes.c_uint32 * _WORDS)()
    # What a program that is started may have, then what this process has.
    failed = any(libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) for number in given_up)
    failed = failed or libc.capget(header, masks) != 0
    kept = ~sum(1 << number for number in given_up) & 0xFFFFFFFF
    for word in range(_WORDS // 2):
        masks[word] &= kept
    if failed or libc.capset(header, masks) != 0:
        raise OSError(ctypes.get_errno(), "a capability cannot be given up")
