"""Which words of a question a text has, and in which forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop_app.search.inflections import SHORTEST_STEM, is_form_of
from desktop_app.search.words import split_words


class FormFinder:
    """Finds some normalized words in texts; remembers each form, since texts share them."""

    def __init__(self, terms: Sequence[str], language: str) -> None:
        self._terms = frozenset(terms)
        self._language = language
        self._kin: dict[str, list[str]] = {}
        for term in self._terms:
            self._kin.setdefault(term[:SHORTEST_STEM], []).append(term)
        self._meant: dict[str, frozenset[str]] = {}

    def find(self, text: str) -> dict[str, tuple[str, ...]]:
        """Return the words that the text has, each with its forms as written there.

        Forms are distinct without regard to case, in the order of the text. One thread.
        """
        forms: dict[str, dict[str, str]] = {}
        for start, end, key, is_unspaced in split_words(text):
            for term in self._terms_of(key, is_unspaced=is_unspaced):
                forms.setdefault(term, {}).setdefault(key, text[start:end])
        return {term: tuple(written.values()) for term, written in forms.items()}

    def count(self, words: Iterable[str]) -> int:
        """Count the words that stand in a text in some form; its words are normalized."""
        kin = self._kin
        likely = [each for each in frozenset(words) if each[:SHORTEST_STEM] in kin]
        return len({term for each in likely for term in self._terms_of(each, is_unspaced=False)})

    def _terms_of(self, key: str, *, is_unspaced: bool) -> frozenset[str]:
        meant = self._meant.get(key)
        if meant is None:
            kin = () if is_unspaced else self._kin.get(key[:SHORTEST_STEM], ())
            forms = {term for term in kin if is_form_of(term, key, self._language)}
            meant = self._meant[key] = frozenset(forms | ({key} & self._terms))
        return meant
