"""Seccomp: system calls that no parser needs and every exploit does, refused by the kernel.

A filter of classic BPF, built by hand, since libseccomp would be a dependency. Sources:
https://docs.kernel.org/userspace-api/seccomp_filter.html and the tables of system calls in
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass

from desktop_app.parsing.landlock import forbid_new_privileges

_SET_SECCOMP, _FILTER = 22, 2
_GET_SECCOMP = 21
# struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_NO_ACCESS = 0x00050000 | errno.EACCES
_MAY_WRITE = 2  # W_OK
_LOCAL = 1  # AF_UNIX
# Numbers from here on are the x32 ABI, a second way to the same calls.
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """An architecture: AUDIT_ARCH_, socket, connect, access, and what is refused outright.

    ``access`` is the call behind the C library's function and the place of its mode.
    ``changing`` changes rights, owner, times, attributes or length of a file by its name or
    by a handle that may only read, which Landlock allows: chmod, fchmod, fchmodat, chown,
    fchown, lchown, fchownat, utime, utimes, futimesat, utimensat, truncate, set-, lset-,
    fset-, remove-, lremove- and fremovexattr (as far as the architecture has them), then,
    alike everywhere, fchmodat2, setxattrat, removexattrat and file_setattr.

    In this order: ptrace, process_vm_readv and _writev, mount, umount2, pivot_root, chroot,
    setns, unshare, keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd,
    open_by_handle_at, kexec_load, init_, finit_ and delete_module, reboot; the last seven
    are alike everywhere: io_uring_setup, _enter, _register (a way to sockets past this
    filter), open_tree, move_mount, fsopen and pidfd_getfd.
    """

    audit: int
    socket: int
    connect: int
    access: tuple[int, int]
    refused: tuple[int, ...]
    changing: tuple[int, ...]


_ALIKE = (425, 426, 427, 428, 429, 430, 438)
_CHANGING_ALIKE = (452, 463, 466, 469)


def _numbers(*listed: str, alike: tuple[int, ...] = _ALIKE) -> tuple[int, ...]:
    return (*map(int, " ".join(listed).split()), *alike)


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        42,
        (21, 1),
        _numbers(
            "101 310 311 165 166 155 161 308 272 250 248 249", "321 298 323 304 246 175 313 176 169"
        ),
        _numbers(
            "90 91 268 92 93 94 260 132 235 261 280 76 188 189 190 197 198 199",
            alike=_CHANGING_ALIKE,
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        198,
        203,
        (48, 2),
        _numbers(
            "117 270 271 40 39 41 51 268 97 219 217 218", "280 241 282 265 104 105 273 106 142"
        ),
        _numbers("52 53 55 54 88 45 5 6 7 14 15 16", alike=_CHANGING_ALIKE),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def has_seccomp() -> bool:
    """Say whether this kernel filters system calls and we know its numbers. Any thread."""
    if not sys.platform.startswith("linux") or platform.machine() not in _MACHINES:
        return False
    return int(ctypes.CDLL(None).prctl(_GET_SECCOMP, 0, 0, 0, 0)) >= 0


def filter_calls(*, may_talk_locally: bool) -> bool:
    """Refuse sockets, tracing, mounting and the like with EPERM for the rest of this life.

    So it does to changes of rights, owners, times, attributes and lengths of files by name.
    With ``may_talk_locally`` Unix sockets stay allowed, which LibreOffice's own processes
    use; without it not even those are, since the desktop's bus is one. LibreOffice asks
    whether it may write to /tmp and would put its socket there, which Landlock forbids; it
    is answered no, and takes the directory that it is told. Calls of a foreign
    architecture end the process. Returns False where the kernel cannot. For the calling
    thread and those that it starts: call it before there is a second one.
    """
    if not has_seccomp():
        return False
    steps = _steps(_MACHINES[platform.machine()], may_talk_locally=may_talk_locally)
    packed = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), packed)
    forbid_new_privileges()
    set_up = ctypes.CDLL(None).prctl
    return int(set_up(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)) == 0


def _steps(machine: _Machine, *, may_talk_locally: bool) -> list[tuple[int, int, int, int]]:
    """Return the program as (code, steps to skip if true, if false, operand)."""
    refused = [*machine.refused]
    if not may_talk_locally:
        # LibreOffice sets rights and times in its own profile.
        refused += [machine.connect, *machine.changing]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in refused:
        steps += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    if machine.audit == _MACHINES["x86_64"].audit:
        steps += [(_IF_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]
    if may_talk_locally:
        number, place = machine.access
        steps += [
            (_IF_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * place),
            (_IF_EQUAL, 0, 1, _MAY_WRITE),
            (_RETURN, 0, 0, _NO_ACCESS),
            (_RETURN, 0, 0, _ALLOW),
        ]
    steps += [
        (_IF_EQUAL, 1, 0, machine.socket),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        # The domain is an int: the lower half of the argument on both architectures.
        (_IF_EQUAL, 0, 1, _LOCAL),
        (_RETURN, 0, 0, _ALLOW if may_talk_locally else _REFUSE),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return steps
