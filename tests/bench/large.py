"""What does a large folder take, of time, memory and disk, from the first file to the last vector?

Usage: ``bootstrap.py bench large [--bytes 2GB] [--pictures 2MB] [--folder DIR]``. Copies of
real documents (``docs`` and ``pdfqa`` of the shared collections beside the checkout) are written
to a folder until it holds so many bytes, each copy with other bytes than the others, plain texts
with words of their own, so that all of it is read, stored and embedded and the index of words
grows. They are nearly all text, which few folders of such a size are: with ``--pictures`` each
PDF and office file holds a picture of so many bytes. Then the program's own window indexes it
with the starter pack, in a process of its own, offscreen where there is no display; scans are
not recognized. ``--folder`` is where all of that lies, and what is left there of an earlier run
is used again; needs three times the bytes.

Prints one JSON object: ``words_s``, until every file can be found by its words, and
``seconds``, until the end; files and passages; for the window, the model process, the readers,
the tidier (which writes large tables anew) and all of them at one moment the most memory in
megabytes, as the kernel divides what is shared
(PSS; resident where there is no /proc), and ``at_rest`` half a minute after the end; the
library's most bytes at any moment, at the end, and the one as a multiple of the other.
``ratio`` is the window's most memory over the 400 MB that are promised.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "corpora"
PROMISED_MB = 400.0
_FOLDERS = ("docs", "pdfqa")
_TEXTS = frozenset({".md", ".txt", ".rst"})
_PACKAGES = frozenset({".docx", ".pptx", ".xlsx", ".odt", ".odp", ".epub", ".docm"})
_WORDS_A_CHANGE = 30
_UNITS = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SECONDS_A_LOOK = 0.25
_REST_MS = 40_000
_MEGABYTE = 1_000_000


def main() -> None:
    """Make the folder, index it under a watch, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", default="2GB", help="how large the folder is, such as 100MB")
    parser.add_argument("--pictures", default="0KB", help="how large a picture each file gets")
    parser.add_argument("--folder", type=Path, help="where documents and library are kept")
    parser.add_argument("--show", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show:
        _show_window(options.show)
        return
    if not SHARED.is_dir():
        raise SystemExit("needs ../shared beside the checkout, which is absent")
    with ExitStack() as stack:
        place = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        documents = place / "documents"
        files = _make(documents, _number(options.bytes), _number(options.pictures))
        _say(f"{files:,} files made")
        asked = {"bench": "large", "asked": options.bytes, "pictures": options.pictures}
        print(json.dumps({**asked, **_watched(place)}))


def _number(text: str) -> int:
    return int(float(text[:-2]) * _UNITS[text[-2:].upper()])


def _make(folder: Path, size: int, picture: int) -> int:
    """Write copies until they have so many bytes; return how many files there are then."""
    held = files = copy = 0
    while held < size:
        for source in _sources():
            target = folder / f"copy {copy}" / source.relative_to(SHARED)
            if not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_changed(source, copy, picture))
            held += target.stat().st_size
            files += 1
            if held >= size:
                break
        copy += 1
    return files


def _sources() -> Iterator[Path]:
    for name in _FOLDERS:
        yield from (each for each in sorted((SHARED / name).rglob("*")) if each.is_file())


def _changed(source: Path, copy: int, picture: int) -> bytes:
    content = source.read_bytes()
    if picture:
        content = _illustrated(content, source.suffix, random.Random(copy).randbytes(picture))
    if source.suffix in _TEXTS:
        words = content.split(b" ")
        words[::_WORDS_A_CHANGE] = [b"%s%d" % (word, copy) for word in words[::_WORDS_A_CHANGE]]
        content = b" ".join(words)
    # Space at the end changes the bytes of any kind of file, and what none of them says.
    return content + bytes(b" \n"[int(bit)] for bit in f"{copy:012b}")


def _illustrated(content: bytes, suffix: str, picture: bytes) -> bytes:
    """Return a PDF or office file with these bytes, which nothing compresses, as a picture."""
    if suffix == ".pdf":
        # An object that no page shows; whoever opens the file maps or reads it all the same.
        head = b"999999 0 obj\n<</Type/XObject/Subtype/Image/Length %d>>\nstream\n" % len(picture)
        trailer = content.rfind(b"startxref")
        tail = content[trailer:]
        return content[:trailer] + head + picture + b"\nendstream\nendobj\n" + tail
    if suffix in _PACKAGES:
        held = io.BytesIO(content)
        with zipfile.ZipFile(held, "a") as package:
            package.writestr("word/media/picture.jpeg", picture)
        return held.getvalue()
    return content


def _watched(place: Path) -> dict[str, Any]:
    """Index in a process of its own, and look at all processes and the disk meanwhile."""
    library = place / "library"
    shutil.rmtree(library, ignore_errors=True)
    notes = place / "notes.jsonl"
    with notes.open("wb") as out:
        window = subprocess.Popen(
            [sys.executable, __file__, "--show", str(place)], cwd=ROOT, stdout=out
        )
        most: defaultdict[str, float] = defaultdict(float)
        rest: dict[str, float] = {}
        disk = 0
        kinds: dict[int, str] = {}
        while window.poll() is None:
            now = _memory(window.pid, kinds)
            for kind, megabytes in now.items():
                most[kind] = max(most[kind], megabytes)
            if not notes.stat().st_size:
                rest = now or rest
            disk = max(disk, _bytes_in(library))
            time.sleep(_SECONDS_A_LOOK)
    if window.returncode:
        raise SystemExit(window.returncode)
    figures: dict[str, Any] = json.loads(notes.read_text(encoding="utf-8").splitlines()[-1])
    left = _bytes_in(library)
    return {
        **figures,
        "documents_mb": round(_bytes_in(place / "documents") / _MEGABYTE),
        "most_mb": {kind: round(value) for kind, value in most.items()},
        "at_rest_mb": {kind: round(value) for kind, value in rest.items()},
        "most_disk_mb": round(disk / _MEGABYTE),
        "disk_mb": round(left / _MEGABYTE),
        "disk_factor": round(disk / left, 3),
        "ratio": round(most["window"] / PROMISED_MB, 3),
    }


def _memory(window: int, kinds: dict[int, str]) -> dict[str, float]:
    """Return megabytes by kind of process; ``kinds`` remembers those that were found out."""
    found: defaultdict[str, float] = defaultdict(float)
    try:
        process = psutil.Process(window)
        for each in (process, *process.children(recursive=True)):
            kind = "window" if each.pid == window else kinds.get(each.pid) or _kind(each.pid)
            if kind != "readers":
                # A reader may be a process that has not loaded its library yet.
                kinds[each.pid] = kind
            found[kind] += _megabytes(each)
    except psutil.NoSuchProcess:
        return {}
    return {**found, "all": sum(found.values())}


def _kind(pid: int) -> str:
    try:
        mapped = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    except OSError:
        return "readers"
    if "openvino" in mapped:
        return "model"
    return "tidier" if "lancedb" in mapped else "readers"


def _megabytes(process: psutil.Process) -> float:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return float(process.memory_info().rss) / _MEGABYTE
    shares = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return sum(shares) * 1024 / _MEGABYTE


def _bytes_in(directory: Path) -> int:
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += Path(folder, name).stat().st_size
            except FileNotFoundError:
                continue  # compacted away meanwhile
    return total


def _show_window(place: Path) -> None:
    """Index with the real window, and print what was counted."""
    from functools import partial

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop_app.app import open_session
    from desktop_app.domain import IndexPhase, IndexProgress
    from desktop_app.offline import refuse_network
    from desktop_app.settings import Settings, resources_dir
    from desktop_app.ui.application import SWITCH_SECONDS
    from desktop_app.ui.settings_store import SettingsStore
    from desktop_app.ui.tasks import TaskRunner
    from desktop_app.ui.theme import Theme
    from desktop_app.ui.window import MainWindow

    refuse_network()
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication(sys.argv[:1])
    tasks = TaskRunner()
    settings = Settings(library_dir=place / "library", cache_dir=place / "cache", ocr=False)
    window = MainWindow(
        Theme(app, resources_dir() / "icons"),
        tasks,
        SettingsStore(place / "window.ini"),
        partial(open_session, settings),
    )
    window.open()
    began = time.monotonic()
    figures: dict[str, Any] = {}

    def note(progress: IndexProgress) -> None:
        if progress.phase is IndexPhase.EMBEDDING and "words_s" not in figures:
            figures["words_s"] = round(time.monotonic() - began)
            _say(f"all can be found by words after {figures['words_s']} s")

    def end() -> None:
        figures["seconds"] = round(time.monotonic() - began)
        _say(f"ended after {figures['seconds']} s")
        QTimer.singleShot(_REST_MS, leave)

    def leave() -> None:
        # Whoever watches knows by it that what comes now is not rest.
        print(json.dumps(figures), flush=True)
        app.quit()

    window.work.progressed.connect(note)
    window.work.index_ended.connect(end)
    window.take_paths([place / "documents"])
    app.exec()
    session = window.session
    if session is not None:
        coverage = session.coverage()
        figures |= {"files": coverage.documents, "passages": coverage.passages}
        figures |= {"embedded": coverage.embedded, "needs_attention": coverage.needs_attention}
    tasks.close(seconds=20.0, last=session.close if session is not None else None)
    print(json.dumps(figures), flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
