"""Kill the program at random moments while it indexes, and compare with an undisturbed run."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.e2e.program import ROOT, command, environment, run

_WORDS = "river bridge harbor engine valley copper winter letter garden signal".split()
_MOST_DIFFERENCE = 0.02
"""Of a coordinate of a unit vector: the model rounds by what else is in a batch."""
_FIELDS = "path content_hash size mtime_ns status reason title languages passages".split()
_ABSENT = (None,) * len(_FIELDS)


@dataclass(slots=True)
class Kills:
    """What was done to a library: kills by what the process was doing, and runs that ended."""

    killed: int = 0
    completed: int = 0
    left_unclean: int = 0
    failures: list[str] = field(default_factory=list)


def write_folder(folder: Path, *, files: int, seed: int) -> None:
    """Fill a folder with small files of several formats, some of them equal, some broken.

    Each says its title itself: a file without one is titled by the name under which it was
    first read, which depends on the moment of a kill.
    """
    chance = random.Random(seed)
    for number in range(files):
        place = folder / f"part {number % 7}"
        place.mkdir(parents=True, exist_ok=True)
        suffix = ".pdf" if number % 13 == 0 else ".html" if number % 5 == 0 else ".md"
        _write(place / f"{number}{suffix}", _paragraphs(chance, number if number % 11 else 0))


def change_folder(folder: Path, *, seed: int) -> None:
    """Rename, change, copy and delete some of the files, as an afternoon's work would."""
    chance = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for number, path in enumerate(chance.sample(files, len(files) // 3)):
        if number % 4 == 0:
            path.rename(path.with_name(f"{seed} {number}{path.suffix}"))
        elif number % 4 == 1:
            shutil.copy(path, path.with_name(f"{seed} {number}{path.suffix}"))
        elif number % 4 == 2:
            _write(path, _paragraphs(chance, number))
        else:
            path.unlink()


def kill_while_indexing(
    folder: Path,
    library: Path,
    *,
    times: int,
    seed: int,
    report: Callable[[Kills], None] = lambda _: None,
) -> Kills:
    """Index a folder again and again, killed at random moments; then once to the end.

    When a run ends before it is killed, the folder is changed, so that there is always
    something to do. The moments lie between the opening of the library and the time that
    an undisturbed run takes.
    """
    chance = random.Random(seed)
    began = time.monotonic()
    probe = library.with_name("probe")
    _index(folder, probe)
    longest = time.monotonic() - began
    shutil.rmtree(probe)
    kills = Kills()
    span = longest
    for number in range(times * 20):
        if kills.killed >= times:
            break
        began = time.monotonic()
        process = subprocess.Popen(
            command("index", folder, "--library", library, "--json"),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _out, err = process.communicate(timeout=chance.uniform(0.3 * span, span))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills.killed += 1
            kills.left_unclean += (library / "unclean").exists()
            span = min(span * 1.05, longest)
        else:
            kills.completed += 1
            # Less is to be done from now on than in the first run.
            span = min(span, time.monotonic() - began) * 0.95
            if process.returncode:
                kills.failures.append(err.strip()[-300:])
            change_folder(folder, seed=seed + number)
        report(kills)
    _index(folder, library)
    return kills


def differences(library: Path, undisturbed: Path) -> dict[str, Any]:
    """Compare two libraries of one folder; every count but the totals is to be 0."""
    ours, theirs = _contents(library), _contents(undisturbed)
    shared = ours["passages"].keys() & theirs["passages"].keys()
    vectors = [
        float(np.abs(ours["vectors"][each] - theirs["vectors"][each]).max())
        for each in ours["vectors"].keys() & theirs["vectors"].keys()
    ]
    return {
        "documents": len(theirs["documents"]),
        "passages": len(theirs["passages"]),
        "vectors": len(theirs["vectors"]),
        "documents_differing": len(ours["documents"] ^ theirs["documents"]),
        "passages_missing": len(theirs["passages"].keys() - shared),
        "passages_too_many": len(ours["passages"].keys() - shared),
        "passages_differing": sum(ours["passages"][i] != theirs["passages"][i] for i in shared),
        "vectors_missing": len(theirs["vectors"].keys() - ours["vectors"].keys()),
        "vectors_too_many": len(ours["vectors"].keys() - theirs["vectors"].keys()),
        "vectors_differing": sum(each > _MOST_DIFFERENCE for each in vectors),
        "passages_twice": ours["passage_rows"] - len(ours["passages"]),
        "vectors_twice": ours["vector_rows"] - len(ours["vectors"]),
        "contents_without_row": len(ours["contents"] - {row[1] for row in ours["documents"]}),
    }


def unlike_rows(library: Path, undisturbed: Path) -> list[dict[str, Any]]:
    """Return the ledger rows that differ: each path and [ours, theirs] of the fields that do.

    A row that only one library holds stands as that, with all its fields.
    """
    ours, theirs = (
        {row[0]: row for row in _contents(each)["documents"]} for each in (library, undisturbed)
    )
    return [
        {
            "path": path,
            **{
                name: [mine, other]
                for name, mine, other in zip(
                    _FIELDS, ours.get(path, _ABSENT), theirs.get(path, _ABSENT), strict=True
                )
                if mine != other and name != "path"
            },
        }
        for path in sorted(ours.keys() | theirs.keys())
        if ours.get(path) != theirs.get(path)
    ]


def is_equal(found: dict[str, Any]) -> bool:
    """Say whether ``differences`` found none, in a library that is not empty."""
    totals = {"documents", "passages", "vectors"}
    return all(found[name] for name in totals) and not any(
        count for name, count in found.items() if name not in totals
    )


def index_undisturbed(folder: Path, library: Path) -> None:
    """Index a folder into a new library in one go."""
    _index(folder, library)


def _index(folder: Path, library: Path) -> None:
    answer = run("index", folder, "--library", library, "--json")
    if answer.status:
        raise AssertionError(answer.err)


def _contents(directory: Path) -> dict[str, Any]:
    from desktop_app.store.library import open_library

    library = open_library(directory, is_writable=False)
    ids = library._passages.ids()
    (space,) = library._tables.spaces()
    vector_ids = space._table.search().select(["passage_id"]).limit(None).to_arrow()
    found = {
        "documents": {tuple(getattr(row, name) for name in _FIELDS) for row in library.documents()},
        "contents": library._passages.content_hashes(),
        "passages": library.get_passages(ids),
        "passage_rows": len(ids),
        "vectors": space.get(list(dict.fromkeys(vector_ids["passage_id"].to_pylist()))),
        "vector_rows": len(vector_ids),
    }
    library.close()
    return found


def _write(path: Path, text: str) -> None:
    if path.suffix == ".pdf":
        path.write_bytes(b"%PDF-1.7 not really " + text.encode())
    elif path.suffix == ".html":
        path.write_text(f"<title>Note</title><p>{text}</p>")
    else:
        path.write_text(f"# Note\n\n{text}")


def _paragraphs(chance: random.Random, number: int) -> str:
    if number == 0:
        return "The same words in several files."
    return "\n\n".join(
        f"Note {number}: the {' '.join(chance.choices(_WORDS, k=60))}." for _ in range(number % 9)
    )
