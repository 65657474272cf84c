"""What reading leaves for later: passages to embed, pages to recognize, and how long they take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from desktop_app.domain import Passage, VectorSpace
from desktop_app.parsing.sentences import estimate_tokens

_TOKENS_A_BYTE = 0.025
_TOKENS_A_BYTE_OF_TEXT = 0.25
_BYTES_OF_DOUBT = 200_000
"""What was read of a kind of file counts against these densities as if so many bytes of them
had been read: the smallest files come first and say little of the others. Office files and
PDFs are compressed, and mostly pictures where they are large."""
_SECONDS_A_PAGE = 3.0
"""Of one recognizer, until the first pages have shown it: a page of print on a slow core."""
_PIECES_OF_FOREIGN_WORDS = 1.33
_IN_CHARACTERS = frozenset({"zh", "ja"})


def expected_tokens(passage: Passage, space: VectorSpace | None) -> float:
    """Estimate the tokens that a space's model reads of a passage; None for any model.

    A tokenizer that was made for some languages cuts the words of others into more pieces: the
    WordPiece of English BERT, which the starter and the English packs of BGE share, into 1.25
    to 1.43 times as many as ``estimate_tokens`` has, in German, Spanish, Polish, Russian, Hebrew
    and Korean (1.02 to 1.07 in Chinese and Japanese, .98 in English).
    """
    tokens = float(estimate_tokens(passage.full_text))
    if space is None or space.knows(passage.language):
        return tokens
    return tokens if passage.language in _IN_CHARACTERS else tokens * _PIECES_OF_FOREIGN_WORDS


class Outlook:
    """Foresees embedding and recognition from what was read so far. Index thread.

    Passages count by their tokens as ``expected_tokens`` has them, which on English is within
    15 % of the models' own, where characters are 25 % off (3.5 a token, of code 2.8, of prose 4.4).
    ``space`` is that of the model.
    ``tokens_per_second`` tells how fast the model embeds, 0.0 where nobody knows yet; None
    where nothing will be embedded. ``recognizers`` is how many pages are recognized at once,
    0 where none will be.
    """

    def __init__(
        self,
        *,
        tokens_per_second: Callable[[], float] | None = None,
        recognizers: int = 0,
        space: VectorSpace | None = None,
    ) -> None:
        self._space = space
        self._tokens_per_second = tokens_per_second
        self._recognizers = recognizers
        self._bytes_left: Counter[str] = Counter()
        self._bytes_read: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._tokens_before = 0.0
        self._pages: Counter[str] = Counter()

    def find(self, media_type: str, size: int) -> None:
        """Count a file that is to be read."""
        self._bytes_left[media_type] += size

    def settle(self, media_type: str, size: int, *, tokens: int = 0, pages: int = 0) -> None:
        """Count a file that was read: its tokens, and its pages without text."""
        self._bytes_left[media_type] -= size
        self._bytes_read[media_type] += size
        self._tokens[media_type] += tokens
        if self._recognizers:
            self._pages[media_type] += pages

    def tokens_in(self, passages: Iterable[Passage]) -> int:
        """Estimate the tokens that the model reads of these passages."""
        return round(sum(expected_tokens(each, self._space) for each in passages))

    def add_tokens(self, count: float) -> None:
        """Count what earlier runs have stored and not embedded."""
        self._tokens_before += count

    @property
    def tokens_per_second(self) -> float:
        """How fast the model embeds, now or when it last did; 0.0 where nobody knows."""
        return self._tokens_per_second() if self._tokens_per_second is not None else 0.0

    def seconds_to_embed(self) -> float | None:
        """Return how long embedding will take; None where it is not known."""
        if self._tokens_per_second is None:
            return 0.0
        tokens = self._tokens_before + self._tokens.total()
        tokens += sum(
            left * self._density(self._tokens, kind, _usual_density(kind))
            for kind, left in self._bytes_left.items()
        )
        if not tokens:
            return 0.0
        speed = self.tokens_per_second
        return tokens / speed if speed else None

    def seconds_to_recognize(self) -> float:
        """Return how long recognizing text will take."""
        if not self._recognizers:
            return 0.0
        pages = self._pages.total() + sum(
            left * self._density(self._pages, kind, 0.0) for kind, left in self._bytes_left.items()
        )
        return pages * _SECONDS_A_PAGE / self._recognizers

    def _density(self, counts: Counter[str], kind: str, usual: float) -> float:
        """Return how much a byte of this kind of file holds, by those read and what is usual."""
        return (counts[kind] + usual * _BYTES_OF_DOUBT) / (self._bytes_read[kind] + _BYTES_OF_DOUBT)


def _usual_density(kind: str) -> float:
    is_text = kind.startswith(("text/", "message/"))
    return _TOKENS_A_BYTE_OF_TEXT if is_text else _TOKENS_A_BYTE


class Ahead:
    """How many tokens the passages from a place in a long row hold, by a sample of them.

    ``sample`` are (place, tokens), places rising, out of ``count`` passages.
    """

    def __init__(self, sample: Sequence[tuple[int, float]], count: int) -> None:
        self._sample = sample
        self._count = count

    def tokens_from(self, place: int) -> float:
        """Estimate the tokens of all passages from this place on."""
        after = [length for at, length in self._sample if at >= place]
        lengths = after or [length for _, length in self._sample[-1:]]
        return max(0, self._count - place) * sum(lengths) / max(1, len(lengths))
