"""No sentence that a user sees is left out of the catalogs, as far as the source tells."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app import errors

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "desktop_app"
TEXTS = {"tr": 1, "mark": 1, "worded": 1, "tr_n": 2, "mark_n": 2, "worded_n": 2}
"""How many of the first arguments are looked up in the catalog."""

ENGLISH_ONLY = ("cli", "evaluation", "training")
"""What speaks to a terminal or to developers only."""

SETTERS = frozenset(
    "setText setToolTip setPlaceholderText setAccessibleName setAccessibleDescription "
    "setWindowTitle setTitle setStatusTip setWhatsThis setInformativeText setDetailedText "
    "setLabelText setPrefix setSuffix addAction addItem addMenu addTab insertItem "
    "setHeaderLabels showMessage QLabel QPushButton QToolButton QCheckBox QAction QMenu QGroupBox "
    "QFileDialog QMessageBox".split()
)
"""What takes a text that is seen, or read aloud, as it is."""

UNSEEN_CALLS = frozenset(
    "debug info warning error exception critical compile setObjectName setStyleSheet property "
    "setProperty getLogger Template field value text texts bytes stage Signal Property fromTheme "
    "ValueError TypeError RuntimeError KeyError AssertionError QKeySequence strftime "
    "keys_text".split()
)
"""What takes literals that nobody is shown."""

_PHRASE = re.compile(r"[A-Za-z]{2,}[,;:]? | [A-Za-z]{2,}")
"""Two words, or one beside a placeholder."""
_LABEL = re.compile(r"[A-Z][a-z]+…?")
_SENTENCE = re.compile(r"[A-Z{“].* .*[a-z}”)][.!?…]")

UNSEEN = {
    "ui/about.py": {"Lectern {}"},
    "ui/actions.py": {"Esc", "Up", "Down", "Return", "Left", "Right"},
    "ui/application.py": {"Lectern"},
    # Names of files that a user keeps.
    "ui/judging.py": {"Lectern questions"},
    "ui/keeping.py": {"Lectern backup {}"},
    "ui/launcher.py": {"Update"},
    "ui/machine_page.py": {"Lectern {}"},
    "ui/machine_view.py": {"Lectern {}", "Python", "change of packs"},
    "ui/notifications.py": {"ActionInvoked", "ActivationToken", "Lectern", "Notify"},
    "ui/pack_work.py": {"packs seen", "pack costs"},
    "ui/preview.py": {"Escape"},
    "ui/preview_find.py": {"Esc"},
    "ui/results_list.py": {"Return"},
    "ui/settings_page.py": {"on power", "when idle"},
    "ui/settings_wording.py": {"on power", "when idle"},
    "ui/theme.py": {"Fusion"},
    "ui/tray.py": {"Lectern"},
    "ui/viewers.py": {"Default Applications"},
    "ui/window.py": {"Lectern"},
    # What a model is tried out with.
    "app/health.py": {
        "Is the model well?",
        "Patients were given the treatment for a year and seen again every month. ",
    },
    "indexing/embedding.py": {"Is the model well?"},
}  # fmt: skip
"""Literals that look like words for users and are none, by file."""

SAMPLES = ("inference/precision.py",)
"""Holds sentences that models are compared with."""

TERMINAL = ("ui/self_test.py",)
"""Speaks to who runs the self-test of a built copy."""


def _modules(folder: Path = SOURCE) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            # Those below a constant or a field too.
            yield from (each.value for each in node.body if isinstance(each, ast.Expr))


def _within(tree: ast.AST, calls: frozenset[str] | set[str]) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in calls:
            yield from ast.walk(node)


def _literals(tree: ast.AST) -> Iterator[tuple[ast.AST, int, str]]:
    """Give every literal with its text, one with placeholders as a whole."""
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node, node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node,
                node.lineno,
                "".join(
                    str(each.value) if isinstance(each, ast.Constant) else "{}"
                    for each in node.values
                ),
            )


def _is_window(name: str) -> bool:
    return name.startswith("ui/")


def _is_reached(name: str) -> bool:
    return name.split("/", maxsplit=1)[0] not in ENGLISH_ONLY and name not in TERMINAL


MODULES = {name: tree for name, tree in _modules() if _is_reached(name)}
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.LecternError)
}


def _in_the_open(tree: ast.Module) -> Iterator[tuple[ast.AST, int, str]]:
    """Give the literals that stand in no call that translates them, nor in one unseen."""
    hidden = {
        id(each)
        for each in (*_docstrings(tree), *_within(tree, set(TEXTS)), *_within(tree, UNSEEN_CALLS))
    }
    for node, line, text in _literals(tree):
        if id(node) not in hidden:
            yield node, line, text


def _shown(tree: ast.Module) -> set[int]:
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node) in SETTERS
        for argument in (*node.args, *(each.value for each in node.keywords))
        for part in _without_keys(argument)
    }


def _without_keys(node: ast.expr) -> Iterator[ast.AST]:
    keys = {id(each.slice) for each in ast.walk(node) if isinstance(each, ast.Subscript)}
    return (each for each in ast.walk(node) if id(each) not in keys)


def _words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give what a user may be shown as it stands."""
    shown = _shown(tree)
    for node, line, text in _in_the_open(tree):
        is_shown = id(node) in shown and re.search(r"[A-Za-z]{2}", text)
        if is_shown or _PHRASE.search(text) or _LABEL.fullmatch(text):
            yield line, text


def test_the_window_has_no_words_outside_the_catalog():
    found = [
        f"{name}:{line}: {text}"
        for name in filter(_is_window, MODULES)
        for line, text in _words(MODULES[name])
        if text not in UNSEEN.get(name, ())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('label.setText("undo")', True),
        ('QLabel(f"v{number} of it")', True),
        ('self._say(f"{count} files")', True),
        ('_TITLE = "Undo"', True),
        ('say("nothing to do")', True),
        ('label.setText(tr("undo"))', False),
        ('label.setText(words["undo"])', False),
        ('_log.warning("nothing to do")', False),
        ('box.setProperty("style", "nothing to do")', False),
    ],
)
def test_words_are_told_from_what_nobody_is_shown(source, is_found):
    assert bool(list(_words(ast.parse(source)))) == is_found


def test_no_sentence_below_the_window_is_outside_the_catalog():
    found = [
        f"{name}:{line}: {text}"
        for name, tree in MODULES.items()
        if not _is_window(name) and name not in SAMPLES
        for _, line, text in _in_the_open(tree)
        if _SENTENCE.fullmatch(text) and text not in UNSEEN.get(name, ())
    ]
    assert found == []


def test_no_exception_for_a_literal_has_outlived_it():
    for name, unseen in UNSEEN.items():
        assert unseen <= {text for _, _, text in _in_the_open(MODULES[name])}, name


def test_what_is_looked_up_in_the_catalog_is_a_whole_literal():
    found = []
    for name, call in _calls_of(set(TEXTS)):
        for text in call.args[: TEXTS[_name(call)]]:
            found += [
                f"{name}:{call.lineno}: {ast.unparse(text)}"
                for each in ast.walk(text)
                if isinstance(each, ast.JoinedStr | ast.BinOp)
                or (isinstance(each, ast.Call) and _name(each) in {"format", "join", "replace"})
            ]
    assert found == []


def test_the_placeholders_of_a_text_are_all_filled():
    found = []
    for name, call in _calls_of({"tr", "tr_n", "worded", "worded_n"}):
        given: set[str | None] = {each.arg for each in call.keywords}
        if None in given or not given:
            continue
        given |= {"count"} if _name(call).endswith("_n") else set()
        found += [
            f"{name}:{call.lineno}: {ast.unparse(text)}"
            for text in call.args[: TEXTS[_name(call)]]
            if isinstance(text, ast.Constant) and not set(_places(str(text.value))) <= given
        ]
    assert found == []


def test_nothing_is_said_before_the_language_is_known():
    found = []
    for name, tree in MODULES.items():
        later = {
            id(each)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for part in (node.body if isinstance(node.body, list) else [node.body])
            for each in ast.walk(part)
        }
        found += [
            f"{name}:{call.lineno}"
            for call in _calls(tree, {"tr", "tr_n"})
            if id(call) not in later
        ]
    assert found == []


def test_an_error_s_sentences_are_marked_where_it_is_raised():
    found = []
    for name, tree in MODULES.items():
        own = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and any(_base(each) in ERRORS for each in node.bases)
        }
        for call in _calls(tree, ERRORS | own):
            said = {id(each) for each in _within(call, set(TEXTS))}
            arguments = (*call.args, *(each.value for each in call.keywords))
            found += [
                f"{name}:{line}: {text}"
                for argument in arguments
                for node, line, text in _literals(argument)
                if text and id(node) not in said
            ]
    assert found == []


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in names:
            yield node


def _calls_of(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    for name, tree in MODULES.items():
        for call in _calls(tree, names):
            yield name, call


def _places(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name)


def _base(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
