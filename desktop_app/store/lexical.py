"""Full-text indexes and the queries that are asked of them.

One index serves words, the other the candidates of learned sparse weights. Lance scans
rows that are not in an index yet with the index's own tokenizer, so new passages are
found at once; the scan costs about 58 ms of a processor per thousand rows, hence
``TableUpkeep``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from desktop_app.domain import SparseVector, Spellings
from desktop_app.store.lance import FTS, BooleanQuery, MatchQuery, Occur, PhraseQuery
from desktop_app.store.schema import clean

SEARCHED = "searched"
TOKENS = "tokens"

# Longer questions only cost time: the words that matter are repeated or come early.
_LONGEST_QUESTION = 2_000
_LONGEST_PHRASE = 500
_MOST_PHRASES = 8
_LONGEST_WORD = 40
_CHANGED_WORDS_TIMES_ROWS = 400_000

# A token id is repeated round(weight * SCALE) times, at least once. With 10 to 20, 300
# candidates held .95 of the exact top 10 (measured on SciFact with learned-like weights).
_SCALE = 20
_MOST_REPEATS = 40
_MOST_QUERY_TOKENS = 64


def word_index() -> FTS:
    """Describe the index over words: ICU segmentation, English stemming, positions.

    Stop words stay in: phrases need them, other languages have other ones, and nDCG@10
    on SciFact is higher with them (.687 against .679).
    """
    return FTS(base_tokenizer="icu", with_position=True, remove_stop_words=False)


def token_index() -> FTS:
    """Describe the index over token ids: whole numbers between spaces, nothing changed."""
    return FTS(
        base_tokenizer="whitespace",
        stem=False,
        remove_stop_words=False,
        lower_case=False,
        ascii_folding=False,
    )


def word_query(
    groups: Sequence[tuple[str, float]], phrases: Sequence[str]
) -> BooleanQuery | MatchQuery | None:
    """Ask for any of the words, each group with its weight, and for every phrase.

    None when nothing is asked. Never raises, whatever the text: there is no query syntax in it.
    Each group is cut to 2,000 characters, and 8 phrases are asked for.
    """
    wanted = [_plain(each)[:_LONGEST_PHRASE].strip() for each in phrases[:_MOST_PHRASES]]
    # A phrase without letters or digits has no tokens, and would exclude everything.
    wanted = [each for each in wanted if any(char.isalnum() for char in each)]
    cut = ((_plain(words)[:_LONGEST_QUESTION].strip(), weight) for words, weight in groups)
    matches = [MatchQuery(words, SEARCHED, boost=weight) for words, weight in cut if words]
    if not wanted and len(matches) < 2:  # noqa: PLR2004 - one question needs no bracket
        return matches[0] if matches else None
    clauses: list[tuple[Occur, Any]] = [
        (Occur.MUST, PhraseQuery(each, SEARCHED)) for each in wanted
    ]
    return BooleanQuery(clauses + [(Occur.SHOULD, each) for each in matches])


def spelling_query(spellings: Spellings) -> MatchQuery | None:
    """Ask for any of the words in these spellings; None for no words. Never raises.

    Words longer than the index holds are left out: Lance fails to compare them.
    """
    listed = [each for each in spellings.words if len(each) <= _LONGEST_WORD]
    words = _plain(" ".join(listed)).strip()
    if not words:
        return None
    return MatchQuery(words, SEARCHED, fuzziness=spellings.edits, prefix_length=spellings.kept)


def affordable(spellings: Sequence[Spellings], rows: int) -> Iterator[Spellings]:
    """Yield spellings with as many words as a table of so many rows can be asked for in time.

    Words as they stand cost little. One with changed letters takes about 5 ms of a processor
    at 100,000 passages and 40 at a million, where a list of changed words is a third of all that
    a question costs. So up to 50,000 passages eight are looked for, at 200,000 two, at a million
    one.
    """
    left = max(1, _CHANGED_WORDS_TIMES_ROWS // max(1, rows))
    for each in spellings:
        if not each.edits:
            yield each
        elif left > 0:
            yield replace(each, words=each.words[:left])
            left -= len(each.words)


def token_query(query: SparseVector) -> MatchQuery | None:
    """Ask for passages with any of the query's heaviest tokens; None for no tokens."""
    heaviest = np.argsort(-query.weights, kind="stable")[:_MOST_QUERY_TOKENS]
    tokens = " ".join(str(int(query.token_ids[at])) for at in heaviest)
    return MatchQuery(tokens, TOKENS) if tokens else None


def repeated_tokens(vector: SparseVector) -> str:
    """Write token ids repeated by their quantized weight, for the candidates' index."""
    repeats = np.clip(np.rint(vector.weights * _SCALE), 1, _MOST_REPEATS).astype(np.int64)
    return " ".join(map(str, np.repeat(vector.token_ids, repeats).tolist()))


def has_index(table: Any, column: str) -> bool:
    """Say whether a column of a table has an index of any kind. Any thread."""
    return any(column in index.columns for index in table.list_indices())


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in clean(text))
