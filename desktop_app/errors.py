"""Every error that Lectern expects, in one tree.

* LecternError(title, hint)        shown to the user as written
  * ParseError                     one file; recorded in the ledger, the run goes on
    - UnsupportedFormat  EncryptedFile  CorruptFile  EmptyFile  FileTooLarge
    - FileUnreadable  FileLocked  ParserTimeout  ParserCrashed  NeedsLibreOffice
    - ReaderNotStarted
  * StoreError
    - LibraryLocked  LibraryTooNew  LibraryCorrupt  LibraryReadOnly  DiskFull
    - BackupDamaged
  * ModelError
    - PackMissing  PackAltered  PackRefused  PackInUse  DownloadFailed
    - ModelCrashed  OutOfMemory  GpuUnusable
  * QueryError                     the question cannot be asked as written
  * RootError                      a folder cannot be added or read
  * CollectionError                an evaluation collection cannot be read
  * TrainingError                  a reranker cannot be trained with what was given
  * SettingsError
  * MachineError
    - ProcessorTooOld  NoDisplay
* Cancelled                        not an error; never shown

Anything else is a bug and must be loud.
"""

from __future__ import annotations

from desktop_app.translation import mark


class LecternError(Exception):
    """An expected failure with one sentence for the user and one hint.

    ``title`` says what happened, ``hint`` what the user can do about it; both are
    complete sentences without document text in them, English ones that ``tr`` says in the
    window's language. Picklable, so that it can cross a process border unchanged.
    """

    default_title = mark("Something went wrong.")
    default_hint = ""
    code = "error"

    def __init__(self, title: str = "", hint: str = "") -> None:
        self.title = title or self.default_title
        self.hint = hint or self.default_hint
        super().__init__(self.title, self.hint)

    def __str__(self) -> str:
        return f"{self.title} {self.hint}".strip()


class ParseError(LecternError):
    """One file could not be turned into text; ``code`` is what the ledger stores."""

    code = "parse"
    default_title = mark("The file could not be read.")


class UnsupportedFormat(ParseError):
    """The format is not one that Lectern reads."""

    code = "unsupported"
    default_title = mark("This type of file is not supported.")
    default_hint = mark("Save it as PDF or text to make it searchable.")


class NeedsLibreOffice(ParseError):
    """The format is read through LibreOffice, which is not installed."""

    code = "needs-libreoffice"
    default_title = mark("Office files from before 2007 are read with the help of LibreOffice.")
    default_hint = mark("Install LibreOffice, which is free; the file is then read by itself.")


class EncryptedFile(ParseError):
    """The file needs a password."""

    code = "encrypted"
    default_title = mark("The file is protected by a password.")
    default_hint = mark("Save a copy without the password to make it searchable.")


class CorruptFile(ParseError):
    """The file's content is damaged or not what its name says."""

    code = "corrupt"
    default_title = mark("The file is damaged or not what its name says.")
    default_hint = mark("Open it in its own program and save it again.")


class EmptyFile(ParseError):
    """The file holds no text at all."""

    code = "empty"
    default_title = mark("The file holds no text.")
    default_hint = ""


class FileTooLarge(ParseError):
    """The file is larger than the limit for its type."""

    code = "too-large"
    default_title = mark("The file is too large.")
    default_hint = mark("Split it into smaller files.")


class FileUnreadable(ParseError):
    """The operating system refuses to open the file, or it is gone."""

    code = "unreadable"
    default_title = mark("The file could not be opened.")
    default_hint = mark("Check that it still exists and that you may read it.")


class FileLocked(ParseError):
    """Another program keeps the file to itself; it is tried again later."""

    code = "locked"
    default_title = mark("Another program is using the file.")
    default_hint = mark("It is read by itself when that program has closed it.")


class ParserTimeout(ParseError):
    """Parsing took longer than its deadline and was stopped."""

    code = "timeout"
    default_title = mark("Reading the file took too long and was stopped.")
    default_hint = mark("Save it again in another format and retry.")


class ParserCrashed(ParseError):
    """The parser process died while reading the file."""

    code = "crashed"
    default_title = mark("The reader crashed on this file.")
    default_hint = mark(
        "The other files are not affected. Save it again in another format and retry."
    )


class ReaderNotStarted(ParseError):
    """No parser process came up in time; the file was never opened and is tried again."""

    code = "not-started"
    default_title = mark("This computer was too busy to start a reader for the file.")
    default_hint = mark("Nothing is wrong with the file; it is read by itself a little later.")


class StoreError(LecternError):
    """The library on disk cannot be used as asked."""

    code = "store"
    default_title = mark("The library could not be used.")


class LibraryLocked(StoreError):
    """Another process is writing to the library."""

    code = "library-locked"
    default_title = mark("The library is being used by another Lectern.")
    default_hint = mark("Close the other window or wait until it has finished.")


class LibraryTooNew(StoreError):
    """The library was written by a newer version of Lectern."""

    code = "too-new"
    default_title = mark("The library was made by a newer version of Lectern.")
    default_hint = mark("Update Lectern; nothing in the library has been changed.")


class LibraryCorrupt(StoreError):
    """A table of the library cannot be read."""

    code = "library-corrupt"
    default_title = mark("The library is damaged.")
    default_hint = mark("Run “lectern repair”, which keeps what is sound, or restore a backup.")


class LibraryReadOnly(StoreError):
    """The library's directory cannot be written."""

    code = "read-only"
    default_title = mark("The library's folder cannot be written.")
    default_hint = mark("Allow writing to it, or name another one as library_dir in settings.toml.")


class DiskFull(StoreError):
    """No space is left for the library."""

    code = "disk-full"
    default_title = mark("The disk is full.")
    default_hint = mark("Free some space; indexing goes on where it stopped.")


class BackupDamaged(StoreError):
    """A file of a backup is not the one that was written when it was made."""

    code = "backup-damaged"
    default_title = mark("The backup is damaged.")
    default_hint = mark("Use another backup; the library has not been changed.")


class ModelError(LecternError):
    """A model cannot be used as asked."""

    code = "model"
    default_title = mark("The model could not be used.")


class PackMissing(ModelError):
    """A pack, or a file of it, is not on this computer."""

    code = "pack-missing"
    default_title = mark("The model pack is not on this computer.")
    default_hint = mark("Choose another pack, or install this one.")


class PackAltered(ModelError):
    """A pack's file is not the one its manifest names."""

    code = "pack-altered"
    default_title = mark("A file of the model pack has been changed or is damaged.")
    default_hint = mark("Install the pack again.")


class PackRefused(ModelError):
    """What was given to be imported is no pack, or one that must not be unpacked."""

    code = "pack-refused"
    default_title = mark("This is not a model pack that can be imported.")
    default_hint = mark(
        "Give the folder of a model, a hub cache, or a zip file that Lectern exported."
    )


class PackInUse(ModelError):
    """A pack's files are needed, or being changed, by somebody else."""

    code = "pack-in-use"
    default_title = mark("The model pack is in use.")
    default_hint = mark("Choose another pack first, or wait until the work on it has finished.")


class DownloadFailed(ModelError):
    """A pack's files could not be fetched; what came so far is kept."""

    code = "download"
    default_title = mark("The model pack could not be downloaded.")
    default_hint = mark(
        "What came so far is kept. Check the connection and download it again to go on."
    )


class ModelCrashed(ModelError):
    """The model process died."""

    code = "model-crashed"
    default_title = mark("The model process stopped unexpectedly.")
    default_hint = mark("It is started again with the next question.")


class OutOfMemory(ModelError):
    """The model does not fit into memory, not even in the smallest batch."""

    code = "out-of-memory"
    default_title = mark("There is not enough memory for the model.")
    default_hint = mark("Close other programs or choose a smaller pack.")


class GpuUnusable(ModelError):
    """PyTorch, which computes on graphics cards, is not there or cannot be loaded."""

    code = "gpu"
    default_title = mark("The GPU support that was added cannot be loaded.")
    default_hint = mark("Remove it, and add one that was made for this version of Lectern.")


class QueryError(LecternError):
    """The question cannot be asked as it is written."""

    code = "query"
    default_title = mark("The question could not be understood.")
    default_hint = mark("Ask with at least one word.")


class RootError(LecternError):
    """A folder cannot be added to the library or read."""

    code = "root"
    default_title = mark("The folder could not be added.")
    default_hint = mark("Check that it exists and that you may read it.")


class CollectionError(LecternError):
    """An evaluation collection is incomplete or malformed."""

    code = "collection"
    default_title = mark("The collection could not be read.")
    default_hint = mark(
        "It needs corpus.jsonl, queries.jsonl and qrels.tsv, or questions.jsonl and pdf/."
    )


class TrainingError(LecternError):
    """A reranker cannot be trained with what was given."""

    code = "training"
    default_title = mark("The reranker could not be trained.")


class SettingsError(LecternError):
    """A setting has a value that cannot be used."""

    code = "settings"
    default_title = mark("A setting could not be used.")


class MachineError(LecternError):
    """This computer lacks what Lectern cannot do without."""

    code = "machine"


class ProcessorTooOld(MachineError):
    """The processor lacks instructions that the libraries are built for."""

    code = "processor"
    default_title = mark("This computer's processor is too old for Lectern: it lacks AVX2.")
    default_hint = mark(
        "Processors by Intel since 2013 and by AMD since 2015 have it, but for a few."
    )


class NoDisplay(MachineError):
    """There is no screen to open a window on."""

    code = "no-display"
    default_title = mark("There is no display here to open a window on.")
    default_hint = mark(
        "In a terminal, “lectern index FOLDER” and then “lectern search QUESTION” do the same."
    )


class Cancelled(Exception):
    """The work was withdrawn by whoever asked for it."""
