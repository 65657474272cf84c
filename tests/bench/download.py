"""How fast a pack is downloaded, and what a kill costs, against the hub's own client.

Usage: ``python tests/bench/download.py [--megabytes 400]``. The hub is on the loopback, in
a Python process of its own, so that the figures are of the client and the disk, not of a
network. Ours reads, hashes, writes, checks and installs; ``hf_hub_download`` reads and
writes. ``refetched_mb`` is what is sent again after a kill -9 in the middle of the weights.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.acquisition.hub_server import REVISION, HubServer
from tests.acquisition.places import WEIGHTS, write_manifest
from tests.tiny_packs import make_tiny_m3_pack

ROOT = Path(__file__).resolve().parents[2]
_MEGABYTE = 1 << 20
_OURS = """
import sys
from pathlib import Path
from desktop_app.acquisition.downloader import download_pack
folder = Path(sys.argv[1])
places = {"packs_dir": folder / "packs", "resources_dir": folder / "resources"}
for _ in download_pack("tiny", **places):
    pass
"""
_PEER = """
import sys
from pathlib import Path
from huggingface_hub import hf_hub_download
published = Path(sys.argv[1]) / "published"
for file in sorted(published.glob("BAAI/*/*"), key=lambda each: each.stat().st_size):
    repository = file.parent.relative_to(published).as_posix()
    hf_hub_download(repository, file.name, revision=sys.argv[2], token=False)
"""


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=400, help="size of the weights")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _hub(folder, options.megabytes) as hub:
            figures = _measured(hub, folder, options.megabytes)
    print(json.dumps(figures))
    return 0


@contextmanager
def _hub(folder: Path, megabytes: int) -> Iterator[HubServer]:
    published = folder / "published"
    made = make_tiny_m3_pack(folder / "made")
    shutil.copytree(made / "embedder", published / "BAAI" / "tiny")
    shutil.copytree(made / "reranker", published / "BAAI" / "tiny-reranker")
    block = Random(0).randbytes(_MEGABYTE)
    with (published / "BAAI" / "tiny" / WEIGHTS).open("r+b") as file:
        for _ in range(megabytes):
            file.write(block)
    (folder / "resources" / "packs").mkdir(parents=True)
    write_manifest(folder / "resources" / "packs" / "tiny.toml", published)
    server = HubServer(published)
    os.environ |= {"HF_ENDPOINT": server.url, "HF_HUB_DISABLE_XET": "1", "TQDM_DISABLE": "1"}
    try:
        yield server
    finally:
        server.close()


def _measured(hub: HubServer, folder: Path, megabytes: int) -> dict[str, float]:
    figures: dict[str, float] = {"megabytes": megabytes}
    for name, code in (("ours", _OURS), ("hf_hub_download", _PEER)):
        for attempt in range(2):
            _say(f"{name}, {'whole' if attempt == 0 else 'killed in the middle'}")
            shutil.rmtree(folder / "packs", ignore_errors=True)
            os.environ["HF_HOME"] = str(folder / f"home-{name}-{attempt}")
            hub.forget()
            if attempt == 0:
                seconds, memory = _run(code, folder)
                figures |= {f"{name}_s": round(seconds, 2), f"{name}_mb": round(memory)}
                continue
            _kill_in_the_middle(code, folder, hub, megabytes)
            _run(code, folder)
            size = (folder / "published" / "BAAI" / "tiny" / WEIGHTS).stat().st_size
            figures[f"{name}_refetched_mb"] = round((hub.sent(WEIGHTS) - size) / _MEGABYTE, 1)
    figures["ratio"] = round(figures["hf_hub_download_s"] / figures["ours_s"], 2)
    return figures


def _start(code: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, str(folder), REVISION], cwd=ROOT)


def _run(code: str, folder: Path) -> tuple[float, float]:
    """Run to the end; returns seconds and the highest memory of all its processes, in MB."""
    started = time.perf_counter()
    process = _start(code, folder)
    highest = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            parent = psutil.Process(process.pid)
            family = [parent, *parent.children(recursive=True)]
            highest = max(highest, sum(each.memory_info().rss for each in family))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(process.returncode)
    return time.perf_counter() - started, highest / _MEGABYTE


def _kill_in_the_middle(code: str, folder: Path, hub: HubServer, megabytes: int) -> None:
    process = _start(code, folder)
    while hub.sent(WEIGHTS) < megabytes * _MEGABYTE // 2 and process.poll() is None:
        time.sleep(0.02)
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()
    process.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
