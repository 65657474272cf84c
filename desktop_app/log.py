"""Logging: to a rotating file, and to the terminal on request; never document text."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from pathlib import Path
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s"
_MAX_BYTES = 2_000_000


def set_up_logging(log_dir: Path, *, debug: bool = False) -> None:
    """Log what matters (everything with ``debug``) to ``log_dir/lectern.log``.

    Also to stderr with ``debug``. Uncaught exceptions of every thread are logged, and a
    crash of a native library leaves its traceback. Where the directory cannot be
    written, logging goes to stderr, since a log must not stop the application.
    """
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    try:
        log_dir.mkdir(parents=True, exist_ok=True)
        file_log: logging.Handler = logging.handlers.RotatingFileHandler(
            log_dir / "lectern.log", maxBytes=_MAX_BYTES, backupCount=3, encoding="utf-8"
        )
    except OSError:
        file_log = logging.StreamHandler()
        file_log.setLevel(logging.WARNING)
    file_log.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(file_log)
    if debug:
        terminal = logging.StreamHandler()
        terminal.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(terminal)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_thread_uncaught
    if sys.stderr is not None:
        faulthandler.enable()


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    logging.getLogger("lectern").critical("uncaught", exc_info=(kind, error, traceback))
    sys.__excepthook__(kind, error, traceback)


def _log_thread_uncaught(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
