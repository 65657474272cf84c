"""Change packs while indexing, disturbed by cancelling and killing; and what came of it."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.app import LocalSession, open_session
from desktop_app.domain import IndexPhase, VectorSpace
from desktop_app.indexing import embedding
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import Settings
from desktop_app.store import manifest
from desktop_app.store.library import Library, open_library

PACKS = ("alpha", "beta")
STEPS = 3
"""Files come in as many steps; before each, another pack is chosen."""
_FILES_A_STEP = 4
_MOST_DIFFERENCE = 0.02
"""Of a coordinate of a unit vector: the model rounds by what else is in a batch."""


def settings_in(folder: Path) -> Settings:
    """Return the settings of a library in this folder, with packs beside it."""
    return dataclasses.replace(
        Settings(),
        library_dir=folder / "library",
        packs_dir=folder.parent / "packs",
        cache_dir=folder.parent / "cache",
        parser_processes=1,
        pack=PACKS[0],
    )


def write_files(folder: Path, step: int) -> None:
    """Write the files of one step, of one to four passages each."""
    papers = folder / "papers"
    papers.mkdir(parents=True, exist_ok=True)
    for number in range(step * _FILES_A_STEP, (step + 1) * _FILES_A_STEP):
        paragraphs = [
            f"# Part {part}\n\n" + f"Note {number}, part {part}: the lazy fox. " * 20
            for part in range(number % 4 + 1)
        ]
        (papers / f"{number}.md").write_text("# Note\n\n" + "\n\n".join(paragraphs))


def play(folder: Path, *, index: Callable[[LocalSession], bool]) -> bool:
    """Go through all steps, or on from the one that was reached; say whether all are done.

    ``index`` runs an index and says whether it ended by itself.
    """
    reached = folder / "step"
    with closing(open_session(settings_in(folder))) as session:
        for step in range(int(reached.read_text()) if reached.exists() else 0, STEPS):
            write_files(folder, step)
            session.add_roots([folder / "papers"])
            session.use_pack(PACKS[step % 2])
            reached.write_text(str(step + 1))
            index(session)
        for pack in reversed(PACKS):
            session.use_pack(pack)
            if not index(session):
                return False
    return True


def index_undisturbed(session: LocalSession) -> bool:
    """Index to the end."""
    return [each.phase for each in session.index()][-1] is IndexPhase.DONE


class Embedded:
    """Counts the passages that were embedded, by pack, and calls ``act`` at each batch."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.passages: Counter[str] = Counter()
        self._act = act

    def watch(self, patch: Callable[[Any, str, Any], None]) -> None:
        """Take the place of the model process's method; three passages are one group."""
        original = ModelProcess.embed_passages
        counted, act = self.passages, self._act

        def embed_passages(self, texts, **options):
            for positions, embeddings in original(self, texts, **options):
                counted[self.space.pack] += len(positions)
                act()
                yield positions, embeddings

        patch(embedding, "_GROUP_PASSAGES", 3)
        patch(ModelProcess, "embed_passages", embed_passages)


def contents(directory: Path) -> dict[str, Any]:
    """Return what a library holds: rows, passages, and vectors of every space."""
    library = open_library(directory, is_writable=False)
    ids = library._passages.ids()
    found = {
        "documents": {(row.path, row.content_hash, row.status) for row in library.documents()},
        "passages": library.get_passages(ids),
        "rows": len(ids),
        "spaces": {
            each.space.pack: _vectors(library, each.space) for each in library.spaces.listed()
        },
    }
    library.close()
    return found


def _vectors(library: Library, space: VectorSpace) -> dict[str, Any]:
    table = library._tables.space(space)
    assert table is not None
    columns = ["passage_id", "dense", *(["token_ids", "weights"] if space.has_sparse else [])]
    rows = table._table.search().select(columns).limit(None).to_arrow().to_pylist()
    found = {row["passage_id"]: row for row in rows}
    assert len(found) == len(rows), "a passage has two vectors"
    return found


def assert_equal(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Compare two libraries in everything but the roundings of vectors."""
    assert ours["documents"] == theirs["documents"]
    assert ours["rows"] == theirs["rows"] == len(theirs["passages"])
    assert ours["passages"] == theirs["passages"]
    assert ours["spaces"].keys() == theirs["spaces"].keys() == set(PACKS)
    for pack, vectors in theirs["spaces"].items():
        assert ours["spaces"][pack].keys() == vectors.keys() == theirs["passages"].keys()
        for passage_id, row in vectors.items():
            other = ours["spaces"][pack][passage_id]
            assert np.abs(np.subtract(row["dense"], other["dense"])).max() < _MOST_DIFFERENCE
            if "weights" in row:
                mine = dict(zip(other["token_ids"], other["weights"], strict=True))
                for token, weight in zip(row["token_ids"], row["weights"], strict=True):
                    assert abs(mine.get(token, 0.0) - weight) < _MOST_DIFFERENCE


def main() -> None:
    """Play, and be killed after as many batches and changes of the manifest as given."""
    folder, left = Path(sys.argv[1]), int(sys.argv[2])

    def live_on() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    write = manifest.write_manifest

    def write_manifest(directory, content):
        live_on()
        write(directory, content)
        live_on()

    manifest.write_manifest = write_manifest
    embedding._WRITE_SECONDS = 0.0
    Embedded(live_on).watch(setattr)
    play(folder, index=index_undisturbed)


def cancel_at_random(chance: random.Random, embedded: Embedded) -> Callable[[LocalSession], bool]:
    """Return an ``index`` that is cancelled after a few passages, or by chance is not."""

    def index(session: LocalSession) -> bool:
        last = embedded.passages.total() + chance.randint(2, 60)
        states = session.index(is_cancelled=lambda: embedded.passages.total() > last)
        return [IndexPhase.SCANNING, *(each.phase for each in states)][-1] is IndexPhase.DONE

    return index


if __name__ == "__main__":
    main()
