"""Word and PowerPoint files from before 2007, converted by LibreOffice where it is installed.

Nothing smaller reads them well. It runs without a window, with a profile of its own that
forbids macros, links and everything active, and ends with this process.

Starting takes it a second of a processor, converting a tenth. So in a parser process it stays
for the next files, with an empty text open, without which it would end: each further start
hands its file over to it. What fails there is tried once more by a program of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from time import monotonic, sleep

import olefile
import psutil

from desktop_app.domain import ParsedDocument
from desktop_app.errors import CorruptFile, EncryptedFile, NeedsLibreOffice, ParserTimeout
from desktop_app.parsing import signatures
from desktop_app.parsing.confinement import KEPT_VARIABLE
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
_QUIET = ("--headless", "--norestore", "--nolockcheck")
_EMPTY_TEXT = "private:factory/swriter"
_SOCKETS = "OSL_PIPE_*"
_LOOK_SECONDS = 0.02
_START_SECONDS = 15.0
# It leaks, and what one file did to it is not to last.
_FILES_PER_START = 50
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
    folder.mkdir(parents=True)
    # Under a name of our own: one that begins with a dash would be an option.
    source = folder / f"source{path.suffix.lower()}"
    shutil.copyfile(path, source)
    target = source.with_suffix(f".{ending}")
    order = ("--convert-to", ending, "--outdir", str(folder), str(source))
    deadline = monotonic() + CONVERSION_SECONDS
    kept = os.environ.get(KEPT_VARIABLE)
    # Elsewhere it cannot be told when it listens.
    if kept and sys.platform.startswith("linux"):
        _kept_office(program, kept).convert(order, target, deadline)
    if not target.exists():
        profile = _make_profile(folder)
        command = [*_command(program, profile, tempfile.gettempdir()), "--invisible", "--nodefault"]
        while _run([*command, *order], folder, deadline - monotonic()) == _START_ME_AGAIN:
            pass
    if not target.exists():
        raise CorruptFile(mark("LibreOffice could not read the file."))
    return target


class Office:
    """A LibreOffice that stays for several files, with all it writes below ``place``.

    Started when first needed, and anew after some files and after every failure. Any thread,
    one at a time.
    """

    def __init__(self, program: str, place: str) -> None:
        self._program = program
        self._place = Path(place)
        self._process: subprocess.Popen[bytes] | None = None
        self._converted = 0
        self._is_refused = False

    def convert(self, order: tuple[str, ...], target: Path, deadline: float) -> None:
        """Have ``target`` made, as the options ``order`` say; else it does not exist.

        Raises ParserTimeout, or NeedsLibreOffice where no program may be started.
        """
        if self._converted >= _FILES_PER_START:
            self.close()
        self._converted += 1
        if not self._is_running() and not self._start(deadline):
            return
        try:
            _run([*self._command(), *order], self._place, deadline - monotonic())
        except ParserTimeout:
            self.close()
            raise
        if not target.exists():
            self.close()

    def close(self) -> None:
        """End it and remove what it wrote."""
        if self._process is not None:
            _end(self._process)
        self._process = None
        self._converted = 0
        shutil.rmtree(self._place, ignore_errors=True)

    def _command(self) -> list[str]:
        return _command(self._program, self._place / "profile", str(self._place))

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self, deadline: float) -> bool:
        """Start it and wait until files can be handed over; not where that failed before."""
        if self._is_refused:
            return False
        self.close()
        self._place.mkdir(parents=True)
        _make_profile(self._place)
        # Its first start makes the profile, and ends.
        _run([*self._command(), "--terminate_after_init"], self._place, deadline - monotonic())
        self._process = _begin([*self._command(), _EMPTY_TEXT], self._place)
        deadline = min(deadline, monotonic() + _START_SECONDS)
        while self._is_running() and monotonic() < deadline:
            if any(self._place.glob(_SOCKETS)):
                return True
            sleep(_LOOK_SECONDS)
        self.close()
        self._is_refused = True
        return False


@lru_cache(maxsize=1)
def _kept_office(program: str, place: str) -> Office:
    return Office(program, place)


def _command(program: str, profile: Path, sockets: str) -> list[str]:
    # Where it may write (see seccomp); a socket has at most 108 characters.
    return [
        *(program, f"-env:UserInstallation={profile.as_uri()}", f"-env:OSL_SOCKET_PATH={sockets}"),
        *_QUIET,
    ]


def _make_profile(folder: Path) -> Path:
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
    return profile


def _begin(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start the program; raises NeedsLibreOffice where none may be started."""
    try:
        return subprocess.Popen(  # noqa: S603 (a program of the user's, found by name)
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


def _run(command: list[str], folder: Path, seconds: float) -> int:
    """Run the program and return its exit status; raises ParserTimeout or NeedsLibreOffice."""
    process = _begin(command, folder)
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
