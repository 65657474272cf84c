"""What the ledger says of a file with a number or a name in it.

The ledger keeps its sentences in English and without their parts. Those that hold any are
listed here, so that the window finds them again and says them in its own language.
"""

from __future__ import annotations

from desktop_app.translation import mark, mark_n

FILE_OVER_LIMIT = mark("The file has {size} MB; files of this type are read up to {largest} MB.")
FILE_LEFT_OUT = mark("The file has {size} MB; files over {largest} MB are left out.")
UNKNOWN_TYPE = mark("Files of the type {suffix} are not supported.")

PAGES_WITHOUT_TEXT = mark("{empty} of {pages} pages hold no text (scanned pages).")
SOME_WITHOUT_TEXT = mark_n(
    "{count} page holds no text (scanned pages).", "{count} pages hold no text (scanned pages)."
)
PAGES_UNRECOGNIZED = mark("{empty} of {pages} pages show nothing that could be recognized as text.")
SOME_UNRECOGNIZED = mark_n(
    "{count} page shows nothing that could be recognized as text.",
    "{count} pages show nothing that could be recognized as text.",
)

FIRST_CELLS = mark("Only the first {most} cells were read.")
FIRST_PAGES = mark("Only the first {most} pages were read.")
DAMAGED_SHEETS = mark_n(
    "{count} damaged sheet could not be read.", "{count} damaged sheets could not be read."
)
DAMAGED_PAGES = mark("These pages are damaged and could not be read: {pages}.")
DAMAGED_SLIDES = mark("These slides could not be read: {slides}.")
LOST_CHAPTERS = mark_n(
    "{count} chapter is missing or too large.", "{count} chapters are missing or too large."
)

UNREAD_MEMBERS = mark("Of the files in it were not, or not wholly, read: {members}.")
PROTECTED_MEMBERS = mark("{count} protected by a password")
UNSUPPORTED_MEMBERS = mark("{count} of a type that is not supported")
LARGE_MEMBERS = mark("{count} too large")
OLD_OFFICE_MEMBERS = mark("{count} from an Office before 2007")
SCANNED_MEMBERS = mark("{count} with pictures or scanned pages instead of text")
PARTIAL_MEMBERS = mark("{count} read in part")
DAMAGED_MEMBERS = mark("{count} damaged")

SHORTFALLS: tuple[str | tuple[str, str], ...] = (
    FILE_OVER_LIMIT, FILE_LEFT_OUT, UNKNOWN_TYPE,
    PAGES_WITHOUT_TEXT, SOME_WITHOUT_TEXT, PAGES_UNRECOGNIZED, SOME_UNRECOGNIZED,
    FIRST_CELLS, FIRST_PAGES, DAMAGED_SHEETS, DAMAGED_PAGES, DAMAGED_SLIDES, LOST_CHAPTERS,
    UNREAD_MEMBERS, PROTECTED_MEMBERS, UNSUPPORTED_MEMBERS, LARGE_MEMBERS, OLD_OFFICE_MEMBERS,
    SCANNED_MEMBERS, PARTIAL_MEMBERS, DAMAGED_MEMBERS,
)  # fmt: skip
"""Every sentence, or part of one, that is kept with something filled in."""
