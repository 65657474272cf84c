"""Compare what a scan found with the ledger: what is new, what is gone, what to read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.domain import Document
from desktop_app.errors import FileLocked, FileUnreadable, NeedsLibreOffice, ReaderNotStarted
from desktop_app.indexing.chunker import CHUNKER_VERSION
from desktop_app.indexing.scanner import FoundFile
from desktop_app.parsing.formats import PARSER_VERSION
from desktop_app.parsing.programs import find_libreoffice

Contents = Mapping[str, tuple[int, int, int]]
"""Content hash -> (parser version, chunker version, passages) of what is stored whole."""


@dataclass(frozen=True, slots=True)
class Work:
    """A file to read. ``previous`` is its row in the ledger, if it has one.

    ``known_hash`` is the hash of its bytes where size and time say that they are still
    those of the ledger, else "". ``is_forced`` means that the user asked to read it
    again, so an earlier failure of the same bytes is no answer.
    """

    root: str
    file: FoundFile
    previous: Document | None
    known_hash: str = ""
    is_forced: bool = False
    attempt: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What names the file in the ledger."""
        return self.root, self.file.path

    @property
    def full_path(self) -> str:
        """Where the file is."""
        return str(Path(self.root, self.file.path))


@dataclass(slots=True)
class Plan:
    """What is to be done for one root; filled by ``compare``.

    ``refused`` are files that get a row without being read, and have not got it yet.
    """

    unchanged: list[Document] = field(default_factory=list)
    refused: list[FoundFile] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)


def compare(
    root: str, found: Iterable[FoundFile], ledger: Mapping[str, Document], contents: Contents
) -> Plan:
    """Sort what was found by what it needs; ``ledger`` is the root's rows by path.

    Rows below a directory that could not be listed are kept: what is there is unknown.
    """
    plan = Plan()
    uncertain = {FileLocked.code, FileUnreadable.code, ReaderNotStarted.code}
    if find_libreoffice():
        uncertain.add(NeedsLibreOffice.code)
    seen = set()
    unlisted = []
    for file in found:
        seen.add(file.path)
        if file.is_directory:
            unlisted.append(file.path + "/" if file.path else "")
        row = ledger.get(file.path)
        if row is not None and _is_current(row, file, contents, uncertain):
            plan.unchanged.append(row)
        elif file.refusal is not None:
            plan.refused.append(file)
        else:
            plan.work.append(_work(root, file, row))
    for path in ledger.keys() - seen:
        if not path.startswith(tuple(unlisted)):
            plan.gone.append((root, path))
    return plan


def is_complete(contents: Contents, content_hash: str) -> bool:
    """Say whether this content is stored as the present parsers and chunker make it."""
    return contents.get(content_hash, ())[:2] == (PARSER_VERSION, CHUNKER_VERSION)


def _is_current(
    row: Document, file: FoundFile, contents: Contents, uncertain: Collection[str]
) -> bool:
    if (row.size, row.mtime_ns) != (file.size, file.mtime_ns):
        return False
    if file.refusal is not None:
        return (row.status, row.reason) == (file.refusal.status, file.refusal.reason)
    if row.status.is_readable:
        return is_complete(contents, row.content_hash)
    # A refusal of the scan has version 0; whether a file may be opened, or a program is
    # there to read it, can change without a change of the file.
    return row.parser_version == PARSER_VERSION and row.reason_code not in uncertain


def _work(root: str, file: FoundFile, row: Document | None) -> Work:
    if row is None:
        return Work(root, file, None)
    is_same = (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
    return Work(root, file, row, row.content_hash if is_same else "", is_forced=row.size < 0)
