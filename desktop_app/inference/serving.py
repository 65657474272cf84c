"""The model process's whole life: load, answer one request after another, end."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import ModelStatus
from desktop_app.errors import LecternError, ModelCrashed, OutOfMemory
from desktop_app.inference.packs import Pack
from desktop_app.inference.requests import Describe, Reply, Request, Value
from desktop_app.offline import refuse_network
from desktop_app.translation import worded

if TYPE_CHECKING:
    from desktop_app.inference.backends import Backend
    from desktop_app.inference.jobs import Jobs


def serve(
    connection: Connection,
    pack: Pack,
    *,
    device: str,
    threads: int,
    cache_dir: Path,
    gpu_dir: Path | None,
    idle_seconds: float,
) -> None:
    """Answer requests until nobody asked for ``idle_seconds``, or the parent is gone.

    The main function of the model process. Ending is how memory is given back, so that an
    idle process ends by itself, with exit code 0; the parent starts another when needed.
    """
    _be_quiet(threads)
    refuse_network()
    # The parent imports this module too, to start the process, and must stay light.
    from desktop_app.inference.backends import load_backend
    from desktop_app.inference.jobs import Jobs

    def load(device: str) -> Backend:
        return load_backend(
            pack, device=device, threads=threads, cache_dir=cache_dir, gpu_dir=gpu_dir
        )

    jobs: Jobs | None = None
    failure: LecternError | None = None
    try:
        jobs = Jobs(pack, device=device, load=load, speeds=cache_dir / "pace.json")
    except LecternError as error:
        failure = error
    except MemoryError:
        failure = OutOfMemory()
    except Exception:  # noqa: BLE001 - process border: whatever it is, the parent must hear of it
        failure = _crashed()
    try:
        while _is_asked(connection, jobs, idle_seconds):
            request: Request = connection.recv()
            if jobs is None:
                assert failure is not None
                connection.send(Reply(failure, _not_running(pack)))
                # Ends, so that the next call loads again what may have been mended.
                return
            connection.send(Reply(_answer(jobs, request), jobs.status()))
    except (EOFError, OSError):
        # The parent is gone; there is nobody left to tell.
        return
    finally:
        if jobs is not None:
            jobs.close()


def _is_asked(connection: Connection, jobs: Jobs | None, idle_seconds: float) -> bool:
    """Wait for a request; while there is none, load what was put off."""
    if jobs is not None and not connection.poll(0):
        # What fails here fails again, and is told, when it is needed.
        _answer(jobs, Describe())
    return connection.poll(idle_seconds)


def _answer(jobs: Jobs, request: Request) -> Value | LecternError:
    try:
        return jobs.answer(request)
    except LecternError as error:
        return error
    except MemoryError:
        return OutOfMemory()
    except Exception:  # noqa: BLE001 - process border: whatever it is, the parent must hear of it
        return _crashed()


def _crashed() -> ModelCrashed:
    """Report an unexpected exception by type and place; its message may hold text."""
    kind, _, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    ours = [each for each in frames if Path(each.filename).parent == Path(__file__).parent]
    last = (ours or frames)[-1]
    name = kind.__name__ if kind else "unknown"
    return ModelCrashed(
        worded(
            "The model process failed ({name} in {file}, line {line}).",
            name=name,
            file=Path(last.filename).name,
            line=str(last.lineno),
        )
    )


def _not_running(pack: Pack) -> ModelStatus:
    return ModelStatus(pack=pack.name, running=False, backend="", precision="", device="")


def _be_quiet(threads: int) -> None:
    # Ctrl+C in a terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A windowed build has no stderr, and progress bars crash on None.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - lives as long as the process
    os.environ["TQDM_DISABLE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    if threads:
        os.environ["RAYON_NUM_THREADS"] = str(threads)
