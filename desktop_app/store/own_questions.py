"""The user's own questions, kept beside the tables: private, in every backup, plain JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from desktop_app.domain.own import OwnQuestion, RightPassage
from desktop_app.errors import StoreError
from desktop_app.store.failures import translated
from desktop_app.store.holding import OWN_QUESTIONS
from desktop_app.store.manifest import write_durably
from desktop_app.translation import mark, worded

_FORMAT = 1


def read_own_questions(library_dir: Path) -> tuple[OwnQuestion, ...]:
    """Return the questions in the order in which they were kept; () where there are none.

    Raises StoreError where the file is damaged, so that it is never overwritten unseen.
    """
    try:
        text = (library_dir / OWN_QUESTIONS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged() from error
    try:
        return tuple(
            OwnQuestion(
                str(row["id"]),
                str(row["text"]),
                tuple(
                    RightPassage(
                        content_hash=str(each["content_hash"]),
                        start=int(each["start"]),
                        end=int(each["end"]),
                        page=None if each["page"] is None else int(each["page"]),
                        name=str(each["name"]),
                    )
                    for each in row["right"]
                ),
            )
            for row in json.loads(text)["questions"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged() from error


def write_own_questions(library_dir: Path, questions: Sequence[OwnQuestion]) -> None:
    """Replace the questions in one step; raises DiskFull, LibraryReadOnly. Any one thread."""
    rows = [
        {
            "id": each.question_id,
            "text": each.text,
            "right": [dataclasses.asdict(right) for right in each.right],
        }
        for each in questions
    ]
    content = json.dumps({"format": _FORMAT, "questions": rows}, indent=1)
    with translated():
        write_durably(library_dir / OWN_QUESTIONS, content)
        (library_dir / OWN_QUESTIONS).chmod(0o600)


def _damaged() -> StoreError:
    return StoreError(
        mark("Your own questions could not be read."),
        worded(
            "Move “{file}” out of the library's folder to begin anew.",
            file=OWN_QUESTIONS,
        ),
    )
