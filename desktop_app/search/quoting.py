"""Which sentence of the first hits answers the question, if any stands out."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from desktop_app.domain import Hit, Passage, Query, Quote
from desktop_app.parsing.sentences import sentence_ends
from desktop_app.search.forms import FormFinder
from desktop_app.search.words import STOP_WORDS

HITS = 6
"""Hits whose sentences are read; who must look further down reads for himself."""
MOST_SENTENCES = 60
LONGEST = 420
"""Characters of the longest sentence that is a quotation and not a passage of its own."""
_SHORTEST = 12
_SHORTEST_WIDE = 5
_MOST_TERMS = 64
_WIDE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_ANSWER = ("?", "\uff1f", "\u061f", ":", "\uff1a")
"""A question answers nothing, nor does what only announces what follows."""
_ROW = re.compile(
    r"\n(?=[^\n]* \| "
    # Items of lists: bullets, "1.", "(a)", "iv)", "7.3".
    r"|\s*(?:[-*\u2022\u2013]|\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s)"
    r"|(?<= \|)\n"
)
_BULLET = re.compile(r"(?:[-*\u2022\u2013]|\d{1,3}[.)])?\s+")

WORDS_WEIGHT = 2.0
"""Of the share of words beside the cosine; measured by tests/bench/quoting.py."""
_NAMED = 0.3
"""Weight of a word that the title has, which tells documents apart rather than sentences."""
LEAST_LOGIT = 0.0
"""A reranker's score of one half: from there on "strong" is said of passages too."""
LEAST_MEANING = 1.2
"""Asked of spanqa, of the best sentences of the first hits 62 % are right from here on (73 % of
the questions), and 60 % of all. The starter's reranker, which has to be blended to rank
passages, chooses worse: 47 % from ``LEAST_LOGIT`` on, 44 % of all."""
LEAST_WORDS = 0.35
"""There: 59 % quoted, 71 % of these right. Scripts without spaces share fewer words."""
_RANK_WEIGHT = 0.1
"""A sentence must be that much better for each rank further down. By meaning and words the
right ones of spanqa are 55 % with 0, 59 % with this; by words 52 and 57 %."""
_CELL = " | "
_HEADING = 80
"""Characters of the longest paragraph without an end that names what follows."""
_ENDS = re.compile(r"[.!\u2026\u3002\uff01\u06d4\u0964][\"'\u201d\u2019\u300d)\]]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``start:end`` of the text of the hit at ``hit`` (from 0)."""

    hit: int
    start: int
    end: int
    text: str


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of sentences, list items and rows of a table; pure.

    Ascending and apart, without white space and bullets around them.
    """
    within = (end for end in sentence_ends(text) if not _is_in_row(text, end))
    ends = sorted({*within, len(text), *(match.end() for match in _ROW.finditer(text))})
    spans = []
    start = 0
    for end in ends:
        lead = _BULLET.match(text, start, end)
        first = lead.end() if lead else start
        stop = start + len(text[start:end].rstrip())
        if first < stop:
            spans.append((first, stop))
        start = end
    return tuple(spans)


def _is_in_row(text: str, end: int) -> bool:
    """Say whether a sentence would end within a row of a table, which is quoted as a whole."""
    first, last = text.rfind("\n", 0, end) + 1, text.find("\n", end)
    row = text[first : len(text) if last < 0 else last]
    return first < end != len(text) and _CELL in row and len(row) <= LONGEST


def list_sentences(hits: Sequence[Hit]) -> tuple[Sentence, ...]:
    """Return what may be quoted from the first hits, best hit first.

    Leaves out what is too short to answer, too long to quote, a heading or a question itself.
    """
    found = [
        Sentence(index, start, end, hit.passage.text[start:end])
        for index, hit in enumerate(hits[:HITS])
        for start, end in split_sentences(hit.passage.text)
    ]
    return tuple(
        each
        for each in found
        if _is_quotable(each.text)
        and not _is_heading(hits[each.hit].passage.text, each.start, each.end)
    )[:MOST_SENTENCES]


def topic_words(query: Query) -> tuple[str, ...]:
    """Return the question's words that carry its topic, in order, at most 64."""
    terms = tuple(each for each in query.terms if each not in STOP_WORDS) or query.terms
    return terms[:_MOST_TERMS]


def weigh_words(
    query: Query, texts: Sequence[str], passages: Sequence[Passage] = ()
) -> list[float]:
    """Return for each text the share of the question's words that it has, 0 to 1.

    Forms count as the word. A word weighs the more the fewer of the texts have it (inverse
    document frequency), since one that all sentences have does not tell them apart. Where
    the texts' ``passages`` are given, a text has the words of the heading it stands under,
    and words of the title weigh less: of a lease of Harbour Street no sentence has to say so
    again.
    """
    terms = topic_words(query)
    finder = FormFinder(terms, query.language)
    found = [finder.find(text).keys() for text in texts]
    counts = {term: sum(term in each for each in found) for term in terms}
    # A word that no text has tells as little of them as one that is rare: it weighs no more.
    plain = {term: math.log1p(len(texts) / max(1, count)) for term, count in counts.items()}
    weights = [_lower_named(plain, each, finder) for each in passages] or [plain] * len(texts)
    topics = [each.heading[-1] if each.heading else "" for each in passages] or [""] * len(texts)
    return [
        _share(has | finder.find(topic).keys(), weigh)
        for has, topic, weigh in zip(found, topics, weights, strict=True)
    ]


def _lower_named(
    weights: Mapping[str, float], passage: Passage, finder: FormFinder
) -> Mapping[str, float]:
    named = finder.find(" ".join((passage.title, *passage.heading[:-1])))
    return {term: _NAMED * weight if term in named else weight for term, weight in weights.items()}


def _share(found: Collection[str], weights: Mapping[str, float]) -> float:
    total = math.fsum(weights.values())
    return math.fsum(weights[term] for term in found) / total if total else 0.0


def mark_sentences(
    hits: Sequence[Hit], sentences: Sequence[Sentence], values: Mapping[int, float], *, least: float
) -> tuple[tuple[Hit, ...], Quote | None]:
    """Return the hits with their best sentence of at least ``least``, and the best of all.

    ``values`` are by position in ``sentences``. Of equally good ones the first wins.
    """
    best: dict[int, int] = {}
    for position in sorted(values):
        hit = sentences[position].hit
        if hit not in best or values[position] > values[best[hit]]:
            best[hit] = position
    best = {hit: position for hit, position in best.items() if values[position] >= least}
    if not best:
        return tuple(hits), None
    marked = list(hits)
    for hit, position in best.items():
        chosen = sentences[position]
        marked[hit] = replace(hits[hit], sentence=(chosen.start, chosen.end))
    winner = sentences[max(best.values(), key=lambda at: _preferred(sentences[at], values[at]))]
    passage_id = hits[winner.hit].passage.passage_id
    return tuple(marked), Quote(passage_id, winner.start, winner.end)


def _preferred(sentence: Sentence, value: float) -> tuple[float, int]:
    return (value - _RANK_WEIGHT * sentence.hit, -sentence.start)


def _is_quotable(text: str) -> bool:
    least = _SHORTEST_WIDE if _WIDE.search(text) else _SHORTEST
    return least <= len(text) <= LONGEST and not text.endswith(_NO_ANSWER)


def _is_heading(text: str, start: int, end: int) -> bool:
    """Say whether characters name what follows: a short paragraph, or the head of a table."""
    line = text.rfind("\n", 0, start) + 1
    # The number of a heading is no part of what is quoted of it.
    before = text[: line if _BULLET.fullmatch(text, line, start) else start].rstrip(" ")
    chosen = text[start:end]
    if _CELL in chosen:
        return _CELL not in before.rstrip("\n").rpartition("\n")[2]
    is_apart = not before or before.endswith("\n\n")
    is_short = text.startswith("\n\n", end) and end - start <= _HEADING
    return is_apart and is_short and not _ENDS.search(chosen)
