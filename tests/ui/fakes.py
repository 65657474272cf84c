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
    PageImage,
    Passage,
    Root,
    RootState,
    SearchResult,
    Verdict,
    never_cancelled,
)
from desktop_app.domain.folders import FolderChanges, LeftOut, RootRules
from desktop_app.domain.keeping import CopyProgress
from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.errors import LecternError, RootError
from tests.ui.fake_gpu import FakeGpu
from tests.ui.fake_own import FakeOwn
from tests.ui.fake_packs import FakePacks
from tests.ui.fake_pages import FakePages
from tests.ui.gates import Gate
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


class FakeChoices:
    """Implements ``session.Choices`` in memory; ``error`` is raised by ``choose`` when set."""

    def __init__(self) -> None:
        self.chosen = Preferences(tessdata_dir="/data/tessdata")
        self.around = Surroundings(
            languages=("deu", "eng"), recognized=("eng",), how_to_get="Install tesseract-ocr-eng."
        )
        self.error: LecternError | None = None

    def preferences(self) -> Preferences:
        """Return what was chosen."""
        return self.chosen

    def choose(self, preferences: Preferences) -> None:
        """Keep it, or raise ``error``."""
        if self.error:
            raise self.error
        self.chosen = preferences

    def surroundings(self) -> Surroundings:
        """Say what ``around`` holds."""
        return self.around


class FakeSession(FakePacks):
    """Implements ``session.Session``; set the attributes to make it behave otherwise.

    ``calls`` records (method, argument) in order. ``search_gate`` stands between the first
    and the final answer, ``index_gate`` before every step of indexing, ``render_gate``
    before a page is drawn. ``search_error``, ``index_error``, ``render_error`` and
    ``root_error`` are raised when set. ``hits``/``verdict``/``notices`` make the answer. What it
    does with packs is in ``FakePacks``.
    """

    def __init__(self, roots: Sequence[str] = (ROOT,), *, steps: int = 40) -> None:
        super().__init__()
        self.own = FakeOwn()
        self.choices = FakeChoices()
        self.pages = FakePages()
        self.gpu = FakeGpu()
        self.backup_gate = Gate()
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
        self.health_gate, self.add_gate, self.words_gate = Gate(), Gate(), Gate()
        self.remove_error: LecternError | None = None
        self.language = "en"
        self.preparing = ""
        self.steps = steps
        self.is_closed = False
        self.changed = FolderChanges()
        self.changes_error: LecternError | None = None
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
        if self.changes_error:
            raise self.changes_error
        found, self.changed = self.changed, FolderChanges()
        return found

    def root_rules(self, path: str) -> RootRules:
        """Return what was chosen."""
        return self.rules.get(path, RootRules())

    def set_root_rules(self, path: str, rules: RootRules) -> None:
        """Keep the choice."""
        self._record("set_root_rules", path)
        self.rules[path] = rules

    def left_out(
        self, path: str, rules: RootRules, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[LeftOut]:
        """Leave out a file for each pattern."""
        self._record("left_out", rules)
        count = len(rules.excludes)
        yield LeftOut(1000, count)
        yield LeftOut(1020, count, 0 if rules.has_hidden else 7, 3, ("a.part",), is_final=True)

    def backup(
        self, target: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Copy in four steps."""
        self._record("backup", str(target))
        for step in range(5):
            yield CopyProgress(step * 25, 100)
            self.backup_gate.wait(is_cancelled)
            if is_cancelled():
                return

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

    def search_words(self, question: str, *, limit: int = 50) -> SearchResult:
        """Give the early order through ``words_gate``, or raise ``search_error``."""
        self._record("search_words", question)
        self.words_gate.wait()
        if self.search_error:
            raise self.search_error
        early = make_hits(is_reranked=False) if self.hits else ()
        return self._result(question, early[:limit], is_final=False, is_reranked=False)

    def similar(self, passage_id: str, *, limit: int = 20) -> SearchResult:
        """Give all other hits."""
        self._record("similar", passage_id)
        others = [hit for hit in self.hits if hit.passage.passage_id != passage_id]
        hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(others[:limit], 1))
        raw = f"similar:{passage_id}"
        return self._result(raw, hits, is_final=True, is_reranked=False)

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
