"""The rest of the user's desktop: other programs, the file browser, the clipboard's text."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from desktop_app.domain import Hit
from desktop_app.errors import FileUnreadable
from desktop_app.translation import mark, tr, without_isolates, worded
from desktop_app.ui.results_wording import drawable, page_label
from desktop_app.ui.viewers import ViewerCall


def require_file(path: Path) -> None:
    """Raise FileUnreadable where a file or folder is gone; may hang with its drive."""
    if not path.exists():
        raise FileUnreadable(
            worded(
                "“{name}” is no longer at {folder}.",
                name=drawable(path.name),
                folder=drawable(str(path.parent)),
            ),
            mark("Scan its folder again, or connect the drive that it is on."),
        )


def open_file(path: Path, viewer: ViewerCall | None = None) -> None:
    """Open a file in the program that the system has for it; raises FileUnreadable.

    With a ``viewer`` that starts, the file is shown at its page.
    """
    if viewer is not None and QProcess.startDetached(viewer.program, list(viewer.arguments))[0]:
        return
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        raise FileUnreadable(
            worded("No program opened “{name}”.", name=drawable(path.name)),
            mark("Choose a program for this type of file first."),
        )


def reveal_file(path: Path) -> None:
    """Show a file selected in the file browser, or at least its folder."""
    if sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    elif sys.platform == "win32":
        QProcess.startDetached("explorer", ["/select,", str(path)])
    elif bus := shutil.which("dbus-send"):
        # The one call that Nautilus, Dolphin, Nemo, Thunar and others all answer.
        QProcess.startDetached(
            bus,
            [
                "--session",
                "--dest=org.freedesktop.FileManager1",
                "/org/freedesktop/FileManager1",
                "org.freedesktop.FileManager1.ShowItems",
                f"array:string:{QUrl.fromLocalFile(str(path)).toString()}",
                "string:",
            ],
        )
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def cite(hit: Hit) -> str:
    """Write a passage with where it stands, as it goes to the clipboard."""
    title = hit.document.title or hit.passage.title or Path(hit.document.path).name
    page = page_label(hit.document.media_type, hit.passage.locator.page)
    cited = tr(
        # Translators: a passage as it is cited, and below it where it stands.
        "“{passage}”\n{source} ({path})",
        passage=hit.passage.text.strip(),
        source=tr("{title}, {page}", title=title, page=page) if page else title,
        path=str(hit.document.full_path),
    )
    return without_isolates(cited)
