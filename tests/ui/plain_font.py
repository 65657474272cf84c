"""A font of plain boxes, made here, so that a picture of the window is the same everywhere.

What a real font makes of a window depends on which fonts a machine has, and on their
versions. This one gives every character of every script a box of its own kind's width, so no
other font is ever asked. Browsers' layout tests do the same with the font "Ahem".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

FAMILY = "Lectern Plain"
_EM = 1000
_ASCENT, _DESCENT = 930, 240
_EPOCH = 3_400_000_000
"""Seconds from 1904 to a day of 2011: the files must not differ from run to run."""

# Glyph numbers: each is a box as high as what it stands for; two are empty.
_MISSING, _SPACE, _SMALL, _TALL, _THIN, _WIDE, _NOTHING = range(7)
_GLYPHS: tuple[tuple[int, int], ...] = (
    # advance, height of the box
    (600, 700),
    (318, 0),
    (580, 540),
    (640, 730),
    (290, 540),
    (1000, 800),
    (0, 0),
)
_RANGES: tuple[tuple[int, int, int], ...] = (
    (0x20, 0x20, _SPACE),
    (0x21, 0x2F, _THIN),
    (0x30, 0x39, _SMALL),
    (0x3A, 0x40, _THIN),
    (0x41, 0x5A, _TALL),
    (0x5B, 0x60, _THIN),
    (0x61, 0x68, _SMALL),
    (0x69, 0x6A, _THIN),
    (0x6B, 0x6B, _SMALL),
    (0x6C, 0x6C, _THIN),
    (0x6D, 0x7E, _SMALL),
    (0xA0, 0xA0, _SPACE),
    (0xA1, 0x2FF, _SMALL),
    (0x300, 0x36F, _NOTHING),
    (0x370, 0x1FFF, _SMALL),
    (0x2000, 0x200A, _SPACE),
    (0x200B, 0x200F, _NOTHING),
    (0x2010, 0x2027, _THIN),
    (0x2028, 0x202E, _NOTHING),
    (0x202F, 0x202F, _SPACE),
    (0x2030, 0x205F, _THIN),
    (0x2060, 0x206F, _NOTHING),
    (0x2070, 0x2FFF, _SMALL),
    (0x3000, 0x9FFF, _WIDE),
    (0xA000, 0xABFF, _SMALL),
    (0xAC00, 0xD7A3, _WIDE),
    (0xF900, 0xFAFF, _WIDE),
    (0xFB00, 0xFDFF, _SMALL),
    (0xFE00, 0xFE0F, _NOTHING),
    (0xFE10, 0xFFEF, _SMALL),
    (0x1F000, 0x1FAFF, _WIDE),
)


@dataclass(frozen=True, slots=True)
class Face:
    """How boxes look: ``inset`` is the room at their sides, ``lift`` that below, in 1/1000 em."""

    weight: int = 400
    inset: int = 60
    lift: int = 0


def make_font(face: Face, family: str = FAMILY) -> bytes:
    """Make a TrueType font; OpenType 1.9 says what stands where in it."""
    tables = {
        b"OS/2": _os2(face),
        b"cmap": _cmap(),
        b"glyf": b"".join(_outlines(face)),
        b"head": _head(),
        b"hhea": _hhea(),
        b"hmtx": b"".join(struct.pack(">Hh", width, face.inset) for width, _ in _GLYPHS),
        b"loca": _loca(face),
        b"maxp": struct.pack(">IH13H", 0x10000, len(_GLYPHS), 4, 1, *([0] * 2), 2, *([0] * 8)),
        b"name": _name(family, "Bold" if face.weight >= 600 else "Regular"),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -120, 50, 0, 0, 0, 0, 0),
    }
    return _file(tables)


def _hhea() -> bytes:
    metrics = (_ASCENT, -_DESCENT, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0)
    return struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, *metrics, len(_GLYPHS))


def _outlines(face: Face) -> Sequence[bytes]:
    made = []
    for width, height in _GLYPHS:
        if not height:
            made.append(b"")
            continue
        left, right, low, high = face.inset, width - face.inset, face.lift, height
        head = struct.pack(">hhhhh", 1, left, low, right, high)
        # Four points on the curve: up, right, down; each is told from the one before.
        flags = bytes([0x01] * 4)
        across = struct.pack(">hhhh", left, 0, right - left, 0)
        upwards = struct.pack(">hhhh", low, high - low, 0, low - high)
        body = head + struct.pack(">HH", 3, 0) + flags + across + upwards
        made.append(body + b"\0" * (-len(body) % 4))
    return made


def _loca(face: Face) -> bytes:
    at, places = 0, [0]
    for outline in _outlines(face):
        at += len(outline)
        places.append(at)
    return struct.pack(f">{len(places)}I", *places)


def _cmap() -> bytes:
    # Format 13 maps many characters to one glyph each range.
    groups = b"".join(struct.pack(">III", *each) for each in _RANGES)
    table = struct.pack(">HHIII", 13, 0, 16 + len(groups), 0, len(_RANGES)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _head() -> bytes:
    return struct.pack(
        ">IIIIHHQQhhhhHHhhh",
        0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _EM, _EPOCH, _EPOCH,
        0, 0, _EM, _ASCENT, 0, 6, 2, 1, 0,
    )  # fmt: skip


def _os2(face: Face) -> bytes:
    everything = 0xFFFFFFFF
    return struct.pack(
        ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHHIIhhHHH",
        4, 580, face.weight, 5, 0, *([0] * 11), bytes(10),
        everything, everything, everything, everything & 0x07FFFFFF, b"LECT",
        0x20 if face.weight >= 600 else 0x40, 0x20, 0xFFFF,
        _ASCENT, -_DESCENT, 0, _ASCENT, _DESCENT, 0x601FFFFF & everything, 0, 540, 730, 0, 0x20, 1,
    )  # fmt: skip


def _name(family: str, style: str) -> bytes:
    texts = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}{style}".replace(" ", "")}
    records, store = b"", b""
    for number, text in texts.items():
        coded = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(coded), len(store))
        store += coded
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + store


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(
        ">IHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16
    )
    at = len(head) + 16 * count
    records, body = b"", b""
    for tag, data in sorted(tables.items()):
        records += struct.pack(">4sIII", tag, _checksum(data), at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return head + records + body


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) % (1 << 32)
