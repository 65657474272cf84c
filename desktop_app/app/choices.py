"""The choices of a session: kept in the settings file, and acted upon without a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path

from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.settings import Settings, save_settings


class LocalChoices:
    """Implements ``session.Choices``; owns nothing, so it may be made anew each time.

    ``file`` None keeps nothing beyond the session. ``adopt`` puts other settings in force.
    """

    def __init__(
        self, settings: Settings, file: Path | None, adopt: Callable[[Settings], None]
    ) -> None:
        self._settings, self._file, self._adopt = settings, file, adopt

    def preferences(self) -> Preferences:
        """Return what is chosen."""
        values = {each.name: getattr(self._settings, each.name) for each in fields(Preferences)}
        return Preferences(**{**values, "tessdata_dir": str(self._settings.tessdata_dir)})

    def choose(self, preferences: Preferences) -> None:
        """Keep other choices, and act on them from the next run or question on."""
        before, values = asdict(self.preferences()), asdict(preferences)
        changed = {name: value for name, value in values.items() if value != before[name]}
        if not changed:
            return
        if self._file is not None:
            save_settings(self._file, changed)
        values["tessdata_dir"] = Path(preferences.tessdata_dir)
        self._adopt(replace(self._settings, **values))

    def surroundings(self) -> Surroundings:
        """Look at what this computer has and knows."""
        import psutil

        from desktop_app.indexing.idleness import seconds_since_input
        from desktop_app.parsing.tessdata import find_recognition, how_to_get_languages

        found = find_recognition(self._settings.ocr_languages, self._settings.tessdata_dir)
        return Surroundings(
            languages=found.available,
            recognized=tuple(each for each in found.languages.split("+") if each),
            missing=found.wanted,
            how_to_get=how_to_get_languages(),
            has_battery=psutil.sensors_battery() is not None,
            knows_idle=seconds_since_input() is not None,
        )
