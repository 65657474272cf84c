"""Landlock: what a Linux process may still write, run and signal, taken away for good.

Straight system calls, since no C library wraps them and a wrapper would be a dependency.
Source of every number: the kernel's include/uapi/linux/landlock.h and
https://docs.kernel.org/userspace-api/landlock.html (each bit with the ABI that brought it).
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# The same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_SET_NO_NEW_PRIVILEGES = 38

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
# WRITE_FILE, REMOVE_DIR, REMOVE_FILE and MAKE_ of all seven kinds; reading stays free.
_WRITES = _WRITE_FILE | 0b1_1111_1111 << 4
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_WRITES_SINCE = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEVICE}
_FOR_FILES = _EXECUTE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_NETWORK_SINCE = 4
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1
_SCOPES_SINCE = 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("directory", ctypes.c_int32))


def landlock_version() -> int:
    """Return the kernel's Landlock ABI, 0 where there is none. Changes nothing; any thread."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def restrict(writable: Sequence[Path], runnable: Sequence[Path]) -> bool:
    """Let this process write only beneath ``writable`` and run only what is ``runnable``.

    Also no TCP (ABI 4) and no signals or abstract sockets to others (ABI 6). Paths that do
    not exist are left out. For the rest of this process's life, its children's too, and
    for the calling thread only: call it before there is a second one. Returns False, with
    nothing changed, where the kernel has no Landlock.
    """
    version = landlock_version()
    if version < 1:
        return False
    writes = _WRITES
    for since, right in _WRITES_SINCE.items():
        writes |= right if version >= since else 0
    rules = _Ruleset(files=writes | _EXECUTE)
    if version >= _NETWORK_SINCE:
        rules.network = _BIND_TCP | _CONNECT_TCP
    if version >= _SCOPES_SINCE:
        rules.scopes = _ABSTRACT_SOCKETS | _SIGNALS
    # Older kernels know fewer fields, and take a longer structure whose end is zero.
    ruleset = _call(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset < 0:
        return False
    try:
        for path in writable:
            _allow(ruleset, path, writes)
        for path in runnable:
            _allow(ruleset, path, _EXECUTE)
        forbid_new_privileges()
        return _call(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def forbid_new_privileges() -> None:
    """Take set-user-id programs their power; Landlock and seccomp ask for it. Linux only."""
    ctypes.CDLL(None).prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        # O_PATH: naming it, without opening it.
        handle = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    try:
        beneath = _Beneath(rights if path.is_dir() else rights & _FOR_FILES, handle)
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: object) -> int:
    system = ctypes.CDLL(None, use_errno=True).syscall
    system.restype = ctypes.c_long
    values = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return int(system(ctypes.c_long(number), *values))
