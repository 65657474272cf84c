"""A session without a library: rich samples, recorded calls, and gates instead of delays."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop_app.domain import (
    Check,
    Coverage,
    Document,
    DocumentStatus,
    Health,
    IndexPhase,
    IndexProgress,
    IsCancelled,
    ModelStatus,
    PackListing,
    PackPhase,
    PackProgress,
    PackState,
    PackUse,
    PageImage,
    Passage,
    Root,
    RootState,
    SearchResult,
    Verdict,
    never_cancelled,
)
from desktop_app.domain.folders import FolderChanges, RootRules
from desktop_app.domain.keeping import CopyProgress
from desktop_app.errors import LecternError, PackMissing, RootError
from tests.ui.samples import (
    COVERAGE,
    FAILED,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    ROOT,
    SAMPLES,
    make_hits,
    make_result,
)

GB = 1_000_000_000
STARTER = PackListing(
    "starter",
    "Starter (English)",
    "Apache-2.0",
    frozenset({"en"}),
    45 * GB // 1000,
    Path("/opt/lectern/packs/starter"),
    PackState.BUILT_IN,
    has_reranker=False,
    present_bytes=45 * GB // 1000,
    sources=("sentence-transformers/all-MiniLM-L6-v2",),
)
BGE_M3 = PackListing(
    "bge-m3",
    "BGE-M3",
    "MIT (embedder), Apache-2.0 (reranker)",
    frozenset(),
    46 * GB // 10,
    Path("/home/ada/.local/share/lectern/packs/bge-m3"),
    PackState.AVAILABLE,
    has_reranker=True,
    sources=("BAAI/bge-m3", "BAAI/bge-reranker-v2-m3"),
)
HERE = replace(BGE_M3, state=PackState.INSTALLED, present_bytes=BGE_M3.download_bytes)
"""BGE-M3 as it is once it was downloaded."""
BGE_SMALL = PackListing(
    "bge-en-small",
    "BGE English v1.5, small",
    "MIT",
    frozenset({"en"}),
    12 * GB // 10,
    Path("/home/ada/.local/share/lectern/packs/bge-en-small"),
    PackState.INSTALLED,
    has_reranker=True,
    present_bytes=12 * GB // 10,
    sources=("BAAI/bge-small-en-v1.5", "BAAI/bge-reranker-base"),
)
_PATIENCE = 20.0
"""Seconds after which a gate that a test forgot to open gives way."""


class Gate:
    """Holds a worker back until a test lets it on; open unless ``shut`` was called."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.arrivals = 0
        self._last = 0

    def shut(self) -> None:
        """Hold back whoever comes next."""
        self._open.clear()

    def shut_after(self, arrivals: int) -> None:
        """Let this many on from now, and hold back whoever comes then."""
        self._last = self.arrivals + arrivals
        self._open.set()

    def open(self) -> None:
        """Let everyone on."""
        self._last = 0
        self._open.set()

    def wait(self, is_cancelled: IsCancelled = never_cancelled) -> None:
        """Wait here (on a worker thread) until opened or cancelled."""
        self.arrivals += 1
        if self._last and self.arrivals > self._last:
            self._open.clear()
        for _ in range(int(_PATIENCE / 0.01)):
            if self._open.wait(0.01) or is_cancelled():
                return


class FakeSession:
    """Implements ``session.Session``; set the attributes to make it behave otherwise.

    ``calls`` records (method, argument) in order. ``search_gate`` stands between the first
    and the final answer, ``index_gate`` before every step of indexing, ``render_gate``
    before a page is drawn. ``search_error``, ``index_error``, ``render_error`` and
    ``root_error`` are raised when set. ``hits``/``verdict``/``notices`` make the answer.

    ``pack_gate`` stands before every step of getting or giving a pack, of which there are
    ``pack_steps``; ``pack_errors`` by method are raised after half of them, ``pack_notice``
    is said on the way. ``shelf`` are the packs by name, ``in_use`` is which one answers.
    """

    def __init__(self, roots: Sequence[str] = (ROOT,), *, steps: int = 40) -> None:
        self.calls: list[tuple[str, object]] = []
        self.search_gate, self.index_gate, self.render_gate = Gate(), Gate(), Gate()
        self.search_error: LecternError | None = None
        self.index_error: LecternError | None = None
        self.render_error: LecternError | None = None
        self.root_error: RootError | None = None
        self.hits = make_hits()
        self.verdict = Verdict.GOOD
        self.notices: tuple[str, ...] = ()
        self.is_reranked = True
        self.documents: list[Document] = [
            *dict.fromkeys(sample.document for sample in SAMPLES),
            *FAILED,
        ]
        self.shelf = {each.name: each for each in (STARTER, BGE_M3, BGE_SMALL)}
        self.in_use = PackUse("starter", "starter")
        self.pack_gate, self.health_gate = Gate(), Gate()
        self.pack_steps = 4
        self.pack_errors: dict[str, LecternError] = {}
        self.pack_notice = ""
        self.costs: dict[str, float] = {}
        self.use_gate, self.add_gate = Gate(), Gate()
        self.remove_error: LecternError | None = None
        self.language = "en"
        self.preparing = ""
        self.steps = steps
        self.is_closed = False
        self.changed = FolderChanges()
        self.rules: dict[str, RootRules] = {}
        self.threads: set[str] = set()
        self._roots = {path: self._root(path) for path in roots}

    @staticmethod
    def _root(path: str, state: RootState = RootState.HERE) -> Root:
        return Root(path, state, documents=1020, indexed=1006, partial=4, failed=10)

    def put_root(self, path: str, state: RootState = RootState.HERE) -> None:
        """Let a root be there (or away) without a call."""
        self._roots[path] = self._root(path, state)

    def _record(self, method: str, argument: object) -> None:
        self.calls.append((method, argument))
        self.threads.add(threading.current_thread().name)

    def called(self, method: str) -> list[object]:
        """List the arguments of a method's calls so far."""
        return [argument for name, argument in self.calls if name == method]

    def roots(self) -> tuple[Root, ...]:
        """List the roots."""
        self._record("roots", None)
        return tuple(self._roots.values())

    def add_roots(self, paths: Sequence[Path]) -> tuple[Root, ...]:
        """Add roots, or raise ``root_error``."""
        self._record("add_roots", tuple(paths))
        self.add_gate.wait()
        if self.root_error:
            raise self.root_error
        for path in paths:
            self._roots.setdefault(str(path), self._root(str(path)))
        return tuple(self._roots.values())

    def remove_root(self, path: str) -> None:
        """Forget a root."""
        self._record("remove_root", path)
        if self.remove_error:
            raise self.remove_error
        self._roots.pop(path, None)

    def index(
        self, paths: Sequence[Path] = (), *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[IndexProgress]:
        """Yield ``steps`` snapshots, one through the gate each, then one that says done."""
        self._record("index", tuple(paths))
        if self.index_error:
            raise self.index_error
        total = 1020
        for step in range(1, self.steps + 1):
            self.index_gate.wait(is_cancelled)
            if is_cancelled():
                return
            done = total * step // self.steps
            yield IndexProgress(
                phase=IndexPhase.READING if step < self.steps * 0.8 else IndexPhase.EMBEDDING,
                files_done=done,
                files_total=total,
                passages_embedded=done * 15,
                passages_total=total * 18,
                current=f"{ROOT}/Papers/paper {done}.pdf",
                rate=4.0,
                seconds_left=(self.steps - step) * 18.0,
                indexed=done,
                failed=min(14, step),
                preparing=self.preparing,
            )
        yield IndexProgress(
            IndexPhase.DONE, total, total, indexed=1006, partial=4, failed=10, seconds_left=0.0
        )

    def changes(self) -> FolderChanges:
        """Say what ``changed`` holds, once."""
        self._record("changes", None)
        found, self.changed = self.changed, FolderChanges()
        return found

    def root_rules(self, path: str) -> RootRules:
        """Return what was chosen."""
        return self.rules.get(path, RootRules())

    def set_root_rules(self, path: str, rules: RootRules) -> None:
        """Keep the choice."""
        self._record("set_root_rules", path)
        self.rules[path] = rules

    def backup(
        self, target: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Copy in four steps."""
        self._record("backup", str(target))
        for step in range(5):
            if is_cancelled():
                return
            yield CopyProgress(step * 25, 100)

    def retry(self, documents: Sequence[Document]) -> None:
        """Remember what is to be read again."""
        self._record("retry", tuple(documents))

    def search(
        self,
        question: str,
        *,
        limit: int = 50,
        rerank: bool = True,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[SearchResult]:
        """Yield the fused order, pass the gate, yield the final answer."""
        self._record("search", question)
        if self.search_error:
            raise self.search_error
        is_reranked = rerank and self.is_reranked
        early = make_hits(is_reranked=False) if self.hits else ()
        yield self._result(question, early[:limit], is_final=False, is_reranked=False)
        self.search_gate.wait(is_cancelled)
        if is_cancelled():
            return
        yield self._result(question, self.hits[:limit], is_final=True, is_reranked=is_reranked)

    def _result(self, question, hits, *, is_final, is_reranked) -> SearchResult:
        return make_result(
            question,
            hits,
            verdict=self.verdict,
            is_final=is_final,
            is_reranked=is_reranked,
            notices=self.notices,
            coverage=self.coverage(),
            language=self.language,
        )

    def files(self, status: DocumentStatus | None = None) -> tuple[Document, ...]:
        """Return the ledger."""
        self._record("files", status)
        return tuple(each for each in self.documents if status in (None, each.status))

    def coverage(self) -> Coverage:
        """Return the sample coverage; nothing when there is no root."""
        return COVERAGE if self._roots else Coverage(0, 0, 0, 0, 0)

    def passages(self, content_hash: str) -> tuple[Passage, ...]:
        """Return the sample passages of a document."""
        self._record("passages", content_hash)
        return tuple(
            sample.passage for sample in SAMPLES if sample.passage.content_hash == content_hash
        )

    def render(self, path: Path, page: int, *, scale: float) -> PageImage:
        """Draw a page with the sample passages of that file at their boxes."""
        self._record("render", (str(path), page, scale))
        self.render_gate.wait()
        if self.render_error:
            raise self.render_error
        shown = [
            sample.passage
            for sample in SAMPLES
            if sample.document.full_path == path and sample.passage.locator.page == page
        ]
        return draw_page(shown, page=page, page_count=82, scale=scale)

    def packs(self) -> tuple[PackListing, ...]:
        """List the shelf by name."""
        self._record("packs", None)
        return tuple(self.shelf[name] for name in sorted(self.shelf))

    def pack_use(self) -> PackUse:
        """Tell which pack answers."""
        self._record("pack_use", None)
        return self.in_use

    def use_pack(self, name: str) -> None:
        """Choose a pack; with passages to learn the one before goes on answering."""
        self._record("use_pack", name)
        self.use_gate.wait()
        self._raise("use_pack")
        if name not in self.shelf:
            raise PackMissing
        coverage = self.coverage()
        answering = self.in_use.answering if coverage.passages else name
        self.in_use = replace(
            self.in_use, chosen=name, answering=answering, passages=coverage.passages
        )

    def change_seconds(self, name: str) -> float | None:
        """Tell what a change costs; ``costs`` by name, None where there is none."""
        self._record("change_seconds", name)
        return self.costs.get(name)

    def forget_vectors(self, pack: str) -> None:
        """Drop old vectors."""
        self._record("forget_vectors", pack)
        kept = tuple(each for each in self.in_use.old if each[0] != pack)
        self.in_use = replace(self.in_use, old=kept)

    def download_pack(
        self, name: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Go on from what is present; what came stays when it is cancelled or fails."""
        self._record("download_pack", name)
        yield from self._get(name, "download_pack", PackPhase.DOWNLOADING, is_cancelled)

    def import_pack(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Import the pack that the file is named after."""
        self._record("import_pack", path)
        yield from self._get(path.stem, "import_pack", PackPhase.COPYING, is_cancelled)

    def export_pack(
        self, name: str, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Pretend to write a zip file."""
        self._record("export_pack", (name, path))
        listing = self.shelf[name]
        for step in range(1, self.pack_steps + 1):
            self.pack_gate.wait(is_cancelled)
            if is_cancelled():
                return
            done = listing.present_bytes * step // self.pack_steps
            yield PackProgress(name, PackPhase.COPYING, "x", done, listing.present_bytes, 9e7, 20.0)
        self._raise("export_pack")

    def remove_pack(self, name: str) -> None:
        """Delete a pack's files."""
        self._record("remove_pack", name)
        self._raise("remove_pack")
        self.shelf[name] = replace(self.shelf[name], state=PackState.AVAILABLE, present_bytes=0)

    def _raise(self, method: str) -> None:
        if method in self.pack_errors:
            raise self.pack_errors[method]

    def _get(
        self, name: str, method: str, phase: PackPhase, is_cancelled: IsCancelled
    ) -> Iterator[PackProgress]:
        for step in range(1, self.pack_steps + 1):
            self.pack_gate.wait(is_cancelled)
            if is_cancelled():
                return
            if name not in self.shelf or step > self.pack_steps / 2:
                self._raise(method)
            listing = self.shelf.get(name, BGE_M3)
            total = listing.download_bytes
            done = max(listing.present_bytes, total * step // self.pack_steps)
            if listing.state is not PackState.INSTALLED:
                self.shelf[name] = replace(
                    listing, name=name, present_bytes=done, state=PackState.UNFINISHED
                )
            left = (self.pack_steps - step) * 180.0
            yield PackProgress(name, phase, "w", done, total, 8.4e6, left, self.pack_notice)
        yield PackProgress(name, PackPhase.DONE, "", total, total)
        self.shelf[name] = replace(self.shelf[name], state=PackState.INSTALLED)

    def health(self) -> Health:
        """Find one thing well and one not, on a machine like the user's."""
        self._record("health", None)
        self.health_gate.wait()
        return Health(
            version="0.9",
            machine={
                "system": "Linux 6.8",
                "processor": "Intel Core i5-1240P",
                "cores": "12 physical, 16 logical",
                "memory": "16 GiB",
            },
            library={
                "directory": "/home/ada/.local/share/lectern/library",
                "format": 2,
                "documents": 1020,
                "passages": 18360,
                "bytes": 312_000_000,
            },
            model=ModelStatus(
                "starter",
                running=True,
                backend="openvino",
                precision="int8",
                device="cpu",
                embed_tokens_per_second=21_400.0,
                resident_bytes=402_000_000,
            ),
            checks=(
                Check("library", True, "/home/ada/.local/share/lectern/library"),
                Check("pack", True, "starter answers"),
                Check(
                    "folders",
                    False,
                    "3 folders, 1 of them away",
                    "Connect the drive; nothing is deleted while it is away.",
                ),
            ),
        )

    def warm_up(self) -> None:
        """Record that it was asked."""
        self._record("warm_up", None)

    def close(self) -> None:
        """Record that it was closed."""
        self._record("close", None)
        self.is_closed = True


def draw_page(
    passages: Sequence[Passage], *, page: int, page_count: int, scale: float
) -> PageImage:
    """Draw an A4 page as a ``PageImage``: gray lines of print, the passages' real text."""
    width, height = round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(scale, scale)
    taken = [box for passage in passages for box in passage.locator.boxes]
    for row in range(90, 760, 16):
        if not any(box.y0 - 14 < row < box.y1 + 4 for box in taken):
            painter.fillRect(QRectF(72, row, 451 if row % 5 else 300, 6), Qt.GlobalColor.lightGray)
    painter.setPen(Qt.GlobalColor.black)
    font = painter.font()
    font.setPixelSize(10)
    painter.setFont(font)
    for passage in passages:
        boxes = passage.locator.boxes
        area = QRectF(72, boxes[0].y0, 451, boxes[-1].y1 - boxes[0].y0 + 30)
        painter.drawText(area, Qt.TextFlag.TextWordWrap, passage.text)
    painter.end()
    stride = image.bytesPerLine()
    rows = bytes(image.constBits())
    rgb = b"".join(rows[y * stride : y * stride + width * 3] for y in range(height))
    return PageImage(page, page_count, width, height, PAGE_WIDTH, PAGE_HEIGHT, rgb)


class BlankSession(FakeSession):
    """Draws white pages, so that every other colour is the view's own."""

    page_count = 82

    def render(self, path: Path, page: int, *, scale: float) -> PageImage:
        self._record("render", (str(path), page, scale))
        self.render_gate.wait()
        if self.render_error:
            raise self.render_error
        width, height = round(600 * scale), round(800 * scale)
        rgb = b"\xff" * (width * height * 3)
        return PageImage(page, self.page_count, width, height, 600.0, 800.0, rgb)
