"""Files within files: attachments of a message and members of an archive, bounded together."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Protocol

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.domain.shortfalls import (
    DAMAGED_MEMBERS,
    LARGE_MEMBERS,
    OLD_OFFICE_MEMBERS,
    PARTIAL_MEMBERS,
    PROTECTED_MEMBERS,
    SCANNED_MEMBERS,
    UNREAD_MEMBERS,
    UNSUPPORTED_MEMBERS,
)
from desktop_app.errors import (
    CorruptFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    NeedsLibreOffice,
    ParseError,
    UnsupportedFormat,
)
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import (
    DEEPEST_MEMBER,
    LARGEST_MEMBER_BYTES,
    LARGEST_PACKAGE_BYTES,
    MEMBER_SECONDS,
    MEMBER_SECONDS_FOR_BYTES,
    MOST_MEMBER_CHARACTERS,
    MOST_MEMBER_SCANS,
    MOST_MEMBERS,
    STEEP_FROM_BYTES,
    STEEPEST_COMPRESSION,
)
from desktop_app.parsing.page_texts import PageText
from desktop_app.translation import listed, mark, sentences, worded

_PIECE_BYTES = 1 << 20
_DEEPEST_HEADING = 6
# What systems and tools add to archives and nobody looks for; as the scan of a folder.
_CLUTTER = frozenset({"__MACOSX", "node_modules", "__pycache__", "thumbs.db", "desktop.ini"})
_REASONS = {
    EncryptedFile.code: PROTECTED_MEMBERS,
    UnsupportedFormat.code: UNSUPPORTED_MEMBERS,
    FileTooLarge.code: LARGE_MEMBERS,
    NeedsLibreOffice.code: OLD_OFFICE_MEMBERS,
    "scanned": SCANNED_MEMBERS,
    "partial": PARTIAL_MEMBERS,
}


class Readable(Protocol):
    """Bytes that can be read piece by piece: a file, or a member while it is unpacked."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end."""
        ...


LookUp = Callable[[Path, int, int], PageText | None]
"""(file, its page, the page's number among the scans of all members) -> what was recognized."""


class Members:
    """What may still be unpacked of one file, however deep, and what was left out.

    ``read`` parses a file on disk by its name; ``size`` is that of the outermost file in
    bytes, which bounds how much it can unpack to. Members are written one at a time to a
    temporary directory under names of our own. Close it to remove the directory.

    Pages of members that are pictures of text are numbered through, from 1, in the order in
    which they are met, whatever was recognized of them: these numbers are the pages of the
    outermost file. ``look_up`` is asked for each, while its file is there.
    """

    def __init__(
        self,
        read: Callable[[Path, Members], ParsedDocument],
        *,
        size: int,
        look_up: LookUp = lambda _file, _page, _number: None,
    ) -> None:
        self._read = read
        self._look_up = look_up
        self._scans = 0
        self._empty: list[int] = []
        self._numbers: dict[int, int] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._depth = 0
        self._count = 0
        self._characters = MOST_MEMBER_CHARACTERS
        self._bytes = min(LARGEST_PACKAGE_BYTES, max(STEEP_FROM_BYTES, STEEPEST_COMPRESSION * size))
        self._ends_at = monotonic() + MEMBER_SECONDS * max(1.0, size / MEMBER_SECONDS_FOR_BYTES)
        self._unread: Counter[str] = Counter()

    def close(self) -> None:
        """Remove the temporary directory."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def is_spent(self) -> bool:
        """Whether a limit is reached, so that no further member is to be read."""
        return (
            self._count >= MOST_MEMBERS
            or self._bytes <= 0
            or self._characters <= 0
            or monotonic() > self._ends_at
        )

    def folder(self) -> Path:
        """Return the temporary directory, made when it is first asked for."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="lectern-unpacked-", ignore_cleanup_errors=True
            )
        return Path(self._folder.name)

    @property
    def bytes_left(self) -> int:
        """How much may still be unpacked."""
        return max(0, self._bytes)

    def adopt(self, path: Path) -> Path:
        """Count a file that a library has unpacked to the temporary directory itself."""
        self._count += 1
        self._bytes -= path.stat().st_size
        return path

    def spend(self, blocks: Iterable[Block]) -> None:
        """Count a member that is read where it is, as a message of a mailbox."""
        self._count += 1
        self._characters -= sum(len(block.text) for block in blocks)

    def unpack(self, source: Readable, name: str) -> Path:
        """Write a member to the temporary directory and return where.

        Only the ending of ``name`` is used. Raises FileTooLarge where it unpacks to more
        than is left; what the unpacking itself raises goes through.
        """
        self._count += 1
        path = self.folder() / f"{self._count}{PurePosixPath(name).suffix.lower()}"
        largest = min(LARGEST_MEMBER_BYTES, self._bytes)
        written = 0
        try:
            with path.open("wb") as file:
                while piece := source.read(_PIECE_BYTES):
                    written += len(piece)
                    self._bytes -= len(piece)
                    if written > largest:
                        break
                    file.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if written > largest:
            path.unlink()
            raise FileTooLarge
        return path

    def document_of(self, path: Path) -> ParsedDocument | None:
        """Read what ``unpack`` wrote and remove it; None, and counted, where that fails."""
        try:
            if self._depth >= DEEPEST_MEMBER:
                raise FileTooLarge
            self._depth += 1
            try:
                parsed = self._read(path, self)
            finally:
                self._depth -= 1
        except ParseError as error:
            self.miss(error)
            return None
        finally:
            path.unlink(missing_ok=True)
        self._characters -= sum(len(block.text) for block in parsed.blocks)
        numbers = [self._numbers.get(page, 0) for page in parsed.empty_pages]
        self._empty.extend(filter(None, numbers))
        if not all(numbers):
            self._unread["scanned"] += 1
        elif parsed.shortfall:
            self._unread["partial"] += 1
        return parsed

    def pages_of(self, file: Path) -> Mapping[int, PageText]:
        """Return what was recognized on the pages of a member, for its reader.

        Each page that is asked for counts as a scan; a reader asks for no other.
        """
        self._numbers = {}
        return _Pages(self, file)

    def page_text(self, file: Path, page: int) -> PageText | None:
        """Give a scanned page of a member its number and return what was recognized on it."""
        if self._scans >= MOST_MEMBER_SCANS:
            return None
        self._scans += 1
        self._numbers[page] = self._scans
        return self._look_up(file, page, self._scans)

    def document(
        self, media_type: str, title: str, blocks: Iterable[Block], *, parser: str
    ) -> ParsedDocument:
        """Return the document of a container, with what its members lack."""
        is_outermost = not self._depth
        return ParsedDocument(
            media_type,
            title,
            tuple(blocks),
            page_count=(self._scans or None) if is_outermost else None,
            empty_pages=tuple(self._empty) if is_outermost else (),
            shortfall="" if self._is_whole else self.shortfall(),
            parser=parser,
            remark=self.shortfall() if self._is_whole else "",
        )

    @property
    def _is_whole(self) -> bool:
        """Whether nothing is missing but what a folder leaves out too, which is no failure."""
        return self._unread.keys() <= {UnsupportedFormat.code} and not self.is_spent

    def miss(self, error: ParseError) -> None:
        """Count a member that is not read; an empty one is nothing to tell about."""
        if error.code != EmptyFile.code:
            self._unread[error.code] += 1

    def fail(self) -> None:
        """Raise what a container is that gave no text although something is in it."""
        if self._depth or self._scans or not self._unread:
            return
        codes = set(self._unread)
        if codes == {EncryptedFile.code}:
            raise EncryptedFile
        if codes == {UnsupportedFormat.code}:
            raise UnsupportedFormat(mark("Nothing in it is of a type that is supported."))
        if codes == {FileTooLarge.code}:
            raise FileTooLarge(mark("It unpacks to far more than is read."))
        raise CorruptFile(self.shortfall())

    def shortfall(self) -> str:
        """Say in a sentence what was left out; "" for a file that is itself a member."""
        if self._depth:
            return ""
        unread = stopped = ""
        if self._unread:
            counts: Counter[str] = Counter()
            for code, count in self._unread.items():
                counts[_REASONS.get(code, DAMAGED_MEMBERS)] += count
            members = listed(worded(each, count=count) for each, count in counts.items())
            unread = worded(UNREAD_MEMBERS, members=members)
        if self.is_spent:
            stopped = mark("Reading stopped at the limits for files within files.")
        return sentences(unread, stopped)


class _Pages(Mapping[int, PageText]):
    """The pages of one member, looked up by its own numbers."""

    def __init__(self, members: Members, file: Path) -> None:
        self._members = members
        self._file = file

    def __getitem__(self, page: int) -> PageText:
        text = self._members.page_text(self._file, page)
        if text is None:
            raise KeyError(page)
        return text

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def is_clutter(name: str) -> bool:
    """Say whether a member is one that the scan of a folder would not report either."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = (part for part in parts if part != "..")
    return any(part.startswith((".", "~$")) or part in _CLUTTER for part in hidden) or (
        bool(parts) and parts[-1].lower() in _CLUTTER
    )


def placed_under(name: str, blocks: tuple[Block, ...], *, level: int) -> Iterator[Block]:
    """Yield a member's blocks below a heading with its name.

    They lose page and boxes: those are of the member, and nothing can show them.
    """
    heading = clean_line(name)
    if heading:
        yield Block(BlockKind.HEADING, heading, level=min(level, _DEEPEST_HEADING))
    for block in blocks:
        inner = block.level
        if block.kind is BlockKind.HEADING:
            inner = min(block.level + level, _DEEPEST_HEADING)
        yield dataclasses.replace(block, level=inner, page=None, lines=())
