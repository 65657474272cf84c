"""Which files a question names."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from desktop_app.domain import Document
from desktop_app.store.documents import Ledger
from desktop_app.store.failures import translated

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_NAME = 4
_FEWEST_WORDS = 2
_MOST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Known:
    rows: Mapping[tuple[str, str], Document] = field(default_factory=dict)
    holders: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)


class FileNames:
    """The words of the names of all files of a ledger. Any thread.

    Follows the ledger when asked, looking at the rows only that came or went since; what it
    knows is replaced as a whole, as in ``documents``.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = _Known()

    @translated()
    def find(self, words: Collection[str]) -> frozenset[str]:
        """Return the contents of the files that share the most telling words with these.

        ``words`` are lower-case words without accents. Two must be in the name, or one of
        four letters and more; rare words tell more. Where half of all files are named, none
        is.
        """
        known = self._follow()
        asked = [each for each in words if each in known.holders]
        files = len(known.rows)
        told: dict[tuple[str, str], float] = {}
        counts: dict[tuple[str, str], int] = {}
        for word in asked:
            holders = known.holders[word]
            is_telling = word.isalpha() and len(word) >= _SHORTEST_NAME
            for key in holders:
                told[key] = told.get(key, 0.0) + math.log1p(files / len(holders))
                counts[key] = counts.get(key, 0) + (_FEWEST_WORDS if is_telling else 1)
        named = {key: told[key] for key, count in counts.items() if count >= _FEWEST_WORDS}
        best = max(named.values(), default=0.0)
        keys = [key for key, value in named.items() if math.isclose(value, best)]
        if len(keys) > _MOST_SHARE * files:
            return frozenset()
        return frozenset(known.rows[key].content_hash for key in keys) - {""}

    def _follow(self) -> _Known:
        known, rows = self._known, self._ledger.rows()
        if rows is known.rows:
            return known
        came, gone = rows.keys() - known.rows.keys(), known.rows.keys() - rows.keys()
        changed: dict[str, set[tuple[str, str]]] = {}
        for key in (*came, *gone):
            for word in _words_of(key[1]):
                holders = changed.setdefault(word, set(known.holders.get(word, ())))
                (holders.add if key in rows else holders.discard)(key)
        merged = dict(known.holders)
        for word, keys in changed.items():
            if keys:
                merged[word] = frozenset(keys)
            else:
                merged.pop(word, None)
        self._known = _Known(rows, merged)
        return self._known


def _words_of(path: str) -> set[str]:
    # PurePath is clearer and takes three times as long; a library may hold 50,000 files.
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    plain = (stem if stem and dot and suffix else name).casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return set(_WORD.findall(plain))
