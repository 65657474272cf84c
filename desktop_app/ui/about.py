"""About Lectern: version, license, and what by others is in it with their licenses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app import __version__
from desktop_app.errors import LecternError
from desktop_app.settings import resources_dir
from desktop_app.translation import mark, tr, tr_n
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Space
from desktop_app.ui.words import say_error
from desktop_app.ui.wrapped import WrappedLabel

_WIDTH, _HEIGHT = 640, 620
_LICENSE = mark(
    "Lectern is free software under the GNU Affero General Public License, version 3 or later, "
    "without any warranty. Nothing that you do with it leaves this computer."
)


@dataclass(frozen=True, slots=True)
class Part:
    """Something by others that is shipped with Lectern."""

    name: str
    version: str
    license: str
    text: str

    @property
    def title(self) -> str:
        """Say it in a line."""
        name = f"{self.name} {self.version}".strip()
        return tr("{name}: {value}", name=name, value=self.license)


def read_parts(bill: Path) -> tuple[Part, ...]:
    """Read a CycloneDX bill of materials; empty where there is none (in a checkout).

    Raises LecternError where the file is damaged. Any thread.
    """
    try:
        listed = json.loads(bill.read_text(encoding="utf-8"))["components"]
        return tuple(_part(each) for each in listed)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LecternError(
            mark("The list of licenses could not be read."), mark("Install Lectern again.")
        ) from error


def _part(entry: dict[str, object]) -> Part:
    licenses = entry["licenses"]
    assert isinstance(licenses, list)
    named = licenses[0]["license"]
    text = named.get("text", {}).get("content", "")
    return Part(str(entry["name"]), str(entry["version"]), str(named["name"]), str(text))


class AboutDialog(QDialog):
    """Lists the parts, read on the "machine" lane; choosing one shows its license."""

    def __init__(
        self, tasks: TaskRunner, parent: QWidget | None = None, *, bill: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Lectern"))
        self.resize(_WIDTH, _HEIGHT)
        self._parts: tuple[Part, ...] = ()
        self.state = WrappedLabel("caption", self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Parts of Lectern by others"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._on_chosen)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("License"))
        self._fill()
        place = bill or resources_dir() / "components.cdx.json"
        reading = tasks.submit("machine", lambda: read_parts(place), self._on_read, self._on_failed)
        self.destroyed.connect(reading.cancel)

    def _fill(self) -> None:
        title = WrappedLabel("title", self)
        title.put(f"Lectern {__version__}")
        own = WrappedLabel("", self)
        own.put(tr(_LICENSE))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.M)
        for part in (title, own, self.state):
            column.addWidget(part)
        column.addWidget(self.list, 2)
        column.addWidget(self.text, 3)
        # Takes the room of the list where there is none.
        column.addStretch()
        column.addWidget(buttons)

    def _on_read(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts
        self.list.addItems([part.title for part in parts])
        self.list.setVisible(bool(parts))
        self.text.setVisible(bool(parts))
        self.state.put(
            tr_n(
                "It is built on {count} work by others, under its own license:",
                "It is built on {count} works by others, each under its own license:",
                len(parts),
            )
            if parts
            else tr(
                "An installed Lectern lists here what by others is in it; this one runs from "
                "its source, and pip knows what it is built on."
            )
        )
        self.list.setCurrentRow(0)

    def _on_failed(self, error: LecternError) -> None:
        self.state.put(say_error(error))

    def _on_chosen(self, row: int) -> None:
        if 0 <= row < len(self._parts):
            self.text.setPlainText(self._parts[row].text or self._parts[row].license)
