"""A search result on the terminal, as JSON and as text."""

from __future__ import annotations

import dataclasses
from typing import Any

from desktop_app.cli.output import one_line
from desktop_app.domain import Hit, SearchResult

_SNIPPET_CHARS = 320


def result_json(result: SearchResult) -> dict[str, Any]:
    """Return what ``search --json`` prints."""
    return {
        "query": result.query.raw,
        "pack": result.pack,
        "verdict": result.verdict.value,
        "reranked": result.is_reranked,
        "coverage": result.coverage.sentence,
        "notices": list(result.notices),
        "took_ms": {stage: round(spent, 1) for stage, spent in result.took_ms.items()},
        "hits": [_hit_json(hit) for hit in result.hits],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    locator = hit.passage.locator
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "path": str(hit.document.full_path),
        "title": hit.document.title,
        "page": locator.page,
        "heading": list(hit.passage.heading),
        "language": hit.passage.language,
        "text": hit.passage.text,
        "boxes": [dataclasses.astuple(box) for box in locator.boxes],
        "highlights": [list(span) for span in hit.highlights],
        "stages": dataclasses.asdict(hit.stages),
    }


def print_result(result: SearchResult, *, explain: bool) -> None:
    """Print a result as text; ``explain`` adds what each stage said."""
    sentence = {
        "good": "",
        "weak": "No strong match; these come closest.",
        "none": "No good match was found; these come closest.",
    }[result.verdict.value]
    if not result.hits:
        sentence = "Nothing was found."
    ranked = (
        "" if result.is_reranked or not result.hits else "Not reranked: ordered by the fused score."
    )
    for line in (sentence, ranked, *result.notices):
        if line:
            print(line)
    for hit in result.hits:
        page = f", p. {hit.passage.locator.page}" if hit.passage.locator.page else ""
        heading = f"  ({' > '.join(hit.passage.heading)})" if hit.passage.heading else ""
        print(f"\n{hit.rank:3}  {hit.score:.2f}  {one_line(hit.document.title + page + heading)}")
        print(f"           {one_line(str(hit.document.full_path))}")
        print(f"           {_snippet(hit)}")
        if explain:
            stages = dataclasses.asdict(hit.stages)
            print("           " + "  ".join(f"{k} {v:.4g}" for k, v in stages.items() if v))
    print(f"\n{result.coverage.sentence}")
    if explain:
        print("ms: " + ", ".join(f"{stage} {ms:.0f}" for stage, ms in result.took_ms.items()))


def _snippet(hit: Hit) -> str:
    start = max(0, hit.highlights[0][0] - _SNIPPET_CHARS // 3) if hit.highlights else 0
    return one_line(hit.passage.text[start : start + _SNIPPET_CHARS])
