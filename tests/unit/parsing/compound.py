"""Writes the OLE containers that old Office files and Outlook messages are ([MS-CFB])."""

from __future__ import annotations

import itertools
import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
# Streams below this are kept elsewhere; longer ones spare the writer that.
_SMALLEST = 4096

Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return a container of streams and storages; streams are padded with zeros to 4,096."""
    entries: list[tuple[str, int, int, int, int]] = []  # name, kind, right, child, start
    streams: list[bytes] = []
    sizes: dict[int, int] = {}

    def add(items: Tree) -> int:
        """Add siblings as a chain to the right and return the first, or none."""
        numbers = []
        for name, value in items.items():
            at = len(entries)
            numbers.append(at)
            entries.append((name, 0, _FREE, _FREE, 0))
            if isinstance(value, dict):
                entries[at] = (name, 1, _FREE, add(value), 0)
            else:
                padded = value.ljust(_SMALLEST, b"\0")
                sizes[at] = len(padded)
                entries[at] = (name, 2, _FREE, _FREE, len(streams))
                streams.append(padded.ljust(-(-len(padded) // _SECTOR) * _SECTOR, b"\0"))
        for one, following in itertools.pairwise(numbers):
            name, kind, _, child, start = entries[one]
            entries[one] = (name, kind, following, child, start)
        return numbers[0] if numbers else _FREE

    entries.append(("Root Entry", 5, _FREE, _FREE, 0))
    entries[0] = ("Root Entry", 5, _FREE, add(tree), 0)
    directory_sectors = -(-len(entries) * 128 // _SECTOR)
    starts, fat, at = [], [], 0
    for content in streams:
        starts.append(at)
        count = len(content) // _SECTOR
        fat += [*range(at + 1, at + count), _END]
        at += count
    directory = at
    fat += [*range(at + 1, at + directory_sectors), _END]
    at += directory_sectors
    fat_sectors = 1
    while fat_sectors * (_SECTOR // 4) < len(fat) + fat_sectors:
        fat_sectors += 1
    first_fat = at
    fat += [_FAT] * fat_sectors
    fat += [_FREE] * (fat_sectors * _SECTOR // 4 - len(fat))
    written = b"".join(
        _entry(name, kind, right, child, starts[start] if kind == 2 else _END, sizes.get(number, 0))
        for number, (name, kind, right, child, start) in enumerate(entries)
    ).ljust(directory_sectors * _SECTOR, b"\0")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, fat_sectors, directory, 0, _SMALLEST, _END, 0, _END, 0,
    )  # fmt: skip
    places = [first_fat + number for number in range(fat_sectors)]
    places += [_FREE] * (109 - len(places))
    header += struct.pack("<109I", *places)
    return header + b"".join(streams) + written + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, *links: int) -> bytes:
    """``links``: the next sibling, the first child, the first sector and the size."""
    right, child, start, size = links
    encoded = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ",
        encoded, len(encoded), kind, 1, _FREE, right, child, 0, start, size,
    )  # fmt: skip
