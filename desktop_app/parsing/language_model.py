"""The language detector's model, read when this module is first imported (0.05 s).

A module and no function, since the interpreter's import lock lets a second thread wait for
the first one's model where it would otherwise read the file a second time.

It is py3langid's (naive Bayes over byte n-grams) and answers as that does, but for what is
stored: the n-grams as a trie of two arrays (Aoe, 1989) instead of an automaton of 39 MB, and
the languages with a code of two letters only. Unpacked from its own file it takes .55 s and
45 MB more in every process that asks. ``installer/convert_languages.py`` makes the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from backports import zstd
from numpy.lib.format import read_array
from numpy.typing import NDArray

from desktop_app.settings import resources_dir

LANGUAGES_FILE = resources_dir() / "languages" / "model.zst"

_DEEPEST = 6
_PAIR = 2
_BYTES = 256
_ROOT = 0
_NO_FEATURE = float(np.finfo(np.float32).min)


class Trie(NamedTuple):
    """N-grams in three arrays of int32 [places], the root at 0.

    The child of the node at ``s`` by a byte is at ``base[s] + byte`` if ``s`` is the ``parent``
    of what is there; ``feature`` is -1 for a node that is no feature.
    """

    base: NDArray[np.int32]
    parent: NDArray[np.int32]
    feature: NDArray[np.int32]


class LanguageModel:
    """Says how likely a text is in each language, in nats. Any thread.

    ``weights`` is float16 [features, languages], ``priors`` float32 [languages]. A language may
    have several columns (scripts).
    """

    def __init__(
        self,
        trie: Trie,
        weights: NDArray[np.float16],
        priors: NDArray[np.float32],
        codes: Sequence[str],
    ) -> None:
        # As places are asked for, so that nothing has to be turned into it each time.
        self._base = trie.base.astype(np.intp)
        self._parent = trie.parent.astype(np.intp)
        self._feature = trie.feature
        self._weights = weights
        self._priors = priors
        self.codes = tuple(codes)
        # Of every byte and of every pair, _ROOT where there is no such node.
        self._singles = self._children_of(np.array([_ROOT]))
        self._pairs = np.where(
            np.repeat(self._singles, _BYTES) != _ROOT, self._children_of(self._singles), _ROOT
        )

    def _children_of(self, nodes: NDArray[np.intp]) -> NDArray[np.intp]:
        places = (self._base[nodes][:, None] + np.arange(_BYTES)).ravel()
        return np.where(self._parent[places] == np.repeat(nodes, _BYTES), places, _ROOT)

    def classify(self, text: str) -> str:
        """Return the most likely language, an ISO 639-1 code."""
        found, counts = self._features_of(text)
        if not len(found):
            return self.codes[0]
        return self.codes[int((counts @ self._weights[found] + self._priors).argmax())]

    def likelihoods(self, text: str, among: Collection[str]) -> dict[str, float]:
        """Return those of these languages that the model knows, with their logarithms."""
        columns = [at for at, code in enumerate(self.codes) if code in among]
        found, counts = self._features_of(text)
        if len(found):
            scores = counts @ self._weights[found[:, None], columns] + self._priors[columns]
        else:
            scores = np.full(len(columns), _NO_FEATURE, np.float32)
        best: dict[str, float] = {}
        for column, score in zip(columns, scores.tolist(), strict=True):
            code = self.codes[column]
            best[code] = max(score, best.get(code, score))
        return best

    def _features_of(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the features of a text and log(1 + how often each stands there).

        At every byte counts the longest of the n-grams in the trie that end there.
        """
        letters = np.frombuffer(_bytes_of(text), np.uint8).astype(np.intp)
        longest = self._singles[letters]
        pairs = self._pairs[letters[:-1] * _BYTES + letters[1:]]
        begins = np.flatnonzero(pairs)
        nodes, ends = pairs[begins], begins + 1
        longest[ends] = nodes
        for _ in range(_PAIR, _DEEPEST):
            if len(ends) and ends[-1] == len(letters) - 1:
                nodes, ends = nodes[:-1], ends[:-1]
            ends = ends + 1
            places = self._base[nodes] + letters[ends]
            is_node = self._parent[places] == nodes
            nodes, ends = places[is_node], ends[is_node]
            # What begins earlier is longer, and comes later.
            longest[ends] = nodes
        features = self._feature[longest]
        found, counts = np.unique(features[features >= 0], return_counts=True)
        return found, np.log1p(counts.astype(np.float32))


def _bytes_of(text: str) -> bytes:
    if text.isupper():
        text = text.lower()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def _load() -> LanguageModel:
    with zstd.open(LANGUAGES_FILE) as file:
        arrays: list[NDArray[Any]] = [read_array(file) for _ in range(6)]
    base, parent, feature, weights, priors, codes = arrays
    return LanguageModel(Trie(base, parent, feature), weights, priors, codes.tolist())


MODEL = _load()
"""Knows ISO 639-1 codes only."""
