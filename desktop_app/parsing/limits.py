"""How much of a file is read before it counts as hostile or hopeless, and why."""

from __future__ import annotations

# Text is held several times over while it is cut (bytes, characters, blocks, passages);
# 64 MB stay under half of a reader's memory, and are the text of about 100 novels.
LARGEST_TEXT_BYTES = 64 << 20
# Markup needs a tree of about 20 times its size.
LARGEST_MARKUP_BYTES = 32 << 20
# Office files and EPUB are zip archives; these bounds tell a document from a zip bomb.
LARGEST_PACKAGE_PART_BYTES = 256 << 20
LARGEST_PACKAGE_BYTES = 1 << 30
# Deflate cannot do better than about 1,030 to 1; real documents stay under 100 to 1, but
# small parts full of zeros may not, so that the ratio counts only for large parts.
STEEPEST_COMPRESSION = 250
STEEP_FROM_BYTES = 16 << 20
MOST_PACKAGE_PARTS = 50_000
# Cells are read one by one in Python at about 300,000 a second.
MOST_CELLS = 2_000_000
# A sheet can claim 17 billion cells; what is this far out is formatting.
MOST_COLUMNS = 1_000
# A longer table is cut into several with the same header, so that a passage has both.
TABLE_ROWS_PER_BLOCK = 200
# A page of a PDF can be made to show any amount of text.
MOST_PAGES = 20_000
MOST_LINES_PER_PAGE = 20_000
# An outline of more entries is damaged (they can form loops).
MOST_OUTLINE_ENTRIES = 20_000
# Archives and mails within archives: three levels are met in practice (a mail in an archive
# with an archive attached); more is a quine or an attack.
DEEPEST_MEMBER = 4
MOST_MEMBERS = 100_000
# Scanned pages of all members; each is looked for from the beginning when it is recognized.
MOST_MEMBER_SCANS = 1_000
LARGEST_MEMBER_BYTES = 256 << 20
# The text of all members is held at once, as that of one file is.
MOST_MEMBER_CHARACTERS = 64 << 20
# Half of the default deadline of a file, which grows with its size in the same way: so an
# archive that takes longer is read in part rather than not at all.
MEMBER_SECONDS = 30.0
MEMBER_SECONDS_FOR_BYTES = 10_000_000
# A message is held several times over while its parts are decoded.
LARGEST_MESSAGE_BYTES = 64 << 20
# LibreOffice needs 2 to 5 seconds to start and convert what people write.
CONVERSION_SECONDS = 45.0
