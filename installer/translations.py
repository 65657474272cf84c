#!/usr/bin/env python3
"""The catalogs of the interface: gather what is said, compile what translators wrote.

``python installer/translations.py update`` puts every sentence of the source into every
catalog, where the new ones wait for a translation; ``compile`` makes what Lectern reads.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.translation import ENGLISH, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
_SAYING = {
    "tr": None, "mark": None, "worded": None, "tr_n": (1, 2), "mark_n": (1, 2), "worded_n": (1, 2),
}  # fmt: skip
_NOTES = ("Translators:",)
_WIDTH = 100
_BEGUN = datetime(2026, 11, 21, tzinfo=UTC)


def gather() -> Catalog:
    """Give every sentence of the source that is to be translated, with the files it is in."""
    gathered = _empty(None)
    found = extract_from_dir(
        ROOT / "desktop_app",
        method_map=[("**.py", "python")],
        keywords=_SAYING,
        comment_tags=_NOTES,
        strip_comment_tags=True,
    )
    for name, _line, message, comments, context in found:
        place = (f"desktop_app/{Path(name).as_posix()}", 1)
        gathered.add(message, locations=[place], auto_comments=comments, context=context)
    return gathered


def load(code: str) -> Catalog:
    """Read a language's catalog; an empty one where there is none yet."""
    path = FOLDER / f"{code}.po"
    if not path.exists():
        return _empty(code)
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def _empty(code: str | None) -> Catalog:
    # The dates are constant, so that an update that brings nothing changes no file.
    return Catalog(
        locale=code, project="Lectern", version="1", charset="utf-8", fuzzy=False,
        header_comment="# The window of Lectern. AGPL-3.0-or-later.",
        copyright_holder="", msgid_bugs_address="none", last_translator="Lectern",
        language_team="Lectern",
        creation_date=_BEGUN, revision_date=_BEGUN,
    )  # fmt: skip


def update() -> None:
    """Put what is new into the catalogs, and what is gone out of them."""
    gathered = gather()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for code in LANGUAGES.keys() - {ENGLISH.code}:
        catalog = load(code)
        # No guesses: what is nearly alike is not the same sentence.
        catalog.update(gathered, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with (FOLDER / f"{code}.po").open("wb") as file:
            write_po(
                file, catalog, width=_WIDTH, omit_header=False, sort_by_file=True,
                include_lineno=False, ignore_obsolete=True,
            )  # fmt: skip
        open_ones = sum(1 for each in catalog if each.id and not is_translated(each.string))
        print(f"{code}: {len(catalog)} sentences, {open_ones} to translate")


def is_translated(said: object) -> bool:
    """Whether a translation is there: every form of it."""
    return all(said) if isinstance(said, list | tuple) else bool(said)


def compile_catalogs(folder: Path = FOLDER) -> None:
    """Write what Lectern reads, into the folder given."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(FOLDER.glob("*.po")):
        compiled = folder / f"{source.stem}.mo"
        written = compiled.with_suffix(f".{os.getpid()}")
        with written.open("wb") as file:
            write_mo(file, finished(load(source.stem)))
        # In one step, since a Lectern that runs may be reading it.
        written.replace(compiled)


def finished(catalog: Catalog) -> Catalog:
    """Take out of a catalog what nobody has translated yet.

    Else Babel writes the first English form for every number: "13 file" in Chinese, which
    has one form.
    """
    for message in list(catalog):
        if message.id and not is_translated(message.string):
            catalog.delete(message.id, context=message.context)
    return catalog


def main() -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("update", "compile"))
    if parser.parse_args().command == "update":
        update()
    compile_catalogs()
    return 0


if __name__ == "__main__":
    sys.exit(main())
