"""Outlook messages (msg): their properties out of the OLE container.

Read with olefile (BSD, no dependencies). extract-msg would do it in one call, and brings
eight packages, two of them pinned to versions of years ago.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import olefile

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile, FileTooLarge
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.limits import DEEPEST_MEMBER, LARGEST_MEMBER_BYTES
from desktop_app.parsing.mail import attachment_blocks
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.members import Members, placed_under
from desktop_app.parsing.plain import text_blocks

# Property identifiers, [MS-OXPROPS].
_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _CC = "0037", "0C1A", "0C1F", "0E04", "0E03"
_BODY, _HTML = "1000", "1013"
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _DATA = "3707", "3704", "3001", "3701"
_MIME, _CONTENT_ID = "370E", "3712"
# Property types, [MS-OXCDATA] 2.11.1.
_UNICODE, _STRING, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_DELIVERED, _SUBMITTED = 0x0E060040, 0x00390040
_PROPERTIES = "__properties_version1.0"
_TOP_HEADER, _EMBEDDED_HEADER, _PROPERTY_BYTES = 32, 24, 16
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DAMAGE = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error)


def parse_msg(path: Path, media_type: str, members: Members) -> ParsedDocument:
    """Read a message and what is attached to it; raises CorruptFile."""
    try:
        with olefile.OleFileIO(path) as container:
            reader = _Reader(container, members)
            title = reader.text([], _SUBJECT)
            blocks = tuple(reader.message([], level=1))
    except _DAMAGE as error:
        raise CorruptFile from error
    return members.document(media_type, title, blocks, parser="outlook")


class _Reader:
    """One container; a message is named by the storages that lead to it."""

    def __init__(self, container: olefile.OleFileIO, members: Members) -> None:
        self._container = container
        self._members = members
        # A set, since each attachment is asked for a dozen properties that it may have.
        self._paths = frozenset(map(tuple, container.listdir(streams=True, storages=True)))

    def message(self, at: Sequence[str], *, level: int) -> Iterator[Block]:
        yield Block(BlockKind.HEADING, self.text(at, _SUBJECT) or "(no subject)", level=level)
        sender = " ".join(
            filter(None, (self.text(at, _SENDER), _angled(self.text(at, _SENDER_ADDRESS))))
        )
        envelope = (
            ("From", sender),
            ("To", self.text(at, _TO)),
            ("Cc", self.text(at, _CC)),
            ("Date", self._date(at)),
        )
        shown = "\n".join(f"{name}: {text}" for name, text in envelope if text)
        if shown:
            yield Block(BlockKind.PARAGRAPH, shown)
        yield from placed_under("", tuple(self._body(at)), level=level)
        for attachment in self._attachments(at):
            yield from self._attachment([*at, attachment], level=level + 1)

    def text(self, at: Sequence[str], name: str) -> str:
        return clean_line(self._string(at, name))

    def _body(self, at: Sequence[str]) -> Iterator[Block]:
        plain = self._string(at, _BODY)
        if plain.strip():
            yield from text_blocks(plain.replace("\r\n", "\n"))
            return
        html = self._stream(at, _HTML, _BINARY)
        source = decode(html, is_markup=True) if html else self._string(at, _HTML)
        yield from read_html(source)[1]

    def _attachments(self, at: Sequence[str]) -> list[str]:
        depth = len(at)
        found = {
            path[depth]
            for path in self._paths
            if len(path) > depth
            and path[:depth] == tuple(at)
            and path[depth].startswith("__attach_version1.0")
        }
        return sorted(found)

    def _attachment(self, at: Sequence[str], *, level: int) -> Iterator[Block]:
        if self._members.is_spent:
            return
        embedded = (*at, f"__substg1.0_{_DATA}{_OBJECT}")
        if embedded in self._paths:
            if level > DEEPEST_MEMBER:
                self._members.miss(FileTooLarge())
            else:
                yield from self.message(embedded, level=level)
            return
        kind = self.text(at, _MIME).lower()
        if kind.startswith("image/") and self._string(at, _CONTENT_ID):
            return  # a picture within the text
        name = next(
            filter(
                None, (self.text(at, each) for each in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
            ),
            "attachment",
        )
        content = self._stream(at, _DATA, _BINARY)
        if content:
            yield from attachment_blocks(name, kind, content, self._members, level=level)

    def _string(self, at: Sequence[str], name: str) -> str:
        content = self._stream(at, name, _UNICODE)
        if content:
            return content.decode("utf-16-le", "replace").rstrip("\0")
        return decode(self._stream(at, name, _STRING)).rstrip("\0")

    def _stream(self, at: Sequence[str], name: str, kind: str) -> bytes:
        path = (*at, f"__substg1.0_{name}{kind}")
        if path not in self._paths or self._container.get_size(path) > LARGEST_MEMBER_BYTES:
            return b""
        return bytes(self._container.openstream(path).read())

    def _date(self, at: Sequence[str]) -> str:
        path = (*at, _PROPERTIES)
        if path not in self._paths:
            return ""
        content = self._container.openstream(path).read()
        start = _EMBEDDED_HEADER if at else _TOP_HEADER
        found: dict[int, int] = {}
        for offset in range(start, len(content) - _PROPERTY_BYTES + 1, _PROPERTY_BYTES):
            tag, _, value = struct.unpack_from("<IIQ", content, offset)
            found[tag] = value
        ticks = found.get(_SUBMITTED) or found.get(_DELIVERED)
        if not ticks:
            return ""
        try:
            moment = _EPOCH + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return ""
        return moment.strftime("%Y-%m-%d %H:%M UTC")


def _angled(address: str) -> str:
    # Exchange gives a directory path in the address's place.
    return f"<{address}>" if "@" in address else ""
