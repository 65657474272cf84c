"""How long a pack takes to load, and what memory its process needs; one JSON object on stdout.

Usage: ``python tests/bench/load.py FOLDER|NAME [FOLDER|NAME ...]``, folders as ``shape_true.py``
writes them. Each pack is started twice in a model process of its own with an empty cache:
the first start converts and tries out, the second finds that done. Memory is that of the
second process, after loading and after some work. Where the system says so (Linux) it is
split: ``anon`` is the process's own, ``file`` are pages of files that the system takes back
when it needs them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import resources_dir

QUESTION = "Which treatment lowers the risk of a second heart attack?"
PASSAGE = "Patients were given the treatment for a year and seen again every month. " * 12
PASSAGES = 24
_FIELDS = {"VmRSS": "resident", "RssAnon": "anon", "RssFile": "file", "VmHWM": "peak"}


def main() -> int:
    """Measure every pack of the command line."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    figures = []
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            pack = find_pack(name, packs_dir=place, resources_dir=resources_dir())
            figures.append({"pack": pack.name, **_of_pack(pack, place)})
            print(json.dumps(figures[-1]), file=sys.stderr)
    print(json.dumps({"bench": "load", "packs": figures}))
    return 0


def _of_pack(pack: Pack, place: Path) -> dict[str, Any]:
    first = _start(pack, place, is_worked=False)
    second = _start(pack, place, is_worked=True)
    kept = sum(path.stat().st_size for path in place.rglob("*.safetensors"))
    return {"first_start": first, "start": second, "kept_mb": kept >> 20}


def _start(pack: Pack, place: Path, *, is_worked: bool) -> dict[str, Any]:
    started = time.perf_counter()

    def seconds() -> float:
        return round(time.perf_counter() - started, 2)

    model = ModelProcess(pack, cache_dir=place / "cache")
    try:
        model.embed_query(QUESTION)
        figures: dict[str, Any] = {"to_first_vector_s": seconds()}
        status = model.load()
        figures |= {"to_all_loaded_s": seconds(), "memory_mb": _memory()}
        if is_worked:
            for _ in model.embed_passages([PASSAGE] * PASSAGES):
                pass
            if model.has_reranker:
                for _ in model.rerank(QUESTION, [PASSAGE] * PASSAGES):
                    pass
            figures["memory_after_work_mb"] = _memory()
            figures["self_check"] = status.self_check
    finally:
        model.close()
    return figures


def _memory() -> dict[str, int]:
    [child] = [each for each in psutil.Process().children() if "spawn_main" in str(each.cmdline())]
    state = Path(f"/proc/{child.pid}/status")
    if not state.is_file():
        return {"resident": child.memory_info().rss >> 20}
    rows = (line.split() for line in state.read_text(encoding="ascii").splitlines())
    found = {row[0].rstrip(":"): row[1:2] for row in rows if row}
    return {name: int(found[field][0]) >> 10 for field, name in _FIELDS.items()}


if __name__ == "__main__":
    sys.exit(main())
