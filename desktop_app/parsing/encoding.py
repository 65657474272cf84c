"""Bytes to characters: marks first, then UTF-8, then what the bytes look like."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from desktop_app.parsing.cleaning import break_lines

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 64 << 10
# Latin text in UTF-16 has a zero in every second byte; other scripts have them at spaces
# and line ends. In one-byte and multi-byte encodings there are none at all.
_UTF16_ZERO_SHARE = 0.02
# What people's old files are in. Charset-normalizer without this list prefers exotic
# relatives (cp949 to johab, cp1252 to mac_roman) on short text.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "koi8_r", "cp850", "cp866", "iso8859_2", "iso8859_5", "iso8859_7",
    "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "tis_620",
]  # fmt: skip
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096
# Web browsers read these names as their Windows supersets (WHATWG Encoding Standard).
_READ_AS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "windows-31j": "cp932",
}


def decode(content: bytes, *, is_markup: bool = False) -> str:
    """Return the characters of a text file; never fails, damaged bytes become U+FFFD.

    A byte order mark wins, then valid UTF-8, then UTF-16 without a mark, then what
    markup declares about itself, then statistics over the first 64 KB.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return break_lines(content[len(mark) :].decode(name, errors="replace"))
    return break_lines(_decode_unmarked(content, is_markup=is_markup))


def is_binary(content: bytes) -> bool:
    """Say whether the beginning of a file cannot be text in any encoding."""
    sample = content[:_SAMPLE_BYTES]
    if any(sample.startswith(mark) for mark, _ in _MARKS):
        return False
    if b"\0" in sample:
        return not _utf16_of(sample)
    controls = sum(sample.count(code) for code in _RARE_CONTROLS)
    return controls > _BINARY_SHARE * len(sample)


_RARE_CONTROLS = [bytes([code]) for code in range(1, 32) if code not in b"\t\n\r\f\x1b\x1a"]
_BINARY_SHARE = 0.05


def _decode_unmarked(content: bytes, *, is_markup: bool) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        # One damaged byte in a long UTF-8 text must not turn all of it into cp1252.
        if _is_nearly_utf8(content, error.start):
            return content.decode("utf-8", errors="replace")
    else:
        if "\0" not in text:
            return text
    sample = content[:_SAMPLE_BYTES]
    name = _utf16_of(sample) or (_declared_in(content) if is_markup else "") or _guess(sample)
    return content.decode(name, errors="replace")


def _is_nearly_utf8(content: bytes, first_error: int) -> bool:
    sample = content[: max(_SAMPLE_BYTES, min(first_error + 1024, 1 << 20))]
    text = sample.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    whole = sum(not character.isascii() for character in text) - damaged
    return whole > 20 * damaged


def _utf16_of(sample: bytes) -> str:
    """Return "utf-16-le"/"utf-16-be" where the zeros stand on one side only, else ""."""
    half = len(sample) // 2
    if half < 2:  # noqa: PLR2004 (one character proves nothing)
        return ""
    even, odd = sample[0 : 2 * half : 2], sample[1 : 2 * half : 2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    fewer, more = sorted((zeros_even, zeros_odd))
    if more < _UTF16_ZERO_SHARE * half or fewer > more // 20:
        return ""
    name = "utf-16-le" if zeros_odd > zeros_even else "utf-16-be"
    text = sample[: 2 * half].decode(name, errors="replace")
    readable = sum(character.isprintable() or character.isspace() for character in text)
    return name if readable > 0.9 * len(text) else ""


def _declared_in(content: bytes) -> str:
    found = _DECLARED.search(content[:_DECLARED_WITHIN])
    if not found:
        return ""
    name = (found.group(1) or found.group(2)).decode("ascii", "ignore").lower()
    name = _READ_AS.get(name, name)
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return ""
    # Codecs that are no character sets (rot13, zlib), and UTF-16, which the bytes of the
    # declaration itself disprove.
    is_text = codec._is_text_encoding  # noqa: SLF001 (there is no public way to ask)
    return "" if not is_text or name.startswith("utf") else name


def _guess(sample: bytes) -> str:
    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "cp1252"
