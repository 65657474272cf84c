"""What of the environment goes into the application."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo

from installer.contents import is_needed, is_numpy_at_work, is_shipped_module, standard_modules


def test_what_is_added_later_finds_the_standard_library():
    found = standard_modules()
    assert {"unittest.mock", "pickletools", "cProfile", "concurrent.futures.thread"} <= set(found)
    assert not {"tkinter", "test", "ensurepip", "ctypes.test"} & set(found)
    assert len(found) == len(set(found))


def test_the_parts_that_use_torch_are_shipped_and_those_that_train_are_not():
    assert is_shipped_module("desktop_app.inference.torch_backend")
    assert not is_shipped_module("desktop_app.training.objective")


def test_numpy_goes_in_without_its_tests():
    assert is_numpy_at_work("numpy.fft._pocketfft")
    assert not is_numpy_at_work("numpy.fft.tests.test_helper")
    assert not is_numpy_at_work("numpy.f2py.crackfortran")


def test_the_window_speaks_its_languages_without_what_translators_write():
    assert is_needed("resources/translations/de.mo")
    assert not is_needed("resources/translations/de.po")


@pytest.mark.parametrize("place", ["PySide6/Qt/translations", "PySide6\\translations"])
def test_qt_s_own_words_come_in_the_languages_of_the_window_only(place):
    kept = [each for each in _qt_catalogs() if is_needed(f"{place}/{each}.qm")]
    assert kept == [
        "qtbase_ar", "qtbase_de", "qtbase_en", "qtbase_es", "qtbase_fr", "qtbase_ja",
        "qtbase_zh_CN",
    ]  # fmt: skip


def _qt_catalogs():
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return sorted(each.stem for each in folder.glob("*.qm"))


def test_what_linux_desktops_have_is_left_to_them_and_shipped_elsewhere(monkeypatch):
    names = ("libfreetype.so.6", "PIL/.dylibs/libfreetype.6.dylib", "libgcc_s.1.1.dylib")
    monkeypatch.setattr(sys, "platform", "linux")
    assert not any(map(is_needed, names))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert all(map(is_needed, names))
