"""``lectern --self-test``: whether this copy of the program does its whole job here."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from desktop_app import __version__
from desktop_app.cli.output import print_json
from desktop_app.domain import DocumentStatus, SearchResult, Verdict
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.settings import Settings, resources_dir

_QUESTIONS = {
    "How do I add a folder?": "Adding folders.pdf",
    "Ordner hinzufügen": "Willkommen (German).md",
}
"""Asked of the guide that is shipped: by meaning and by words, and the file that answers."""
_FIRST = 3

ProveWindow = Callable[[Callable[[], Session], Path, str, str], str]
"""Given how to open a session, a folder, a question and a file: what is wrong, or ""."""

Check = tuple[str, str]
"""What was looked at, and what is wrong with it ("" where nothing is)."""


def run_self_test(
    settings: Settings, open_session: Callable[..., Session], prove_window: ProveWindow
) -> int:
    """Index the guide into a library of its own, ask it, draw a page; 0 where all is well.

    Then the same through the window. Touches neither the user's library nor settings; needs
    no display and no network. Prints one JSON object: version, seconds, and each check with
    what is wrong.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lectern-self-test-") as directory:
        own = replace(settings, library_dir=Path(directory) / "library", pack="starter")
        checks = list(_look(own, open_session))
        in_window = replace(own, library_dir=Path(directory) / "window")
        guide = resources_dir() / "sample"
        question, file = next(iter(_QUESTIONS.items()))
        wrong = prove_window(lambda: open_session(in_window), guide, question, file)
        checks.append(("window", wrong))
    is_well = all(not wrong for _, wrong in checks)
    print_json(
        {
            "version": __version__,
            "ok": is_well,
            "seconds": round(time.monotonic() - begun, 2),
            "checks": {what: wrong or "ok" for what, wrong in checks},
        }
    )
    return 0 if is_well else 1


def _look(settings: Settings, open_session: Callable[..., Session]) -> Iterator[Check]:
    guide = resources_dir() / "sample"
    try:
        session = open_session(settings)
    except LecternError as error:
        yield "library", str(error)
        return
    with closing(session):
        try:
            yield "reading", _wrong_with_reading(session, guide)
            yield "meaning", _wrong_with_vectors(session)
            for question, file in _QUESTIONS.items():
                *_, last = session.search(question)
                yield f"answer in {file}", _wrong_with_answer(last, file)
            page = session.render(guide / "Adding folders.pdf", 1, scale=1.0)
            yield "page", "" if page.width and page.height else "The page is empty."
        except LecternError as error:
            yield "work", str(error)


def _wrong_with_reading(session: Session, guide: Path) -> str:
    session.add_roots([guide])
    for _ in session.index():
        pass
    unread = [each.path for each in session.files() if each.status is not DocumentStatus.INDEXED]
    return f"Not read: {', '.join(unread)}." if unread or not session.files() else ""


def _wrong_with_vectors(session: Session) -> str:
    coverage = session.coverage()
    if coverage.embedded and coverage.embedded + coverage.rejected >= coverage.passages:
        return ""
    return f"{coverage.embedded} of {coverage.passages} passages have a vector."


def _wrong_with_answer(answer: SearchResult, file: str) -> str:
    if answer.verdict is Verdict.NONE:
        return "No good match."
    found = [hit.document.path for hit in answer.hits[:_FIRST]]
    return "" if file in found else f"Found {', '.join(found)} first."
