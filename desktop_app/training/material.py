"""What a training is made of: labelled pairs, and the documents among which answers are sought."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain import Locator, Passage
from desktop_app.domain.own import OwnQuestion
from desktop_app.errors import TrainingError
from desktop_app.parsing.language import detect_passage_language
from desktop_app.store.library import Library, open_library
from desktop_app.store.own_questions import read_own_questions
from desktop_app.training.pairs import Pair, cleaned, read_pairs

NEAR_IN_OWN = 2
"""In a library of one's own the passages this near to the right one may answer as well; those of
the same document that are farther away are the wrong answers worth learning from."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Pairs, and passages by document in order.

    ``near`` is how many passages before and after the right one count as part of it; None means
    the whole document, where passages are no neighbors but excerpts. ``names`` says in words
    where it is from, ``digest`` pins its content.
    """

    pairs: tuple[Pair, ...]
    documents: Mapping[str, tuple[Passage, ...]]
    near: int | None
    names: tuple[str, ...]
    digest: str

    def right_of(self, pair: Pair) -> str:
        """Return the id of the passage that answers a pair's question."""
        return next(
            each.passage_id for each in self.documents[pair.document] if each.text == pair.passage
        )


def read_files(paths: Sequence[Path]) -> Material:
    """Read pairs from files; their passages are the documents. Raises TrainingError."""
    pairs = read_pairs(paths)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in pairs:
        texts[pair.document].setdefault(pair.passage, pair.title)
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    names = tuple(cleaned(path.name) for path in paths)
    return Material(tuple(pairs), _Excerpts(texts), None, names, digest.hexdigest())


def read_own(library_dir: Path, *, most: int) -> Material:
    """Read the own questions of a library and at most about ``most`` of its passages.

    Documents with an answer come whole and first. Raises TrainingError where no question has a
    right passage that is still in the library, StoreError.
    """
    with closing(open_library(library_dir, is_writable=False)) as library:
        questions = read_own_questions(library.directory)
        pairs = tuple(_pairs_of(questions, library))
        if not pairs:
            raise TrainingError(
                "No question of your own has a right passage in this library.",
                "Enter some on the page “How good is it?”, or give a file of pairs.",
            )
        documents = dict(_documents_of(library, {each.document for each in pairs}, most))
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{pair.question}\0{pair.passage}\0".encode())
    for content_hash in sorted(documents):
        digest.update(content_hash.encode())
    return Material(pairs, documents, NEAR_IN_OWN, ("your own questions",), digest.hexdigest())


def passage_key(*parts: str) -> str:
    """Return 32 hex digits over these words: the id of a passage."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


class _Excerpts(Mapping[str, tuple[Passage, ...]]):
    """Passages by document, made when they are first asked for.

    Telling the language of 49,000 texts takes ten seconds, and few of them may be needed.
    """

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts
        self._made: dict[str, tuple[Passage, ...]] = {}

    def __getitem__(self, document: str) -> tuple[Passage, ...]:
        if document not in self._made:
            self._made[document] = tuple(
                _passage(document, ordinal, title, text)
                for ordinal, (text, title) in enumerate(self._texts[document].items())
            )
        return self._made[document]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _passage(document: str, ordinal: int, title: str, text: str) -> Passage:
    return Passage(
        passage_id=passage_key(document, title, text),
        content_hash=hashlib.blake2b(document.encode(), digest_size=32).hexdigest(),
        ordinal=ordinal,
        text=text,
        title=title,
        heading=(),
        language=detect_passage_language(text),
        locator=Locator(page=None, boxes=(), start=0, end=len(text)),
    )


def _pairs_of(questions: Sequence[OwnQuestion], library: Library) -> Iterator[Pair]:
    for question in questions:
        for right in question.right:
            for passage in library.passages_of(right.content_hash):
                if right.is_in(passage):
                    yield Pair(question.text, passage.text, passage.content_hash, "own questions")


def _documents_of(
    library: Library, wanted: set[str], most: int
) -> Iterator[tuple[str, tuple[Passage, ...]]]:
    others = {each.content_hash for each in library.documents() if each.passages} - wanted
    count = 0
    for content_hash in (*sorted(wanted), *sorted(others)):
        if count >= most and content_hash not in wanted:
            break
        passages = library.passages_of(content_hash)
        count += len(passages)
        yield content_hash, passages
