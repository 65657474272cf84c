"""What the benchmarks of models have in common on their command lines."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop_app.inference.packs import Pack, find_pack
from desktop_app.settings import default_cache_dir, resources_dir
from tests.bench.shape_true import SHAPES, kept_pack


def parser(description: str) -> argparse.ArgumentParser:
    """Make a parser that knows which pack to take and where to keep what is made."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--pack", choices=sorted(SHAPES), default="bge-m3", help="the shape")
    made.add_argument("--layers", type=int, default=0, help="fewer layers, for a quick look")
    made.add_argument("--folder", type=Path, help="a pack's folder instead of a shape")
    made.add_argument(
        "--work", type=Path, default=default_cache_dir() / "bench", help="where packs are kept"
    )
    made.add_argument("--threads", type=int, default=0, help="0 means all physical cores")
    return made


def chosen_pack(options: argparse.Namespace) -> Pack:
    """Return the pack that the command line means, made where it was not yet."""
    options.work.mkdir(parents=True, exist_ok=True)
    folder = options.folder or kept_pack(options.pack, options.work, layers=options.layers)
    return find_pack(str(folder), packs_dir=options.work, resources_dir=resources_dir())
