"""How do time, memory, disk and exactness grow with the library? One JSON object on stdout.

Usage: ``bootstrap.py bench growth [--sizes 10000 100000] [--million] [--folder DIR] [--keep]
[--no-kill] [--table]``. Each size has a process of its own. A collection made of real passages
(``parts/growing.py``) is written as the indexer writes it, with the starter's vectors; then are
measured: building the indexes (seconds, peak of memory and disk), how much of the exact first
hundred the dense search finds, without and with filters that leave half to a thousandth, and how
long real questions wait for the first list, stage by stage, through the searcher, the questions
embedded by the starter in the model process, and how long each key of one that is typed. Beside
it a copy of the library is killed in the middle of building its indexes, twice, opened and
maintained again.

``--folder`` with ``--keep`` keeps the libraries, and measures searching only where one is there.
Needs the shared collections beside the checkout. ``--table`` prints Markdown rows to stderr.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import Document, Embeddings, Passage
from desktop_app.inference.opening import open_model
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import Settings, default_cache_dir
from desktop_app.store.library import Library, open_library
from tests.bench.parts.asking import measure_questions, read_questions
from tests.bench.parts.growing import ROOT, Collection, Vectors, embedded, read_sources
from tests.bench.parts.killing import killed_and_resumed
from tests.bench.parts.recall import Truth, measure_recall
from tests.bench.parts.watching import Watch

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "retrieval"
MILLION = 1_000_000
_GROUP_PASSAGES = 4_000
_GROUP_VECTORS = 512


def main() -> None:
    """Measure each size in a process of its own, and print all figures."""
    options = _options()
    if not SHARED.is_dir():
        raise SystemExit("needs ../shared beside the checkout, which is absent")
    if options.maintain:
        with closing(open_library(options.maintain)) as library:
            library.maintain()
        return
    if options.one:
        print(json.dumps(_measure(options.one, options)))
        return
    sizes = [*options.sizes, *([MILLION] if options.million else [])]
    found = {size: _apart(size) for size in dict.fromkeys(sizes)}
    if options.table:
        say("\n".join(_table(found)))
    print(json.dumps({"bench": "growth", "sizes": found}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--million", action="store_true", help="1,000,000 passages as well")
    parser.add_argument("--folder", type=Path, help="where libraries are made")
    parser.add_argument("--keep", action="store_true", help="keep them, and use those kept")
    parser.add_argument("--no-kill", action="store_true", help="leave out the kills")
    parser.add_argument("--table", action="store_true", help="print Markdown to stderr")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--maintain", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(size: int) -> dict[str, Any]:
    say(f"{size:,} passages")
    command = [sys.executable, __file__, *sys.argv[1:], "--one", str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _measure(size: int, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.folder or Path(scratch)) / str(size)
        pack, model = open_model(Settings(idle_unload_seconds=3_600))
        with closing(model):
            model.load()
            sources = read_sources(SHARED)
            vectors = embedded(sources, default_cache_dir() / "bench" / "growth", _embed(model))
            questions = read_questions(SHARED)
            asked = np.stack([model.embed_query(each.text).dense[0] for each in questions])
            figures: dict[str, Any] = {}
            if not (folder / "built.json").is_file():
                made = Collection(sources, vectors)
                figures = _build(folder, made, size, model, asked, with_kill=not options.no_kill)
                (folder / "built.json").write_text(json.dumps(figures))
            figures = json.loads((folder / "built.json").read_text())
            truth = Truth.load(folder / "truth.npz")
            with closing(open_library(folder / "library")) as library:
                library.maintain()  # a kept library may lack what is newer than it
                figures |= measure_recall(library, model.space, truth, asked, say)
                figures |= measure_questions(library, model, pack, questions, say)
    return {name: _rounded(value) for name, value in figures.items()}


def _build(
    folder: Path,
    made: Collection,
    size: int,
    model: ModelProcess,
    asked: Vectors,
    *,
    with_kill: bool,
) -> dict[str, Any]:
    directory = folder / "library"
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"passages": size}
    library = open_library(directory)
    library.add_root(ROOT)
    with Watch(directory) as watch:
        figures |= watch.figures("text", lambda: _put_texts(library, made, size))
        say(f"texts stored in {figures['text_s']:.0f} s")
        truth = Truth(asked)
        figures |= watch.figures("vectors", lambda: _put_vectors(library, made, size, model, truth))
        say(f"vectors stored in {figures['vectors_s']:.0f} s")
        truth.save(folder / "truth.npz")
        library.close()
        library = open_library(directory)
        if with_kill:
            copied = folder / "killed"
            figures |= killed_and_resumed(directory, copied, model.space, asked, say)
        figures |= watch.figures("index", library.maintain)
        say(f"indexes built in {figures['index_s']:.0f} s")
        figures |= watch.figures("index_again", library.maintain)
    library.close()
    figures["disk_mb"] = Watch(directory).disk_mb()
    figures["documents"] = _seconds_to_open(directory, figures)
    return figures


def _put_texts(library: Library, made: Collection, size: int) -> None:
    passages: list[Passage] = []
    documents: list[Document] = []
    for one in made.documents(size):
        passages += one.passages
        documents.append(one.document)
        if len(passages) >= _GROUP_PASSAGES:
            library.put_passages(passages)
            library.put_documents(documents)
            passages, documents = [], []
    if passages:
        library.put_passages(passages)
        library.put_documents(documents)


def _put_vectors(
    library: Library, made: Collection, size: int, model: ModelProcess, truth: Truth
) -> None:
    for one in made.documents(size):
        truth.add(one)
        # As the embedder does: some hundreds at a time, whatever document they are of.
        while truth.waiting >= _GROUP_VECTORS or (truth.waiting and truth.seen == size):
            ids, vectors = truth.take(_GROUP_VECTORS)
            library.put_vectors(model.space, ids, Embeddings(vectors))


def _seconds_to_open(directory: Path, figures: dict[str, Any]) -> int:
    began = time.perf_counter()
    with closing(open_library(directory)) as library:
        figures["open_s"] = time.perf_counter() - began
        return len(library.documents())


def _embed(model: ModelProcess) -> Callable[[list[str]], Vectors]:
    def embed(texts: list[str]) -> Vectors:
        rows = np.zeros((len(texts), model.space.dimension), dtype=np.float32)
        done = 0
        for indices, embeddings in model.embed_passages(texts):
            rows[list(indices)] = embeddings.dense
            done += len(indices)
            if done % 256 < len(indices):
                say(f"embedded {done:,} of {len(texts):,} real passages")
        return rows

    return embed


def _table(found: dict[int, dict[str, Any]]) -> list[str]:
    rows = ["| what | " + " | ".join(f"{size:,}" for size in found) + " |"]
    rows.append("|---" * (len(found) + 1) + "|")
    for name in dict.fromkeys(name for each in found.values() for name in each):
        cells = [str(each.get(name, "")) for each in found.values()]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def _rounded(value: Any) -> Any:
    return round(value, 4 if value < 1 else 1) if isinstance(value, float) else value


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
