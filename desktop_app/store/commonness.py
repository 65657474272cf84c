"""Which words are in so many passages of a language that they tell nothing.

BM25 takes a word for telling that few passages hold. In a library of several languages those
are the "what" and "is" of every language of which there is little, and a question was answered
by whatever asks as well. So such words of a question weigh what they would in a library of its
language alone. Reciprocal rank of the section that a question names, of a book in seven
languages (30,322 passages, 100 questions each), without and with it: German .684 to .727,
French .647 to .716, Russian .742 to .777, Arabic .737 to .736; 55 questions are answered
better and 24 worse. Eleven of the shared collections in one library: Arabic .921 to .930, the
others within .003 but French (36 questions, .990 instead of 1). Weighing all words so gains
more and harms more.
"""

from __future__ import annotations

import json
import logging
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.domain.folding import fold
from desktop_app.store.lance import pc
from desktop_app.store.manifest import write_durably

_log = logging.getLogger(__name__)

WEIGHTS = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Each is a question of its own to the index; finer ones gain nothing."""
_NAME = "words.json"
_SAMPLED = 300
"""Passages of a language: what a third of them holds is within .05 of that share."""
_FEWEST = 20
_MOST_LANGUAGES = 16
_LEAST_SHARE = 0.3
"""Of a language's passages: what fewer hold may be a topic."""
_MOST_OF_ALL = 0.5
"""Of all passages: BM25 knows the words of a language that has more."""
_CHANGED_SHARE = 0.2
_SEED = 20_241
# As the index cuts words: "l'open" is one to it.
_WORD = re.compile(r"\w+(?:['’.]\w+)*")  # noqa: RUF001 - the apostrophe that books have


@dataclass(frozen=True, slots=True)
class Language:
    """How many passages a language has, and the share (.3 to 1) that holds each common word."""

    passages: int
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Commonness:
    """The common words of a library's languages; ``passages`` are those of all of them."""

    passages: int = 0
    languages: Mapping[str, Language] = field(default_factory=dict)

    def groups(self, text: str, language: str) -> tuple[tuple[str, float], ...]:
        """Return the words of a question in groups, each with its weight, one of ``WEIGHTS``.

        The weight of a common word is its BM25 rarity in the question's language by that in the
        whole library. The text as it is, with a weight of 1, where it makes no difference, which
        is always so where most passages are in that language. Pure, any thread.
        """
        words = _WORD.findall(text)
        own = self.languages.get(language)
        if own is None or own.passages > _MOST_OF_ALL * self.passages:
            return ((text, 1.0),)
        groups: dict[float, list[str]] = defaultdict(list)
        for word in words:
            groups[self._weight(fold(word), own)].append(word)
        if len(groups) <= 1:
            return ((text, 1.0),)
        return tuple((" ".join(groups[each]), each) for each in WEIGHTS if each in groups)

    def _weight(self, word: str, own: Language) -> float:
        if word not in own.shares:
            return 1.0
        here = own.shares[word] * own.passages
        everywhere = sum(
            each.shares.get(word, 0.0) * each.passages for each in self.languages.values()
        )
        exact = _rarity(here, own.passages) / _rarity(everywhere, self.passages)
        return min(WEIGHTS, key=lambda each: abs(each - exact))


def _rarity(holders: float, passages: int) -> float:
    """Return BM25's weight of a word (Robertson and Zaragoza 2009), never below 0."""
    return math.log1p((max(0.0, passages - holders) + 0.5) / (holders + 0.5))


def is_outdated(known: Commonness, passages: int) -> bool:
    """Say whether a library has changed so much that its words are to be counted anew."""
    return abs(passages - known.passages) > _CHANGED_SHARE * known.passages


def count_words(table: Any, text_column: str) -> Commonness:
    """Count the words of some passages of each language. Index thread, a second at most.

    Languages with less than 20 passages are left out. The same table gives the same counts.
    """
    languages = pc.dictionary_encode(
        table.search().select(["language"]).limit(None).to_arrow()["language"].combine_chunks()
    )
    codes = np.asarray(languages.indices)
    names = languages.dictionary.to_pylist()
    frequent = Counter(codes.tolist()).most_common(_MOST_LANGUAGES)
    chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    counted: dict[str, Language] = {}
    for code, passages in frequent:
        if passages >= _FEWEST:
            places = np.flatnonzero(codes == code).tolist()
            chosen = sorted(chance.sample(places, min(_SAMPLED, passages)))
            rows = table.take_offsets(chosen).select([text_column]).to_arrow()
            shares = _shares(rows[text_column].to_pylist())
            counted[names[code]] = Language(passages, shares)
    return Commonness(len(codes), counted)


def _shares(texts: Sequence[str]) -> dict[str, float]:
    counts = Counter(
        word for text in texts for word in {fold(each) for each in _WORD.findall(text)}
    )
    return {
        word: round(count / len(texts), 3)
        for word, count in counts.items()
        if count >= _LEAST_SHARE * len(texts)
    }


def read_commonness(directory: Path) -> Commonness:
    """Return what was counted in a library, nothing where that is not known. Any thread."""
    try:
        values = json.loads((directory / _NAME).read_text(encoding="utf-8"))
        languages = {
            str(name): Language(int(passages), {str(word): float(share) for word, share in words})
            for name, passages, words in values["languages"]
        }
        return Commonness(int(values["passages"]), languages)
    except FileNotFoundError:
        return Commonness()
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Made again by the next tidying.
        _log.warning("the counts of words are not readable: %s", type(error).__name__)
        return Commonness()


def write_commonness(directory: Path, known: Commonness) -> None:
    """Keep what was counted; raises OSError. Index thread."""
    languages: Iterable[tuple[str, int, list[tuple[str, float]]]] = (
        (name, each.passages, sorted(each.shares.items())) for name, each in known.languages.items()
    )
    values = {"passages": known.passages, "languages": list(languages)}
    write_durably(directory / _NAME, json.dumps(values, ensure_ascii=False))
