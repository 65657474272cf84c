"""What was asked before, and the searches that the user saved under a name; UI thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from desktop_app.ui.narrowing import AGES, TYPES, Narrowing
from desktop_app.ui.settings_store import SettingsStore

MOST_KEPT = 200
"""How many earlier questions are kept; the oldest go first."""
LONGEST = 1_000
"""A longer question, in characters, is a text that was pasted, and nobody looks for it again."""
_EARLIER, _SAVED = "history", "saved-searches"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it was narrowed to; ``name`` is the user's, "" where not saved."""

    question: str
    narrowing: Narrowing = field(default_factory=Narrowing)
    name: str = ""

    @property
    def search(self) -> tuple[str, Narrowing]:
        """What makes it another search than any other."""
        return self.question, self.narrowing


class Recall:
    """Keeps both lists in the window's settings store; nothing of them is logged.

    ``is_on`` says whether questions are kept; saved searches are in any case.
    """

    def __init__(self, store: SettingsStore, *, is_on: bool = True) -> None:
        self._store = store
        self.is_on = is_on
        self._earlier = _read(store.texts(_EARLIER))[:MOST_KEPT]
        self._saved = [each for each in _read(store.texts(_SAVED)) if each.name]

    @property
    def earlier(self) -> tuple[Asked, ...]:
        """The earlier questions, the latest first."""
        return tuple(self._earlier)

    @property
    def saved(self) -> tuple[Asked, ...]:
        """The saved searches in the order of their names."""
        return tuple(sorted(self._saved, key=lambda each: each.name.casefold()))

    def note(self, asked: Asked) -> None:
        """Keep a question as the latest one; one that was asked before moves up."""
        if not self.is_on or not asked.question or len(asked.question) > LONGEST:
            return
        asked = replace(asked, name="")
        if self._earlier[:1] != [asked]:
            self._put_earlier([asked, *(each for each in self._earlier if each != asked)])

    def forget(self, asked: Asked) -> None:
        """Take an earlier question or a saved search off its list."""
        if asked.name:
            self._put_saved(each for each in self._saved if each != asked)
        else:
            self._put_earlier(each for each in self._earlier if each != asked)

    def forget_all(self) -> tuple[Asked, ...]:
        """Forget the earlier questions, and return them for who changes his mind."""
        forgotten = self.earlier
        self._put_earlier(())
        return forgotten

    def bring_back(self, asked: Sequence[Asked]) -> None:
        """Take back what was forgotten, behind what was asked since."""
        for each in asked:
            if each.name:
                self.save(each, each.name)
        earlier = [each for each in asked if not each.name and each not in self._earlier]
        self._put_earlier([*self._earlier, *earlier])

    def save(self, asked: Asked, name: str) -> None:
        """Save a search under a name; another one of that name, or its own before, goes."""
        kept = [
            each
            for each in self._saved
            if each.search != asked.search and each.name.casefold() != name.casefold()
        ]
        self._put_saved([*kept, replace(asked, name=name)])

    def name_of(self, asked: Asked) -> str:
        """Give the name under which a search is saved, "" where it is not."""
        return next((each.name for each in self._saved if each.search == asked.search), "")

    def matching(self, words: str) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
        """Give the saved searches and the earlier questions that hold every word."""
        wanted = words.casefold().split()

        def holds(asked: Asked) -> bool:
            text = f"{asked.name} {asked.question}".casefold()
            return all(word in text for word in wanted)

        return tuple(filter(holds, self.saved)), tuple(filter(holds, self._earlier))

    def _put_earlier(self, earlier: Iterable[Asked]) -> None:
        self._earlier = list(earlier)[:MOST_KEPT]
        self._store.put(_EARLIER, tuple(map(write_asked, self._earlier)))

    def _put_saved(self, saved: Iterable[Asked]) -> None:
        self._saved = list(saved)
        self._store.put(_SAVED, tuple(map(write_asked, self._saved)))


def write_asked(asked: Asked) -> str:
    """Write a search for the store."""
    narrowing = asked.narrowing
    parts = [asked.question, narrowing.folder, narrowing.kind, narrowing.age, asked.name]
    return json.dumps(parts)


def _read(untrusted_lines: Sequence[str]) -> list[Asked]:
    found = (read_asked(line) for line in untrusted_lines)
    return [asked for asked in found if asked is not None]


def read_asked(untrusted_line: str) -> Asked | None:
    """Read what ``write_asked`` wrote; None for anything else."""
    try:
        parts = json.loads(untrusted_line)
        question, folder, kind, age, name = parts
    except (ValueError, TypeError):
        return None
    is_text = all(isinstance(each, str) for each in parts)
    if not is_text or not question or kind not in ("", *TYPES) or age not in ("", *AGES):
        return None
    return Asked(question, Narrowing(folder, kind, age), name)
