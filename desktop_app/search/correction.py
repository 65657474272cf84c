"""Words of a question that no passage holds, and those that were meant by them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_app.domain import Query, Run, Spellings
from desktop_app.search.spelling import SHORTEST, SHORTEST_STEM, nearest_word
from desktop_app.search.words import STEMMED, normalize_word, split_words, word_keys

if TYPE_CHECKING:
    from desktop_app.store.library import Library

_LOOKED_AT = 20
_MOST_DOUBTFUL = 6
_ENDINGS = (0, 2, 4)
_BY_EDITS = ((1, SHORTEST_STEM), (2, 6))
"""Letters that may differ, and those of the shortest stem looked for so. Of 190 slips in words of
questions at 200,000 passages 113 were put right, in 32 ms of a processor each; 112 in 63 ms where
both were looked for at once and stems of four letters in both."""
_WORD = re.compile(r"[^\W\d_]+")


def correct(
    library: Library,
    query: Query,
    run: Run,
    within: frozenset[str] | None,
    *,
    is_typed: bool = False,
) -> Query:
    """Replace words that are in no passage by the library's own that are spelled most alike.

    Only where most of the question's words are in some passage, or it is one word: else
    the question is in another language, or about something else. ``run`` is what the words
    found. A question that ``is_typed`` keeps the word at its end, of which letters may be
    missing: to look for what is spelled like it takes 50 ms of a processor and more a key.
    What was looked for in the whole library is not looked for again until the next commit.
    """
    unfinished = _unfinished_word(query.raw) if is_typed else ""
    asked = [
        each
        for each in query.terms
        if len(each) >= SHORTEST and each.isalpha() and not _is_pair(each) and each != unfinished
    ]
    if all(each in library.seen for each in asked):
        return query
    is_narrowed = within is not None or bool(query.filters.languages)
    absent = {} if is_narrowed else library.seen.absent()
    unknown = _unknown(library, query, asked, run, absent)
    if not unknown or len(unknown) > max(1, len(query.terms) // 3):
        return query
    is_stemmed = query.language == STEMMED
    meant: dict[str, str] = {}
    for each in unknown:
        known = absent[each]
        if is_stemmed not in known:
            known[is_stemmed] = _meant(library, each, within, is_stemmed=is_stemmed)
        meant[each] = known[is_stemmed]
    text = _WORD.sub(lambda found: meant.get(normalize_word(found[0])) or found[0], query.text)
    if text == query.text:
        return query
    terms = dict.fromkeys(meant.get(each) or each for each in query.terms)
    return replace(query, text=text, terms=tuple(terms))


def _unfinished_word(raw: str) -> str:
    keys = word_keys(raw) if raw[-1:].isalnum() else ()
    return keys[-1] if keys else ""


def _unknown(
    library: Library,
    query: Query,
    words: list[str],
    run: Run,
    absent: dict[str, dict[bool, str]],
) -> list[str]:
    """Return the first of these words that are in no passage, six at most looked for.

    They are added to the ``absent``. What was seen before counts among the six, or a question
    asked twice would have other words corrected.
    """
    passages = library.get_passages(run.passage_ids[:_LOOKED_AT])
    present = {key for each in passages.values() for key in word_keys(each.full_text)}
    library.seen.note(each for each in present if len(each) >= SHORTEST)
    doubtful = [each for each in words if each not in present][:_MOST_DOUBTFUL]
    languages = query.filters.languages
    waiting = {
        each: library.ahead.fulltext(each, k=1, languages=languages, is_whole=False)
        for each in doubtful
        if each not in absent and each not in library.seen
    }
    for word, wait in waiting.items():
        if wait().passage_ids:
            library.seen.note((word,))
        else:
            absent[word] = {}
    return [each for each in doubtful if each in absent and each not in library.seen]


def _meant(library: Library, word: str, within: frozenset[str] | None, *, is_stemmed: bool) -> str:
    for edits, shortest in _BY_EDITS:
        # The index holds English words by their stems, but compares them with the word as typed.
        cuts = tuple(
            word[: len(word) - cut] for cut in _ENDINGS if not cut or len(word) - cut >= shortest
        )
        spellings = (Spellings(cuts, edits, kept=1),)
        run = library.search_spellings(spellings, k=_LOOKED_AT, within=within)
        passages = library.get_passages(run.passage_ids)
        found = nearest_word(
            word, (each.full_text for each in passages.values()), is_stemmed=is_stemmed
        )
        if found:
            return found
    return ""


def _is_pair(word: str) -> bool:
    return any(each.is_unspaced for each in split_words(word))
