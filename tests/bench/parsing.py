"""Parse every file below some folders through the pool and count what becomes of them.

Usage: python tests/bench/parsing.py FOLDER... [--report FILE] [--processes N]
Writes one tab-separated line a file to the report; prints one JSON object.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import ParseFailure
from desktop_app.parsing.formats import parse
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.programs import needs_program


@dataclass(frozen=True, slots=True)
class Reading:
    """What is counted of one parsed document; ``seconds`` is the child's processor time."""

    pages: int
    empty_pages: int
    blocks: int
    characters: int
    shortfall: str
    title: str
    seconds: float
    kind: str


def read(path: str) -> tuple[Any, ...]:
    """Parse one file and return the values of a Reading. Runs in a parser process.

    As plain values: of others the pool takes only those of the application.
    """
    began = time.process_time()
    parsed = parse(Path(path))
    reading = Reading(
        pages=parsed.page_count or 0,
        empty_pages=len(parsed.empty_pages),
        blocks=len(parsed.blocks),
        characters=sum(len(block.text) for block in parsed.blocks),
        shortfall=parsed.shortfall,
        title=parsed.title,
        seconds=time.process_time() - began,
        kind=parsed.media_type,
    )
    return dataclasses.astuple(reading)


def measure(folders: list[Path], report: Path | None, processes: int, seconds: float) -> None:
    """Parse everything and print the counts."""
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    pdf_pages, pdf_seconds, slowest = 0, 0.0, (0.0, "")
    lines: list[str] = []
    pool = ParserPool(read, processes=processes, memory_mb=2048, needs_program=needs_program)

    def requests() -> Iterator[tuple[str, float]]:
        for path in files:
            yield str(path), seconds

    began = time.perf_counter()
    for path, answer in pool.map_unordered(requests()):
        if isinstance(answer, ParseFailure):
            status = "unsupported" if answer.code == "unsupported" else "failed"
            reasons[f"{answer.code}: {answer.title}"] += 1
            lines.append(f"{path}\t{status}\t{answer.code}\t{answer.title}")
        else:
            result = Reading(*answer)
            is_partial = bool(result.empty_pages or result.shortfall)
            status = "partial" if is_partial else "indexed"
            lines.append(f"{path}\t{status}\t{result}")
            slowest = max(slowest, (result.seconds, path))
            if result.kind == "application/pdf":
                pdf_pages += result.pages
                pdf_seconds += result.seconds
        statuses[status] += 1
    took = time.perf_counter() - began
    pool.close()
    if report is not None:
        report.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8", errors="replace")
    print(
        json.dumps(
            {
                "files": len(files),
                "seconds": round(took, 2),
                "files_per_second": round(len(files) / took, 1),
                "pdf_pages": pdf_pages,
                "pdf_pages_per_processor_second": round(pdf_pages / max(pdf_seconds, 1e-9)),
                "statuses": dict(statuses),
                "reasons": dict(reasons.most_common()),
                "slowest": slowest,
            },
            ensure_ascii=False,
            indent=1,
        )
    )


def main() -> None:
    """Read the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--report", type=Path)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=60.0)
    chosen = arguments.parse_args()
    measure(chosen.folders, chosen.report, chosen.processes, chosen.seconds)


if __name__ == "__main__":
    main()
