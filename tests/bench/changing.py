"""What does a change of packs cost, and what is it like to search meanwhile?

Usage: ``python tests/bench/changing.py [--passages N] [--new N] [--pack NAME]``. A library of N
passages made with the starter changes to a pack of the shape of NAME (its reranker is of the
starter's size); when the change begins, ``--new`` passages come in as new files. Questions are
asked all the time. Prints one JSON object: seconds of the change (``ours_s``), ``model_s`` of
them in the new model and ``beside_s`` in the starter for the new files, the rest as a share
(``overhead``); ``new_by_meaning_s`` until meaning search covered the new files (without the
starter's part that would be ``ours_s``); milliseconds of a question's first list before and
during the change; mebibytes of both model processes; ``estimate_s`` as Lectern gave it half way
and what was then left (``left_s``).

Last seen with ``--passages 300 --new 60`` on two cores that were busy with other work (so only
the proportions count): new files found by meaning after 11.5 s of a change of 135 s, of which the
starter took 4.6 s; overhead .088; first list 138 ms before and 269 ms during the change (p50).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.app import LocalSession, open_session
from desktop_app.domain import IndexPhase
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import Settings, default_cache_dir
from tests.bench.parts.texts import QUESTION, passages
from tests.bench.shape_true import SHAPES, make_pack

_TOKENS = 165
_PASSAGES_A_FILE = 20


def main() -> int:
    """Measure a change and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--new", type=int, default=200, help="passages that come in meanwhile")
    parser.add_argument("--pack", choices=sorted(SHAPES), default="bge-en-small")
    parser.add_argument("--work", type=Path, default=default_cache_dir() / "bench")
    options = parser.parse_args()
    pack = options.work / f"{options.pack}-small-reranker"
    if not pack.is_dir():
        shape = dataclasses.replace(SHAPES[options.pack], reranker=SHAPES["starter"].reranker)
        make_pack(shape, pack.with_name("unfinished-pack")).rename(pack)
    folder = Path(tempfile.mkdtemp(prefix="changing-"))
    try:
        figures = _measure(folder, pack, options.passages, options.new)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))
    return 0


def _measure(folder: Path, pack: Path, count: int, new: int) -> dict[str, Any]:
    settings = dataclasses.replace(
        Settings(), library_dir=folder / "library", cache_dir=folder / "cache"
    )
    waited: Counter[str] = Counter()
    _time_models(waited)
    with closing(open_session(settings)) as session:
        _write(folder / "documents", count, seed=1)
        session.add_roots([folder / "documents"])
        for _ in session.index():
            pass
        with _asking(session) as before:
            time.sleep(5)
        session.use_pack(str(pack))
        _write(folder / "documents", new, seed=2)
        waited.clear()
        begun = time.perf_counter()
        total = session.coverage().passages + new
        new_at = estimate = half_at = 0.0
        memory: dict[str, int] = {}
        with _asking(session) as during:
            for state in session.index():
                passed = time.perf_counter() - begun
                if state.phase is not IndexPhase.EMBEDDING:
                    continue
                if not new_at and session.coverage().is_complete:
                    new_at = passed
                if not half_at and state.passages_embedded > total / 2:
                    half_at, estimate = passed, state.seconds_left or 0.0
                    memory = _memory(session)
        seconds = time.perf_counter() - begun
        use = session.pack_use()
    model, beside = waited[pack.name], waited["starter"]
    return {
        "passages": use.passages,
        "is_changed": use.answering == pack.name and not use.is_changing,
        "ours_s": round(seconds, 1),
        "model_s": round(model, 1),
        "beside_s": round(beside, 1),
        "overhead": round((seconds - model - beside) / model, 3),
        "new_by_meaning_s": round(new_at, 1),
        "first_list_ms_before": _percentiles(before),
        "first_list_ms_during": _percentiles(during),
        "memory_mb": memory,
        "estimate_s": round(estimate, 1),
        "left_s": round(seconds - half_at, 1),
    }


def _time_models(waited: Counter[str]) -> None:
    original = ModelProcess.embed_passages

    def embed_passages(self: ModelProcess, texts: Any, **options: Any) -> Iterator[Any]:
        batches = original(self, texts, **options)
        while True:
            begun = time.perf_counter()
            batch = next(batches, None)
            waited[self.space.pack] += time.perf_counter() - begun  # type: ignore[assignment]  # seconds
            if batch is None:
                return
            yield batch

    ModelProcess.embed_passages = embed_passages  # type: ignore[method-assign]


@contextmanager
def _asking(session: LocalSession) -> Iterator[list[float]]:
    """Ask on a thread of its own until the block ends; milliseconds to each first list."""
    took: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.5):
            begun = time.perf_counter()
            for number, _ in enumerate(session.search(QUESTION, rerank=False)):
                if not number:
                    took.append((time.perf_counter() - begun) * 1000)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield took
    finally:
        is_over.set()
        thread.join()


def _write(folder: Path, count: int, *, seed: int) -> None:
    folder.mkdir(exist_ok=True)
    texts = passages(count, tokens=_TOKENS, seed=seed)
    for start in range(0, count, _PASSAGES_A_FILE):
        parts = [
            f"# Section {start + number}\n\n{text}"
            for number, text in enumerate(texts[start : start + _PASSAGES_A_FILE])
        ]
        (folder / f"{seed}-{start}.md").write_text("\n\n".join(parts), encoding="utf-8")


def _memory(session: LocalSession) -> dict[str, int]:
    packs = session._packs
    seats = {"answering": packs.beside, "building": packs.target}
    return {name: seat.model.status().resident_bytes >> 20 for name, seat in seats.items() if seat}


def _percentiles(took: list[float]) -> dict[str, float]:
    return {
        f"p{share}": round(float(np.percentile(took, share)), 1) if took else 0.0
        for share in (50, 95)
    }


if __name__ == "__main__":
    sys.exit(main())
