"""What translators have not finished is English in the window, with English plurals."""

from __future__ import annotations

import gettext
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from installer.translations import finished


def test_a_count_without_a_translation_has_its_english_forms_in_every_language():
    catalog = Catalog(locale="zh")
    catalog.add(("{count} file", "{count} files"), ("",))
    catalog.add(("{count} page", "{count} pages"), ("{count} 页",))
    catalog.add("Models", "模型")
    catalog.add("Undo", "")
    written = BytesIO()
    write_mo(written, finished(catalog))
    written.seek(0)
    said = gettext.GNUTranslations(written)
    assert said.ngettext("{count} file", "{count} files", 13) == "{count} files"
    assert said.ngettext("{count} file", "{count} files", 1) == "{count} file"
    assert said.ngettext("{count} page", "{count} pages", 13) == "{count} 页"
    assert [said.gettext(text) for text in ("Models", "Undo")] == ["模型", "Undo"]
