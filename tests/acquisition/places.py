"""Where a tiny pack comes from and goes to in these tests, and who fetches it."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias, TypedDict

from desktop_app.acquisition.downloader import download_pack
from desktop_app.acquisition.orders import Order, Patience
from desktop_app.acquisition.space import FreeBytes, free_bytes
from desktop_app.domain import PackProgress
from desktop_app.errors import LecternError
from desktop_app.inference.packs import find_pack
from tests.acquisition.hub_server import REVISION

QUICK = Patience(first_wait=0.05, longest_wait=0.2, tries=3, tries_at_first=3, longest_asked=5.0)
WEIGHTS = "pytorch_model.bin"


MakeOwn: TypeAlias = Callable[[str], Path]


class Folders(TypedDict):
    """The places as the functions take them."""

    packs_dir: Path
    resources_dir: Path


class Fetcher:
    """A process that may use the network and fetches one pack after another.

    Starting a downloader takes most of a second, so that only the tests that are about
    the process itself start one.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_fetch, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def fetch(self, order: Order) -> list[PackProgress]:
        """Fetch a pack to its end, or raise what ended it."""
        self._connection.send(order)
        answer = self._connection.recv()
        if isinstance(answer, LecternError):
            raise answer
        assert isinstance(answer, list)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _fetch(connection: Connection) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.pop(name, None)
    from desktop_app.acquisition.fetching import fetch_pack

    while True:
        try:
            connection.send(list(fetch_pack(connection.recv())))
        except LecternError as error:
            connection.send(error)
        except EOFError:
            return


@dataclass(frozen=True)
class Place:
    """Where packs and manifests of one test are."""

    packs_dir: Path
    resources_dir: Path
    fetcher: Fetcher

    @property
    def folders(self) -> Folders:
        """The places as the functions take them."""
        return {"packs_dir": self.packs_dir, "resources_dir": self.resources_dir}

    @property
    def pack(self) -> Path:
        """Where the tiny pack is when it is there."""
        return self.packs_dir / "tiny"

    def download(self) -> list[PackProgress]:
        """Download the tiny pack to its end, in a downloader of its own."""
        return list(download_pack("tiny", **self.folders, patience=QUICK))

    def fetch(self, name: str = "tiny", free: FreeBytes = free_bytes) -> list[PackProgress]:
        """Fetch a pack to its end, as the downloader does."""
        return self.fetcher.fetch(Order(name, self.packs_dir, self.resources_dir, QUICK, free))

    def is_installed(self) -> bool:
        """Say whether the pack is there; when it is, every byte is right."""
        if not self.pack.exists():
            return False
        find_pack("tiny", **self.folders)
        return True

    def gathered(self, file: str) -> int:
        """Return how many bytes of a file an unfinished download has."""
        found = list((self.packs_dir / ".unfinished").rglob(f"{file}*"))
        return sum(each.stat().st_size for each in found)


def write_manifest(path: Path, published: Path, *, is_open: bool = False) -> None:
    """Write the tiny pack's manifest; ``is_open`` leaves every size and hash to the hub."""
    lines = [
        f'name = "{path.stem}"\ntitle = "Tiny"\nlicense = "MIT"\nlanguages = []\n',
        "[fusion]\ndense = 1.0\n",
        f'[embedder]\nrepository = "BAAI/tiny"\nrevision = "{REVISION}"\ndimension = 32\n',
        'max_length = 512\npooling = "cls"\nquery_prefix = ""\n',
    ]
    for part, repository in (("embedder", "tiny"), ("reranker", "tiny-reranker")):
        if part == "reranker":
            lines.append(
                f'[reranker]\nrepository = "BAAI/{repository}"\nrevision = "{REVISION}"\n'
                "max_length = 512\n"
            )
        for file in sorted((published / "BAAI" / repository).iterdir()):
            lines.append(f'[[{part}.files]]\npath = "{file.name}"\n')
            # As in the real manifests, small files' facts are not all known beforehand.
            if not is_open and file.name != "config.json":
                content = file.read_bytes()
                lines.append(
                    f'size = {len(content)}\nsha256 = "{hashlib.sha256(content).hexdigest()}"\n'
                )
    path.write_text("\n".join(lines), encoding="utf-8")


def broken_disk(_: Path) -> int:
    """Fail as a bug would, inside the downloader."""
    raise ZeroDivisionError("https://signed.example/secret")
