"""Mail: messages, mailboxes and web pages saved as mail, by the standard library's parser.

Read with the oldest policy of ``email``: the newer ones raise on headers that are merely
malformed, and real mail is.
"""

from __future__ import annotations

import binascii
import codecs
import email
import email.policy
import io
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile, FileTooLarge, ParseError, UnsupportedFormat
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode, is_binary
from desktop_app.parsing.limits import DEEPEST_MEMBER, LARGEST_MESSAGE_BYTES
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.media_types import media_type_of
from desktop_app.parsing.members import Members, placed_under
from desktop_app.parsing.plain import text_blocks
from desktop_app.translation import mark

_SHOWN_HEADERS = ("From", "To", "Cc", "Date")
_LONGEST_HEADER = 2000
# Pictures of a signature, keys and certificates: part of how a message looks or is proven.
_FURNITURE = (
    "application/pkcs7-", "application/x-pkcs7-", "application/pgp-", "application/ms-tnef",
    "message/delivery-status", "message/disposition-notification",
)  # fmt: skip
# Encodings whose bytes are valid UTF-8 and mean something else.
_SEVEN_BIT = ("iso2022", "iso-2022", "utf-7", "utf7", "hz")
_ENDINGS = {
    "text/calendar": ".txt", "text/x-vcard": ".txt", "text/vcard": ".txt", "text/csv": ".csv",
    "text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf", "text/rtf": ".rtf",
    "application/rtf": ".rtf", "application/zip": ".zip", "application/json": ".json",
    "text/xml": ".xml", "application/xml": ".xml",
}  # fmt: skip
_DAMAGE = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    binascii.Error,
)


def parse_mail(path: Path, media_type: str, members: Members) -> ParsedDocument:
    """Read one message: subject, who and when, its text, then each attachment.

    Raises CorruptFile or FileTooLarge.
    """
    if path.stat().st_size > LARGEST_MESSAGE_BYTES:
        raise FileTooLarge
    content = path.read_bytes()
    if is_binary(content):
        raise CorruptFile(mark("The file is not a message, although its name says so."))
    message = _message_of(content)
    if not message.keys():
        raise CorruptFile(mark("The file is not a message, although its name says so."))
    blocks = tuple(message_blocks(message, members, level=1))
    return members.document(media_type, _header(message, "Subject"), blocks, parser="mail")


def parse_mailbox(path: Path, media_type: str, members: Members) -> ParsedDocument:
    """Read the messages of a mailbox one after the other, until a limit is reached."""
    blocks: list[Block] = []
    with path.open("rb") as file:
        if is_binary(file.read(1024)):
            raise CorruptFile(mark("The file is not a mailbox, although its name says so."))
        file.seek(0)
        for content in _messages(file):
            if members.is_spent:
                break
            if content is None:
                members.miss(FileTooLarge())
                continue
            found = list(message_blocks(_message_of(content), members, level=1))
            members.spend(found)
            blocks.extend(found)
    return members.document(media_type, "", blocks, parser="mail")


def parse_web_archive(content: bytes, media_type: str) -> ParsedDocument:
    """Read a web page with all its parts in one file (MHTML); only the page itself."""
    message = _message_of(content)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            title, blocks = read_html(_text_of(part))
            if blocks:
                title = title or _header(message, "Subject")
                return ParsedDocument(media_type, title, blocks, parser="mhtml")
    raise CorruptFile


def message_blocks(message: Message, members: Members, *, level: int) -> Iterator[Block]:
    """Yield a message's blocks, its subject as heading of ``level``."""
    subject = _header(message, "Subject")
    yield Block(BlockKind.HEADING, subject or "(no subject)", level=level)
    lines = [(name, _header(message, name)) for name in _SHOWN_HEADERS]
    envelope = "\n".join(f"{name}: {text}" for name, text in lines if text)
    if envelope:
        yield Block(BlockKind.PARAGRAPH, envelope)
    bodies: list[Message] = []
    attached: list[Message] = []
    _sort(message, bodies, attached, nesting=0)
    for part in bodies:
        yield from _below(_body(part), level)
    for part in attached:
        yield from _attachment(part, members, level=level + 1)


def _sort(part: Message, bodies: list[Message], attached: list[Message], *, nesting: int) -> None:
    """Put the parts of a message to what is read as its text and what is attached."""
    if nesting > 20:  # noqa: PLR2004 (as deep as mail is ever forwarded; more is an attack)
        return
    children = part.get_payload()
    kind = part.get_content_type()
    if kind == "message/rfc822" or not part.is_multipart() or not isinstance(children, list):
        is_text = kind in {"text/plain", "text/html", "text/enriched"}
        if is_text and part.get_content_disposition() != "attachment" and not _name_of(part):
            bodies.append(part)
        else:
            attached.append(part)
        return
    if kind == "multipart/alternative":
        parts = [child for child in children if isinstance(child, Message)]
        children = list(_best_of(parts, attached))
    for child in children:
        if isinstance(child, Message):
            _sort(child, bodies, attached, nesting=nesting + 1)


def _best_of(choices: list[Message], attached: list[Message]) -> list[Message]:
    """Return what says the same as the others best: plain text, unless it says nothing."""
    for kind in ("text/plain", "text/html"):
        for part in choices:
            if part.get_content_type() == kind and any(True for _ in _body(part)):
                attached.extend(
                    each for each in choices if not each.get_content_type().startswith("text/")
                    and not each.is_multipart()
                )  # fmt: skip
                return [part]
    return choices


def _body(part: Message) -> Iterator[Block]:
    text = _text_of(part)
    if part.get_content_type() == "text/html" or text.lstrip()[:15].lower().startswith(
        ("<!doctype html", "<html")
    ):
        yield from read_html(text)[1]
    else:
        yield from text_blocks(_unquoted(text))


def _unquoted(text: str) -> str:
    """Return text without the marks of what it quotes."""
    lines = text.split("\n")
    return "\n".join(line.lstrip("> ") if line.startswith(">") else line for line in lines)


def _below(blocks: Iterator[Block], level: int) -> Iterator[Block]:
    """Yield a body's blocks with their headings below the subject."""
    return placed_under("", tuple(blocks), level=level)


def _attachment(part: Message, members: Members, *, level: int) -> Iterator[Block]:
    kind = part.get_content_type()
    name = _name_of(part)
    if kind == "message/rfc822":
        inner = part.get_payload()
        message = inner[0] if isinstance(inner, list) and inner else inner
        if level > DEEPEST_MEMBER:
            members.miss(FileTooLarge())
        elif isinstance(message, Message):
            yield from message_blocks(message, members, level=level)
        return
    is_inline_picture = kind.startswith("image/") and (
        part.get_content_disposition() != "attachment"
    )
    if kind.startswith(_FURNITURE) or is_inline_picture or members.is_spent:
        return
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return
    name = name or f"attachment{_ENDINGS.get(kind, '')}"
    yield from attachment_blocks(name, kind, content, members, level=level)


def attachment_blocks(
    name: str, kind: str, content: bytes, members: Members, *, level: int
) -> Iterator[Block]:
    """Yield an attachment below its name, which is all of it where it cannot be read."""
    yield from placed_under(name, (), level=level)
    try:
        try:
            media_type_of(Path(name))
            named = name
        except UnsupportedFormat:
            if kind not in _ENDINGS:
                raise
            named = f"attachment{_ENDINGS[kind]}"
        parsed = members.document_of(members.unpack(io.BytesIO(content), named))
    except ParseError as error:
        members.miss(error)
        return
    if parsed is not None:
        yield from placed_under("", parsed.blocks, level=level)


def _message_of(content: bytes) -> Message:
    try:
        return email.message_from_bytes(content.lstrip(b"\r\n\xef\xbb\xbf"))
    except _DAMAGE as error:
        raise CorruptFile from error


def _header(message: Message, name: str) -> str:
    """Return a header as its author typed it, in one line, or ""."""
    value = message.get(name)
    if value is None:
        return ""
    raw = str(value)[:_LONGEST_HEADER]
    try:
        parts = decode_header(raw)
    except _DAMAGE:
        return clean_line(raw)
    text = "".join(
        part if isinstance(part, str) else _characters(part, charset or "")
        for part, charset in parts
    )
    return clean_line(text)


def _name_of(part: Message) -> str:
    try:
        name = part.get_param("filename", header="content-disposition") or part.get_param("name")
        if not name:
            return ""
        raw = collapse_rfc2231_value(name) if isinstance(name, tuple) else str(name)
        parts = decode_header(raw)
    except _DAMAGE:
        return ""
    text = "".join(
        each if isinstance(each, str) else _characters(each, charset or "")
        for each, charset in parts
    )
    return clean_line(text.replace("\\", "/").rpartition("/")[2])


def _text_of(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset() or ""
    except _DAMAGE:
        content, charset = str(part.get_payload()).encode("utf-8", "replace"), ""
    if not isinstance(content, bytes):
        return ""
    return _characters(content, charset, is_markup=part.get_content_type() == "text/html")


def _characters(content: bytes, charset: str, *, is_markup: bool = False) -> str:
    """Return characters, whatever the message claims that their encoding is."""
    charset = charset.lower()
    if not charset.startswith(_SEVEN_BIT):
        if content.isascii():
            return content.decode("ascii").replace("\r\n", "\n")
        try:
            return content.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            pass
    try:
        is_text = codecs.lookup(charset)._is_text_encoding  # noqa: SLF001 (no public way)
        if is_text and not charset.startswith("utf-8"):
            return content.decode(charset).replace("\r\n", "\n")
    except (LookupError, ValueError):
        pass
    return decode(content, is_markup=is_markup)


def _messages(file: io.BufferedReader) -> Iterator[bytes | None]:
    """Yield each message of a mailbox; None for one that is too large to be held.

    A line beginning with "From " after an empty one begins a message (mboxrd, mboxo).
    """
    held: list[bytes] = []
    size = 0
    is_after_gap = True
    for line in file:
        if is_after_gap and line.startswith(b"From "):
            if size:
                yield b"".join(held) if size <= LARGEST_MESSAGE_BYTES else None
            held, size = [], 0
        else:
            size += len(line)
            if size <= LARGEST_MESSAGE_BYTES:
                held.append(line[1:] if line.startswith(b">From ") else line)
            else:
                held = []
        is_after_gap = line in {b"\n", b"\r\n"}
    if size:
        yield b"".join(held) if size <= LARGEST_MESSAGE_BYTES else None
