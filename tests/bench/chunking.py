"""Are answers whole inside one passage? Passage sizes on exact answer spans.

Usage: ``python tests/bench/chunking.py SPANQA_DIR [TARGET ...]`` where SPANQA_DIR holds
questions.jsonl (file, evidence: start, end) and the texts. Prints one JSON object: per
target size the share of answer spans that lie whole inside one passage, the share of
questions all of whose spans do, and the mean passage in characters.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import mean
from time import perf_counter

from desktop_app.domain import ParsedDocument, Passage
from desktop_app.indexing.chunker import chunk
from desktop_app.parsing.formats import parse

TARGETS = (100, 150, 200, 250, 300)


def spread(document: str, passages: tuple[Passage, ...]) -> list[int]:
    """Return for every character that is no white space the ordinal of its passage.

    The parser may drop mark-up, so characters are matched in order; one that no passage
    has gets the ordinal of the one before it.
    """
    wanted = [
        (letter, passage.ordinal)
        for passage in passages
        for letter in passage.text
        if not letter.isspace()
    ]
    ordinals: list[int] = []
    position = 0
    for letter in document:
        if not letter.isspace() and position < len(wanted) and wanted[position][0] == letter:
            ordinals.append(wanted[position][1])
            position += 1
        else:
            ordinals.append(ordinals[-1] if ordinals else 0)
    if position < len(wanted):
        raise SystemExit("the passages hold text that the document does not")
    return ordinals


def measure(folder: Path, parsed: dict[str, ParsedDocument], target: int) -> dict[str, float]:
    """Cut all texts at one target size and look where the answers fall."""
    began = perf_counter()
    passages = {
        name: chunk(document, content_hash="", fallback_title=name, target_tokens=target)
        for name, document in parsed.items()
    }
    seconds = perf_counter() - began
    ordinals = {
        name: spread((folder / name).read_text(encoding="utf-8"), passages[name]) for name in parsed
    }
    whole: list[bool] = []
    questions: list[bool] = []
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        at = ordinals[question["file"]]
        inside = [at[span["start"]] == at[span["end"] - 1] for span in question["evidence"]]
        whole.extend(inside)
        questions.append(all(inside))
    lengths = [len(passage.text) for each in passages.values() for passage in each]
    return {
        "spans_whole": round(mean(whole), 4),
        "questions_whole": round(mean(questions), 4),
        "passages": len(lengths),
        "mean_characters": round(mean(lengths), 1),
        "seconds": round(seconds, 3),
    }


def main() -> None:
    """Print the figures of every target size."""
    folder = Path(sys.argv[1])
    targets = [int(each) for each in sys.argv[2:]] or TARGETS
    parsed = {path.name: parse(path) for path in sorted(folder.glob("*.md"))}
    print(json.dumps({target: measure(folder, parsed, target) for target in targets}, indent=1))


if __name__ == "__main__":
    main()
