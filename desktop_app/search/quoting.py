"""Which sentence of the first hits answers the question, if any stands out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from desktop_app.domain import Hit, Quote
from desktop_app.parsing.sentences import sentence_ends
from desktop_app.search.apparatus import find_apparatus
from desktop_app.search.shares import NO_TOPIC
from desktop_app.search.words import word_keys

HITS = 6
"""Hits whose sentences are read; who must look further down reads for himself."""
MOST_SENTENCES = 60
LONGEST = 420
"""Characters of the longest sentence that is a quotation and not a passage of its own."""
_SHORTEST = 12
_SHORTEST_WIDE = 5
_WIDE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ANNOUNCES = (":", "\uff1a")
_NO_ANSWER = ("?", "\uff1f", "\u061f", *_ANNOUNCES)
"""A question answers nothing, nor does what only announces what follows."""
_ROW = re.compile(
    r"\n(?=[^\n]* \| "
    # Items of lists: bullets, "1.", "(a)", "iv)", "7.3".
    r"|\s*(?:[-*\u2022\u2013]|\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s)"
    r"|(?<= \|)\n"
)
_CLAUSES = (re.compile(r";\s+|\uff1b"), re.compile(r",\s+|[\uff0c\u3001\u060c]\s*"))
"""Where a sentence may be cut that is too long, the better place first."""
_BULLET = re.compile(r"(?:[-*\u2022\u2013]|\d{1,3}[.)])?\s+")

LEAST_QUOTED = 0.0
"""Log-odds; a sentence is quoted that is more likely right than wrong."""
LEAST_MARKED = -0.4
"""What is marked in its passage claims less than the quotation above the list."""
_NEIGHBOR = 0.25
"""A sentence that is this much less likely than the one beside it is quoted with it: an answer
often stands in two, "The claim fails. The loss was too remote." (log-odds)"""
_CELL = " | "
_HEADING = 80
"""Characters of the longest paragraph without an end that names what follows."""
_ENDS = re.compile(r"[.!\u2026\u3002\uff01\u06d4\u0964][\"'\u201d\u2019\u300d)\]]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``start:end`` of the text of the hit at ``hit`` (from 0).

    ``head`` is the first row of the table that it is a row of, ``follows`` whether it stands
    right behind the one listed before it.
    """

    hit: int
    start: int
    end: int
    text: str
    head: str = ""
    follows: bool = False


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


def list_sentences(hits: Sequence[Hit], question: str = "") -> tuple[Sentence, ...]:
    """Return what may be quoted from the first hits, best hit first.

    Leaves out what is too short to answer, too long to quote, a heading, a caption or a
    question itself, sources and contents, and what has no word that the question has not.
    What announces ("The code is:") is listed with what follows it.
    """
    found: list[Sentence] = []
    asked = frozenset(word_keys(question)) | NO_TOPIC if question else frozenset()
    for index, hit in enumerate(hits[:HITS]):
        text, last = hit.passage.text, -1
        for start, end in _quotable_spans(text, hit.passage.heading):
            if asked.issuperset(word_keys(text[start:end])):
                continue
            head = _row_head(text, start) if _CELL in text[start:end] else ""
            follows = last >= 0 and not text[last:start].strip()
            found.append(Sentence(index, start, end, text[start:end], head, follows))
            last = end
    return tuple(found[:MOST_SENTENCES])


def _quotable_spans(text: str, heading: Sequence[str]) -> Iterator[tuple[int, int]]:
    apparatus = find_apparatus(text, heading)
    spans = [
        (start, end)
        for first, last in split_sentences(text)
        if not any(since <= first < until for since, until in apparatus)
        for start, end in _cut_long(text, first, last)
    ]
    for (start, stop), following in zip_longest(spans, spans[1:]):
        needs_next = following and _needs_next(text[start:stop], text[slice(*following)])
        if not needs_next and _is_heading(text, start, stop):
            continue
        end = following[1] if needs_next else stop
        chosen = text[start:end]
        if _is_long_enough(chosen) and len(chosen) <= LONGEST and not chosen.endswith(_NO_ANSWER):
            yield start, end


def _needs_next(text: str, following: str) -> bool:
    """Say whether a text says something with the next only: "The code is:", "Serial number"."""
    is_cut_off = not _ENDS.search(text) and _CELL not in text
    return text.endswith(_ANNOUNCES) or (is_cut_off and not _is_long_enough(following))


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence, or where it is too long to quote the clauses of it, none too long.

    Rows of tables are never cut, since their cells say nothing apart.
    """
    while end - start > LONGEST and _CELL not in text[start:end]:
        cuts = [
            max(found.end() for found in ends)
            for mark in _CLAUSES
            if (ends := list(mark.finditer(text, start + LONGEST // 2, start + LONGEST)))
        ]
        if not cuts:
            return
        yield start, start + len(text[start : cuts[0]].rstrip())
        start = cuts[0]
    yield start, end


def mark_sentences(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    values: Mapping[int, float],
) -> tuple[tuple[Hit, ...], Quote | None]:
    """Return the hits with their best sentences of at least ``LEAST_MARKED``, and the best.

    ``values`` are the log-odds that a sentence answers, by position in ``sentences``; the best
    of all is quoted from ``LEAST_QUOTED`` on. A sentence beside that is nearly as likely comes
    with it. Of equally good ones the first wins.
    """
    best: dict[int, int] = {}
    for position in sorted(values):
        hit = sentences[position].hit
        if values[position] >= LEAST_MARKED and (
            hit not in best or values[position] > values[best[hit]]
        ):
            best[hit] = position
    marked = list(hits)
    for hit, position in best.items():
        marked[hit] = replace(hits[hit], sentence=_with_neighbor(sentences, values, position))
    winner = max(best.values(), key=lambda at: (values[at], -at), default=None)
    if winner is None or values[winner] < LEAST_QUOTED:
        return tuple(marked), None
    start, end = _with_neighbor(sentences, values, winner)
    return tuple(marked), Quote(hits[sentences[winner].hit].passage.passage_id, start, end)


def _with_neighbor(
    sentences: Sequence[Sentence], values: Mapping[int, float], position: int
) -> tuple[int, int]:
    chosen = sentences[position]
    beside = [position - 1] if chosen.follows else []
    if position + 1 < len(sentences) and sentences[position + 1].follows:
        beside.append(position + 1)
    spans = [
        (values[at], min(chosen.start, sentences[at].start), max(chosen.end, sentences[at].end))
        for at in beside
        if values.get(at, -math.inf) >= values[position] - _NEIGHBOR
    ]
    _, start, end = max(
        (each for each in spans if each[2] - each[1] <= LONGEST),
        default=(0.0, chosen.start, chosen.end),
    )
    return start, end


def _is_long_enough(text: str) -> bool:
    return len(text) >= (_SHORTEST_WIDE if _WIDE.search(text) else _SHORTEST)


def _row_head(text: str, start: int) -> str:
    """Return the first row of the table that a row belongs to; its own where it is the first."""
    rows = text[:start].rsplit("\n\n", maxsplit=1)[-1].split("\n")[:-1]
    for at in range(len(rows) - 1, -1, -1):
        if _CELL not in rows[at]:
            return "\n".join(rows[at + 1 : at + 2])
    return rows[0] if rows else ""


def _is_heading(text: str, start: int, end: int) -> bool:
    """Say whether characters name what follows: a short paragraph, or the head of a table."""
    line = text.rfind("\n", 0, start) + 1
    # The number of a heading is no part of what is quoted of it.
    before = text[: line if _BULLET.fullmatch(text, line, start) else start].rstrip(" ")
    chosen = text[start:end]
    if _CELL in chosen:
        return _CELL not in before.rstrip("\n").rpartition("\n")[2]
    is_apart = not before or before.endswith("\n\n")
    is_short = text.startswith("\n\n", end) and end - start <= _HEADING and "\n" not in chosen
    return is_apart and is_short and not _ENDS.search(chosen)
