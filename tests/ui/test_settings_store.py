from __future__ import annotations

from PySide6.QtCore import QByteArray

from desktop_app.ui.settings_store import SettingsStore


def test_what_was_put_is_there_after_a_restart(qapp, tmp_path):
    store = SettingsStore(tmp_path / "window.ini")
    store.put("geometry", QByteArray(b"\x00\x01"))
    store.put("question", "目标, what; is = it?")
    store.put("leaving", ("/a", "/b, c"))
    store.put("one", ("/only",))
    store.put("none", ())
    store.close()
    again = SettingsStore(tmp_path / "window.ini")
    assert again.bytes("geometry") == QByteArray(b"\x00\x01")
    assert again.text("question") == "目标, what; is = it?"
    assert again.texts("leaving") == ("/a", "/b, c")
    assert again.texts("one") == ("/only",)
    assert again.texts("none") == ()


def test_a_missing_or_damaged_file_means_the_defaults(qapp, tmp_path):
    path = tmp_path / "window.ini"
    path.write_bytes(b"\xff\xfe[General\ngeometry=nonsense\nquestion=@Invalid()")
    store = SettingsStore(path)
    assert store.bytes("geometry").isEmpty()
    assert store.text("question") == ""
    assert store.texts("leaving") == ()
