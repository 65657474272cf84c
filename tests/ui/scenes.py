"""The states of the window, one after the other, for tests that look at all of them.

A scene is a generator over a window whose first run of indexing is over; it stops at every
state that is worth a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain import IndexPhase, IndexProgress, PackUse, Verdict
from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.domain.printed import OutlineEntry
from desktop_app.errors import (
    CorruptFile,
    LibraryCorrupt,
    LibraryLocked,
    LibraryTooNew,
    PackAltered,
    QueryError,
    SettingsError,
)
from desktop_app.translation import worded
from desktop_app.ui.about import AboutDialog
from desktop_app.ui.narrowing import Narrowing
from desktop_app.ui.own_view import new_question, right_of
from desktop_app.ui.pack_actions import PackWish
from desktop_app.ui.window import MainWindow
from desktop_app.ui.words import say_error
from tests.ui.fake_packs import GB, HERE
from tests.ui.fakes import FakeSession
from tests.ui.gestures import ask, click, consent, drag, said
from tests.ui.overheard import said_by
from tests.ui.samples import ROOT

Scene = Callable[[QtBot, MainWindow, FakeSession], Iterator[None]]
QUESTION = "energy target"


def results(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """An answer with a notice, while it is ranked and after; grouped, explained, selected."""
    session.notices = ("Not every passage could be reranked.",)
    session.search_gate.shut()
    window.top.question.put(QUESTION)
    qtbot.keyClick(window.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.results.hits))
    yield
    session.search_gate.open()
    qtbot.waitUntil(lambda: window.results.result is not None and window.results.result.is_final)
    yield
    window.results.group(is_grouped=True)
    yield
    window.results.group(is_grouped=False)
    window.results.list.setFocus()
    qtbot.keyClick(window.results.list, Qt.Key.Key_W)
    yield
    window.results.list.selectAll()
    yield


def poor_answers(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """No good match, nothing found, and a question that cannot be asked."""
    session.verdict, session.is_reranked = Verdict.NONE, False
    ask(qtbot, window, QUESTION)
    yield
    session.hits = ()
    ask(qtbot, window, QUESTION)
    qtbot.waitUntil(lambda: not window.results.hits)
    yield
    session.search_error = QueryError(worded("{value} is not a date.", value="x"))
    window.top.question.put("after:x")
    qtbot.keyClick(window.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: any("is not a date" in each for each in window.results.notice.sentences())
    )
    yield


def preview(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """Every kind of document, one searched, one with an outline, one that is unreadable."""
    session.pages.lines = {12: ["The energy of tides"]}
    session.pages.entries = (OutlineEntry(1, "The energy of tides", 12),)
    ask(qtbot, window, QUESTION)
    pane = window.preview
    for hit in session.hits:
        pane.show_hit(hit, session.hits)
        yield
    pane.show_hit(session.hits[0], session.hits)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    qtbot.keyClick(pane.page_view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(pane.find_bar.field, "energy")
    qtbot.waitUntil(lambda: bool(session.pages.sought))
    yield
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.waitUntil(pane.header.buttons["outline"].isVisible)
    qtbot.keyClick(pane, Qt.Key.Key_O, held)
    yield
    session.render_error = session.pages.error = CorruptFile()
    before = len(session.called("render"))
    pane.show_hit(session.hits[2], session.hits)
    qtbot.waitUntil(lambda: len(session.called("render")) > before)
    yield


def recalled(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """A narrowed question, saved, and the list of earlier ones."""
    ask(qtbot, window, QUESTION)
    window.top.narrowing.narrow(Narrowing(ROOT, "PDF", "Last 7 days"))
    window.recalling.note_present()
    yield
    window.recalling.save_present()
    yield
    window.recalling.toggle()
    yield


def ledger(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """The list of files: all, selected, those that need a look, none."""
    visit(qtbot, window, "ledger", window.ledger)
    qtbot.waitUntil(lambda: window.ledger.table.model().rowCount() > 0)
    yield
    window.ledger.table.selectAll()
    yield
    window.ledger.show_troubled()
    yield
    window.ledger.show_root("/nowhere")
    yield


def models(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """Models: what each asks before it does something, a download, and one that fails."""
    session.costs = {"bge-en-small": 7200.0}
    session.pack_notice = "Waiting for the server."
    visit(qtbot, window, "models", window.models)
    qtbot.waitUntil(lambda: len(window.models.packs) == 3)
    for wish in (PackWish.USE, PackWish.REMOVE):
        window.models.card("bge-en-small").choices.ask(wish)
        yield
    session.pack_gate.shut_after(2)
    card = window.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    yield
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Waiting for the server" in said(card))
    yield
    session.pack_errors["download_pack"] = PackAltered()
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "changed or is damaged" in said(card))
    yield


def preparing(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """One model answers while another learns; old vectors are kept."""
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "starter", 40, 90, old=(("bge-en-small", GB),))
    window.choosing.packs.refresh()
    session.steps, session.preparing = 10, "bge-m3"
    session.index_gate.shut_after(9)
    visit(qtbot, window, "models", window.models)
    window.work.index()
    qtbot.waitUntil(lambda: "Learning" in said(window.models.card("bge-m3")))
    yield
    session.index_gate.open()
    qtbot.waitUntil(lambda: not window.work.is_indexing)


def machine(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """This computer, and the licenses of what is in Lectern."""
    visit(qtbot, window, "machine", window.machine)
    qtbot.waitUntil(lambda: bool(session.called("health")))
    qtbot.waitUntil(lambda: any("Intel" in text for _, text in said_by(window.machine)))
    yield
    window.machine.about.click()
    (dialog,) = window.findChildren(AboutDialog)
    qtbot.waitUntil(lambda: bool(dialog.state.text()))
    yield
    dialog.close()


def settings(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """The settings on several computers, and one that cannot be kept."""
    around = session.choices.around = Surroundings(
        languages=("deu", "eng", "jpn"),
        recognized=("eng",),
        missing=("fra",),
        how_to_get="Install tesseract-ocr-eng.",
        has_battery=False,
        knows_idle=False,
    )
    page = window.tending.settings
    visit(qtbot, window, "settings", page)
    qtbot.waitUntil(lambda: len(page._languages) == 3)
    yield
    page.advanced.click()
    for value in ("on power", "when idle"):
        page.show_choices(Preferences(index_when=value, ocr=value == "on power"), around)
        yield
    page.show_choices(Preferences(), Surroundings(how_to_get="Install tesseract-ocr-eng."))
    page.show_error(say_error(SettingsError()))
    yield


def rules(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """What is left out of a folder."""
    page = window.tending.rules
    window.tending.show_rules(window.library.roots[0])
    qtbot.waitUntil(page.isVisible)
    yield
    page.patterns.setPlainText("*.bak")
    qtbot.waitUntil(lambda: "a.part" in page.example.text())
    yield


def own(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """Own questions: none, some, their figures, one that is changed."""
    page = window.judging.page
    visit(qtbot, window, "own", page)
    qtbot.waitUntil(lambda: page.form.isVisibleTo(page))
    yield
    window.keys["own"].trigger()
    session.own.kept = tuple(
        new_question(QUESTION, [right_of(hit)]) for hit in (session.hits[0], session.hits[2])
    )
    visit(qtbot, window, "own", page)
    qtbot.waitUntil(lambda: "starter" in page.buttons())
    yield
    page.buttons()["starter"].click()
    qtbot.waitUntil(lambda: page.progress.isHidden() and len(page.figures.sentences) >= 4)
    yield
    page.edit(session.own.kept[0])
    qtbot.waitUntil(lambda: bool(page.form.ticks))
    yield


def indexing(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """Every phase of indexing, running and paused."""
    session.steps = 10
    session.index_gate.shut_after(3)
    window.work.index()
    qtbot.waitUntil(lambda: window.work.is_indexing and "Reading" in window.status.sentence)
    window.tray._fill()
    yield
    window.status.pause_clicked.emit()
    qtbot.waitUntil(lambda: "Paused" in window.status.sentence)
    window.tray._fill()
    yield
    for phase in IndexPhase:
        progress = IndexProgress(phase, 3, 10, current=ROOT, seconds_left=90.0, notice="Away.")
        window.status.show_progress(progress, is_paused=False)
        yield
    window.status.pause_clicked.emit()
    session.index_gate.open()
    qtbot.waitUntil(lambda: not window.work.is_indexing)


def care(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """A backup, what is asked before its return and before a repair, and a folder removed."""
    session.backup_gate.shut()
    window.keeping.back_up(Path(ROOT))
    qtbot.waitUntil(lambda: bool(session.called("backup")))
    yield
    window.keeping.stop()
    yield
    window.keeping.offer_restore(Path(ROOT))
    yield
    window.keeping.repair()
    yield
    window._curating._on_remove_requested(window.library.roots[0])
    yield
    window.message.action.click()
    window.message.show_error(LibraryLocked())
    yield


def failures(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """A library that does not open."""
    for error in (LibraryCorrupt(), LibraryTooNew()):
        window._on_open_failed(error)
        yield


def guidance(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """The sheet of keys, and where things may be dropped."""
    window.keys["help"].trigger()
    qtbot.waitUntil(window.help.isVisible)
    yield
    window.help.dismiss()
    drag(window, [Path(ROOT)])
    qtbot.waitUntil(window.overlay.isVisible)
    yield


def menus(qtbot: QtBot, window: MainWindow, session: FakeSession) -> Iterator[None]:
    """The menus of a folder, of hits, of files and of bringing in a model."""
    ask(qtbot, window, QUESTION)
    for root in (window.library.roots[0], None):
        menu = window.library.menu_for(root)
        yield
        menu.close()
    visit(qtbot, window, "ledger", window.ledger)
    qtbot.waitUntil(lambda: window.ledger.table.model().rowCount() > 0)
    for view in (window.ledger.table, window.results.list):
        window.pages.visit(window.ledger) if view is window.ledger.table else window.pages.leave()
        _open_menu(view)
        yield
        _close_popup(qtbot)
    window.choosing.choose_import()
    yield
    _close_popup(qtbot)


SCENES: tuple[Scene, ...] = (
    results, poor_answers, preview, recalled, ledger, models, preparing, machine, settings,
    rules, own, indexing, care, failures, guidance, menus,
)  # fmt: skip


def visit(qtbot: QtBot, window: MainWindow, key: str, page: QWidget) -> None:
    """Bring a page to the front by its key."""
    window.keys[key].trigger()
    qtbot.waitUntil(page.isVisible)


def _open_menu(view: QAbstractItemView) -> None:
    center = view.visualRect(view.model().index(0, 0)).center()
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, center, view.viewport().mapToGlobal(center))
    QApplication.sendEvent(view.viewport(), event)


def _close_popup(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
