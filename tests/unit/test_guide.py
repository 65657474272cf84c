"""The guide that is shipped, which whoever opens the window first may ask."""

from __future__ import annotations

from desktop_app.parsing.formats import parse
from desktop_app.parsing.language import detect_language
from desktop_app.settings import resources_dir
from desktop_app.translation import LANGUAGES


def test_the_guide_welcomes_its_readers_in_every_language_of_the_window():
    welcomes = [parse(path) for path in (resources_dir() / "sample").glob("*.md")]
    assert all(len(each.blocks) >= 7 and "Lectern" in each.title for each in welcomes)
    spoken = [detect_language(" ".join(part.text for part in each.blocks)) for each in welcomes]
    assert sorted(spoken) == sorted(LANGUAGES)
