"""The composition root: the only place where the parts of Lectern meet."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app import cli, settings
from desktop_app.app.care import LocalCare
from desktop_app.app.conditions import check_display, check_processor
from desktop_app.app.local_session import LocalSession
from desktop_app.errors import LecternError, NoDisplay
from desktop_app.log import set_up_logging
from desktop_app.offline import refuse_network
from desktop_app.session import Session
from desktop_app.settings import Settings

__all__ = ["LocalSession", "main", "open_session"]


def open_session(
    chosen: Settings,
    *,
    is_writable: bool = True,
    pack: str | None = None,
    settings_file: Path | None = None,
) -> LocalSession:
    """Open the library that the settings name, with its model; raises LecternError.

    ``pack`` is used instead of the library's own for this session; what is chosen in it is
    kept in ``settings_file``, if given.
    """
    return LocalSession(chosen, is_writable=is_writable, pack=pack, settings_file=settings_file)


def main(arguments: Sequence[str]) -> int:
    """Run the window or a command; returns the exit status (0, 1 expected failure, 2 usage)."""
    refuse_network()
    options = cli.parse_arguments(arguments)
    set_up_logging(settings.default_log_dir(), debug=options.debug)
    try:
        check_processor()
        if options.command == "gui":
            check_display()
        chosen = cli.apply_options(
            settings.load_settings(settings.default_settings_file()), options
        )
        if options.command == "gui":
            return _open_window(options, chosen.library_dir)
        return cli.run(options, chosen, open_session, _prove_window)
    except LecternError as error:
        if options.command == "gui" and not isinstance(error, NoDisplay):
            _show(error)
        return cli.report(error)


def _open_window(options: argparse.Namespace, library_dir: Path) -> int:
    from desktop_app.ui.application import run_window

    file = settings.default_settings_file()

    def open_again() -> LocalSession:
        # Read anew each time: choices made in the window hold for what it opens later.
        chosen = cli.apply_options(settings.load_settings(file), options)
        return open_session(chosen, pack=options.pack, settings_file=file)

    return run_window(
        [Path(each) for each in options.folders],
        open_again,
        instance_key=str(library_dir),
        care=LocalCare(library_dir),
    )


def _show(error: LecternError) -> None:
    """Tell who double-clicked and has no terminal to read; where Qt cannot, the terminal has it."""
    try:
        check_display()
    except NoDisplay:
        return
    from desktop_app.ui.application import show_failure

    show_failure(error)


def _prove_window(
    open_session: Callable[[], Session], folder: Path, question: str, file: str
) -> str:
    """Prove the window on the display, or off it where there is none."""
    try:
        check_display()
    except NoDisplay:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desktop_app.ui.self_test import prove_window

    return prove_window(open_session, folder, question, file)
