"""The keyboard map: one table that makes the shortcuts and fills the help sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop_app.translation import isolate, mark, spoken, tr


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the help sheet.

    ``keys`` are portable key texts, the first one is shown. An empty ``name`` means that
    the pane with the focus answers these keys itself and no action is made for them. ``text``
    and ``group`` are marked for translation.
    """

    name: str
    keys: tuple[str, ...]
    text: str
    group: str


# Translators: where keys do something.
_ANYWHERE = mark("Anywhere")
_IN_THE_ANSWER = mark("In the answer")
_IN_THE_DOCUMENT = mark("In the document")

SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("ask", ("Ctrl+K", "Ctrl+L", "Ctrl+F"), mark("Ask a question"), _ANYWHERE),
    Shortcut("save", ("Ctrl+D",), mark("Save the search under a name"), _ANYWHERE),
    Shortcut("back", ("Esc",), mark("Go back one step"), _ANYWHERE),
    Shortcut("add-folder", ("Ctrl+O",), mark("Add a folder"), _ANYWHERE),
    Shortcut("scan", ("F5", "Ctrl+R"), mark("Look for changed files"), _ANYWHERE),
    Shortcut("pause", ("Ctrl+P",), mark("Pause or resume indexing"), _ANYWHERE),
    Shortcut(
        "ledger", ("Ctrl+Shift+L",), mark("Show all files and what became of them"), _ANYWHERE
    ),
    Shortcut("models", ("Ctrl+Shift+M",), mark("Show the models"), _ANYWHERE),
    Shortcut("machine", ("Ctrl+I",), mark("Show what this computer can do"), _ANYWHERE),
    Shortcut("own", ("Ctrl+G",), mark("Find out how good it is here"), _ANYWHERE),
    Shortcut("settings", ("Ctrl+,",), mark("Change the settings"), _ANYWHERE),
    Shortcut("library", ("Ctrl+B",), mark("Show or hide the library"), _ANYWHERE),
    Shortcut("guide", ("F1",), mark("Open the guide"), _ANYWHERE),
    Shortcut("help", ("?",), mark("Keyboard shortcuts"), _ANYWHERE),
    Shortcut("quit", ("Ctrl+Q",), mark("Quit"), _ANYWHERE),
    Shortcut("", ("Up", "Down"), mark("Previous or next passage (also k and j)"), _IN_THE_ANSWER),
    Shortcut("", ("Return",), mark("Read the passage on its page (also Space)"), _IN_THE_ANSWER),
    Shortcut("open", ("Ctrl+Return",), mark("Open the file in its own program"), _IN_THE_ANSWER),
    Shortcut("reveal", ("Ctrl+Shift+Return",), mark("Show the file in its folder"), _IN_THE_ANSWER),
    Shortcut("copy", ("Ctrl+C",), mark("Copy the passage with its source"), _IN_THE_ANSWER),
    Shortcut("", ("Ctrl+E",), mark("Export the chosen passages"), _IN_THE_ANSWER),
    Shortcut("", ("G",), mark("Group the passages by document"), _IN_THE_ANSWER),
    Shortcut("", ("Left", "Right"), mark("Fold or unfold a document"), _IN_THE_ANSWER),
    Shortcut("", ("S",), mark("Find passages like this one"), _IN_THE_ANSWER),
    Shortcut("", ("W",), mark("Say why this passage is here"), _IN_THE_ANSWER),
    Shortcut(
        "next-in-document", ("F3",), mark("Next passage in the same document"), _IN_THE_ANSWER
    ),
    Shortcut("previous-in-document", ("Shift+F3",), mark("Previous passage in it"), _IN_THE_ANSWER),
    Shortcut("", ("Ctrl+F",), mark("Find words in the document"), _IN_THE_DOCUMENT),
    Shortcut(
        "", ("F3", "Shift+F3"), mark("Next or previous place while finding"), _IN_THE_DOCUMENT
    ),
    Shortcut("", ("Ctrl+Shift+O",), mark("Show the outline"), _IN_THE_DOCUMENT),
    Shortcut("", ("Ctrl+A",), mark("Select the page"), _IN_THE_DOCUMENT),
    Shortcut("", ("Ctrl+C",), mark("Copy what is selected"), _IN_THE_DOCUMENT),
    Shortcut("", ("Ctrl++", "Ctrl+-"), mark("Larger or smaller (Ctrl+0: fit)"), _IN_THE_DOCUMENT),
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
        action = QAction(tr(shortcut.text), window)
        action.setObjectName(shortcut.name)
        action.setShortcuts([QKeySequence(keys) for keys in shortcut.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(callbacks[shortcut.name])
        window.addAction(action)
        actions[shortcut.name] = action
    return actions


def written_keys(*keys: str) -> str:
    """Give keys as the system writes them, also in a window from the right.

    There "Ctrl+," would be torn: a sign at its end runs as the window does.
    """
    form = QKeySequence.SequenceFormat.NativeText
    native = " ".join(QKeySequence(each).toString(form) for each in keys)
    return isolate(native) if native and spoken().is_right_to_left else native


def keys_text(name: str) -> str:
    """Give the first keys of a named shortcut as the system writes them."""
    keys = next(each.keys[0] for each in SHORTCUTS if each.name == name)
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
