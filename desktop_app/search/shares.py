"""How much of a question single sentences say, by the words that they have."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from desktop_app.domain import Passage, Query
from desktop_app.search.forms import FormFinder
from desktop_app.search.question_words import INTERROGATIVES
from desktop_app.search.words import STOP_WORDS, normalize_word

_MOST_TERMS = 64
NO_TOPIC = STOP_WORDS | {normalize_word(each) for each in INTERROGATIVES}
"""Words that say nothing of what is asked."""
_NAMED = 0.3
"""Weight of a word that the title has, which tells documents apart rather than sentences."""


def topic_words(query: Query) -> tuple[str, ...]:
    """Return the question's words that carry its topic, in order, at most 64."""
    terms = tuple(each for each in query.terms if each not in NO_TOPIC) or query.terms
    return terms[:_MOST_TERMS]


def share_words(
    query: Query,
    texts: Sequence[str],
    passages: Sequence[Passage] = (),
    *,
    heads: Sequence[str] = (),
    follows: Collection[int] = (),
) -> list[tuple[float, float]]:
    """Return for each text the share of the question's words that it has, 0 to 1.

    With it, the share that it has not but the text before it, for positions in ``follows``:
    who wrote "Its name is ..." said what of in the sentence before. Forms count as the word.
    A word weighs the more the fewer of the texts have it (inverse document frequency), since
    one that all sentences have does not tell them apart. Where the texts' ``passages`` are
    given, a text has the words of the heading it stands under and of its table's head in
    ``heads``, and words of the title weigh less: of a lease of Harbour Street no sentence has
    to say so again.
    """
    terms = topic_words(query)
    finder = FormFinder(terms, query.language)
    found = [finder.find(text).keys() for text in texts]
    counts = {term: sum(term in each for each in found) for term in terms}
    # A word that no text has tells as little of them as one that is rare: it weighs no more.
    plain = {term: math.log1p(len(texts) / max(1, count)) for term, count in counts.items()}
    weights: dict[str, Mapping[str, float]] = {}
    named: dict[str, AbstractSet[str]] = {}
    shares = []
    for at, said in enumerate(found):
        has: AbstractSet[str] = said
        weigh: Mapping[str, float] = plain
        if passages:
            passage = passages[at]
            topic = "\n".join((*passage.heading[-1:], heads[at] if heads else ""))
            if topic not in named:
                named[topic] = finder.find(topic).keys()
            has = said | named[topic]
            if passage.passage_id not in weights:
                weights[passage.passage_id] = _lower_named(plain, passage, finder)
            weigh = weights[passage.passage_id]
        before: AbstractSet[str] = found[at - 1] - has if at in follows else frozenset()
        shares.append((_share(has, weigh), _share(before, weigh)))
    return shares


def _lower_named(
    weights: Mapping[str, float], passage: Passage, finder: FormFinder
) -> Mapping[str, float]:
    named = finder.find(" ".join((passage.title, *passage.heading[:-1])))
    return {term: _NAMED * weight if term in named else weight for term, weight in weights.items()}


def _share(found: Collection[str], weights: Mapping[str, float]) -> float:
    total = math.fsum(weights.values())
    return math.fsum(weights[term] for term in found) / total if total else 0.0
