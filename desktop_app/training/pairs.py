"""Labelled question-passage pairs, read from JSON lines (plain or ``.zst``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import TrainingError

HINT = 'Each line is a JSON object with at least "question" and "passage".'
_LONGEST_LINE = 1 << 20
"""Characters; a longer line is no pair of a question and a passage."""
_LONGEST_PASSAGE = 20_000
"""Characters kept of a passage, forty times what a model reads of it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage that answers it.

    ``document`` names where the passage is from: what the held-out questions are split by.
    ``source`` is the collection that the pair belongs to, ``license`` that of its text, "" where
    nobody says. ``is_held_out`` is what the file says itself, None where it says nothing.
    """

    question: str
    passage: str
    document: str
    source: str = ""
    title: str = ""
    license: str = ""
    is_held_out: bool | None = None


def read_pairs(paths: Sequence[Path]) -> list[Pair]:
    """Return the pairs of all files in order, each once.

    A line has ``question`` and ``passage``, and may have ``title``, ``doc``, ``source``,
    ``licence`` or ``license``, and ``split`` ("train", anything else is held out). Without
    ``doc`` a passage is a document of its own. Raises TrainingError naming file and line.
    """
    pairs: dict[tuple[str, str], Pair] = {}
    for path in paths:
        try:
            for number, line in enumerate(_lines(path), 1):
                if line.strip():
                    pair = _pair(line, path.stem, f"Line {number:,} of {path.name}")
                    pairs.setdefault((pair.question, pair.passage), pair)
        except FileNotFoundError as error:
            raise TrainingError(
                f"There is no file {path.name}.", "Give a file with one pair on each line."
            ) from error
        except UnicodeDecodeError as error:
            raise TrainingError(f"{path.name} is not text in UTF-8.", HINT) from error
        except (OSError, EOFError) as error:
            raise TrainingError(
                f"{path.name} could not be read.", "Check that it is whole and may be read."
            ) from error
    return list(pairs.values())


def same_question(question: str) -> str:
    """Return a question without case, punctuation and spacing, to know it again."""
    return " ".join(re.findall(r"\w+", question.casefold()))


def _pair(line: str, source: str, where: str) -> Pair:
    if len(line) > _LONGEST_LINE:
        raise TrainingError(f"{where} is longer than a pair can be.", HINT)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{where} is not JSON.", HINT) from error
    if not isinstance(row, dict):
        raise TrainingError(f"{where} is not a JSON object.", HINT)
    passage = _text(row, "passage", where)[:_LONGEST_PASSAGE]
    split = row.get("split")
    return Pair(
        question=_text(row, "question", where),
        passage=passage,
        document=cleaned(str(row.get("doc") or "")) or passage,
        source=cleaned(str(row.get("source") or source)),
        title=cleaned(str(row.get("title") or "")),
        license=cleaned(str(row.get("license") or row.get("licence") or "")),
        is_held_out=None if split is None else split != "train",
    )


def _text(row: dict[str, Any], field: str, where: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not re.search(r"\w", value):
        raise TrainingError(f"{where} has no {field}.", HINT)
    return cleaned(value)


def cleaned(text: str) -> str:
    """Drop lone surrogates, which JSON and names of files may hold and UTF-8 may not."""
    return text.encode("utf-8", "ignore").decode("utf-8").strip()


def _lines(path: Path) -> Iterator[str]:
    if path.suffix != ".zst":
        with path.open(encoding="utf-8") as stream:
            yield from stream
        return
    from backports import zstd

    try:
        with zstd.open(path, "rt", encoding="utf-8") as stream:
            yield from stream
    except zstd.ZstdError as error:
        raise TrainingError(f"{path.name} is not a zstd file.", HINT) from error
