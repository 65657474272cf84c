"""Search results, health and packs in use on the terminal, as JSON and as text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from desktop_app.cli.output import one_line
from desktop_app.domain import Health, Hit, PackUse, SearchResult, SpaceUse
from desktop_app.domain.bands import band_of
from desktop_app.domain.reasons import explain as explain_hit

_SNIPPET_CHARS = 320
_MINUTES_FROM = 90
_HOURS_FROM = 5400


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
        "quote": dataclasses.asdict(result.quote) | {"text": quoted_text(result)}
        if result.quote
        else None,
        "hits": [_hit_json(hit) for hit in result.hits],
    }


def quoted_text(result: SearchResult) -> str:
    """Return the characters that an answer quotes, "" where it quotes nothing."""
    for hit in result.hits:
        if result.quote and hit.passage.passage_id == result.quote.passage_id:
            return hit.passage.text[result.quote.start : result.quote.end]
    return ""


def _hit_json(hit: Hit) -> dict[str, Any]:
    locator = hit.passage.locator
    return {
        "rank": hit.rank,
        "passage_id": hit.passage.passage_id,
        "score": round(hit.score, 4),
        "band": band_of(hit.score).value,
        "copies": [str(each) for each in hit.copies],
        "path": str(hit.document.full_path),
        "title": hit.document.title,
        "page": locator.page,
        "heading": list(hit.passage.heading),
        "language": hit.passage.language,
        "text": hit.passage.text,
        "boxes": [dataclasses.astuple(box) for box in locator.boxes],
        "highlights": [list(span) for span in hit.highlights],
        "sentence": list(hit.sentence) if hit.sentence else None,
        "stages": dataclasses.asdict(hit.stages),
        "why": list(explain_hit(hit)),
    }


def health_json(health: Health) -> dict[str, Any]:
    """Return what ``doctor --json`` prints."""
    spaces = [
        {
            "pack": each.space.pack,
            "role": each.role.value,
            "vectors": each.vectors,
            "rejected": each.rejected,
            "bytes": each.bytes,
            "dimension": each.space.dimension,
            "sparse": each.space.has_sparse,
            "source": each.source,
            "key": each.space.key,
        }
        for each in health.spaces
    ]
    return {**dataclasses.asdict(dataclasses.replace(health, spaces=())), "spaces": spaces}


def print_health(health: Health) -> None:
    """Print what the doctor found, as text."""
    print(f"Lectern {health.version}")
    _print_facts("Machine", health.machine.items())
    _print_facts("Library", health.library.items())
    _print_facts("Vectors", ((each.space.pack, _space_in_words(each)) for each in health.spaces))
    for title, model in (("Model", health.model), ("Model being prepared", health.building)):
        if model is not None:
            _print_facts(title, dataclasses.asdict(model).items())
    print("\nChecks")
    for check in health.checks:
        seen = one_line(f"{check.name}: {check.detail}")
        print(f"  {'well' if check.is_well else 'LOOK':5} {seen}")
        if check.hint:
            print(f"        {one_line(check.hint)}")


def _print_facts(title: str, facts: Iterable[tuple[str, object]]) -> None:
    print(f"\n{title}")
    for name, value in facts:
        print(f"  {one_line(name):24} {one_line(str(value))}".rstrip())


def _space_in_words(use: SpaceUse) -> str:
    return f"{use.role.value}, {use.vectors:,} vectors, {use.bytes / 2**20:,.1f} MiB"


def use_json(use: PackUse) -> dict[str, Any]:
    """Return what ``packs use --json`` and ``packs forget --json`` print."""
    return {
        "chosen": use.chosen,
        "answering": use.answering,
        "embedded": use.embedded,
        "passages": use.passages,
        "seconds_left": None if use.seconds_left is None else round(use.seconds_left),
        "old": [{"pack": pack, "bytes": size} for pack, size in use.old],
        "notice": use.notice,
    }


def print_use(use: PackUse) -> None:
    """Print which pack answers, how far a change is, and what is kept, as text."""
    if use.is_changing:
        left = use.passages - use.embedded
        sentence = (
            f"{use.chosen} is chosen; {use.answering or 'keyword search'} answers until "
            f"{left:,} of {use.passages:,} passages have their vectors{_about(use.seconds_left)}. "
            "Make them with: lectern index"
        )
    else:
        sentence = f"{use.answering or use.chosen} answers."
    print(one_line(sentence))
    if use.notice:
        print(one_line(use.notice))
    for pack, size in use.old:
        kept = f"Kept: vectors of {pack}, {size / 2**20:,.1f} MiB"
        print(one_line(f"{kept}; remove them with: lectern packs forget {pack}"))


def _about(seconds: float | None) -> str:
    """Say how long in words, rounded to what an estimate is worth."""
    if seconds is None:
        return ""
    if seconds < _MINUTES_FROM:
        return ", about a minute" if seconds > _MINUTES_FROM / 2 else ", less than a minute"
    if seconds < _HOURS_FROM:
        return f", about {seconds / 60:.0f} minutes"
    return f", about {seconds / 3600:.0f} hours"


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
    if result.quote:
        print(f"\n“{one_line(quoted_text(result))}”")
    for hit in result.hits:
        page = f", p. {hit.passage.locator.page}" if hit.passage.locator.page else ""
        heading = f"  ({' > '.join(hit.passage.heading)})" if hit.passage.heading else ""
        score = f"{hit.score:.2f} {band_of(hit.score).value:6}"
        print(f"\n{hit.rank:3}  {score}  {one_line(hit.document.title + page + heading)}")
        print(f"           {one_line(str(hit.document.full_path))}")
        for copy in hit.copies:
            print(f"           the same in {one_line(str(copy))}")
        print(f"           {_snippet(hit)}")
        if explain:
            for sentence in explain_hit(hit):
                print(f"           {one_line(sentence)}")
            stages = dataclasses.asdict(hit.stages)
            print("           " + "  ".join(f"{k} {v:.4g}" for k, v in stages.items() if v))
    print(f"\n{result.coverage.sentence}")
    if explain:
        print("ms: " + ", ".join(f"{stage} {ms:.0f}" for stage, ms in result.took_ms.items()))


def _snippet(hit: Hit) -> str:
    start = max(0, hit.highlights[0][0] - _SNIPPET_CHARS // 3) if hit.highlights else 0
    return one_line(hit.passage.text[start : start + _SNIPPET_CHARS])
