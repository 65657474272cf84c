"""How long does indexing take, against Recoll on the same files and against the model alone?

Usage: ``python tests/bench/indexing.py [FOLDER ...] [--embed] [--runs N]``; the folders
default to the PDF and document collections beside the checkout. Every run starts from an
empty library. Prints one JSON object: seconds to a complete keyword index (``ours_s``),
Recoll's (``recoll_s``), ``ratio`` of ours to theirs (below 1: faster), the same of the
processor's time with all child processes, which other load hardly changes, files by status
and reason; with ``--embed`` the seconds of the embedding phase, those of them that were
spent waiting for the model, and the rest as a share of these (``overhead``). Taken from
one and the same run, so that other load on the machine does not look like overhead.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from desktop_app.domain import Embeddings, IndexPhase, IsCancelled, never_cancelled
from desktop_app.indexing.extraction import extract, needs_program
from desktop_app.indexing.indexer import Indexer
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings, resources_dir

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"


class TimedModel(ModelProcess):
    """The model process with a clock on the time that its caller waits for it."""

    seconds = 0.0

    def embed_passages(
        self, texts: Sequence[str], *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[tuple[tuple[int, ...], Embeddings]]:
        """Embed as the model does, and add up the waiting."""
        batches = super().embed_passages(texts, is_cancelled=is_cancelled)
        while True:
            began = perf_counter()
            batch = next(batches, None)
            self.seconds += perf_counter() - began
            if batch is None:
                return
            yield batch


def _processor_seconds() -> float:
    """Return what this process and its children that have ended took of the processor."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def measure_ours(folders: list[Path], model: TimedModel | None) -> dict[str, Any]:
    """Index the folders into a fresh library; with a model, time embedding as well."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(library_dir=Path(scratch))
        library = open_library(settings.library_dir)
        pool = ParserPool(
            extract,
            processes=2,
            memory_mb=settings.parse_memory_mb,
            needs_program=needs_program,
        )
        used_before = _processor_seconds()
        began = perf_counter()
        entered: dict[IndexPhase, float] = {}
        longest_silence = 0.0
        last_at = began
        for step in Indexer(library, pool, model, settings).index([str(each) for each in folders]):
            now = perf_counter()
            longest_silence = max(longest_silence, now - last_at)
            last_at = now
            if step.phase not in entered:
                entered[step.phase] = now
        ended = perf_counter()
        rows = library.documents()
        figures: dict[str, Any] = {
            "seconds": round((entered.get(IndexPhase.EMBEDDING, ended)) - began, 2),
            "longest_silence_s": round(longest_silence, 2),
            "files": len(rows),
            "passages": sum(row.passages for row in rows),
            "by_status": Counter(row.status.value for row in rows),
            "by_reason": Counter(row.reason_code for row in rows if row.reason_code),
        }
        if model is not None:
            ids = library.missing_vectors(model.space)
            if ids:
                raise SystemExit(f"{len(ids)} passages got no vector")
            figures["embed_s"] = round(ended - entered[IndexPhase.EMBEDDING], 2)
            figures["model_s"] = round(model.seconds, 2)
            figures["overhead"] = round(figures["embed_s"] / figures["model_s"] - 1, 4)
        pool.close()
        library.close()
        figures["processor_s"] = round(_processor_seconds() - used_before, 2)
        return figures


def measure_recoll(folders: list[Path]) -> tuple[float, float] | None:
    """Return the seconds of ``recollindex -z`` by the clock and of the processor.

    None where Recoll is not installed.
    """
    program = shutil.which("recollindex")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        tops = " ".join(str(each) for each in folders)
        Path(scratch, "recoll.conf").write_text(f"topdirs = {tops}\n", encoding="utf-8")
        used_before = _processor_seconds()
        began = perf_counter()
        subprocess.run([program, "-z", "-c", scratch], check=True, capture_output=True)
        return perf_counter() - began, _processor_seconds() - used_before


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--embed", action="store_true")
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    folders = chosen.folders or [SHARED / "docs", SHARED / "pdfqa"]
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    figures: dict[str, Any] = {}
    for number in range(chosen.runs):
        print(f"run {number + 1} of {chosen.runs}", file=sys.stderr)
        figures = measure_ours(folders, None)
        ours.append((figures["seconds"], figures["processor_s"]))
        seconds = measure_recoll(folders)
        if seconds is not None:
            theirs.append(seconds)
    clock, processor = map(median, zip(*ours, strict=True))
    answer = {**figures, "ours_s": clock, "processor_s": processor}
    if theirs:
        their_clock, their_processor = map(median, zip(*theirs, strict=True))
        answer["recoll_s"] = round(their_clock, 2)
        answer["ratio"] = round(clock / their_clock, 3)
        answer["recoll_processor_s"] = round(their_processor, 2)
        answer["processor_ratio"] = round(processor / their_processor, 3)
    if chosen.embed:
        print("embedding", file=sys.stderr)
        with tempfile.TemporaryDirectory() as cache:
            pack = find_pack("starter", packs_dir=Path(cache), resources_dir=resources_dir())
            model = TimedModel(pack, cache_dir=Path(cache))
            model.embed_query("start")
            embedded = measure_ours(folders, model)
            model.close()
        answer |= {name: embedded[name] for name in ("embed_s", "model_s", "overhead")}
    print(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
