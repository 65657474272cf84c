"""Text to token ids and padded batches, as FlagEmbedding 1.4.2 does it.

Used by one thread only: fast tokenizers are not thread-safe
(https://github.com/huggingface/tokenizers/issues/537).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from desktop_app.domain import SparseVector
from desktop_app.errors import PackAltered
from desktop_app.translation import mark

_XLMR_SPECIAL = {
    "cls_token": "<s>",
    "eos_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
}


_KEYS = re.compile(rb'"(\w+)"\s*:')
_CUTTING = frozenset(
    b"version truncation padding direction max_length strategy stride "
    b"pad_to_multiple_of pad_id pad_type_id pad_token BatchLongest Fixed".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """One text or pair: ``ids`` and ``types`` are int32 [length], special tokens included."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Padded model input: int32 [n, length] each; ``mask`` is float32 of ones and zeros."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]
    positions: NDArray[np.int32]
    mask: NDArray[np.float32]


class Tokenization:
    """A model's tokenizer with its length limit and the ids that mean no word.

    Construct from a folder in Hugging Face layout; ``max_length`` counts special tokens.
    Where ``like`` makes the same tokens its tokenizer is shared: that of XLM-RoBERTa takes
    0.6 s to load and 130 to 400 MB. Raises PackAltered where the folder's files are
    unreadable.
    """

    def __init__(self, folder: Path, *, max_length: int, like: Tokenization | None = None) -> None:
        self._file = folder / "tokenizer.json"
        self._tokenizer: Tokenizer
        try:
            if like is not None and _make_the_same(self._file, like._file):  # noqa: SLF001
                self._tokenizer = like._tokenizer  # noqa: SLF001 - another of this class
            else:
                self._tokenizer = Tokenizer.from_file(str(self._file))
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            named = _special_tokens(folder)
        # The tokenizers library raises plain Exception for a file that it cannot parse.
        except Exception as error:
            raise PackAltered(mark("The model's tokenizer cannot be read.")) from error
        self._tokenizer.no_padding()
        self._max_length = max_length
        self._pad = int(config.get("pad_token_id") or 0)
        self._is_roberta = "roberta" in str(config.get("model_type", ""))
        ids = (self._tokenizer.token_to_id(token) for token in named)
        self._special = np.array(sorted({each for each in ids if each is not None}), np.int32)

    def encode_texts(self, texts: Sequence[str]) -> list[Tokens]:
        """Encode texts on their own, cut at the length limit."""
        self._tokenizer.enable_truncation(self._max_length)
        return [_tokens(each) for each in self._tokenizer.encode_batch(_encodable(texts))]

    def encode_pairs(self, question: str, passages: Sequence[str]) -> list[Tokens]:
        """Encode (question, passage) pairs; only the passage is cut to the length limit.

        As FlagEmbedding's rerankers with transformers 5: the question is cut at three
        quarters of the limit, both are decoded again, and the pair is made of those texts
        (``FlagEmbedding/utils/tokenizer_compat.py``).
        """
        self._tokenizer.enable_truncation(self._max_length * 3 // 4)
        kept_question = self._cut([question])[0]
        self._tokenizer.enable_truncation(self._max_length)
        kept_passages = self._cut(passages)
        self._tokenizer.no_truncation()
        # transformers takes an empty second text for none, so that pair has two marks fewer.
        pairs = self._tokenizer.encode_batch(
            [(kept_question, each) if each else kept_question for each in kept_passages]
        )
        return [_cut_second(each, self._max_length) for each in pairs]

    def pad(self, batch: Sequence[Tokens]) -> Batch:
        """Lay texts side by side, padded at the right to the longest."""
        shape = (len(batch), max(map(len, batch)))
        ids = np.full(shape, self._pad, np.int32)
        types = np.zeros(shape, np.int32)
        mask = np.zeros(shape, np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens.ids
            types[row, : len(tokens)] = 0 if self._is_roberta else tokens.types
            mask[row, : len(tokens)] = 1
        if self._is_roberta:
            # RoBERTa counts what is no padding, from the row after padding's own.
            words = (ids != self._pad).astype(np.int32)
            positions = np.cumsum(words, axis=1, dtype=np.int32) * words + self._pad
        else:
            positions = np.broadcast_to(np.arange(shape[1], dtype=np.int32), shape)
        return Batch(ids, types, np.ascontiguousarray(positions, np.int32), mask)

    def token_weights(self, tokens: Tokens, weights: NDArray[np.float32]) -> SparseVector:
        """Keep for each token id its greatest weight above zero; special tokens have none.

        ``weights`` is float32 [length] or longer (padding). As ``_process_token_weights``
        in FlagEmbedding's ``m3.py``.
        """
        weights = weights[: len(tokens)]
        is_kept = (weights > 0) & ~np.isin(tokens.ids, self._special)
        ids, position = np.unique(tokens.ids[is_kept], return_inverse=True)
        greatest = np.zeros(len(ids), np.float32)
        np.maximum.at(greatest, position, weights[is_kept])
        return SparseVector(ids.astype(np.int32), greatest)

    def _cut(self, texts: Sequence[str]) -> list[str]:
        encoded = self._tokenizer.encode_batch(_encodable(texts), add_special_tokens=False)
        return self._tokenizer.decode_batch(
            [each.ids for each in encoded], skip_special_tokens=False
        )


def _make_the_same(first: Path, second: Path) -> bool:
    """Compare two files in all but how they cut and pad, which is set for each call here."""
    bodies = []
    for path in (first, second):
        values = path.read_bytes()
        head, mark, body = values.partition(b'"added_tokens"')
        # The library writes these four before it; any other order is compared as it stands.
        is_usual = mark and set(_KEYS.findall(head)) <= _CUTTING
        bodies.append(body if is_usual else values)
    return bodies[0] == bodies[1]


def _encodable(texts: Sequence[str]) -> list[str]:
    """Replace lone surrogates, of which no token is made and which the library refuses."""
    return [each.encode("utf-8", "replace").decode("utf-8") for each in texts]


def _tokens(encoding: Encoding) -> Tokens:
    return Tokens(np.array(encoding.ids, np.int32), np.array(encoding.type_ids, np.int32))


def _cut_second(encoding: Encoding, max_length: int) -> Tokens:
    excess = len(encoding.ids) - max_length
    if excess <= 0:
        return _tokens(encoding)
    second = [index for index, part in enumerate(encoding.sequence_ids) if part == 1]
    kept = np.ones(len(encoding.ids), bool)
    kept[second[-excess:]] = False
    tokens = _tokens(encoding)
    # A question can outgrow the limit only by being decoded; then its end is cut as well.
    return Tokens(tokens.ids[kept][:max_length], tokens.types[kept][:max_length])


def _special_tokens(folder: Path) -> list[str]:
    named: dict[str, Any] = dict(_XLMR_SPECIAL)
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file():
            named |= json.loads(path.read_text(encoding="utf-8"))
    values = [named[key] for key in _XLMR_SPECIAL]
    return [str(each["content"] if isinstance(each, dict) else each) for each in values]
