from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from desktop_app.errors import FileUnreadable
from desktop_app.ui.desktop import cite, open_file, require_file
from desktop_app.ui.viewers import ViewerCall
from tests.ui.samples import make_hits


class Receiver(QObject):
    """Stands in for the system's programs by Qt's own hook."""

    def __init__(self):
        super().__init__()
        self.urls = []

    @Slot(QUrl)
    def receive(self, url):
        self.urls.append(url)


@pytest.fixture
def opened(qapp):
    receiver = Receiver()
    # The stubs say bytes, but only text is taken (PySide 6.11).
    QDesktopServices.setUrlHandler("file", receiver, "receive")  # type: ignore[arg-type]
    yield receiver.urls
    QDesktopServices.unsetUrlHandler("file")


def test_a_citation_has_text_title_page_and_place():
    first = make_hits()[0]
    cited = cite(first)
    assert cited.startswith("“The board set a target")
    assert cited.endswith(
        "Energy report 2022, p. 12 (/home/ada/Documents/Reports/Energy report 2022.pdf)"
    )


def test_a_citation_without_a_page_names_none():
    note = next(hit for hit in make_hits() if hit.document.path.endswith(".md"))
    assert ", p." not in cite(note)


def test_opening_hands_the_file_to_the_system(opened, tmp_path):
    path = tmp_path / "a b#c.pdf"
    path.write_bytes(b"x")
    open_file(path)
    assert opened == [QUrl.fromLocalFile(str(path))]


def test_a_viewer_that_does_not_start_leaves_the_file_to_the_system(opened, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    open_file(path, ViewerCall(str(tmp_path / "absent"), ("--page=2", str(path))))
    assert opened == [QUrl.fromLocalFile(str(path))]


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path):
    with pytest.raises(FileUnreadable, match="no longer at"):
        require_file(tmp_path / "gone.pdf")
