"""The packs' half of a session without a library: a shelf of packs and what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desktop_app.domain import (
    Coverage,
    IsCancelled,
    PackListing,
    PackPhase,
    PackProgress,
    PackState,
    PackUse,
    never_cancelled,
)
from desktop_app.errors import LecternError, PackMissing
from tests.ui.gates import Gate

GB = 1_000_000_000
STARTER = PackListing(
    "starter",
    "Starter (English)",
    "Apache-2.0",
    frozenset({"en"}),
    45 * GB // 1000,
    Path("/opt/lectern/packs/starter"),
    PackState.BUILT_IN,
    has_reranker=False,
    present_bytes=45 * GB // 1000,
    sources=("sentence-transformers/all-MiniLM-L6-v2",),
)
BGE_M3 = PackListing(
    "bge-m3",
    "BGE-M3",
    "MIT (embedder), Apache-2.0 (reranker)",
    frozenset(),
    46 * GB // 10,
    Path("/home/ada/.local/share/lectern/packs/bge-m3"),
    PackState.AVAILABLE,
    has_reranker=True,
    sources=("BAAI/bge-m3", "BAAI/bge-reranker-v2-m3"),
)
HERE = replace(BGE_M3, state=PackState.INSTALLED, present_bytes=BGE_M3.download_bytes)
"""BGE-M3 as it is once it was downloaded."""
BGE_SMALL = PackListing(
    "bge-en-small",
    "BGE English v1.5, small",
    "MIT",
    frozenset({"en"}),
    12 * GB // 10,
    Path("/home/ada/.local/share/lectern/packs/bge-en-small"),
    PackState.INSTALLED,
    has_reranker=True,
    present_bytes=12 * GB // 10,
    sources=("BAAI/bge-small-en-v1.5", "BAAI/bge-reranker-base"),
)


class FakePacks:
    """What ``FakeSession`` does with packs; set the attributes to make it behave otherwise.

    ``pack_gate`` stands before every step of getting or giving a pack, of which there are
    ``pack_steps``; ``pack_errors`` by method are raised after half of them, ``pack_notice``
    is said on the way. ``shelf`` are the packs by name, ``in_use`` is which one answers,
    ``costs`` what a change takes in seconds; ``use_gate`` stands before a choice.
    """

    def __init__(self) -> None:
        self.shelf = {each.name: each for each in (STARTER, BGE_M3, BGE_SMALL)}
        self.in_use = PackUse("starter", "starter")
        self.pack_gate, self.use_gate = Gate(), Gate()
        self.pack_steps = 4
        self.pack_errors: dict[str, LecternError] = {}
        self.pack_notice = ""
        self.costs: dict[str, float] = {}

    def coverage(self) -> Coverage:
        """Say how much there is to learn."""
        raise NotImplementedError

    def _record(self, method: str, argument: object) -> None:
        raise NotImplementedError

    def packs(self) -> tuple[PackListing, ...]:
        """List the shelf by name."""
        self._record("packs", None)
        return tuple(self.shelf[name] for name in sorted(self.shelf))

    def pack_use(self) -> PackUse:
        """Tell which pack answers."""
        self._record("pack_use", None)
        return self.in_use

    def use_pack(self, name: str) -> None:
        """Choose a pack; with passages to learn the one before goes on answering."""
        self._record("use_pack", name)
        self.use_gate.wait()
        self._raise("use_pack")
        if name not in self.shelf:
            raise PackMissing
        coverage = self.coverage()
        answering = self.in_use.answering if coverage.passages else name
        self.in_use = replace(
            self.in_use, chosen=name, answering=answering, passages=coverage.passages
        )

    def change_seconds(self, name: str) -> float | None:
        """Tell what a change costs; ``costs`` by name, None where there is none."""
        self._record("change_seconds", name)
        return self.costs.get(name)

    def forget_vectors(self, pack: str) -> None:
        """Drop old vectors."""
        self._record("forget_vectors", pack)
        kept = tuple(each for each in self.in_use.old if each[0] != pack)
        self.in_use = replace(self.in_use, old=kept)

    def download_pack(
        self, name: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Go on from what is present; what came stays when it is cancelled or fails."""
        self._record("download_pack", name)
        yield from self._get(name, "download_pack", PackPhase.DOWNLOADING, is_cancelled)

    def import_pack(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Import the pack that the file is named after."""
        self._record("import_pack", path)
        yield from self._get(path.stem, "import_pack", PackPhase.COPYING, is_cancelled)

    def export_pack(
        self, name: str, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Pretend to write a zip file."""
        self._record("export_pack", (name, path))
        listing = self.shelf[name]
        for step in range(1, self.pack_steps + 1):
            self.pack_gate.wait(is_cancelled)
            if is_cancelled():
                return
            done = listing.present_bytes * step // self.pack_steps
            yield PackProgress(name, PackPhase.COPYING, "x", done, listing.present_bytes, 9e7, 20.0)
        self._raise("export_pack")

    def remove_pack(self, name: str) -> None:
        """Delete a pack's files."""
        self._record("remove_pack", name)
        self._raise("remove_pack")
        self.shelf[name] = replace(self.shelf[name], state=PackState.AVAILABLE, present_bytes=0)

    def _raise(self, method: str) -> None:
        if method in self.pack_errors:
            raise self.pack_errors[method]

    def _get(
        self, name: str, method: str, phase: PackPhase, is_cancelled: IsCancelled
    ) -> Iterator[PackProgress]:
        for step in range(1, self.pack_steps + 1):
            self.pack_gate.wait(is_cancelled)
            if is_cancelled():
                return
            if name not in self.shelf or step > self.pack_steps / 2:
                self._raise(method)
            listing = self.shelf.get(name, BGE_M3)
            total = listing.download_bytes
            done = max(listing.present_bytes, total * step // self.pack_steps)
            if listing.state is not PackState.INSTALLED:
                self.shelf[name] = replace(
                    listing, name=name, present_bytes=done, state=PackState.UNFINISHED
                )
            left = (self.pack_steps - step) * 180.0
            yield PackProgress(name, phase, "w", done, total, 8.4e6, left, self.pack_notice)
        yield PackProgress(name, PackPhase.DONE, "", total, total)
        self.shelf[name] = replace(self.shelf[name], state=PackState.INSTALLED)
