"""Which vector spaces a library has: the one that answers, one being built, those kept.

What is known of them is in ``library.json``, so that a change of who answers is one atomic
replacement of that file; their vectors are in the tables ``vectors_<key>``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from desktop_app.domain import SpaceRole, SpaceUse, VectorSpace
from desktop_app.store.failures import translated
from desktop_app.store.manifest import Manifest, SpaceEntry
from desktop_app.store.tables import Tables

UNKNOWN_PACK = "unknown"
"""Names the pack of vectors that a library of format 1 kept without a word about them."""


class Spaces:
    """The vector spaces of one library.

    ``pack``, ``answering``, ``listed``, ``rejected`` and ``unrecorded`` read, on any thread;
    the others write, on the index thread, and raise LibraryReadOnly and DiskFull.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @property
    @translated()
    def pack(self) -> str:
        """The chosen pack, by name or folder; "" before any was chosen."""
        return self._tables.read_manifest().pack

    @translated()
    def answering(self) -> SpaceUse | None:
        """Return the space that answers; None before any does."""
        return next((each for each in self.listed() if each.role is SpaceRole.ANSWERING), None)

    @translated()
    def listed(self) -> tuple[SpaceUse, ...]:
        """Return every space that has a role or vectors, as in ``library.json``."""
        manifest = self._tables.read_manifest()
        uses = (self._use(manifest, entry) for entry in manifest.spaces)
        return tuple(use for use in uses if use.vectors or use.role is not SpaceRole.KEPT)

    @translated()
    def rejected(self, space: VectorSpace) -> tuple[str, ...]:
        """Return ids of passages that the space's embedder could not read."""
        entry = self._tables.read_manifest().entry(space.key)
        return entry.rejected if entry else ()

    @translated()
    def unrecorded(self) -> tuple[str, ...]:
        """Return the keys of tables that ``library.json`` does not know."""
        manifest = self._tables.read_manifest()
        return tuple(key for key in self._tables.space_keys() if manifest.entry(key) is None)

    @translated()
    def choose(self, source: str, space: VectorSpace, *, answers: bool) -> None:
        """Remember the pack that the user chose, in one step with who ``answers`` from now on.

        A space that does not answer yet is one being built.
        """
        manifest = _with(self._tables.read_manifest(), space, source)
        has_turned = answers or manifest.answering == space.key
        self._tables.write_manifest(
            replace(
                manifest,
                pack=source,
                answering=space.key if has_turned else manifest.answering,
                building="" if has_turned else space.key,
            )
        )

    @translated()
    def record(self, space: VectorSpace, source: str) -> None:
        """Remember where the pack of a space is found, without giving it a part."""
        before = self._tables.read_manifest()
        manifest = _with(before, space, source)
        if manifest != before:
            self._tables.write_manifest(manifest)

    @translated()
    def record_unknown(self, key: str) -> None:
        """Remember a table of which nobody knows the pack, so that it can be forgotten."""
        table = self._tables.space_of_key(key)
        if table is not None:
            space = VectorSpace(key, UNKNOWN_PACK, table.dimension, table.has_sparse, frozenset())
            self.record(space, "")

    @translated()
    def forget(self, key: str) -> None:
        """Delete the vectors of a space that has no part; raises ValueError for another."""
        manifest = self._tables.read_manifest()
        if key in (manifest.answering, manifest.building):
            raise ValueError("the space is in use")
        self._tables.drop_space(key)
        self._tables.write_manifest(manifest.without_space(key))

    @translated()
    def reject(self, space: VectorSpace, passage_ids: Collection[str]) -> None:
        """Remember passages that the space's embedder cannot read, and forget those gone."""
        manifest = self._tables.read_manifest()
        entry = manifest.entry(space.key) or SpaceEntry(space, space.pack)
        listed = dict.fromkeys((*entry.rejected, *passage_ids))
        here = self._tables.passages.labels(listed)
        entry = replace(entry, rejected=tuple(each for each in listed if each in here))
        self._tables.write_manifest(manifest.with_space(entry))

    def _use(self, manifest: Manifest, entry: SpaceEntry) -> SpaceUse:
        key = entry.space.key
        table = self._tables.space(entry.space)
        role = SpaceRole.KEPT
        if key == manifest.answering:
            role = SpaceRole.ANSWERING
        elif key == manifest.building:
            role = SpaceRole.BUILDING
        return SpaceUse(
            space=entry.space,
            role=role,
            source=entry.source,
            vectors=table.count() if table else 0,
            rejected=len(entry.rejected),
            bytes=self._tables.bytes_of_space(key),
        )


def _with(manifest: Manifest, space: VectorSpace, source: str) -> Manifest:
    known = manifest.entry(space.key)
    return manifest.with_space(SpaceEntry(space, source, known.rejected if known else ()))
