"""The keyboard map: one table that makes the shortcuts and fills the help sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the help sheet.

    ``keys`` are portable key texts, the first one is shown. An empty ``name`` means that
    the pane with the focus answers these keys itself and no action is made for them.
    """

    name: str
    keys: tuple[str, ...]
    text: str
    group: str


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("ask", ("Ctrl+K", "Ctrl+L", "Ctrl+F"), "Ask a question", "Anywhere"),
    Shortcut("save", ("Ctrl+D",), "Save the search under a name", "Anywhere"),
    Shortcut("back", ("Esc",), "Go back one step", "Anywhere"),
    Shortcut("add-folder", ("Ctrl+O",), "Add a folder", "Anywhere"),
    Shortcut("scan", ("F5", "Ctrl+R"), "Look for changed files", "Anywhere"),
    Shortcut("pause", ("Ctrl+P",), "Pause or resume indexing", "Anywhere"),
    Shortcut("ledger", ("Ctrl+Shift+L",), "Show all files and what became of them", "Anywhere"),
    Shortcut("models", ("Ctrl+Shift+M",), "Show the models", "Anywhere"),
    Shortcut("machine", ("Ctrl+I",), "Show what this computer can do", "Anywhere"),
    Shortcut("own", ("Ctrl+G",), "Find out how good it is here", "Anywhere"),
    Shortcut("settings", ("Ctrl+,",), "Change the settings", "Anywhere"),
    Shortcut("library", ("Ctrl+B",), "Show or hide the library", "Anywhere"),
    Shortcut("guide", ("F1",), "Open the guide", "Anywhere"),
    Shortcut("help", ("?",), "Show this sheet", "Anywhere"),
    Shortcut("quit", ("Ctrl+Q",), "Quit", "Anywhere"),
    Shortcut("", ("Up", "Down"), "Previous or next passage (also k and j)", "In the answer"),
    Shortcut("", ("Return",), "Read the passage on its page (also Space)", "In the answer"),
    Shortcut("open", ("Ctrl+Return",), "Open the file in its own program", "In the answer"),
    Shortcut("reveal", ("Ctrl+Shift+Return",), "Show the file in its folder", "In the answer"),
    Shortcut("copy", ("Ctrl+C",), "Copy the passage with its source", "In the answer"),
    Shortcut("", ("Ctrl+E",), "Export the chosen passages", "In the answer"),
    Shortcut("", ("G",), "Group the passages by document", "In the answer"),
    Shortcut("", ("Left", "Right"), "Fold or unfold a document", "In the answer"),
    Shortcut("", ("S",), "Find passages like this one", "In the answer"),
    Shortcut("", ("W",), "Say why this passage is here", "In the answer"),
    Shortcut("next-in-document", ("F3",), "Next passage in the same document", "In the answer"),
    Shortcut("previous-in-document", ("Shift+F3",), "Previous passage in it", "In the answer"),
    Shortcut("", ("Ctrl+F",), "Find words in the document", "In the document"),
    Shortcut("", ("F3", "Shift+F3"), "Next or previous place while finding", "In the document"),
    Shortcut("", ("Ctrl+Shift+O",), "Show the outline", "In the document"),
    Shortcut("", ("Ctrl+A",), "Select the page", "In the document"),
    Shortcut("", ("Ctrl+C",), "Copy what is selected", "In the document"),
    Shortcut("", ("Ctrl++", "Ctrl+-"), "Larger or smaller (Ctrl+0: fit)", "In the document"),
)


def make_actions(
    window: QWidget, callbacks: Mapping[str, Callable[[], object]]
) -> dict[str, QAction]:
    """Make an action for every named shortcut and add it to the window.

    A shortcut without a callback is a KeyError: the sheet must not promise dead keys.
    """
    actions: dict[str, QAction] = {}
    for shortcut in SHORTCUTS:
        if not shortcut.name:
            continue
        action = QAction(shortcut.text, window)
        action.setObjectName(shortcut.name)
        action.setShortcuts([QKeySequence(keys) for keys in shortcut.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(callbacks[shortcut.name])
        window.addAction(action)
        actions[shortcut.name] = action
    return actions


def keys_text(name: str) -> str:
    """Give the first keys of a named shortcut as the system writes them."""
    keys = next(each.keys[0] for each in SHORTCUTS if each.name == name)
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
