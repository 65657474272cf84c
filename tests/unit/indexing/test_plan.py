from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from desktop_app.domain import Document, DocumentStatus
from desktop_app.errors import EncryptedFile, NeedsLibreOffice, UnsupportedFormat
from desktop_app.indexing import plan
from desktop_app.indexing.chunker import CHUNKER_VERSION
from desktop_app.indexing.fingerprint import Fingerprint
from desktop_app.indexing.ledger import copied_row
from desktop_app.indexing.scanner import FoundFile
from desktop_app.parsing.formats import PARSER_VERSION


def skipped(name, code, *, parser_version=PARSER_VERSION):
    return Document(
        root="/docs", path=name, content_hash="h", size=1, mtime_ns=2, media_type="",
        title="", languages=(), page_count=None, status=DocumentStatus.SKIPPED, reason_code=code,
        reason="It is so.", parser="", parser_version=parser_version,
        chunker_version=CHUNKER_VERSION, passages=0, seconds=0.0, indexed_at=datetime.now(tz=UTC),
    )  # fmt: skip


def is_read_again(row):
    file = FoundFile(row.path, row.size, row.mtime_ns, "application/msword")
    return bool(plan.compare("/docs", [file], {row.path: row}, {}).work)


@pytest.mark.parametrize("version", [0, PARSER_VERSION - 1])
def test_a_file_that_an_older_version_could_not_read_is_tried_again(version):
    # 0 is the version of what the scan refused by its name.
    assert is_read_again(skipped("a.odt", UnsupportedFormat.code, parser_version=version))
    assert not is_read_again(skipped("a.odt", EncryptedFile.code))


@pytest.mark.parametrize(("place", "expected"), [("/usr/bin/soffice", True), ("", False)])
def test_an_old_office_file_is_tried_again_once_libreoffice_is_there(monkeypatch, place, expected):
    monkeypatch.setattr(plan, "find_libreoffice", lambda: place)
    assert is_read_again(skipped("a.doc", NeedsLibreOffice.code)) is expected


@pytest.mark.parametrize(
    ("title", "expected"), [("Draft", "Lease, signed"), ("Lease of Harbour Street", "")]
)
def test_a_file_without_a_title_is_called_as_it_is_called_now(title, expected):
    owner = dataclasses.replace(skipped("old/Draft.docx", ""), title=title)
    work = plan.Work("/docs", FoundFile("new/Lease, signed.docx", 1, 2, ""), None)
    row = copied_row(work, owner, Fingerprint("h", 1, 2))
    assert row.path == "new/Lease, signed.docx"
    assert row.title == (expected or title)
