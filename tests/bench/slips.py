"""What a slip of the hand costs, and what correcting it brings back; one JSON object on stdout.

Usage: ``bootstrap.py bench slips --folder DIR [--questions N] [--seed N] [--slips N]
[--collections NAME ...]``. In each question so many words of four letters or more, chosen at
random, get one slip at a random place, the first letter included: a letter left out, doubled,
exchanged for another of the question's or swapped with the next. Asked as written, with the
slips, and with the slips while nothing is corrected: nDCG@10 of the words alone and of the list
before reranking. DIR keeps the libraries. The starter's embedder has no vote in languages other
than English, as in the application.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import mean

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.errors import QueryError
from desktop_app.evaluation.collections import Question, load_collection
from desktop_app.evaluation.evaluate import show_progress
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.evaluation.metrics import ndcg
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.fusion import DEPTH
from desktop_app.search.query import parse_query_of
from desktop_app.search.retrieval import retrieve_fulltext
from desktop_app.search.searcher import Searcher
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.library import Library, open_library
from tests.bench.calibration import SHARED

COLLECTIONS = ("scifact", "cranfield", "xquad-en", "xquad-de", "xquad-es")
_WORD = re.compile(r"[^\W\d_]{4,}")


def slip(text: str, rng: random.Random, count: int) -> str:
    """Return the question with one slip in each of ``count`` words, or fewer where it has fewer."""
    words = list(_WORD.finditer(text))
    for found in sorted(rng.sample(words, min(count, len(words))), key=lambda each: -each.start()):
        text = text[: found.start()] + slip_in(found[0], rng, text) + text[found.end() :]
    return text


def slip_in(word: str, rng: random.Random, letters: str) -> str:
    """Return the word with one slip, never as it was."""
    letters = "".join(each for each in letters.lower() if each.isalpha())
    while True:
        at = rng.randrange(len(word))
        before, letter, after = word[:at], word[at], word[at + 1 :]
        wrong = rng.choice(
            (
                before + after,
                before + letter + letter + after,
                before + rng.choice(letters) + after,
                before + after[:1] + letter + after[1:],
            )
        )
        if wrong != word:
            return wrong


@contextmanager
def nothing_corrected() -> Iterator[None]:
    """Let the search take every word as it is typed."""

    def find_none(_word: str, _texts: object, *, is_stemmed: bool = True) -> str:
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desktop_app.search.retrieval.nearest_word", find_none)
        yield


def ask(library: Library, searcher: Searcher, text: str) -> tuple[list[str], list[str]]:
    """Return the ids that the words alone find, and those of the list; nothing for no words."""
    try:
        query = parse_query_of(library, text)
    except QueryError:
        return [], []
    run, _ = retrieve_fulltext(library, query, k=DEPTH, within=None)
    *_, last = searcher.search(text, limit=DEPTH, rerank=False)
    return list(run.passage_ids), [hit.passage.passage_id for hit in last.hits]


def measure(
    name: str, model: ModelProcess, settings: Settings, options: argparse.Namespace
) -> dict[str, object]:
    """Return a collection's figures."""
    show = show_progress()
    collection = load_collection(SHARED / name, questions=options.questions)
    ids = {each.text_id: passage_of_text(each).passage_id for each in collection.texts}
    rng = random.Random(f"{options.seed} {name}")
    slipped = [slip(each.text, rng, options.slips) for each in collection.questions]
    with closing(open_library(options.folder / name)) as library:
        fill_with_texts(library, collection.texts, model=model, progress=show)
        pack = find_pack("starter", packs_dir=settings.packs_dir, resources_dir=resources_dir())
        searcher = Searcher(library, model, pack=pack, rerank_budget_ms=0)

        def quality(text_of: Callable[[int, Question], str], what: str) -> dict[str, float]:
            words, lists = [], []
            for number, question in enumerate(collection.questions):
                show(f"{name}, {what}", number, len(collection.questions))
                relevance = {
                    ids[key]: grade for key, grade in question.relevance.items() if key in ids
                }
                run, shown = ask(library, searcher, text_of(number, question))
                words.append(ndcg(run, relevance, k=10))
                lists.append(ndcg(shown, relevance, k=10))
            return {"words": round(mean(words), 4), "list": round(mean(lists), 4)}

        figures: dict[str, object] = {"questions": len(collection.questions)}
        figures["as written"] = quality(lambda _, question: question.text, "as written")
        figures["with slips"] = quality(lambda number, _: slipped[number], "with slips")
        with nothing_corrected():
            figures["not corrected"] = quality(lambda number, _: slipped[number], "not corrected")
    return figures


def main() -> None:
    """Measure every collection and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=120)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--slips", type=int, default=1)
    parser.add_argument("--collections", nargs="+", default=COLLECTIONS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    settings = Settings()
    pack = find_pack("starter", packs_dir=settings.packs_dir, resources_dir=resources_dir())
    with closing(ModelProcess(pack, cache_dir=options.folder / "cache")) as model:
        found = {name: measure(name, model, settings, options) for name in options.collections}
    json.dump({"slips": options.slips, "seed": options.seed, **found}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
