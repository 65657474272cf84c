"""Nautilus: "Search in this folder" in the menu of folders.

Loaded by python3-nautilus, with the system's own Python; Lectern's is not used.
"""

import locale
import subprocess
from typing import Any

from gi.repository import GObject, Nautilus

_LABELS = {
    "ar": "البحث في هذا المجلد",
    "de": "In diesem Ordner suchen",
    "es": "Buscar en esta carpeta",
    "fr": "Rechercher dans ce dossier",
    "ja": "このフォルダー内を検索",
    "zh": "在此文件夹中搜索",
}


class SearchInFolder(GObject.GObject, Nautilus.MenuProvider):
    """Adds one entry, for folders on this computer only."""

    def get_file_items(self, *arguments: Any) -> list[Any]:
        """Return the entry for the chosen files; older Nautilus passes its window first."""
        return self._items("Chosen", arguments[-1])

    def get_background_items(self, *arguments: Any) -> list[Any]:
        """Return the entry for the folder that is open."""
        return self._items("Open", [arguments[-1]])

    def _items(self, name: str, files: list[Any]) -> list[Any]:
        paths = [each.get_location().get_path() for each in files if each.is_directory()]
        if not paths or len(paths) != len(files) or None in paths:
            return []
        language = (locale.getlocale(locale.LC_MESSAGES)[0] or "").partition("_")[0]
        label = _LABELS.get(language, "Search in this folder")
        item = Nautilus.MenuItem(name=f"Lectern::Search{name}", label=label, icon="lectern")
        item.connect("activate", lambda _: subprocess.Popen(["lectern", "gui", *paths]))
        return [item]
