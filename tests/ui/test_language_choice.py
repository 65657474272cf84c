"""The language of the window is chosen in the settings, and in force at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from PySide6.QtCore import QLocale, Qt

from desktop_app.translation import LANGUAGES
from desktop_app.ui.language_choice import LanguageChoice
from desktop_app.ui.settings_page import SettingsPage
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.settings_wording import interface_languages
from desktop_app.ui.speaking import locale_of, wished_language
from tests.ui.tongues import Written, speaking

ROOT = Path(__file__).resolve().parents[2]

_PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtWidgets import QApplication
from desktop_app.translation import spoken
from desktop_app.ui import application
from desktop_app.ui.window import MainWindow
from tests.ui.fakes import FakeSession

application.translations_dir = lambda: Path(sys.argv[1])
sessions, windows = [], []

def open_session():
    sessions.append(FakeSession(steps=3))
    return sessions[-1]

def watch(self, event, original=MainWindow.showEvent):
    original(self, event)
    if self not in windows:
        windows.append(self)
        QTimer.singleShot(0, lambda: begin(self))

def begin(window):
    if not window.library.roots or window.work.is_indexing or not sessions[-1].called("index"):
        QTimer.singleShot(10, lambda: begin(window))
        return
    settings = window.tending.settings
    print(spoken().code, QLocale().name(), QApplication.layoutDirection().name, flush=True)
    print("question", window.top.question.question, settings.isVisible(), flush=True)
    print("label", settings.advanced.text(), settings.language.value, flush=True)
    if len(windows) == 1:
        window.top.question.put("energy target")
        window.keys["settings"].trigger()
        settings.language.chip("ar").click()
    elif len(windows) == 2:
        settings.language.chip("en").click()
    else:
        window.close()

MainWindow.showEvent = watch
status = application.run_window([], open_session, instance_key=sys.argv[1])
print("closed", [each.is_closed for each in sessions], flush=True)
sys.exit(status)
"""


@pytest.fixture
def settings(qtbot, opened):
    opened.keys["settings"].trigger()
    qtbot.waitUntil(opened.tending.settings.isVisible)
    return opened.tending.settings


def click(qtbot, chip):
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)


def test_every_language_is_offered_by_its_own_name_and_the_system_s_says_which_it_is():
    offered = interface_languages("de")
    assert [value for _, value in offered] == ["", *LANGUAGES]
    assert [words for words, _ in offered[1:]] == [each.name for each in LANGUAGES.values()]
    assert offered[0][0] == "Like the system (Deutsch)"


def test_the_name_of_a_language_is_not_translated(qtbot, theme):
    with speaking(Written({"English": "Anglais", "Light": "Clair"})):
        page = SettingsPage(theme)
        qtbot.addWidget(page)
        assert page.language.chip("en").text() == "English"
        assert page.look.chip("light").text() == "Clair"


def test_another_language_closes_the_window_for_one_that_speaks_it(qtbot, opened, settings):
    with qtbot.waitSignal(opened.closed):
        click(qtbot, settings.language.chip("de"))
    assert opened.language.is_followed
    assert opened._store.text("language") == "de"


def test_the_language_that_is_spoken_already_changes_nothing(qtbot, opened, settings):
    click(qtbot, settings.language.chip("en"))
    assert opened.isVisible()
    assert not opened.language.is_followed
    assert opened._store.text("language") == "en"


def test_a_backup_under_way_is_not_broken_off_for_a_language(
    qtbot, session, opened, settings, tmp_path
):
    session.backup_gate.shut()
    opened.keeping.back_up(tmp_path)
    click(qtbot, settings.language.chip("de"))
    assert opened.isVisible()
    assert "from its next start on" in opened.message.text
    assert settings.language.value == "de"
    session.backup_gate.open()
    qtbot.waitUntil(lambda: "The backup is in" in opened.message.text)


def test_neither_is_an_import_or_what_is_added_for_graphics_cards(
    qtbot, session, opened, settings, tmp_path
):
    session.pack_gate.shut()
    opened.choosing.packs.take(tmp_path / "bge-m3.zip")
    click(qtbot, settings.language.chip("de"))
    assert "files are being copied" in opened.message.text
    session.pack_gate.open()
    qtbot.waitUntil(lambda: not opened.choosing.packs.jobs)
    session.gpu.gate.shut()
    opened.machine.gpu.take(tmp_path / "gpu.zip")
    click(qtbot, settings.language.chip("ar"))
    assert opened.isVisible()
    session.gpu.gate.open()
    qtbot.waitUntil(lambda: not opened.machine.gpu.is_copying)
    assert not opened.language.is_followed
    with qtbot.waitSignal(opened.closed):
        click(qtbot, settings.language.chip("de"))


def test_what_was_chosen_is_spoken_and_what_is_unknown_is_the_system_s(tmp_path):
    store = SettingsStore(tmp_path / "window.ini")
    unchosen = wished_language(store)
    store.put("language", "ja")
    assert wished_language(store) == "ja"
    store.put("language", "tlh")
    assert wished_language(store) == unchosen


@pytest.mark.parametrize(
    ("code", "system", "written"),
    [
        ("en", "en_GB", "en_GB"),
        ("de", "en_GB", "de_DE"),
        ("de", "de_AT", "de_AT"),
        ("ar", "C", "ar_001"),
        ("ar", "ar_EG", "ar_001"),
        ("ar", "ar_MA", "ar_MA"),
    ],
)
def test_dates_are_the_system_s_where_it_speaks_the_language_in_the_window_s_digits(
    code, system, written
):
    assert locale_of(LANGUAGES[code], QLocale(system)).name() == written


def test_a_window_shows_the_choice_of_the_one_before(qtbot, opened, settings):
    click(qtbot, settings.language.chip("en"))
    choice = LanguageChoice(opened._store, settings, opened.message, opened)
    assert settings.language.value == "en"
    choice.deleteLater()


def test_the_window_is_made_anew_in_the_language_and_in_its_direction(tmp_path):
    catalog = Catalog(locale="ar")
    catalog.add("Show more settings", "إعدادات أخرى")
    with (tmp_path / "ar.mo").open("wb") as file:
        write_mo(file, catalog)
    environment = dict(os.environ) | {
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONIOENCODING": "utf-8",
        "LC_ALL": "C",
    }
    # Its settings are those of a user who never had any.
    for name in ("XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        environment[name] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert said[0] == "en en_US LeftToRight"
    assert said[1:3] == ["question  False", "label Show more settings "]
    assert said[3].split()[0::2] == ["ar", "RightToLeft"]
    assert said[4:6] == ["question energy target True", "label إعدادات أخرى ar"]
    assert said[6:9] == [
        "en en_US LeftToRight",
        "question energy target True",
        "label Show more settings en",
    ]
    assert said[9] == "closed [True, True, True]"
