from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from desktop_app.settings import resources_dir
from desktop_app.ui import theme as theme_module
from desktop_app.ui.icons import IconPainter
from desktop_app.ui.theme import COLORS, Role, Scheme, TextStyle, Theme, color_of
from desktop_app.ui.wrapped import WrappedLabel

UI = Path(theme_module.__file__).parent
GROUNDS = (Role.GROUND, Role.SUNKEN, Role.RAISED, Role.HOVER, Role.SELECTED)
INKS = (Role.TEXT, Role.MUTED, Role.ACCENT, Role.STRONG, Role.LIKELY, Role.WEAK, Role.DANGER)


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(each) for each in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: QColor, other: QColor) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _over(top: QColor, below: QColor) -> QColor:
    alpha = top.alphaF()
    return QColor.fromRgbF(
        alpha * top.redF() + (1 - alpha) * below.redF(),
        alpha * top.greenF() + (1 - alpha) * below.greenF(),
        alpha * top.blueF() + (1 - alpha) * below.blueF(),
    )


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ink_is_legible_on_every_ground(scheme: Scheme, ground: Role):
    least = 7.0 if scheme is Scheme.CONTRAST and ground in GROUNDS[:3] else 4.5
    for ink in INKS:
        ratio = _contrast(color_of(ink, scheme), color_of(ground, scheme))
        assert ratio >= least, f"{ink} on {ground} in {scheme}: {ratio:.2f}"


@pytest.mark.parametrize("scheme", Scheme)
def test_marked_words_and_buttons_stay_legible(scheme: Scheme):
    for ground in (Role.GROUND, Role.SELECTED):
        marked = _over(color_of(Role.HIGHLIGHT, scheme), color_of(ground, scheme))
        assert _contrast(color_of(Role.TEXT, scheme), marked) >= 4.5
    assert _contrast(color_of(Role.ACCENT_TEXT, scheme), color_of(Role.ACCENT, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", Scheme)
def test_how_far_a_bar_reaches_is_seen_against_its_track(scheme: Scheme):
    for fill in (Role.STRONG, Role.LIKELY, Role.WEAK, Role.ACCENT):
        ratio = _contrast(color_of(fill, scheme), color_of(Role.TRACK, scheme))
        assert ratio >= 3.0, f"{fill} in {scheme}: {ratio:.2f}"


def test_black_print_stays_legible_under_the_passage_box():
    for scheme in Scheme:
        page = _over(color_of(Role.HIGHLIGHT, scheme), QColor("white"))
        assert _contrast(QColor("black"), page) >= 7.0


def test_choosing_a_scheme_changes_palette_and_tells_the_painters(qtbot, theme: Theme):
    theme.choose(Scheme.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.choose(Scheme.DARK)
    ground = QApplication.palette().window().color()
    assert ground == color_of(Role.GROUND, Scheme.DARK)
    assert theme.color(Role.TEXT) == color_of(Role.TEXT, Scheme.DARK)
    theme.choose(None)
    assert theme.scheme in (Scheme.LIGHT, Scheme.DARK)


def test_alpha_can_be_chosen_by_the_painter(theme: Theme):
    assert theme.color(Role.ACCENT, 0.08).alphaF() == pytest.approx(0.08, abs=0.01)


def test_the_type_scale_is_the_design_s(theme: Theme):
    sizes = {style: theme.font(style).pixelSize() for style in TextStyle}
    assert (sizes[TextStyle.BODY], sizes[TextStyle.PASSAGE]) == (14, 15)
    assert (sizes[TextStyle.CAPTION], sizes[TextStyle.QUESTION]) == (12, 19)
    assert theme.font(TextStyle.BODY, strong=True).weight() == 600


@pytest.mark.parametrize("path", sorted((resources_dir() / "icons").glob("*.svg")))
def test_every_icon_is_drawn_in_its_role(path, theme: Theme):
    for scheme in Scheme:
        theme.choose(scheme)
        image = theme.pixmap(path.stem, Role.ACCENT, 20, 2.0).toImage()
        assert image.width() == 40
        pixels = [image.pixelColor(x, y) for x in range(40) for y in range(40)]
        solid = [pixel for pixel in pixels if pixel.alpha() == 255]
        wanted = color_of(Role.ACCENT, scheme)
        assert solid
        if path.stem != "lectern":  # the application's own icon has its own colors
            assert all(abs(pixel.red() - wanted.red()) <= 2 for pixel in solid)
            assert all(abs(pixel.blue() - wanted.blue()) <= 2 for pixel in solid)


def test_who_changes_a_color_or_a_font_changes_his_own(theme: Theme):
    theme.color(Role.TEXT).setAlphaF(0.1)
    theme.font(TextStyle.BODY).setPixelSize(99)
    assert theme.color(Role.TEXT).alphaF() == 1.0
    assert theme.font(TextStyle.BODY).pixelSize() == theme_module.PIXELS[TextStyle.BODY]


def test_the_shape_of_an_icon_is_read_once_for_all_colors(theme: Theme, tmp_path):
    source = (resources_dir() / "icons" / "pause.svg").read_text(encoding="utf-8")
    file = tmp_path / "pause.svg"
    file.write_text(source, encoding="utf-8")
    painter = IconPainter(tmp_path)
    first, second = theme.color(Role.TEXT), theme.color(Role.DANGER)
    painter.pixmap("pause", first, 20, 1.0)
    file.unlink()
    painter.forget()
    drawn = painter.pixmap("pause", second, 20, 1.0).toImage()
    usual = theme.pixmap("pause", Role.DANGER, 20).toImage()
    assert drawn == usual


def test_an_icon_with_colors_of_its_own_keeps_them(theme: Theme):
    one, other = (theme.pixmap("lectern", role, 20) for role in (Role.TEXT, Role.DANGER))
    assert one.toImage() == other.toImage()


def test_icons_have_a_disabled_state(theme: Theme):
    icon = theme.icon("pause")
    normal = icon.pixmap(16).toImage()
    disabled = icon.pixmap(16, icon.Mode.Disabled).toImage()
    assert normal != disabled


def test_widgets_name_no_colors_of_their_own():
    # Paper is white in every scheme; everything else comes from the table.
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|GlobalColor\.(?!transparent|white)|\brgba?\(\d")
    for path in UI.glob("*.py"):
        if path.name != "theme.py":
            found = literal.findall(path.read_text(encoding="utf-8"))
            assert not found, f"{path.name}: {found}"


def test_icons_named_in_the_code_exist():
    names = {path.stem for path in (resources_dir() / "icons").glob("*.svg")}
    named = re.compile(r"(?:theme\.(?:icon|pixmap))\(\s*\"([a-z-]+)\"")
    used = {name for path in UI.glob("*.py") for name in named.findall(path.read_text("utf-8"))}
    assert used
    assert used <= names


def test_the_table_is_complete():
    assert set(COLORS) == set(Role)
    assert all(QColor(color).isValid() for row in COLORS.values() for color in row)


def test_a_wrapped_text_keeps_the_height_that_it_needs_in_another_font(qtbot, theme):
    label = WrappedLabel("caption")
    qtbot.addWidget(label)
    label.resize(200, 100)
    label.put("Indexing yields to your other programs, and to your questions.")
    label.show()
    usual = label.minimumHeight()
    label.setStyleSheet("font-size: 24px")
    assert label.minimumHeight() > usual
    label.setStyleSheet("")
    assert label.minimumHeight() == usual
