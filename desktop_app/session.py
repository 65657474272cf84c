"""What a front end may ask of Lectern: the only thing that window and command line know.

``app.open_session`` gives the real one; the tests of the front ends give a fake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from desktop_app.domain import (
    Block,
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
from desktop_app.domain.keeping import CopyProgress, Mending
from desktop_app.domain.own import OwnPack, OwnProgress, OwnQuestion
from desktop_app.domain.packs import GpuState
from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.domain.printed import FoundPlaces, OutlineEntry, PageWords


class OwnQuestions(Protocol):
    """The user's own questions, and how well the library answers them.

    Every method may block; none but ``keep``, which belongs to one thread, minds on which
    thread it is called. All raise ``LecternError`` subclasses.
    """

    def questions(self) -> tuple[OwnQuestion, ...]:
        """Return the questions in the order in which they were entered."""
        ...

    def keep(self, questions: Sequence[OwnQuestion]) -> None:
        """Replace the questions; they stay in the library's folder and in its backups."""
        ...

    def packs(self) -> tuple[OwnPack, ...]:
        """List the installed packs, the one that answers first."""
        ...

    def measure(
        self, pack: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[OwnProgress]:
        """Ask all questions with a pack whose vectors are there; the last has ``figures``.

        Ends early when cancelled. Raises CollectionError without questions, StoreError
        where vectors are missing, PackMissing, ModelError.
        """
        ...

    def export(self, folder: Path) -> int:
        """Write questions and passages as a collection; returns the number of passages."""
        ...


class Choices(Protocol):
    """What the user chose about the work on the library; all but ``choose`` on any thread."""

    def preferences(self) -> Preferences:
        """Return what is chosen."""
        ...

    def choose(self, preferences: Preferences) -> None:
        """Keep other choices, for good; the next ``index`` and ``search`` act on them.

        Index thread. Raises SettingsError where they cannot be written down.
        """
        ...

    def surroundings(self) -> Surroundings:
        """Look at what of this computer the choices depend on; reads directories."""
        ...


class PageReader(Protocol):
    """What stands where on the pages of a PDF or picture, read from the file itself.

    Every method may block and may be called on any thread; one waits for another. All raise
    ParseError (FileUnreadable where the file is gone) for what is expected to go wrong.
    """

    def words(self, path: Path, page: int, *, content_hash: str) -> PageWords:
        """Return the words of a page, recognized ones where it is a scan."""
        ...

    def outline(self, path: Path) -> tuple[OutlineEntry, ...]:
        """Return the table of contents that a document brings along; often empty."""
        ...

    def structure(self, path: Path) -> tuple[Block, ...]:
        """Return headings, list items, tables and code of a document without pages."""
        ...

    def find(
        self,
        path: Path,
        text: str,
        *,
        content_hash: str,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[FoundPlaces]:
        """Yield all places found so far, some ten times a second, from the first page on.

        Case, width variants and accents do not count. Ends early when cancelled.
        """
        ...


class Gpu(Protocol):
    """The libraries for graphics cards, which an installed Lectern lacks until they are added.

    Every method may block and may be called on any thread but Qt's. All raise GpuUnusable.
    """

    def state(self) -> GpuState:
        """Say whether they are here."""
        ...

    def add(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Check and unpack a file of them, or its folder; the next start of the model uses it.

        Ends early when cancelled, and leaves what was there before. Raises DiskFull too.
        """
        ...

    def remove(self) -> None:
        """Delete what was added."""
        ...


class LibraryCare(Protocol):
    """What can be done to the library while no session holds it; any thread but Qt's.

    Raises StoreError and its subclasses, which leave the library as it was.
    """

    def restore(
        self, backup: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Put a backup in the library's place; the old one is kept beside it."""
        ...

    def mend(self) -> Mending:
        """Keep what can be read of the library; the next ``index`` makes the rest again."""
        ...


class Session(Protocol):
    """An opened library with everything needed to index and search it.

    Every method may block and none may be called on the UI thread. ``index``,
    ``add_roots``, ``remove_root``, ``retry``, ``use_pack`` and ``forget_vectors`` write and
    belong on the index thread, one after another (no run of ``index`` half way);
    ``search`` and ``search_words`` on the search thread; the others read and may be called
    on any thread. All raise ``LecternError`` subclasses for what is expected to go wrong.
    """

    @property
    def own(self) -> OwnQuestions:
        """The user's own questions, and how well they are answered."""
        ...

    @property
    def pages(self) -> PageReader:
        """What stands where on the pages of a document."""
        ...

    @property
    def choices(self) -> Choices:
        """What the user chose about the work on the library."""
        ...

    @property
    def gpu(self) -> Gpu:
        """The libraries for graphics cards."""
        ...

    def roots(self) -> tuple[Root, ...]:
        """List the indexed folders with their counts."""
        ...

    def add_roots(self, paths: Sequence[Path]) -> tuple[Root, ...]:
        """Remember folders (or single files) to index; raises RootError naming the bad one.

        A path inside a root that is already there is accepted and adds nothing.
        """
        ...

    def remove_root(self, path: str) -> None:
        """Forget a folder and everything that only it holds."""
        ...

    def index(
        self, paths: Sequence[Path] = (), *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[IndexProgress]:
        """Bring the library up to date with its roots, or with what is at ``paths`` only.

        Yields progress about ten times a second; the consumer's pull is the
        back-pressure, so not pulling pauses the work. Ends early when cancelled;
        what was done stays done. Goes on with a change of packs, whichever paths are
        given; where that completes it, the chosen pack answers before DONE is yielded.
        """
        ...

    def changes(self) -> FolderChanges:
        """Return what changed in the folders since the last call and is quiet by now.

        Watches them from the first call on; to be asked about once a second while no run
        of ``index`` is under way, and ``index`` to be called with the paths. Returns at
        once. Index thread.
        """
        ...

    def root_rules(self, path: str) -> RootRules:
        """Return what is left out of a folder; raises RootError for one that is no root."""
        ...

    def set_root_rules(self, path: str, rules: RootRules) -> None:
        """Choose what is left out of a folder; the next ``index`` acts on it.

        Also where the library is open for reading only: the program that writes it sees the
        change among its ``changes``.
        """
        ...

    def left_out(
        self, path: str, rules: RootRules, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[LeftOut]:
        """Count what these rules would leave out of a folder; the last has ``is_final``."""
        ...

    def backup(
        self, target: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Copy the library to a folder, which appears whole at the end or not at all.

        May run on any thread while the index thread writes. A backup that is there already
        is replaced. Raises StoreError.
        """
        ...

    def retry(self, documents: Sequence[Document]) -> None:
        """Make the next ``index`` read these files again, whatever became of them."""
        ...

    def search(
        self,
        question: str,
        *,
        limit: int = 50,
        rerank: bool = True,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[SearchResult]:
        """Yield the fused answer at once, then better ones; the last has ``is_final``."""
        ...

    def search_words(self, question: str, *, limit: int = 50) -> SearchResult:
        """Return what words alone find, for a question that is still being typed.

        Needs no model and is never final; ``search`` for the same question refines it.
        Raises QueryError for what is no question yet.
        """
        ...

    def similar(self, passage_id: str, *, limit: int = 20) -> SearchResult:
        """Return the passages nearest in meaning to one, without it and its copies.

        Needs no model; says in its notices where there is no vector yet. Raises QueryError.
        """
        ...

    def files(self, status: DocumentStatus | None = None) -> tuple[Document, ...]:
        """Return the ledger, ordered by root and path."""
        ...

    def coverage(self) -> Coverage:
        """Say how complete the library is."""
        ...

    def passages(self, content_hash: str) -> tuple[Passage, ...]:
        """Return a document's passages in order (its text, for the preview)."""
        ...

    def render(self, path: Path, page: int, *, scale: float) -> PageImage:
        """Draw a page of a PDF; ``scale`` is pixels per point. Raises ParseError."""
        ...

    def packs(self) -> tuple[PackListing, ...]:
        """List the model packs that are here or could be, by name."""
        ...

    def download_pack(
        self, name: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Get a pack's files over the network, going on where an earlier try ended.

        The only method that uses the network. Ends early when cancelled; what came so far
        is kept for the next time (``remove_pack`` drops it). Raises DownloadFailed,
        DiskFull, PackAltered, PackInUse where it is being downloaded already.
        """
        ...

    def import_pack(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Copy a pack from a folder, a zip file or a hub cache; checked as a download is.

        The last progress names the pack that it turned out to be. Raises PackRefused,
        PackMissing, PackAltered, DiskFull, PackInUse.
        """
        ...

    def export_pack(
        self, name: str, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Write an installed pack to a zip file that ``import_pack`` takes."""
        ...

    def remove_pack(self, name: str) -> None:
        """Delete an installed pack's files, or what an interrupted download left.

        Raises PackInUse where it answers or is chosen in this library, PackMissing.
        """
        ...

    def pack_use(self) -> PackUse:
        """Tell which pack answers, and how far a change to another one is."""
        ...

    def use_pack(self, name: str) -> None:
        """Choose the pack of this library, by name or folder; index thread.

        Loads its models first, which may take a minute the first time, and changes nothing
        where that fails (PackMissing, PackAltered, OutOfMemory, ModelCrashed). The next
        ``index`` builds its vectors from the stored text; until they are complete the pack
        before it goes on answering. A pack that has all its vectors already answers at once.
        """
        ...

    def forget_vectors(self, pack: str) -> None:
        """Delete the vectors of a pack in ``PackUse.old``; index thread. Raises StoreError."""
        ...

    def change_seconds(self, name: str) -> float | None:
        """Estimate how many seconds the vectors that a pack lacks would take.

        0.0 where it lacks none; None where it was never timed on this machine. Raises
        PackMissing, PackAltered.
        """
        ...

    def health(self) -> Health:
        """Look at machine, model and library."""
        ...

    def warm_up(self) -> None:
        """Start the model process while a question is typed; returns at once."""
        ...

    def close(self) -> None:
        """Stop processes, close tables and release the lock; within five seconds."""
        ...
