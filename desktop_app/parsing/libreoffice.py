"""Word and PowerPoint files from before 2007, converted by LibreOffice where it is installed.

Nothing smaller reads them well. It runs without a window, with a profile of its own that
forbids macros, links and everything active, and ends with this process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import olefile
import psutil

from desktop_app.domain import ParsedDocument
from desktop_app.errors import CorruptFile, EncryptedFile, NeedsLibreOffice, ParserTimeout
from desktop_app.parsing import signatures
from desktop_app.parsing.limits import CONVERSION_SECONDS
from desktop_app.parsing.members import Members
from desktop_app.parsing.programs import find_libreoffice
from desktop_app.parsing.slides import parse_pptx
from desktop_app.parsing.word import parse_docx
from desktop_app.translation import mark

_TARGETS = {signatures.DOC: ("docx", parse_docx), signatures.PPT: ("pptx", parse_pptx)}
# File information block of a Word file, [MS-DOC] 2.5.2: the flag fEncrypted.
_FIB_FLAGS = slice(10, 12)
_FIB_ENCRYPTED = 0x0100
# What it exits with when a new profile is ready (EXITHELPER_NORMAL_RESTART).
_START_ME_AGAIN = 81
_NESTED = mark("Office files from before 2007 are not read inside of other files.")
_NESTED_HINT = mark("Save it outside to make it searchable.")
_OPTIONS = {
    "/org.openoffice.Office.Common/Security/Scripting": {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "DisableActiveContent": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "/org.openoffice.Office.Writer/Content/Update": {"Link": "0"},
    "/org.openoffice.Office.Common/Misc": {"UseLocking": "false"},
}


def parse_converted(path: Path, media_type: str, members: Members) -> ParsedDocument:
    """Convert a file to its successor's format and read that.

    Raises NeedsLibreOffice, EncryptedFile, CorruptFile or ParserTimeout.
    """
    if _is_encrypted(path, media_type):
        raise EncryptedFile
    program = find_libreoffice()
    if not program:
        raise NeedsLibreOffice
    ending, parse = _TARGETS[media_type]
    folder = members.folder() / "office"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        converted = _convert(program, path, ending, folder)
        parsed = parse(converted, media_type)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ParsedDocument(
        media_type,
        parsed.title,
        parsed.blocks,
        page_count=parsed.page_count,
        empty_pages=parsed.empty_pages,
        shortfall=parsed.shortfall,
        parser="libreoffice",
    )


def _convert(program: str, path: Path, ending: str, folder: Path) -> Path:
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
    # Under a name of our own: one that begins with a dash would be an option.
    source = folder / f"source{path.suffix.lower()}"
    shutil.copyfile(path, source)
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        # Where it may write (see seccomp); a socket has at most 108 characters.
        f"-env:OSL_SOCKET_PATH={tempfile.gettempdir()}",
        *("--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault"),
        *("--convert-to", ending, "--outdir", str(folder), str(source)),
    ]
    deadline = monotonic() + CONVERSION_SECONDS
    while _run(command, folder, deadline - monotonic()) == _START_ME_AGAIN:
        pass
    target = source.with_suffix(f".{ending}")
    if not target.exists():
        raise CorruptFile(mark("LibreOffice could not read the file."))
    return target


def _run(command: list[str], folder: Path, seconds: float) -> int:
    """Run the program and return its exit status; raises ParserTimeout or NeedsLibreOffice."""
    try:
        process = subprocess.Popen(  # noqa: S603 (a program of the user's, found by name)
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except PermissionError as error:
        # This process may start none: the file came in another one, whose reader needs none.
        raise NeedsLibreOffice(_NESTED, _NESTED_HINT) from error
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise ParserTimeout from error
    finally:
        _end(process)


def _environment(folder: Path) -> dict[str, str]:
    # Should it try to fetch something all the same, no proxy answers.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy"), "http://127.0.0.1:9")
    places = {"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    return os.environ | nowhere | places


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the program and what it has started."""
    for each in _family(process.pid):
        with suppress(psutil.Error):
            each.kill()
    process.kill()
    process.wait()


def _family(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        yield from psutil.Process(pid).children(recursive=True)


def _is_encrypted(path: Path, media_type: str) -> bool:
    try:
        with olefile.OleFileIO(path) as container:
            if media_type == signatures.PPT:
                return bool(container.exists("EncryptedSummary"))
            flags = container.openstream("WordDocument").read(_FIB_FLAGS.stop)[_FIB_FLAGS]
    except (OSError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise CorruptFile from error
    return bool(int.from_bytes(flags, "little") & _FIB_ENCRYPTED)


def _registry() -> str:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, options in _OPTIONS.items()
        for name, value in options.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items '
        'xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>'
    )
