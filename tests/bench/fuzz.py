"""Damage real files in every way that disks, networks and attackers do, and read them all.

Usage: python tests/bench/fuzz.py [--inputs N | --minutes M] [--seed S] [--keep DIR] [FOLDER...]

Each input is a real file with one to four mutations, decided by seed and number alone, and
goes through the real pool of parser processes. It has to end as a document or as one of
Lectern's own errors; a process that crashes, is late or takes too much memory is such an
end, and counted. Anything else is unexpected: a foreign exception, a pool that stops, an
answer after the deadline and its grace. Prints one JSON object; the exit status is 1 where
anything unexpected happened. ``--keep`` saves the inputs that crashed, were late or unexpected.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import ParseFailure
from desktop_app.errors import ParseError, ParserCrashed
from desktop_app.indexing.extraction import ExtractRequest, extract
from desktop_app.parsing.media_types import MEDIA_TYPES
from desktop_app.parsing.pool import ParserPool

_CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
_LARGEST_SOURCE = 3 << 20
_MOST_MUTATIONS = 4
_INSIDE_ARCHIVE = 0.6
_GRACE_SECONDS = 15.0
# A child may also have to be started, and again where the machine is too busy to do it in time.
_START_SECONDS = 60.0 + 120.0 + 240.0
_MEMORY_MB = 1024
_SIZES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_KEPT = ("crashed", "timeout", "unexpected")


# Beyond this share it is not the files that crash the readers.
_MOST_CRASHED = 0.2

Outcome = tuple[str, str]
"""How one input ended: "read", an error's code or "unexpected"; and what is known of it. A
plain value: of others the pool takes only those of the application."""


def attempt(path: str) -> Outcome:
    """Read one file as the indexer does. Runs in a parser process."""
    try:
        extract(ExtractRequest(path, "0" * 64, "fuzz"))
    except ParseError as error:
        return error.code, ""
    except (MemoryError, RecursionError):
        raise  # what the pool answers to these is part of the test
    except Exception as error:  # noqa: BLE001 (this is what the bench looks for)
        frames = traceback.extract_tb(error.__traceback__)
        own = [each for each in frames if "desktop_app" in each.filename] or frames
        steps = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in own[-3:][::-1])
        return "unexpected", f"{type(error).__name__} at {steps}"
    return "read", ""


class Mutator:
    """Makes input number N of a seed; the same bytes on every machine with the same files."""

    def __init__(self, sources: Sequence[Path], seed: int) -> None:
        self._sources = sources
        self._by_suffix: dict[str, list[Path]] = {}
        for path in sources:
            self._by_suffix.setdefault(path.suffix.lower(), []).append(path)
        # By format first, so that three hundred Markdown files do not crowd out the others.
        self._suffixes = sorted(self._by_suffix)
        self._seed = seed

    def make(self, number: int) -> tuple[str, bytes]:
        """Return (suffix, content)."""
        chance = random.Random(f"{self._seed}:{number}")
        suffix = chance.choice(self._suffixes)
        content = chance.choice(self._by_suffix[suffix]).read_bytes()
        if content.startswith(b"PK") and chance.random() < _INSIDE_ARCHIVE:
            # An archive whose frame is damaged is refused before anything in it is read.
            return suffix, tamper(content, chance)
        for _ in range(chance.randint(1, _MOST_MUTATIONS)):
            content = chance.choice(self._mutations(content, suffix))(content, chance)
        return suffix, content

    def _mutations(
        self, content: bytes, suffix: str
    ) -> list[Callable[[bytes, random.Random], bytes]]:
        found = [flip, truncate, resize, repeat, cut, blank]
        if content.startswith(b"PK"):
            found += [tamper, tamper, mislead]
        if b"<" in content[:4096]:
            found += [double_tag, double_tag]

        def splice(content: bytes, chance: random.Random) -> bytes:
            other = chance.choice(self._by_suffix[suffix]).read_bytes()
            return content[: _place(content, chance)] + other[_place(other, chance) :]

        return [*found, splice]


def flip(content: bytes, chance: random.Random) -> bytes:
    """Flip up to 64 bits."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 4, 16, 64)) if content else 0):
        changed[_place(content, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncate(content: bytes, chance: random.Random) -> bytes:
    """Lose the end."""
    return content[: _place(content, chance)]


def resize(content: bytes, chance: random.Random) -> bytes:
    """Write extreme numbers where sizes, counts and offsets may stand."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 9))):
        value = chance.choice(_SIZES)
        packed = struct.pack(chance.choice("<>") + "Q", value)
        width = chance.choice((1, 2, 4, 8))
        number = packed[:width] if packed[0] or not packed[-1] else packed[-width:]
        place = _place(content, chance)
        changed[place : place + width] = number
    digits = [each.span() for each in re.finditer(rb"\d+", content[:200_000])]
    if digits and chance.random() < 0.5:
        start, end = chance.choice(digits)
        changed[start:end] = str(chance.choice((*_SIZES, -1, 10**18))).encode()
    return bytes(changed)


def repeat(content: bytes, chance: random.Random) -> bytes:
    """Repeat a stretch, sometimes a thousand times."""
    start = _place(content, chance)
    stretch = content[start : start + chance.choice((1, 16, 256, 4096))]
    return content[:start] + stretch * chance.choice((2, 30, 1000)) + content[start:]


def cut(content: bytes, chance: random.Random) -> bytes:
    """Lose a stretch from the middle."""
    start = _place(content, chance)
    return content[:start] + content[start + chance.choice((1, 16, 512, 8192)) :]


def blank(content: bytes, chance: random.Random) -> bytes:
    """Overwrite a stretch with zeros, as a disk does that lost a block, or with noise."""
    start = _place(content, chance)
    length = min(chance.choice((8, 512, 4096)), len(content) - start)
    filling = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
    return content[:start] + filling + content[start + length :]


def double_tag(content: bytes, chance: random.Random) -> bytes:
    """Repeat one tag, so that it nests up to 50,000 deep, or open it without an end."""
    tags = [each.span() for each in re.finditer(rb"<[A-Za-z/][^<>]{0,200}>", content[:500_000])]
    if not tags:
        return content
    start, end = chance.choice(tags)
    times = chance.choice((1, 2, 100, 5_000, 50_000))
    return content[:start] + content[start:end] * times + content[start:]


def tamper(content: bytes, chance: random.Random) -> bytes:
    """Pack a zip archive again with one member changed, doubled, renamed or left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = [(each.filename, package.read(each)) for each in package.infolist()]
    except Exception:  # noqa: BLE001 (an earlier mutation has broken it already)
        return flip(content, chance)
    if not members:
        return content
    # Mostly the parts that are read.
    parts = [n for n, (name, _) in enumerate(members) if name.endswith(("ml", ".rels", ".opf"))]
    number = chance.choice(parts or range(len(members)))
    name, inner = members[number]
    way = chance.randrange(8)
    if way == 0:
        del members[number]
    elif way == 1:
        members.append((name, truncate(inner, chance)))
    elif way == 2:
        members[number] = (name, chance.choice(members)[1])
    elif way == 3:
        members[number] = (name, chance.choice((b"", b"\xff\xfe", b"<?xml version='1.0'?>")))
    else:
        change = chance.choice((flip, truncate, resize, repeat, cut, double_tag, double_tag))
        members[number] = (name, change(inner, chance))
    packed = io.BytesIO()
    warnings.simplefilter("ignore")  # names that are there twice are meant
    kind = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with zipfile.ZipFile(packed, "w", kind, compresslevel=1) as package:
        for each, data in members:
            # A fixed time, so that the bytes depend on nothing else.
            package.writestr(zipfile.ZipInfo(each), data, compress_type=kind)
    return packed.getvalue()


def mislead(content: bytes, chance: random.Random) -> bytes:
    """Change fields of a zip archive's headers: sizes, checksums, offsets, methods, flags."""
    heads = [each.start() for each in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", content)]
    if not heads:
        return content
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3))):
        place = chance.choice(heads) + chance.choice((4, 6, 8, 10, 14, 18, 20, 22, 24, 26, 28, 42))
        changed[place : place + 4] = struct.pack("<I", chance.choice(_SIZES))
    return bytes(changed)


def _place(content: bytes, chance: random.Random) -> int:
    """Return a place in the content; every second one near the start or the end."""
    length = max(1, len(content))
    if chance.random() < 0.5:
        near = chance.randrange(min(length, 1024))
        return near if chance.random() < 0.5 else length - 1 - near
    return chance.randrange(length)


def draw_pictures(folder: Path) -> list[Path]:
    """Make one small picture of each kind, since the collections hold hardly any."""
    made = []
    for kind in ("png", "jpg", "gif", "bmp", "tiff", "webp"):
        pixels = bytes(n * n % 251 for n in range(200 * 120 * 3))
        picture = Image.frombytes("RGB", (200, 120), pixels)
        ImageDraw.Draw(picture).text((20, 40), "A picture of words", fill="white")
        picture.save(folder / f"source.{kind}")
        made.append(folder / f"source.{kind}")
    return made


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to go on: ``inputs`` from number ``first``, ``minutes``, seconds a file."""

    first: int
    inputs: int
    minutes: float
    deadline: float
    processes: int


class Run:
    """One run: hands out inputs in ``folder`` and counts how they end."""

    def __init__(self, mutator: Mutator, limits: Limits, folder: Path, keep: Path | None) -> None:
        self._mutator = mutator
        self._limits = limits
        self._folder = folder
        self._keep = keep
        self._began = self._last = time.monotonic()
        self._given: dict[str, float] = {}
        self._outcomes: Counter[str] = Counter()
        self._formats: dict[str, Counter[str]] = {}
        self._unexpected: Counter[str] = Counter()

    def run(self) -> dict[str, object]:
        """Go on until the number or the time is reached; return the counts."""
        pool: ParserPool[str, Outcome] = ParserPool(
            attempt, processes=self._limits.processes, memory_mb=_MEMORY_MB
        )
        try:
            for answer in pool.stream(self._requests()):
                if answer is None:
                    self._watch()
                else:
                    self._note(Path(answer[0]), *self._judge(*answer))
        finally:
            pool.close()
        done = self._outcomes.total()
        if self._outcomes[ParserCrashed.code] > max(3.0, _MOST_CRASHED * done):
            self._unexpected["most readers crashed, whatever they read"] += 1
        return {
            "inputs": done,
            "seconds": round(time.monotonic() - self._began, 1),
            "outcomes": dict(self._outcomes.most_common()),
            "unexpected": dict(self._unexpected) if done else {"nothing was read": 1},
            "formats": {name: dict(counts) for name, counts in sorted(self._formats.items())},
        }

    def _requests(self) -> Iterator[tuple[str, float]]:
        for number in range(self._limits.first, self._limits.first + self._limits.inputs):
            if time.monotonic() - self._began > self._limits.minutes * 60:
                return
            suffix, content = self._mutator.make(number)
            path = self._folder / f"{number:07d}{suffix}"
            path.write_bytes(content)
            self._given[str(path)] = time.monotonic()
            yield str(path), self._limits.deadline

    def _judge(self, path: str, result: Outcome | ParseFailure) -> tuple[str, str]:
        self._last = time.monotonic()
        # One request is asked for ahead, so that it waits for the one before it as well.
        took = self._last - self._given.pop(path)
        if took > 2 * (self._limits.deadline + _GRACE_SECONDS) + _START_SECONDS:
            return "unexpected", f"answered after {took:.0f} s"
        if not isinstance(result, ParseFailure):
            return result
        own: list[type[ParseError]] = [ParseError, *ParseError.__subclasses__()]
        if result.code not in {kind.code for kind in own}:
            return "unexpected", f"a failure called {result.code}"
        return result.code, ""

    def _note(self, path: Path, code: str, detail: str) -> None:
        self._outcomes[code] += 1
        self._formats.setdefault(path.suffix, Counter())[code] += 1
        if code == "unexpected":
            self._unexpected[detail] += 1
        if code in _KEPT:
            print(f"{path.stem}: {code} {detail}", file=sys.stderr, flush=True)
            if self._keep is not None:
                (self._keep / f"{code}-{path.name}").write_bytes(path.read_bytes())
        path.unlink()
        if self._outcomes.total() % 500 == 0:
            print(dict(self._outcomes), file=sys.stderr, flush=True)

    def _watch(self) -> None:
        silence = time.monotonic() - self._last
        if silence > self._limits.deadline + _START_SECONDS + _GRACE_SECONDS:
            stopped = {"unexpected": {"the pool stopped": 1}, "in_hand": sorted(self._given)}
            print(json.dumps(stopped), flush=True)
            os._exit(1)


def main() -> int:
    """Read the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--inputs", type=int, default=10_000)
    arguments.add_argument("--minutes", type=float, default=20.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--first", type=int, default=0, help="number of the first input")
    arguments.add_argument("--deadline", type=float, default=20.0, help="seconds a file")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--keep", type=Path)
    chosen = arguments.parse_args()
    folders = chosen.folders or [_CORPORA / each for each in ("docs", "pdfqa", "torture")]
    sources = sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in MEDIA_TYPES
        and path.is_file()
        and path.stat().st_size <= _LARGEST_SOURCE
    )
    if not sources:
        print("There are no files to damage; name a folder.", file=sys.stderr)
        return 2
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    limits = Limits(chosen.first, chosen.inputs, chosen.minutes, chosen.deadline, chosen.processes)
    with tempfile.TemporaryDirectory(prefix="lectern-fuzz-") as folder:
        sources += draw_pictures(Path(folder))
        run = Run(Mutator(sources, chosen.seed), limits, Path(folder), chosen.keep)
        result = run.run()
    result = {"seed": chosen.seed, "sources": len(sources), **result}
    print(json.dumps(result, indent=1))
    return 1 if result["unexpected"] else 0


if __name__ == "__main__":
    sys.exit(main())
