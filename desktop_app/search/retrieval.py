"""Ask the library for ranked lists, and decide which of them may vote."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop_app.domain import (
    Coverage,
    Embeddings,
    Passage,
    Query,
    Run,
    VectorSpace,
)
from desktop_app.search.correction import correct
from desktop_app.search.letters import needs_letters
from desktop_app.search.widening import other_languages, widen
from desktop_app.search.words import content_words, find_codes, without_codes
from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.store.library import Library

NO_PHRASE = mark("No passage holds exactly what stands in quotes; it was searched by its words.")
_FORM_WEIGHT = 0.3
"""Measured from 0.1 to 1: 0.2 to 0.4 are alike, more harms Hebrew and German."""
_FORMS_AT_MOST = 2.0
_NAME_WEIGHT = 0.25
"""A file named in the question: of four reports alike the right one rose from .795 to .868
nDCG@10 (docugami-sec-10q, fused); .5 and 1 gave .878, but names may be chance."""
_CODE_WEIGHT = 1.0
_MOST_CODES = 4
_FEW_WORDS = 2
# "10-Q", "COVID-19", "mid-1990s" are written in more ways than one.
_LIKE_A_WORD = re.compile(r"^\D*\d{1,2}\D*$|[A-Za-z]{3}")


def knows_question(space: VectorSpace, query: Query) -> bool:
    """Say whether the embedder may vote: it knows the question and what it is narrowed to.

    A dense run of an English model fused into Chinese text dropped nDCG@10 from .958 to
    .599 in our measurement.
    """
    return space.knows(query.language) and _allowed(space, query) is not None


def retrieve_fulltext(
    library: Library, query: Query, *, k: int, within: frozenset[str] | None
) -> tuple[Run, Query]:
    """Return the run "fulltext" and the query that it answers.

    Ranked by BM25 of the words, phrases required; other forms of the words count less, so
    that a passage with forms only never comes before the best one with the words.
    The query that was answered differs where no passage holds all phrases (whoever pastes a
    sentence with quotes in it wants an answer all the same), and where a word is in no
    passage but one spelled much alike is; ``describe_changes`` says so to the user.
    """
    return begin_fulltext(library, query, k=k, within=within)()


def begin_fulltext(
    library: Library,
    query: Query,
    *,
    k: int,
    within: frozenset[str] | None,
    is_typed: bool = False,
) -> Callable[[], tuple[Run, Query]]:
    """Begin the same; what is returned waits for it. ``is_typed`` as for ``correct``."""
    begun = _begin(library, query, k=k, within=within)

    def wait() -> tuple[Run, Query]:
        answered, asked = query, begun
        run = asked.words()
        if query.phrases:
            if not run.passage_ids:
                return retrieve_fulltext(library, replace(query, phrases=()), k=k, within=within)
            return run, query
        answered = correct(library, query, run, within, is_typed=is_typed)
        if answered != query:
            asked = _begin(library, answered, k=k, within=within)
            run = asked.words()
        run = _add(run, asked.forms(), k=k)
        run = _add_coded(library, run, answered, k=k, within=within)
        if run.scores:
            run = _raise(run, asked.named(), share=_NAME_WEIGHT, k=k)
        library.ahead.passages(run.passage_ids)
        return run, answered

    return wait


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the words of a question find, being looked for."""

    words: Callable[[], Run]
    forms: Callable[[], Run]
    named: Callable[[], Run]


def _begin(library: Library, query: Query, *, k: int, within: frozenset[str] | None) -> _Begun:
    words = library.ahead.fulltext(
        query.text,
        phrases=query.phrases,
        k=k,
        within=within,
        languages=query.filters.languages,
        language=query.language,
    )
    if query.phrases:
        return _Begun(words, _nothing, _nothing)
    # Most questions are answered as they were asked.
    forms = _begin_forms(library, query, k=k, within=within)
    return _Begun(words, forms, _begin_named(library, query, k=k, within=within))


def _nothing() -> Run:
    return Run("fulltext", (), ())


def _begin_forms(
    library: Library, query: Query, *, k: int, within: frozenset[str] | None
) -> Callable[[], Run]:
    foreign = other_languages(query)
    return library.ahead.spellings(
        widen(query) if foreign != () else (),
        k=k,
        within=within,
        languages=foreign or query.filters.languages,
    )


def _begin_named(
    library: Library, query: Query, *, k: int, within: frozenset[str] | None
) -> Callable[[], Run]:
    """Begin to look for passages that stand in a file named in the question.

    They are put first among those that match as well: of ten reports alike the one of "Q3 2022"
    may say so in its file's name only. Most are among what the words find.
    """
    named = library.names.find(query.terms)
    if within is not None:
        named &= within
    if not named:
        return _nothing
    return library.ahead.fulltext(
        query.text,
        k=k,
        within=named,
        languages=query.filters.languages,
        language=query.language,
        is_whole=False,
    )


def _add_coded(
    library: Library, run: Run, query: Query, *, k: int, within: frozenset[str] | None
) -> Run:
    """Put passages first that hold the number or code that is asked for, to the letter.

    To the index "7.2" is a 7 and a 2, which stand in most documents. Only where little else is
    asked: in whole sentences a number is one thing among others, and putting it first made
    scifact's three such questions .40 instead of .75 nDCG@10, Hebrew .86 instead of 1.
    """
    if len(content_words(without_codes(query.text))) > _FEW_WORDS:
        return run
    languages = query.filters.languages
    for code in find_codes(query.text)[:_MOST_CODES]:
        if not _LIKE_A_WORD.search(code):
            found = library.search_fulltext(
                query.text, phrases=(code,), k=k, within=within, languages=languages
            )
            run = _raise(run, found, share=_CODE_WEIGHT, k=k)
    return run


def _raise(run: Run, found: Run, *, share: float, k: int) -> Run:
    """Add a share of the run's best score to what was found, which joins the run."""
    total = dict(zip(run.passage_ids, run.scores, strict=True))
    bonus = share * max(run.scores, default=0.0)
    for passage_id, score in zip(found.passage_ids, found.scores, strict=True):
        total[passage_id] = max(score, total.get(passage_id, 0.0)) + bonus
    return _rank(run.name, total, k=k)


def _rank(name: str, scores: Mapping[str, float], *, k: int) -> Run:
    ranked = sorted(scores, key=lambda each: (-scores[each], each))[:k]
    return Run(name, tuple(ranked), tuple(scores[each] for each in ranked))


def describe_changes(asked: Query, answered: Query) -> tuple[str, ...]:
    """Return a sentence for each thing in which the answered query is not the one asked."""
    said = [NO_PHRASE] if answered.phrases != asked.phrases else []
    before, after = asked.text.split(), answered.text.split()
    said += [
        worded(
            "No passage holds “{old}”; “{new}” was searched instead.",
            old=_bare(old),
            new=_bare(new),
        )
        for old, new in zip(before, after, strict=False)
        if old != new
    ]
    return tuple(dict.fromkeys(said))


def _add(run: Run, forms: Run, *, k: int) -> Run:
    if not forms.passage_ids:
        return run
    # Forms are rarer than words, and what is rare weighs more in BM25: held to twice the words.
    most = _FORMS_AT_MOST * max(run.scores, default=math.inf)
    share = min(1.0, most / max(forms.scores)) * _FORM_WEIGHT
    total = dict(zip(run.passage_ids, run.scores, strict=True))
    for passage_id, score in zip(forms.passage_ids, forms.scores, strict=True):
        total[passage_id] = total.get(passage_id, 0.0) + share * score
    return _rank(run.name, total, k=k)


def _bare(word: str) -> str:
    return word.strip(string.punctuation)


def find_unknown(
    library: Library,
    query: Query,
    space: VectorSpace | None,
    runs: Sequence[Run],
    passages: Mapping[str, Passage],
    *,
    coverage: Coverage,
) -> dict[str, frozenset[str]]:
    """Return, by the name of a run, which of these passages (by id) it could not find.

    Meaning knows nothing of languages that the embedder does not know, nor of passages that
    wait for their vector; letters compare only what neither vectors nor stems can.
    """
    if space is None or all(run.name != "dense" for run in runs):
        return {}
    hidden = {name for name, each in passages.items() if not space.knows(each.language)}
    if coverage.embedded < coverage.passages:
        hidden |= passages.keys() - library.embedded(space, tuple(passages))
    compared = {
        name for name, each in passages.items() if needs_letters(each.language, query, space)
    }
    by_meaning = frozenset(hidden)
    return {
        "dense": by_meaning,
        "sparse": by_meaning,
        "letters": frozenset(passages).difference(compared),
    }


def retrieve_dense(
    library: Library,
    query: Query,
    space: VectorSpace,
    embeddings: Embeddings,
    *,
    k: int,
    within: frozenset[str] | None,
) -> Run:
    """Return the run "dense" over passages in languages that the embedder knows."""
    allowed = _allowed(space, query) or ()
    return library.search_dense(space, embeddings.dense[0], k=k, within=within, languages=allowed)


def begin_dense(
    library: Library,
    query: Query,
    space: VectorSpace,
    embeddings: Embeddings,
    *,
    k: int,
    within: frozenset[str] | None,
) -> Callable[[], Run]:
    """Begin the same, and to read what it finds; what is returned waits for the run."""
    return library.ahead.dense(
        space,
        embeddings.dense[0],
        k=k,
        within=within,
        languages=_allowed(space, query) or (),
        # Of what is near to a question with phrases little is left.
        reads_on=not query.phrases,
    )


def retrieve_sparse(
    library: Library,
    query: Query,
    space: VectorSpace,
    embeddings: Embeddings,
    *,
    k: int,
    within: frozenset[str] | None,
) -> Run:
    """Return the run "sparse"; empty where the embedder has no learned weights."""
    if embeddings.sparse is None:
        return Run("sparse", (), ())
    return library.search_sparse(
        space, embeddings.sparse[0], k=k, within=within, languages=_allowed(space, query) or ()
    )


def restrict(run: Run, passage_ids: Collection[str]) -> Run:
    """Return the run without passages outside of ``passage_ids``, in the same order."""
    kept = [
        (passage_id, score)
        for passage_id, score in zip(run.passage_ids, run.scores, strict=True)
        if passage_id in passage_ids
    ]
    return Run(run.name, tuple(each for each, _ in kept), tuple(each for _, each in kept))


def _allowed(space: VectorSpace, query: Query) -> tuple[str, ...] | None:
    """Languages of passages that may be ranked: () for all, None for none."""
    asked = query.filters.languages
    if not space.languages:
        return asked
    if not asked:
        return tuple(sorted(space.languages | {"und"}))
    return tuple(language for language in asked if space.knows(language)) or None
