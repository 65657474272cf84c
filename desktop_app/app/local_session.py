"""The real session: what a front end asks for, done by the parts that do it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from desktop_app.app.answering import answer, answer_by_words, answer_similar
from desktop_app.app.folders import WatchedFolders, checked_root
from desktop_app.app.gpu import LocalGpu
from desktop_app.app.health import examine
from desktop_app.app.index_run import run_index
from desktop_app.domain import (
    Coverage,
    Document,
    DocumentStatus,
    Health,
    IndexProgress,
    IsCancelled,
    PackListing,
    PackProgress,
    PackUse,
    PageImage,
    Passage,
    Root,
    SearchResult,
    never_cancelled,
)
from desktop_app.domain.folders import FolderChanges, LeftOut, RootRules
from desktop_app.domain.keeping import CopyProgress
from desktop_app.errors import PackInUse
from desktop_app.settings import Settings, resources_dir
from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.app.choices import LocalChoices
    from desktop_app.app.own_questions import LocalOwnQuestions
    from desktop_app.app.page_reader import LocalPageReader
    from desktop_app.store.library import Library


class _Places(TypedDict):
    packs_dir: Path
    resources_dir: Path


class LocalSession:
    """The real session: an opened library, the model process and the parser processes.

    Opening imports LanceDB (1.3 s) and belongs off the UI thread. Processes start only
    when they are first needed. ``pack`` is used instead of the library's own, without
    changing its choice; choices are kept in ``settings_file``. Threads: as
    ``session.Session`` says.
    """

    def __init__(
        self,
        chosen: Settings,
        *,
        is_writable: bool = True,
        pack: str | None = None,
        settings_file: Path | None = None,
    ) -> None:
        # The quotation is needed later: where this is done with the first question, in a thread
        # of its own beside others that import, the window waits for the interpreter at each step.
        import desktop_app.search.quotation  # noqa: F401
        from desktop_app.app.packs_in_use import PacksInUse
        from desktop_app.store.library import open_library

        self._settings, self._settings_file = chosen, settings_file
        self._pages: list[LocalPageReader] = []
        self.gpu = LocalGpu(chosen.gpu_dir)
        self._library: Library = open_library(chosen.library_dir, is_writable=is_writable)
        self._folders = WatchedFolders(self._library)
        try:
            self._packs = PacksInUse(self._library, chosen, override=pack)
        except BaseException:
            # Nobody else would give the lock back.
            self._library.close()
            raise

    @property
    def own(self) -> LocalOwnQuestions:
        """The user's own questions, and how well they are answered."""
        from desktop_app.app.own_questions import LocalOwnQuestions

        return LocalOwnQuestions(self._library, self._settings, self._packs)

    @property
    def pages(self) -> LocalPageReader:
        """What stands where on the pages of a document."""
        from desktop_app.app.page_reader import LocalPageReader

        if not self._pages:
            # Several threads may come first at once. All take the same reader; another one
            # has started no process yet.
            self._pages.append(LocalPageReader(lambda: self._settings))
        return self._pages[0]

    @property
    def choices(self) -> LocalChoices:
        """What the user chose about the work on the library."""
        from desktop_app.app.choices import LocalChoices

        return LocalChoices(self._settings, self._settings_file, self._adopt)

    def _adopt(self, chosen: Settings) -> None:
        self._settings = chosen

    def roots(self) -> tuple[Root, ...]:
        """List the indexed folders with their counts."""
        return self._library.roots()

    def add_roots(self, paths: Sequence[Path]) -> tuple[Root, ...]:
        """Remember folders or single files; all of them, or none and RootError.

        A folder around indexed ones takes over what was read of them.
        """
        resolved = [checked_root(path, self._settings.library_dir) for path in paths]
        for path in resolved:
            known = [Path(root.path) for root in self._library.roots()]
            if any(path == root or root in path.parents for root in known):
                continue
            self._library.add_root(str(path))
            for inner in (root for root in known if path in root.parents):
                self._library.move_root(str(inner), into=str(path))
        return self._library.roots()

    def remove_root(self, path: str) -> None:
        """Forget a folder and everything that only it holds."""
        self._library.remove_root(path)

    def changes(self) -> FolderChanges:
        """Return what changed in the folders since the last call and is quiet by now."""
        return self._folders.changes()

    def root_rules(self, path: str) -> RootRules:
        """Return what is left out of a folder."""
        return self._folders.rules(path)

    def set_root_rules(self, path: str, rules: RootRules) -> None:
        """Choose what is left out of a folder; the next ``index`` acts on it."""
        self._folders.set_rules(path, rules)

    def left_out(
        self, path: str, rules: RootRules, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[LeftOut]:
        """Count what these rules would leave out of a folder."""
        from desktop_app.indexing.sifting import sift

        most = self._settings.largest_file_mb
        return sift(path, rules, largest_mb=most, is_cancelled=is_cancelled)

    def backup(
        self, target: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Copy the library to a folder, also while it is written to."""
        from desktop_app.store.backup import back_up

        return back_up(self._settings.library_dir, target, is_cancelled=is_cancelled)

    def index(
        self, paths: Sequence[Path] = (), *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[IndexProgress]:
        """Bring the library up to date with its roots, or with what is at ``paths``."""
        return run_index(
            self._library,
            self._packs,
            self._folders,
            self._settings,
            paths,
            is_cancelled=is_cancelled,
        )

    def retry(self, documents: Sequence[Document]) -> None:
        """Make the next ``index`` read these files again, whatever became of them."""
        self._library.put_documents(
            # The content stays until it is read again: the drive may be away.
            [dataclasses.replace(document, size=-1, mtime_ns=-1) for document in documents]
        )

    def search(
        self,
        question: str,
        *,
        limit: int = 50,
        rerank: bool = True,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[SearchResult]:
        """Yield the fused answer at once, then better ones; the last has ``is_final``."""
        states = answer(
            self._library,
            self._packs,
            self._settings,
            question,
            limit=limit,
            rerank=rerank,
            is_cancelled=is_cancelled,
        )
        for result in states:
            yield self._covered(result)

    def search_words(self, question: str, *, limit: int = 50) -> SearchResult:
        """Return what words alone find, for a question that is still being typed."""
        return self._covered(answer_by_words(self._library, self._packs, question, limit=limit))

    def similar(self, passage_id: str, *, limit: int = 20) -> SearchResult:
        """Return the passages nearest in meaning to one; needs no model."""
        return answer_similar(self._library, self._packs, passage_id, limit=limit)

    def _covered(self, result: SearchResult) -> SearchResult:
        return dataclasses.replace(result, coverage=self._folders.complete(result.coverage))

    def files(self, status: DocumentStatus | None = None) -> tuple[Document, ...]:
        """Return the ledger, ordered by root and path."""
        return self._library.documents(status)

    def coverage(self) -> Coverage:
        """Say how complete the library is."""
        return self._folders.complete(self._library.coverage(self._packs.space))

    def passages(self, content_hash: str) -> tuple[Passage, ...]:
        """Return a document's passages in order."""
        return self._library.passages_of(content_hash)

    def render(self, path: Path, page: int, *, scale: float) -> PageImage:
        """Draw a page of a PDF in a disposable process; raises ParseError."""
        return self.pages.draw(path, page, scale=scale)

    def packs(self) -> tuple[PackListing, ...]:
        """List the model packs that are here or could be, by name."""
        from desktop_app.inference.packs import list_packs

        return list_packs(**self._places)

    def download_pack(
        self, name: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Get a pack's files over the network, in a process of its own."""
        from desktop_app.acquisition.downloader import download_pack

        return download_pack(name, **self._places, is_cancelled=is_cancelled)

    def import_pack(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Copy a pack from a folder, a zip file or a hub cache."""
        from desktop_app.acquisition.importing import import_pack

        return import_pack(path, **self._places, is_cancelled=is_cancelled)

    def export_pack(
        self, name: str, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Write an installed pack to a zip file."""
        from desktop_app.acquisition.exporting import export_pack

        return export_pack(name, path, **self._places, is_cancelled=is_cancelled)

    def remove_pack(self, name: str) -> None:
        """Delete a pack's files; raises PackInUse where this library needs them."""
        from desktop_app.acquisition.removal import remove_pack

        use = self.pack_use()
        # What the library itself asks for may be another one in this session.
        if name in {use.chosen, use.answering, self._library.spaces.pack}:
            raise PackInUse(
                worded("The model pack “{name}” is in use.", name=name),
                mark("Choose another pack first."),
            )
        remove_pack(name, **self._places)

    def pack_use(self) -> PackUse:
        """Tell which pack answers, and how far a change to another one is."""
        return self._packs.describe()

    def use_pack(self, name: str) -> None:
        """Choose the pack of this library, by name or folder, after loading its models."""
        self._packs.use(name)

    def forget_vectors(self, pack: str) -> None:
        """Delete the vectors of a pack in ``PackUse.old``."""
        self._packs.forget(pack)

    def change_seconds(self, name: str) -> float | None:
        """Estimate how long the library would be prepared for a pack; None if unknown."""
        return self._packs.estimate(name)

    def health(self) -> Health:
        """Look at machine, model and library."""
        coverage, roots = self.coverage(), self.roots()
        return examine(self._library, self._packs, self._settings, coverage, roots)

    def warm_up(self) -> None:
        """Start the model process, if it does not run, without waiting for its pack."""
        with self._packs.answering() as seat:
            # One that runs may be in the middle of a batch, for which ``start`` would wait.
            if seat is not None and not seat.model.status().running:
                seat.model.start()

    def close(self) -> None:
        """Stop processes, close tables and release the lock, each whatever the others do."""
        with contextlib.ExitStack() as last_first:
            last_first.callback(self._library.close)
            last_first.callback(self._folders.close)
            last_first.callback(self._packs.close)
            for reader in self._pages:
                last_first.callback(reader.close)

    @property
    def _places(self) -> _Places:
        return {"packs_dir": self._settings.packs_dir, "resources_dir": resources_dir()}
