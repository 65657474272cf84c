"""Colour, type, space and icons in one place; widgets ask here and hold no colours."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.translation import mark
from desktop_app.ui.dressing import Dressing
from desktop_app.ui.icons import IconPainter
from desktop_app.ui.stylesheet import build_stylesheet


class Role(StrEnum):
    """What a colour is for; the only way in which a widget names one."""

    GROUND = "ground"
    SUNKEN = "sunken"
    RAISED = "raised"
    HOVER = "hover"
    SELECTED = "selected"
    HAIRLINE = "hairline"
    TRACK = "track"
    FIELD_EDGE = "field-edge"
    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    ACCENT_TEXT = "accent-text"
    HIGHLIGHT = "highlight"
    HIGHLIGHT_EDGE = "highlight-edge"
    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"
    DANGER = "danger"


class Scheme(StrEnum):
    """The three columns of the colour table."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


# Translators: the colors of the window.
LOOKS = (
    (mark("Like the system"), ""),
    (mark("Light"), Scheme.LIGHT.value),
    (mark("Dark"), Scheme.DARK.value),
    (mark("High contrast"), Scheme.CONTRAST.value),
)
"""What a user may choose, in words, and the scheme that it is ("": the system's)."""


class TextStyle(StrEnum):
    """The steps of the type scale."""

    CAPTION = "caption"
    BODY = "body"
    PASSAGE = "passage"
    QUESTION = "question"
    TITLE = "title"


class Space(IntEnum):
    """The 4 px grid, in device-independent pixels."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32


RADIUS = 6
SHEET_RADIUS = 10
ANSWER_CHARACTERS = 75
"""The longest line of passage text, in characters."""

PIXELS: Mapping[TextStyle, int] = MappingProxyType(
    {
        TextStyle.CAPTION: 12,
        TextStyle.BODY: 14,
        TextStyle.PASSAGE: 15,
        TextStyle.QUESTION: 19,
        TextStyle.TITLE: 26,
    }
)

# Text on its ground reaches at least 4.5:1 in every column (WCAG 2.2 AA), 7:1 in the last;
# tests/ui/test_theme.py computes it. The highlight's alpha keeps black print legible under it.
COLORS: Mapping[Role, tuple[str, str, str]] = MappingProxyType(
    {
        #                       light      dark       high contrast
        Role.GROUND: ("#fcfbf9", "#1c1e21", "#000000"),
        Role.SUNKEN: ("#f5f3ef", "#17191b", "#000000"),
        Role.RAISED: ("#ffffff", "#25282c", "#000000"),
        Role.HOVER: ("#f1eee8", "#282b30", "#262626"),
        Role.SELECTED: ("#e4ebf5", "#29374b", "#0a3a66"),
        Role.HAIRLINE: ("#e5e1d9", "#34383d", "#ffffff"),
        Role.TRACK: ("#e5e1d9", "#34383d", "#4d4d4d"),
        Role.FIELD_EDGE: ("#cfc9be", "#4a4f56", "#ffffff"),
        Role.TEXT: ("#1f2226", "#e7e4dd", "#ffffff"),
        Role.MUTED: ("#655f56", "#a9a49a", "#e6e6e6"),
        Role.ACCENT: ("#274b80", "#93b7ea", "#7cc4ff"),
        Role.ACCENT_TEXT: ("#ffffff", "#101a27", "#000000"),
        Role.HIGHLIGHT: ("#5cf5b638", "#52f0b040", "#4cffd000"),
        Role.HIGHLIGHT_EDGE: ("#c4851a", "#e3aa3f", "#ffd000"),
        Role.STRONG: ("#1f4a85", "#a3c5f3", "#8fd0ff"),
        Role.LIKELY: ("#3d6997", "#92b3e0", "#8fd0ff"),
        Role.WEAK: ("#6a635a", "#aaa59b", "#e6e6e6"),
        Role.DANGER: ("#a5372a", "#f19182", "#ff9d8f"),
    }
)


def color_of(role: Role, scheme: Scheme) -> QColor:
    """Look a colour up in the table; ``#aarrggbb`` entries carry their alpha."""
    return QColor(COLORS[role][list(Scheme).index(scheme)])


class Theme(QObject):
    """The current look: follows the system's scheme live, or a scheme set by the user.

    Lives on the UI thread. ``changed`` is emitted after palette and style sheet were
    replaced, so that painting code can drop what it cached.
    """

    changed = Signal()

    def __init__(self, app: QApplication, icons_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        # Kept, because PySide invalidates the accessibility hints together with this wrapper.
        self._hints = app.styleHints()
        self._icons = IconPainter(icons_dir)
        self._chosen: Scheme | None = None
        # Painting asks for some forty a row, and both are slow to make.
        self._colors: dict[Role, QColor] = {}
        self._fonts: dict[tuple[TextStyle, bool, bool], QFont] = {}
        self._dressing = Dressing(self)
        self._windows = 0
        self._scheme = self._system_scheme()
        self._family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).families()
        app.setStyle("Fusion")
        self._hints.colorSchemeChanged.connect(self._on_system_changed)
        self._hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)
        self._apply()

    @property
    def scheme(self) -> Scheme:
        """The column of the colour table in use."""
        return self._scheme

    def choose(self, scheme: Scheme | None) -> None:
        """Use a scheme whatever the system says; None follows the system again."""
        self._chosen = scheme
        self._on_system_changed()

    def dress_apart(self, window: QWidget) -> None:
        """Dress no widgets but those that are named by ``dress``, while there is this window.

        Another look then takes no longer than what is seen, however much there is besides. To
        be called before the window has parts: later it would take the sheet from each of them.
        """
        self._windows += 1
        window.destroyed.connect(self._on_window_destroyed)
        self._app.setStyleSheet("")

    def dress(self, *parts: QWidget) -> None:
        """Dress these parts of a window, now or when they are shown, with what belongs to them.

        Their menus and dialogs are among that; what has no parent among them has no sheet.
        """
        for part in parts:
            self._dressing.add(part)

    def color(self, role: Role, alpha: float | None = None) -> QColor:
        """Give a role's colour now; ``alpha`` (0 to 1) replaces the table's."""
        color = QColor(self._colors[role])
        if alpha is not None:
            color.setAlphaF(alpha)
        return color

    def font(self, style: TextStyle, *, strong: bool = False, tabular: bool = False) -> QFont:
        """Give a step of the type scale, in weight 400 or 600.

        ``tabular`` asks for figures of equal width ("tnum"), for numbers in columns.
        """
        asked = (style, strong, tabular)
        if asked not in self._fonts:
            self._fonts[asked] = self._made_font(style, strong=strong, tabular=tabular)
        return QFont(self._fonts[asked])

    def _made_font(self, style: TextStyle, *, strong: bool, tabular: bool) -> QFont:
        font = QFont(self._family)
        font.setPixelSize(PIXELS[style])
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def icon(self, name: str, role: Role = Role.MUTED, size: int = 16) -> QIcon:
        """Give ``resources/icons/NAME.svg`` tinted by a role, 16 or 20 pixels large."""
        return self._icons.icon(name, self.color(role), self.color(role, 0.4), size)

    def pixmap(
        self, name: str, role: Role = Role.MUTED, size: int = 16, ratio: float = 1.0
    ) -> QPixmap:
        """Give an icon as a pixmap for painting code; ``ratio`` is the device pixel ratio."""
        return self._icons.pixmap(name, self.color(role), size, ratio)

    def _system_scheme(self) -> Scheme:
        if self._hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return Scheme.CONTRAST
        is_dark = self._hints.colorScheme() == Qt.ColorScheme.Dark
        return Scheme.DARK if is_dark else Scheme.LIGHT

    def _on_system_changed(self) -> None:
        scheme = self._chosen or self._system_scheme()
        if scheme != self._scheme:
            self._scheme = scheme
            self._apply()

    def _apply(self) -> None:
        self._icons.forget()
        self._colors = {role: color_of(role, self._scheme) for role in Role}
        # Where there is a style sheet, Qt tells each widget of another one by itself, and it
        # lays itself out each time: four times the work of taking it away before.
        is_apart = self._windows > 0
        self._dressing.undress()
        if not is_apart:
            self._app.setStyleSheet("")
        self._app.setFont(self.font(TextStyle.BODY))
        self._app.setPalette(self._palette())
        sheet = self._sheet()
        if not is_apart:
            self._app.setStyleSheet(sheet)
        self._dressing.dress(sheet)
        self.changed.emit()

    def _on_window_destroyed(self) -> None:
        self._windows -= 1

    def _sheet(self) -> str:
        return build_stylesheet(
            {role.value: _css(self.color(role)) for role in Role},
            {style.value: pixels for style, pixels in PIXELS.items()},
            radius=RADIUS,
            sheet_radius=SHEET_RADIUS,
        )

    def _palette(self) -> QPalette:
        palette = QPalette()
        for of, role in _PALETTE.items():
            palette.setColor(of, self.color(role))
        for of in (
            QPalette.ColorRole.Text,
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.ButtonText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, of, self.color(Role.MUTED, 0.6))
        return palette


def _css(color: QColor) -> str:
    return f"rgba({color.red()}, {color.green()}, {color.blue()}, {color.alphaF():.3f})"


_PALETTE: Mapping[QPalette.ColorRole, Role] = MappingProxyType(
    {
        QPalette.ColorRole.Window: Role.GROUND,
        QPalette.ColorRole.WindowText: Role.TEXT,
        QPalette.ColorRole.Base: Role.RAISED,
        QPalette.ColorRole.AlternateBase: Role.SUNKEN,
        QPalette.ColorRole.Text: Role.TEXT,
        QPalette.ColorRole.PlaceholderText: Role.MUTED,
        QPalette.ColorRole.Button: Role.RAISED,
        QPalette.ColorRole.ButtonText: Role.TEXT,
        QPalette.ColorRole.BrightText: Role.DANGER,
        QPalette.ColorRole.Highlight: Role.ACCENT,
        QPalette.ColorRole.HighlightedText: Role.ACCENT_TEXT,
        QPalette.ColorRole.Accent: Role.ACCENT,
        QPalette.ColorRole.Link: Role.ACCENT,
        QPalette.ColorRole.LinkVisited: Role.ACCENT,
        QPalette.ColorRole.ToolTipBase: Role.RAISED,
        QPalette.ColorRole.ToolTipText: Role.TEXT,
        QPalette.ColorRole.Light: Role.RAISED,
        QPalette.ColorRole.Midlight: Role.HOVER,
        QPalette.ColorRole.Mid: Role.HAIRLINE,
        QPalette.ColorRole.Dark: Role.FIELD_EDGE,
        QPalette.ColorRole.Shadow: Role.FIELD_EDGE,
    }
)
