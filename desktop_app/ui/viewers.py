"""Which program shows a PDF file at a page: the user's own choice, where it can do that."""

from __future__ import annotations

import configparser
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_DEFAULTS = "Default Applications"
_PDF = "application/pdf"
_PAGE_OPTIONS = {
    "evince": "--page-index={}",
    "papers": "--page-index={}",
    "atril": "--page-index={}",
    "xreader": "--page-index={}",
    "okular": "--page={}",
    "zathura": "--page={}",
}
"""The option, from each program's manual, that takes a page number counted from 1."""


@dataclass(frozen=True, slots=True)
class ViewerCall:
    """A program and its arguments."""

    program: str
    arguments: tuple[str, ...]


def viewer_at_page(path: Path, page: int) -> ViewerCall | None:
    """Say how the user's own PDF program is started at a page (from 1).

    None where it is not known, not installed, or takes no page; then the file is opened as
    any other. Only asked on Linux: elsewhere no program of the system takes a page. Reads
    the lists of https://specifications.freedesktop.org/mime-apps-spec; any thread but Qt's.
    """
    if not sys.platform.startswith("linux"):
        return None
    chosen = _chosen_program(os.environ)
    option = _PAGE_OPTIONS.get(chosen)
    program = shutil.which(chosen) if option else None
    if option is None or program is None:
        return None
    # An absolute path begins with a slash, so no file name is taken for an option.
    return ViewerCall(program, (option.format(page), str(path.absolute())))


def _chosen_program(environment: Mapping[str, str]) -> str:
    """Give the name of the program chosen for PDF files, empty where none is."""
    for path in _lists(environment):
        lists = configparser.RawConfigParser(strict=False, delimiters=("=",))
        try:
            lists.read_string(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue  # the desktop skips a list that is absent or broken, and so do we
        entry = lists.get(_DEFAULTS, _PDF, fallback="").split(";")[0].strip()
        if entry:
            # "org.gnome.Evince.desktop" and "okularApplication_pdf.desktop" are both usual.
            name = entry.removesuffix(".desktop").rpartition(".")[2].lower()
            return name.removesuffix("application_pdf").removesuffix("-pdf-poppler")
    return ""


def _lists(environment: Mapping[str, str]) -> Iterator[Path]:
    """Give where choices are written, the strongest first."""
    home = Path(environment.get("HOME") or Path.home())
    config = environment.get("XDG_CONFIG_HOME") or str(home / ".config")
    data = environment.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    configs = [config, *(environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    shares = (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    folders = [Path(each) for each in configs]
    folders += [Path(each) / "applications" for each in (data, *shares)]
    desktops = (environment.get("XDG_CURRENT_DESKTOP") or "").lower().split(":")
    for folder in folders:
        for desktop in filter(None, desktops):
            yield folder / f"{desktop}-mimeapps.list"
        yield folder / "mimeapps.list"
