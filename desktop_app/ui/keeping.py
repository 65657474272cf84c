"""Backup, its return, and repair: chosen here, shown on the status line, stopped there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain.keeping import CopyProgress, Mending
from desktop_app.errors import LecternError, LibraryCorrupt
from desktop_app.session import LibraryCare
from desktop_app.translation import tr
from desktop_app.ui.file_dialogs import folder_dialog
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.messages import FailurePage, MessageBar
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.status import StatusLine
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.words import name_of, say_bytes

NOTE_MS = 15_000
_SHOWN_MS = 100


@dataclass(frozen=True, slots=True)
class Errand:
    """What is done before the library is opened: a backup brought back, or, without, mending."""

    backup: Path | None = None


class Keeping(QObject):
    """Copies the library while it is open; what needs it closed is an errand.

    With a library that is open an errand is left in ``errand`` and the window closed; whoever
    runs the window opens another one that does it first. Without ``care`` there are none.
    """

    def __init__(
        self,
        work: LibraryWork,
        tasks: TaskRunner,
        window: QWidget,
        *,
        status: StatusLine,
        message: MessageBar,
        failure: FailurePage,
        care: LibraryCare | None,
    ) -> None:
        super().__init__(window)
        self._work, self._tasks, self._care = work, tasks, care
        self._status, self._message, self._failure = status, message, failure
        self._window = window
        self._handle: TaskHandle | None = None
        self._is_bringing_back = False
        self._after = ""
        self.errand: Errand | None = None
        status.copying_clicked.connect(self.stop)
        failure.repair_requested.connect(self.repair)
        failure.restore_requested.connect(self.choose_backup)
        work.opened.connect(self._on_opened)
        work.failed.connect(self._on_failed_meanwhile)
        failure.offer_care(is_possible=care is not None)

    @property
    def can_restore(self) -> bool:
        """Whether a backup can be brought back and the library repaired."""
        return self._care is not None

    @property
    def is_copying(self) -> bool:
        """Whether a backup is being made or brought back."""
        return self._handle is not None

    def close(self) -> None:
        """Withdraw a backup under way; nothing of it stays."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    # Backup

    def choose_target(self) -> None:
        """Let the user choose where a backup is to be put."""
        self._choose_folder(tr("Back up your library to"), self.back_up)

    def back_up(self, folder: Path) -> None:
        """Copy the library into a new folder of this one, named by the day."""
        session = self._work.session
        if session is None or self._handle is not None:
            return
        target = folder / f"Lectern backup {date.today():%Y-%m-%d}"  # noqa: DTZ011  # the user's day
        last = CopyProgress(0, 0)

        def show(progress: CopyProgress) -> None:
            nonlocal last
            last = progress
            self._status.show_copying(tr("Backing up"), _share_of(progress))

        def on_done() -> None:
            self._end()
            self._message.show_note(
                tr(
                    "The backup is in “{folder}” ({size}). It holds what Lectern knows of your "
                    "documents, not the documents themselves.",
                    folder=drawable(str(target)),
                    size=say_bytes(last.bytes_done),
                ),
                ms=NOTE_MS,
            )

        self._status.show_copying(tr("Backing up"), None)
        self._handle = self._tasks.stream(
            "keeping",
            lambda is_cancelled: session.backup(target, is_cancelled=is_cancelled),
            show,
            on_done,
            self._on_failed,
            interval_ms=_SHOWN_MS,
        )

    def stop(self) -> None:
        """Stop copying; the library stays as it is."""
        if self._handle is None:
            return
        self._handle.cancel()
        self._end()
        if self._is_bringing_back:
            self._is_bringing_back = False
            self._after = tr("The backup was not brought back; the library is as it was.")
            self._open()
        else:
            self._message.show_note(
                tr("The backup was stopped; nothing of it was left."), ms=NOTE_MS
            )

    # What needs the library closed

    def choose_backup(self) -> None:
        """Let the user choose a backup to bring back."""
        self._choose_folder(tr("Choose the folder of a backup"), self.offer_restore)

    def offer_restore(self, backup: Path) -> None:
        """Say what bringing it back means; at once where no library is open."""
        errand = Errand(backup)
        if self._work.session is None:
            self.run(errand)
            return
        self._message.offer(
            tr(
                "“{folder}” takes the place of your library, which is kept beside it. Your "
                "documents are not touched. Lectern closes its window for a moment.",
                folder=name_of(str(backup)),
            ),
            tr("Restore"),
            lambda: self._leave_for(errand),
        )

    def repair(self) -> None:
        """Say what repairing means; at once where no library is open."""
        if self._work.session is None:
            self.run(Errand())
            return
        self._message.offer(
            tr(
                "Lectern closes its window for a moment, checks all that it has stored, and reads "
                "again what is damaged. Your documents are not touched."
            ),
            tr("Repair"),
            lambda: self._leave_for(Errand()),
        )

    def run(self, errand: Errand) -> None:
        """Do an errand, then open the library; no session may be open."""
        care = self._care
        if care is None or self._handle is not None:
            return
        self._failure.show_busy(is_busy=True)
        if errand.backup is None:
            self._status.show_mending()
            self._tasks.submit("open", care.mend, self._on_mended, self._on_errand_failed)
            return
        backup = errand.backup
        self._is_bringing_back = True
        self._status.show_copying(tr("Bringing back the backup"), None)
        self._handle = self._tasks.stream(
            "open",
            lambda is_cancelled: care.restore(backup, is_cancelled=is_cancelled),
            lambda each: self._status.show_copying(tr("Bringing back the backup"), _share_of(each)),
            self._on_restored,
            self._on_errand_failed,
            interval_ms=_SHOWN_MS,
        )

    def _leave_for(self, errand: Errand) -> None:
        self.errand = errand
        self._window.close()

    def _on_restored(self) -> None:
        self._after = tr("Your library is that of the backup; the one before is kept beside it.")
        self._end()
        self._open()

    def _on_mended(self, mending: Mending) -> None:
        if not mending.was_damaged:
            self._after = tr("Nothing was damaged. What makes search fast is built anew.")
        elif mending.roots:
            self._after = tr(
                "Your library was repaired. What could not be read is made again from your "
                "documents in the background."
            )
        else:
            self._after = tr(
                "Your library was repaired, but the list of folders is lost. Add them."
            )
        self._open()

    def _open(self) -> None:
        self._is_bringing_back = False
        self._failure.show_busy(is_busy=False)
        self._status.show_opening()
        self._work.open()

    def _on_opened(self, _: object) -> None:
        if self._after:
            self._message.show_note(self._after, ms=NOTE_MS)
            self._after = ""

    def _on_errand_failed(self, error: LecternError) -> None:
        self._end()
        self._is_bringing_back = False
        self._failure.show_busy(is_busy=False)
        # As an opening that failed: the page says why, and opens the library as it was.
        self._work.open_failed.emit(error)

    def _on_failed(self, error: LecternError) -> None:
        self._end()
        self._message.show_error(error)

    def _on_failed_meanwhile(self, error: LecternError) -> None:
        if isinstance(error, LibraryCorrupt) and self.can_restore:
            self._message.offer(
                tr("Part of your library is damaged. Your documents are not touched."),
                tr("Repair"),
                lambda: self._leave_for(Errand()),
            )
        else:
            self._message.show_error(error)

    def _end(self) -> None:
        self._handle = None
        self._status.end_copying()

    def _choose_folder(self, title: str, on_chosen: Callable[[Path], None]) -> None:
        dialog = folder_dialog(self._status, title)
        dialog.fileSelected.connect(lambda chosen: on_chosen(Path(chosen)))
        dialog.open()


def _share_of(progress: CopyProgress) -> float | None:
    return progress.bytes_done / progress.bytes_total if progress.bytes_total else None
