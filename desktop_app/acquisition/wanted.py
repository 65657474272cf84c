"""A file that a pack needs, and how one can tell that it is the right one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.acquisition.staging import read_blocks
from desktop_app.inference.manifest import Manifest, ModelPart


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file's content: size in bytes, hex SHA-256, and ``git_hash``.

    The last is what the hub sends for small files: git's name of the content, a SHA-1.
    Some mirrors send the plain SHA-1 of the content in its place, which will do as well.
    """

    size: int | None = None
    sha256: str = ""
    git_hash: str = ""

    @property
    def can_tell(self) -> bool:
        """Say whether a hash is known, so that a file can be told from any other."""
        return bool(self.sha256 or self.git_hash)

    def joined(self, other: Facts) -> Facts:
        """Fill in from ``other`` what is not known here."""
        return Facts(
            self.size if self.size is not None else other.size,
            self.sha256 or other.sha256,
            self.git_hash or other.git_hash,
        )

    def hold_for(self, path: Path, sha256: str) -> bool:
        """Say whether a file with this hash is the one; every fact that is known counts."""
        return (
            self.size in {None, path.stat().st_size}
            and self.sha256 in {"", sha256}
            and (not self.git_hash or self.git_hash in _sha1_names(path))
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to get: ``name`` is "embedder" or "reranker", ``about`` its likely size in bytes."""

    name: str
    part: ModelPart
    path: str
    facts: Facts
    about: int

    @property
    def key(self) -> str:
        """The file's path inside the pack."""
        return f"{self.name}/{self.path}"

    @property
    def size(self) -> int:
        """The size in bytes, or what it is about."""
        return self.facts.size if self.facts.size is not None else self.about

    def knowing(self, facts: Facts) -> Wanted:
        """Return the same file with more known of it."""
        return replace(self, facts=self.facts.joined(facts))


def wanted_files(manifest: Manifest) -> tuple[Wanted, ...]:
    """List the files of a pack, small ones first, so that a mistake shows soon."""
    files = [
        Wanted(name, part, file.path, Facts(file.size, file.sha256), file.about)
        for name, part in manifest.parts
        for file in part.files
    ]
    return tuple(sorted(files, key=lambda each: each.size))


def _sha1_names(path: Path) -> set[str]:
    """Return git's name of a file's content and its plain SHA-1, in hex."""
    # SHA-1 is what git names with, and what it is compared with came from the hub.
    git = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    plain = hashlib.sha1(usedforsecurity=False)
    with path.open("rb") as file:
        for block in read_blocks(file, plain):
            git.update(block)
    return {git.hexdigest(), plain.hexdigest()}
