"""What a parser process gives up before it opens a file that nobody has checked.

====================  =================================================================
Linux 5.13 and later  Landlock: changes no content outside a directory of its own, runs no
                      program; from 6.7 no TCP, from 6.12 no signals to other processes.
Linux, x86-64/ARM64   seccomp: no sockets at all, no tracing, mounting, io_uring or bpf; no
                      change of any file's rights, owner, times, attributes, nor of its
                      length by name. Not the last for LibreOffice, which needs them.
every POSIX system    limits on files, file size, processor time, core dumps; a session
                      of its own, so that whatever it started ends with it.
Linux                 a limit on the address space. macOS accepts it without keeping it.
everywhere            an audit hook that refuses the network to Python code, low priority,
                      no terminal, a deadline and a watch over memory from outside.
====================  =================================================================

On macOS and Windows nothing but the user's own rights bounds what native code may write.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TextIO

import psutil

from desktop_app.offline import refuse_network
from desktop_app.parsing.landlock import landlock_version, restrict
from desktop_app.parsing.seccomp import filter_calls, has_seccomp

_log = logging.getLogger(__name__)

# Of 19: behind the user's programs, and what can wait for hours behind all the others.
NICENESS = 10
LAST = 19
_MEGABYTE = 1 << 20
_MOST_OPEN_FILES = 512
_LARGEST_WRITTEN = 1 << 30
# Native libraries may use several cores within a deadline.
_CORES = 4
# Where programs and what they load lie; a converter is a script that calls others.
_PROGRAMS = ("/usr", "/bin", "/lib", "/lib64", "/opt", "/snap", "/nix", "/gnu", "/app")
_TEMPORARY = ("TMPDIR", "TMP", "TEMP")
_SCRATCH = "lectern-parser-"
_STALE_SECONDS = 3600.0
# Within a child's directory, for what serves it from file to file; a socket's name is short.
_KEPT = "kept"
KEPT_VARIABLE = "LECTERN_KEPT"
"""Names that directory to a child that may start programs. Nobody else has one."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one parser process keeps: memory, a directory to write to, other programs or none."""

    memory_mb: int
    scratch: str
    may_start_programs: bool = False
    niceness: int = NICENESS


def run_confined(allowance: Allowance, module: str, function: str, *arguments: object) -> None:
    """Confine this process, then import ``module`` and call its function with the sink first.

    In this order because a library's threads, started at its import, would keep their
    rights. Runs once, as the main function of the child.
    """
    sink = confine(allowance)
    getattr(import_module(module), function)(sink, *arguments)


def confine(allowance: Allowance) -> TextIO:
    """Confine this process for the rest of its life and return a sink for tracebacks.

    Each measure that the system does not offer is left out; see the module. Temporary
    files go to the scratch directory.
    """
    refuse_network()
    # Threads that never have anything to do, and 30 MB of address space each.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in _TEMPORARY:
        os.environ[name] = allowance.scratch
    if allowance.may_start_programs and allowance.scratch:
        os.environ[KEPT_VARIABLE] = str(Path(allowance.scratch, _KEPT))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (lives as long as the process)
    # The file descriptors, not only sys.stdout: native libraries write to those.
    os.dup2(sink.fileno(), 1)
    os.dup2(sink.fileno(), 2)
    sys.stdout = sys.stderr = sink
    if sys.platform == "win32":
        is_last = allowance.niceness >= LAST
        psutil.Process().nice(
            psutil.IDLE_PRIORITY_CLASS if is_last else psutil.BELOW_NORMAL_PRIORITY_CLASS
        )
        psutil.Process().ionice(psutil.IOPRIO_VERYLOW)
        return sink
    os.setsid()
    os.nice(allowance.niceness)
    if sys.platform.startswith("linux"):
        # Reads files only while no other program wants the disk.
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
    _limit("RLIMIT_AS", allowance.memory_mb * _MEGABYTE)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_NOFILE", _MOST_OPEN_FILES)
    _limit("RLIMIT_FSIZE", _LARGEST_WRITTEN)
    if sys.platform.startswith("linux"):
        programs = _PROGRAMS if allowance.may_start_programs else ()
        restrict(
            writable=[Path(each) for each in (allowance.scratch, os.devnull) if each],
            runnable=[Path(each) for each in programs],
        )
        filter_calls(may_talk_locally=allowance.may_start_programs)
    return sink


def measures() -> tuple[str, ...]:
    """Name what holds on this system beyond deadlines and memory; empty where nothing does.

    Changes nothing. Any thread.
    """
    found = []
    if landlock_version():
        found.append(f"Landlock {landlock_version()}")
    if has_seccomp():
        found.append("seccomp")
    if sys.platform != "win32":
        found.append("rlimits")
    return tuple(found)


def end_after(seconds: float, sink: TextIO) -> None:
    """End this process in ``seconds`` whatever it is doing then.

    This is the net under the parent's deadline, for a parent that was killed: the timer
    is a native thread, so that a library which never gives the interpreter back ends too.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=sink)
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = usage.ru_utime + usage.ru_stime
        _limit("RLIMIT_CPU", int(used + _CORES * seconds) + 1, is_final=False)


def stay() -> None:
    """Withdraw ``end_after``."""
    faulthandler.cancel_dump_traceback_later()


def end_now() -> None:
    """End this process and everything that it started, at once."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def kill_group(pid: int) -> None:
    """Kill what the parser process ``pid``, which must not be reaped yet, has started."""
    if sys.platform == "win32":
        with suppress(psutil.Error):
            for each in psutil.Process(pid).children(recursive=True):
                each.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def resident_bytes(child: psutil.Process | None) -> int:
    """Return how much memory a child holds; 0 for one that is gone. Any thread."""
    with suppress(psutil.Error):
        return int(child.memory_info().rss) if child is not None else 0
    return 0


def processor_seconds(child: psutil.Process | None) -> float:
    """Return what a child and the programs that it ran have used; 0 for one that is gone."""
    with suppress(psutil.Error):
        return float(sum(child.cpu_times()[:4])) if child is not None else 0.0
    return 0.0


def make_scratch() -> str:
    """Make a directory for one child, named after this process.

    Returns "" where none can be made: the child then writes nowhere.
    """
    try:
        return tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-")
    except OSError:
        _log.warning("no temporary directory can be made for a parser process")
        return ""


_LARGEST_PID = 1 << 22
"""Linux has no larger ones; the name of a directory that others may write can hold any."""


def sweep_scratch() -> None:
    """Remove what processes left that were killed: a child may not remove its own directory.

    Only of processes that are gone, and nothing young: another system in a container may
    share the temporary files and not the numbers of processes.
    """
    with suppress(OSError):
        for path in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
            owner = path.name.removeprefix(_SCRATCH).partition("-")[0]
            if (
                owner.isdecimal()
                and int(owner) <= _LARGEST_PID
                and not psutil.pid_exists(int(owner))
                and time.time() - path.stat().st_mtime > _STALE_SECONDS
            ):
                shutil.rmtree(path, ignore_errors=True)


def empty(directory: str) -> None:
    """Delete everything in a child's directory but what it keeps; what resists stays."""
    with suppress(OSError):
        for entry in list(os.scandir(directory)):
            if entry.name == _KEPT:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with suppress(OSError):
                    Path(entry.path).unlink()


def _limit(name: str, value: int, *, is_final: bool = True) -> None:
    """Lower a limit; one that the system lacks, or has lower already, stays."""
    import resource

    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (value, value if is_final else hard))
