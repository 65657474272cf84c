"""A question, what it is narrowed to, and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from desktop_app.domain.passages import Document, Passage
from desktop_app.translation import tr, tr_n


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; empty fields do not narrow.

    ``folders`` are absolute directories or path fragments, ``types`` file suffixes
    without the dot ("pdf"), ``after``/``before`` days of last change (inclusive),
    ``languages`` ISO 639-1 codes of the passages; documents in ``folders_left_out`` or of
    ``types_left_out`` do not count.
    """

    folders: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    languages: tuple[str, ...] = ()
    folders_left_out: tuple[str, ...] = ()
    types_left_out: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is narrowed at all."""
        return self.narrows_documents or bool(self.languages)

    @property
    def narrows_documents(self) -> bool:
        """Say whether any document may be left out, whatever its passages say."""
        is_chosen = self.folders or self.types or self.after or self.before
        return bool(is_chosen or self.folders_left_out or self.types_left_out)


@dataclass(frozen=True, slots=True)
class Query:
    """A question after parsing.

    ``text`` is the question for the models, without filters; ``terms`` its words for
    highlighting; ``phrases`` what stood in quotes; ``language`` ISO 639-1 or "und".
    """

    raw: str
    text: str
    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    language: str = "und"


@dataclass(frozen=True, slots=True)
class Run:
    """One ranked list: passage ids best first with their raw scores (name: the stage)."""

    name: str
    passage_ids: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """What each stage said of one hit; None where the stage did not return it."""

    dense: float | None = None
    sparse: float | None = None
    fulltext: float | None = None
    fused: float | None = None
    logit: float | None = None


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word of the question and the forms in which a passage has it, as written there."""

    asked: str
    forms: tuple[str, ...]


class Verdict(StrEnum):
    """Whether the answer is likely to be among the hits."""

    GOOD = "good"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage of the answer, with the document row that owns it.

    ``score`` is 0 to 1. ``highlights`` are (start, end) offsets into ``passage.text``,
    ``sentence`` those of the sentence that answers, where one stands out. ``places`` are the
    ranks that single runs gave it, from 1. ``words`` are the question's words, in its order;
    those without forms are not in the passage. ``copies`` are other files that say the same,
    whose passages were folded into this one.
    """

    rank: int
    score: float
    passage: Passage
    document: Document
    stages: Stages
    highlights: tuple[tuple[int, int], ...] = ()
    sentence: tuple[int, int] | None = None
    places: tuple[tuple[str, int], ...] = ()
    words: tuple[FoundWord, ...] = ()
    copies: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence that answers best: characters ``start:end`` of a listed hit's text."""

    passage_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the searched library is: counts of documents and passages.

    ``rejected`` passages are found by their words only: the embedder could not read them.
    ``needs_ocr`` of the documents that need attention have pages that are images of text.
    ``unread`` files were found in the folders and are not among the documents yet.
    ``passing`` is how many of ``searchable`` the filters let through, None without filters.
    """

    documents: int
    searchable: int
    needs_attention: int
    passages: int
    embedded: int
    rejected: int = 0
    needs_ocr: int = 0
    unread: int = 0
    passing: int | None = None

    @property
    def is_complete(self) -> bool:
        """Say whether every passage that can have a vector has one."""
        return self.embedded + self.rejected >= self.passages

    @property
    def sentence(self) -> str:
        """Say it to the user in one sentence, in the language that the process speaks."""
        text = self._searched()
        for clause in self._shortcomings():
            # Translators: a sentence that grows by clauses about what was not searched.
            text = tr("{sentence}; {clause}", sentence=text, clause=clause)
        # Translators: the end of a sentence.
        return tr("{sentence}.", sentence=text)

    def _searched(self) -> str:
        count = self.documents + self.unread
        if self.passing is None:
            return tr_n(
                "Searched {searchable} of {count} file",
                "Searched {searchable} of {count} files",
                count,
                searchable=self.searchable,
            )
        if not self.passing:
            return tr_n("Searched none of {count} file", "Searched none of {count} files", count)
        return tr_n(
            "Searched {passing} of {count} file, all that pass the filters",
            "Searched {passing} of {count} files, all that pass the filters",
            count,
            passing=self.passing,
        )

    def _shortcomings(self) -> Iterator[str]:
        if self.unread:
            # Translators: of files.
            yield tr_n("{count} is still to be read", "{count} are still to be read", self.unread)
        if self.needs_ocr:
            # Translators: of files with pages that are images of text.
            yield tr_n("{count} needs OCR", "{count} need OCR", self.needs_ocr)
        if others := self.needs_attention - self.needs_ocr:
            # Translators: of files.
            yield tr_n("{count} could not be read fully", "{count} could not be read fully", others)
        if not self.is_complete:
            # Rounded down: 100 % would say that it is complete.
            share = 100 * self.embedded // self.passages / 100
            yield tr("meaning search covers {share:.0%} so far", share=share)
        if self.rejected:
            yield tr_n(
                "{count} passage is found by its words only",
                "{count} passages are found by their words only",
                self.rejected,
            )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An answer, or an earlier state of it.

    ``is_final`` is False for the fused order shown while reranking goes on.
    ``is_reranked`` False means: the score is the fused one, shown as "not reranked".
    ``took_ms`` maps stage names to milliseconds. ``notices`` are sentences for the user
    (for example: meaning search is not ready, a filter excludes everything). ``quote``
    comes with a second final state, after the list was shown.
    """

    query: Query
    pack: str
    verdict: Verdict
    hits: tuple[Hit, ...]
    coverage: Coverage
    took_ms: dict[str, float]
    is_reranked: bool
    is_final: bool
    notices: tuple[str, ...] = ()
    quote: Quote | None = None
