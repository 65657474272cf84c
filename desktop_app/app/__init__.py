"""The composition root: the only place where the parts of Lectern meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from desktop_app import cli, settings
from desktop_app.app.local_session import LocalSession
from desktop_app.errors import LecternError
from desktop_app.log import set_up_logging
from desktop_app.offline import refuse_network
from desktop_app.settings import Settings

__all__ = ["LocalSession", "main", "open_session"]


def open_session(
    chosen: Settings, *, is_writable: bool = True, pack: str | None = None
) -> LocalSession:
    """Open the library that the settings name, with its model; raises LecternError.

    ``pack`` is used instead of the library's own for this session.
    """
    return LocalSession(chosen, is_writable=is_writable, pack=pack)


def main(arguments: Sequence[str]) -> int:
    """Run the window or a command; returns the exit status (0, 1 expected failure, 2 usage)."""
    refuse_network()
    options = cli.parse_arguments(arguments)
    set_up_logging(settings.default_log_dir(), debug=options.debug)
    try:
        chosen = cli.apply_options(
            settings.load_settings(settings.default_settings_file()), options
        )
        if options.command == "gui":
            return _open_window([Path(each) for each in options.folders], chosen, options.pack)
        return cli.run(options, chosen, open_session)
    except LecternError as error:
        return cli.report(error)


def _open_window(paths: Sequence[Path], chosen: Settings, pack: str | None) -> int:
    from desktop_app.ui.application import run_window

    return run_window(
        paths, partial(open_session, chosen, pack=pack), instance_key=str(chosen.library_dir)
    )
