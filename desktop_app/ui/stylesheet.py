"""The one style sheet, generated from the colour table.

Widgets opt in by dynamic property: ``kind`` ("primary", "danger", "quiet", "link") on buttons,
``style`` ("caption", "title", "heading", "muted") on labels, "caption" also on links that stand
among captions, ``inset`` (with a sheet of its own above it a label forgets the margins that it
was given), ``ground`` ("sunken", "raised", "sheet") on frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template


def build_stylesheet(
    colors: Mapping[str, str], pixels: Mapping[str, int], *, radius: int, sheet_radius: int
) -> str:
    """Fill the template with CSS colours by role and font pixels by text style."""
    values = {name.replace("-", "_"): color for name, color in colors.items()}
    values |= {f"{style}_px": f"{size}px" for style, size in pixels.items()}
    values |= {"radius": f"{radius}px", "sheet_radius": f"{sheet_radius}px"}
    return _TEMPLATE.substitute(values)


_TEMPLATE = Template("""
QWidget { color: $text; font-size: $body_px; }
QMainWindow, QDialog { background: $ground; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $field_edge;
    padding: 4px 8px; font-size: $caption_px;
}

QFrame[ground="ground"] { background: $ground; }
QFrame[ground="sunken"] { background: $sunken; }
QFrame[ground="raised"] { background: $raised; }
QFrame[ground="sheet"] {
    background: $raised; border: 1px solid $hairline; border-radius: $sheet_radius;
}
QFrame[ground="card"] {
    background: $raised; border: 1px solid $hairline; border-radius: $sheet_radius;
}
QFrame[ground="bar"] { background: $raised; border-bottom: 1px solid $hairline; }
QFrame[ground="message"] {
    background: $raised; border: 1px solid $field_edge; border-radius: $sheet_radius;
}
QFrame[ground="foot"] { background: $sunken; border-top: 1px solid $hairline; }
QFrame[ground="line"] { background: $hairline; border: none; }

QLabel { background: transparent; }
QLabel[style="caption"] { color: $muted; font-size: $caption_px; }
QLabel[style="section"] { color: $muted; font-size: $caption_px; font-weight: 600; }
QLabel[style="muted"] { color: $muted; }
QLabel[style="danger"] { color: $danger; }
QLabel[style="heading"] { font-size: $passage_px; font-weight: 600; }
QLabel[style="title"] { font-size: $title_px; font-weight: 600; }
QLabel[inset="pane"] { padding: 0 16px; }
QLabel[inset="head"] { padding: 0 16px 8px 16px; }
QLabel[inset="sheet"] { padding: 12px 16px; }
QLabel[style="lead"] { font-size: $passage_px; color: $muted; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $field_edge;
    border-radius: $radius; padding: 6px 12px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton:disabled { color: $muted; border-color: $hairline; }
QPushButton[kind="primary"] { background: $accent; color: $accent_text; border-color: $accent; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled {
    background: $sunken; color: $muted; border-color: $hairline;
}
QPushButton[kind="danger"] { color: $danger; border-color: $danger; }
QPushButton[kind="danger"]:focus { border: 2px solid $danger; }
QPushButton[kind="quiet"] {
    background: transparent; border: 1px solid transparent; padding: 6px 8px;
}
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }
QPushButton[kind="link"] {
    background: transparent; border: 1px solid transparent; color: $accent; padding: 2px 4px;
}
QPushButton[kind="link"][style="caption"] { font-size: $caption_px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; padding: 2px 4px; }

QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: $radius; padding: 5px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $selected; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {
    background: $raised; border: 1px solid $field_edge; border-radius: $radius;
    padding: 5px 8px; selection-background-color: $accent; selection-color: $accent_text;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border: 1px solid $accent; }
QFrame[ground="question"] {
    background: $raised; border: 1px solid $field_edge; border-radius: $sheet_radius;
}
QFrame[ground="question"][focused="true"] { border: 1px solid $accent; }
QFrame[ground="question"] QLineEdit {
    background: transparent; border: none; padding: 0; font-size: $question_px;
}

QAbstractItemView {
    background: transparent; border: none; outline: none;
    selection-background-color: $selected; selection-color: $text;
}
QAbstractItemView::item { border: none; }
QTreeView[kind="outline"] { show-decoration-selected: 0; }
QTreeView[kind="outline"]::item { padding: 5px 4px; }
QTreeView[kind="outline"]::item:hover { background: $hover; }
QTreeView[kind="outline"]::item:selected { background: $selected; color: $text; }
QTreeView[kind="outline"]::branch { background: transparent; }
QHeaderView::section {
    background: $ground; color: $muted; border: none; border-bottom: 1px solid $hairline;
    padding: 6px 8px; font-size: $caption_px; font-weight: 600;
}
QTextBrowser { background: $ground; border: none; border-radius: 0; padding: 0; }

QSplitter::handle { background: $hairline; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $field_edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: transparent; border: none; width: 0; height: 0;
}

QMenu {
    background: $raised; border: 1px solid $field_edge; border-radius: $radius; padding: 4px;
}
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 8px; }
QMenuBar { background: $ground; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: $selected; }

QProgressBar { background: $track; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")
