"""Archives: one document whose headings are the paths of the files inside.

py7zr reads 7z (the only Python library that does, LGPL); the rest is the standard library
and backports.zstd. No member is ever written under a name that the archive chose.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from desktop_app.domain import Block, ParsedDocument
from desktop_app.errors import (
    CorruptFile,
    EncryptedFile,
    FileTooLarge,
    ParseError,
    UnsupportedFormat,
)
from desktop_app.parsing import signatures
from desktop_app.parsing.limits import MOST_MEMBERS, STEEP_FROM_BYTES, STEEPEST_COMPRESSION
from desktop_app.parsing.media_types import media_type_of
from desktop_app.parsing.members import Members, Readable, is_clutter, placed_under
from desktop_app.translation import mark

_ENCRYPTED_FLAG = 0x1
_TAR_BLOCK = 512
_TAR_MAGIC = slice(257, 262)
_TAR_SUFFIXES = (".tar", ".tgz", ".tbz2", ".tbz", ".txz", ".tzst")
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    NotImplementedError,
    UnicodeError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
)


def parse_archive(path: Path, media_type: str, members: Members) -> ParsedDocument:
    """Read every member of an archive that is of a known type.

    What cannot be read is counted in ``shortfall``. Raises EncryptedFile,
    UnsupportedFormat or FileTooLarge where that holds for all members, CorruptFile.
    """
    blocks: list[Block] = []
    found = 0
    title = ""
    try:
        for name, parsed in _documents(path, media_type, members):
            found += 1
            title = parsed.title if found == 1 else ""
            blocks.extend(placed_under(name, parsed.blocks, level=1))
    except (OSError, *_DAMAGE) as error:
        if not blocks:
            raise CorruptFile from error
        members.miss(CorruptFile())
    if not blocks:
        members.fail()
    return members.document(media_type, title, blocks, parser="archive")


def _documents(
    path: Path, media_type: str, members: Members
) -> Iterator[tuple[str, ParsedDocument]]:
    if media_type == signatures.ZIP:
        yield from _zip(path, members)
    elif media_type == signatures.SEVEN_ZIP:
        yield from _seven_zip(path, members)
    elif media_type == signatures.TAR:
        with path.open("rb") as file:
            yield from _tar(file, members)
    else:
        with _unpacked(path, media_type) as file:
            start = file.read(_TAR_BLOCK)
            whole = cast("IO[bytes]", _Rejoined(start, file))
            if start[_TAR_MAGIC] == b"ustar" or _is_tar_name(path):
                yield from _tar(whole, members)
            else:
                # "notes.txt.gz" holds notes.txt; what is in "data.gz" has no name of its own.
                yield from _one(path.stem, whole, members)


def _zip(path: Path, members: Members) -> Iterator[tuple[str, ParsedDocument]]:
    with zipfile.ZipFile(path) as package:
        for entry in package.infolist():
            if members.is_spent:
                return
            name = _zip_name(entry)
            if entry.is_dir() or not _is_wanted(name, members):
                continue
            try:
                parsed = members.document_of(_unzip(package, entry, name, members))
            except ParseError as error:
                members.miss(error)
                continue
            if parsed is not None:
                yield name, parsed


def _unzip(package: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, members: Members) -> Path:
    """Unpack one entry; raises EncryptedFile, FileTooLarge or CorruptFile."""
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise EncryptedFile
    steepest = STEEPEST_COMPRESSION * max(entry.compress_size, 1)
    if entry.file_size > max(STEEP_FROM_BYTES, steepest):
        raise FileTooLarge
    try:
        with package.open(entry) as source:
            return members.unpack(source, name)
    except _DAMAGE as error:
        raise CorruptFile from error
    except RuntimeError as error:  # what zipfile raises for later kinds of encryption
        raise EncryptedFile from error


def _tar(file: IO[bytes], members: Members) -> Iterator[tuple[str, ParsedDocument]]:
    # "r|": in one pass and never back, so that a large archive is not unpacked twice.
    with tarfile.open(fileobj=file, mode="r|", errorlevel=0) as archive:
        for entry in archive:
            if members.is_spent:
                return
            if not entry.isfile() or not _is_wanted(entry.name, members):
                continue
            source = archive.extractfile(entry)
            if source is not None:
                yield from _one(entry.name, source, members)


def _seven_zip(path: Path, members: Members) -> Iterator[tuple[str, ParsedDocument]]:
    for name, unpacked in _all_of_seven_zip(path, members):
        if members.is_spent:
            return
        parsed = members.document_of(members.adopt(unpacked))
        if parsed is not None:
            yield name, parsed


def _all_of_seven_zip(path: Path, members: Members) -> list[tuple[str, Path]]:
    """Unpack at once what is wanted: its members are compressed together.

    Raises EncryptedFile, UnsupportedFormat, FileTooLarge or CorruptFile.
    """
    import py7zr
    from py7zr import exceptions
    from py7zr.io import WriterFactory

    class Writers(WriterFactory):
        """Numbered files, since the archive's own names may lead anywhere."""

        def __init__(self) -> None:
            self.files: list[tuple[str, _NumberedFile]] = []

        def create(self, filename: str) -> Any:
            suffix = PurePosixPath(filename).suffix.lower()
            file = _NumberedFile(members.folder() / f"7z-{len(self.files)}{suffix}")
            self.files.append((filename, file))
            return file

    writers = Writers()
    try:
        with py7zr.SevenZipFile(path, max_extract_size=members.bytes_left) as archive:
            if archive.needs_password():
                raise EncryptedFile
            names = [entry.filename for entry in archive.list() if not entry.is_directory]
            wanted = [name for name in names if _is_wanted(name, members)]
            if wanted:
                archive.extract(targets=wanted[:MOST_MEMBERS], factory=writers)
    except exceptions.PasswordRequired as error:
        raise EncryptedFile from error
    except exceptions.UnsupportedCompressionMethodError as error:
        raise UnsupportedFormat(
            mark("The archive is compressed in a way that is not known.")
        ) from error
    except exceptions.DecompressionBombError as error:
        raise FileTooLarge(mark("It unpacks to far more than is read.")) from error
    except (exceptions.ArchiveError, exceptions.AbsolutePathError) as error:
        raise CorruptFile from error
    finally:
        for _, file in writers.files:
            file.close()
    return [(name, file.path) for name, file in writers.files]


class _NumberedFile:
    """A file as py7zr writes one (``py7zr.io.Py7zIO``)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w+b")

    def write(self, piece: bytes | bytearray) -> int:
        return self._file.write(piece)

    def read(self, size: int | None = None) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def flush(self) -> None:
        self._file.flush()

    def size(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


def _one(name: str, source: Readable, members: Members) -> Iterator[tuple[str, ParsedDocument]]:
    if not _is_wanted(name, members):
        return
    try:
        parsed = members.document_of(members.unpack(source, name))
    except ParseError as error:
        members.miss(error)
        return
    if parsed is not None:
        yield name, parsed


def _is_wanted(name: str, members: Members) -> bool:
    if is_clutter(name):
        return False
    try:
        media_type_of(PurePosixPath(name))
    except UnsupportedFormat as error:
        members.miss(error)
        return False
    return True


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Return the name in the characters that it was given in.

    Without the flag for UTF-8, zipfile takes names for cp437, the standard's choice;
    most programs wrote UTF-8 without saying so.
    """
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


@contextmanager
def _unpacked(path: Path, media_type: str) -> Iterator[IO[bytes]]:
    if media_type == signatures.GZIP:
        with gzip.open(path) as file:
            yield cast("IO[bytes]", file)
    elif media_type == signatures.BZIP2:
        with bz2.open(path) as file:
            yield cast("IO[bytes]", file)
    elif media_type == signatures.XZ:
        with lzma.open(path) as file:
            yield cast("IO[bytes]", file)
    else:
        from backports import zstd

        try:
            with zstd.open(path) as file:
                yield cast("IO[bytes]", file)
        except zstd.ZstdError as error:
            raise CorruptFile from error


def _is_tar_name(path: Path) -> bool:
    return path.stem.lower().endswith(".tar") or path.suffix.lower() in _TAR_SUFFIXES


class _Rejoined:
    """A stream whose beginning has been read already."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start = start
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        if not self._start:
            return self._rest.read(size)
        if size < 0 or size >= len(self._start):
            start, self._start = self._start, b""
            return start + self._rest.read(size - len(start) if size >= 0 else -1)
        start, self._start = self._start[:size], self._start[size:]
        return start
