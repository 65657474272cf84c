"""A library in memory, a pool that parses in place, and a model that counts words."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from desktop_app.domain import (
    Block,
    BlockKind,
    Coverage,
    Embeddings,
    ModelStatus,
    ParsedDocument,
    ParseFailure,
    Root,
    RootState,
    VectorSpace,
)
from desktop_app.domain.folders import RootRules
from desktop_app.errors import ModelCrashed, ParseError
from desktop_app.indexing.chunker import chunk
from desktop_app.indexing.extraction import Extraction
from desktop_app.indexing.fingerprint import modified_ns

SPACE = VectorSpace("fake", "fake", 4, has_sparse=False, languages=frozenset({"en"}))


class FakeLibrary:
    """Keeps the promises of ``store.library.Library`` that indexing relies on."""

    def __init__(self, *roots):
        self.rows = {}
        self.texts = {}
        self.vectors = {}
        self.rejected = set()
        self.registered = [str(root) for root in roots]
        self.calls = []
        self.error = None
        self.folders = FakeFolders(self)
        self.settled = 0
        self.walks = 0

    def documents(self, status=None):
        self.walks += 1
        return tuple(row for row in self.rows.values() if status in {None, row.status})

    def rows_of_content(self, content_hash):
        return [row for row in self.rows.values() if row.content_hash == content_hash]

    def contents(self):
        return {
            row.content_hash: (row.parser_version, row.chunker_version, row.passages)
            for row in self.rows.values()
            if row.passages
            and sum(each.content_hash == row.content_hash for each in self.texts.values())
            == row.passages
        }

    def roots(self):
        return tuple(Root(path, RootState.HERE) for path in self.registered)

    def put_passages(self, passages):
        self.calls.append(("put_passages", len(passages)))
        if self.error is not None:
            raise self.error
        hashes = {each.content_hash for each in passages}
        self.texts = {k: v for k, v in self.texts.items() if v.content_hash not in hashes}
        self.texts |= {each.passage_id: each for each in passages}

    def put_documents(self, rows):
        self.calls.append(("put_documents", len(rows)))
        self.rows |= {(row.root, row.path): row for row in rows}
        self._drop_orphans()

    def remove_documents(self, keys):
        self.calls.append(("remove_documents", len(keys)))
        for key in keys:
            self.rows.pop(key, None)
        self._drop_orphans()

    def get_passages(self, ids):
        return {each: self.texts[each] for each in ids if each in self.texts}

    def missing_vectors(self, space):
        done = self.vectors.keys() | self.rejected
        return tuple(each for each in self.texts if each not in done)

    def reject_passages(self, space, passage_ids):
        self.calls.append(("reject_passages", len(passage_ids)))
        self.rejected.update(passage_ids)

    def put_vectors(self, space, passage_ids, embeddings):
        self.calls.append(("put_vectors", len(passage_ids)))
        assert len(passage_ids) == len(embeddings.dense)
        self.vectors |= dict(zip(passage_ids, embeddings.dense, strict=True))

    def coverage(self, space):
        return Coverage(len(self.rows), len(self.rows), 0, len(self.texts), len(self.vectors))

    def maintain(self, *, is_cancelled):
        self.calls.append(("maintain", 0))

    def settle(self):
        self.settled += 1

    def by_path(self):
        return {row.path: row for row in self.rows.values()}

    def _drop_orphans(self):
        held = {row.content_hash for row in self.rows.values()}
        self.texts = {k: v for k, v in self.texts.items() if v.content_hash in held}
        self.vectors = {k: v for k, v in self.vectors.items() if k in self.texts}


class FakeFolders:
    """Keeps the promises of ``store.folders.Folders`` that indexing relies on."""

    def __init__(self, library):
        self.library = library
        self.chosen = {}
        self.mounts = {}
        self.inside = {}

    def paths(self):
        return tuple(self.library.registered)

    def rules(self, root):
        return self.chosen.get(root, RootRules())

    def mount(self, root):
        return self.mounts.get(root, "")

    def mounts_inside(self, root):
        return self.inside.get(root, ())

    def set_mount(self, root, mount, *, inside=()):
        self.mounts[root], self.inside[root] = mount, inside


class FakePool:
    """Runs a parse function on the spot; ``parsed`` lists what it was asked for.

    ``wait`` stands for the time before each request, in which no answer comes.
    ``is_at_work`` says whether processes would be running now.
    """

    def __init__(self, parse=None):
        self.parse = parse or parse_text
        self.parsed = []
        self.deadlines = []
        self.wait = lambda: None
        self.is_at_work = False

    def close(self):
        self.is_at_work = False

    def stream(self, requests, *, is_cancelled):
        self.is_at_work = True
        for request, seconds in requests:
            if is_cancelled():
                return
            self.wait()
            yield None
            self.parsed.append(Path(request.path).name)
            self.deadlines.append(seconds)
            try:
                yield request, self._extract(request)
            except ParseError as error:
                yield request, ParseFailure(error.code, error.title, error.hint)

    def _extract(self, request):
        document = self.parse(Path(request.path))
        passages = chunk(
            document,
            content_hash=request.content_hash,
            fallback_title=request.fallback_title,
        )
        status = Path(request.path).stat()
        return Extraction(
            media_type=document.media_type,
            title=document.title,
            languages=("en",),
            page_count=document.page_count,
            empty_pages=document.empty_pages,
            shortfall=document.shortfall,
            parser="fake",
            passages=passages,
            size=status.st_size,
            mtime_ns=modified_ns(status),
            seconds=0.0,
            remark=document.remark,
        )


def parse_text(path):
    """Take every paragraph of a text file for a block."""
    text = path.read_bytes().decode("utf-8", "replace")
    blocks = tuple(Block(BlockKind.PARAGRAPH, part) for part in text.split("\n\n") if part.strip())
    return ParsedDocument("text/plain", "", blocks)


class FakeModel:
    """Embeds in batches of eight; texts that hold a word of ``poison`` crash it."""

    space = SPACE

    def __init__(self, poison=()):
        self.poison = tuple(poison)
        self.embedded = []
        self.is_ready = False

    def status(self):
        backend = "fake" if self.is_ready else ""
        return ModelStatus("fake", self.is_ready, backend, "fp32", "cpu")

    def embed_passages(self, texts, *, is_cancelled):
        for start in range(0, len(texts), 8):
            if is_cancelled():
                return
            batch = texts[start : start + 8]
            if any(word in text for text in batch for word in self.poison):
                raise ModelCrashed
            self.embedded.extend(batch)
            yield (
                tuple(range(start, start + len(batch))),
                Embeddings(np.stack([_vector(text) for text in batch])),
            )

    def embed_query(self, text):
        if any(word in text for word in self.poison):
            raise ModelCrashed
        return Embeddings(_vector(text)[None])


def _vector(text):
    digest = hashlib.blake2b(text.encode(), digest_size=4).digest()
    vector = np.frombuffer(digest, np.uint8).astype(np.float32) + 1
    return vector / np.linalg.norm(vector)


def with_shortfall(document, **changes):
    """Return a parsed document with other particulars."""
    return dataclasses.replace(document, **changes)
