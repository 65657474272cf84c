"""Turn a collection into a library: texts as they are, files by the real indexing path."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import Document, DocumentStatus, IndexPhase, Locator, Passage
from desktop_app.errors import CollectionError
from desktop_app.evaluation.collections import Text
from desktop_app.indexing.embedding import Embedder
from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.indexing.progress import ProgressMeter
from desktop_app.parsing.language import detect_passage_language
from desktop_app.parsing.pool import ParserPool

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

FILLING = 1
"""Raised when the passage of a text is made otherwise, so that no library mixes both."""
TEXTS_ROOT = "collection"
_GROUP = 1000


def fill_with_texts(
    library: Library, texts: Sequence[Text], *, model: ModelProcess | None, progress: Progress
) -> None:
    """Store each text as a document of one passage, then embed what lacks a vector.

    What an earlier call stored is kept, so an interrupted evaluation goes on where it was.
    Raises StoreError and ModelError.
    """
    stored = library.documents_of(TEXTS_ROOT)
    missing = [each for each in texts if each.text_id not in stored]
    for start in range(0, len(missing), _GROUP):
        progress("storing", start, len(missing))
        passages = [passage_of_text(each) for each in missing[start : start + _GROUP]]
        library.put_passages(passages)
        library.put_documents(
            [
                _document(text, passage)
                for text, passage in zip(missing[start : start + _GROUP], passages, strict=True)
            ]
        )
    if missing:
        library.maintain()
    if model is not None:
        meter = ProgressMeter()
        for _ in Embedder(library, model, meter).embed(is_cancelled=lambda: False):
            progress("embedding", meter.passages_embedded, meter.passages_total)


def fill_with_files(
    library: Library,
    directory: Path,
    *,
    model: ModelProcess | None,
    settings: Settings,
    progress: Progress,
) -> None:
    """Index a folder as the application does. Raises StoreError, ModelError, RootError."""
    root = str(directory.resolve())
    if root not in {each.path for each in library.roots()}:
        library.add_root(root)
    pool = ParserPool(
        extract,
        processes=settings.parsers,
        memory_mb=settings.parse_memory_mb,
    )
    with closing(pool):
        for state in Indexer(library, pool, model, settings).index([root]):
            if state.phase is IndexPhase.EMBEDDING:
                progress("embedding", state.passages_embedded, state.passages_total)
            else:
                progress(state.phase.value, state.files_done, state.files_total)
    if not library.coverage(None).searchable:
        raise CollectionError(f"No file in {directory} could be read.")


def passage_of_text(text: Text) -> Passage:
    """Make the one passage of a text; its ids depend on id, title and text only."""
    identity = f"{text.text_id}\0{text.title}\0{text.text}".encode()
    return Passage(
        passage_id=hashlib.blake2b(identity, digest_size=16).hexdigest(),
        content_hash=hashlib.blake2b(identity, digest_size=32).hexdigest(),
        ordinal=0,
        text=text.text,
        title=text.title,
        heading=(),
        language=detect_passage_language(text.text),
        locator=Locator(page=None, boxes=(), start=0, end=len(text.text)),
    )


def passages_of_files(library: Library) -> Iterator[tuple[Passage, str]]:
    """Yield every passage of the library with the path of a file that holds it."""
    for content_hash, document in _by_content(library).items():
        for passage in library.passages_of(content_hash):
            yield passage, document.path


def _by_content(library: Library) -> dict[str, Document]:
    return {each.content_hash: each for each in library.documents() if each.passages}


def _document(text: Text, passage: Passage) -> Document:
    return Document(
        root=TEXTS_ROOT,
        path=text.text_id,
        content_hash=passage.content_hash,
        size=len(text.text),
        mtime_ns=0,
        media_type="text/plain",
        title=text.title,
        languages=(passage.language,),
        page_count=None,
        status=DocumentStatus.INDEXED,
        reason_code="",
        reason="",
        parser="collection",
        parser_version=0,
        chunker_version=0,
        passages=1,
        seconds=0.0,
        indexed_at=datetime.now(UTC),
    )
