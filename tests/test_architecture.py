"""The rules of the project that a machine can check, each as one sentence."""

from __future__ import annotations

import ast
import csv
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from desktop_app.parsing.media_types import MEDIA_TYPES
from desktop_app.settings import Settings
from desktop_app.ui.actions import SHORTCUTS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "desktop_app").rglob("*.py"))
MOST_LINES = 400
BANNED_NAMES = {"utils", "util", "helpers", "helper", "misc", "manager", "controller", "handler"}
BANNED_NAMES |= {"common"}
CONCURRENCY = {"threading", "multiprocessing", "concurrent", "asyncio", "_thread", "queue"}
CONCURRENCY |= {"watchdog"}
CONCURRENT_QT = {"QThread", "QThreadPool", "QRunnable", "QtConcurrent"}
CONCURRENT_FILES = {
    "parsing/pool.py",
    "parsing/slot.py",
    "inference/worker.py",
    "ui/tasks.py",
    # The downloader: the one process that may use the network, ended by whoever asked for it.
    "acquisition/downloader.py",
    # The tidier: what LanceDB takes to write a large table anew ends with this process, which
    # can be ended at any moment.
    "store/tidier.py",
}
# What else may name such a module, and why.
CONCURRENCY_EXCEPTIONS = {
    ("log.py", "threading"),  # threading.excepthook: uncaught errors of every thread are logged
    ("__main__.py", "multiprocessing"),  # freeze_support, for packaged builds on Windows
    # The child's side of inference/worker.py: it answers one pipe and starts nothing.
    ("inference/serving.py", "multiprocessing"),
    # A condition, no thread: the callers of inference/worker.py wait there for their turn.
    ("inference/turnstile.py", "threading"),
    # The child's side of parsing/pool.py: one thread, which ends it with its parent.
    ("parsing/serving.py", "multiprocessing"),
    ("parsing/serving.py", "threading"),
    # Its threads put paths of changed files into a deque, which the index thread empties.
    ("indexing/watching.py", "watchdog"),
    # No thread and no loop of ours: LanceDB's own runs a query while another is asked.
    ("store/lance.py", "asyncio"),
    # A lock, no thread: readers and the writer must end up with one handle per table.
    ("store/tables.py", "threading"),
}
# Distribution names that differ from the names that are imported.
DISTRIBUTIONS = {
    "backports": "backports-zstd",
    "bs4": "beautifulsoup4",
    "docx": "python-docx",
    "markdown_it": "markdown-it-py",
    "pil": "pillow",
    "pptx": "python-pptx",
    "pyside6": "pyside6-essentials",
}
REGISTRIES = [
    name + ".org"
    for name in ("pypi", "pythonhosted", "download.pytorch", "registry.npmjs", "anaconda")
]
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|opt/wheels|opt/pypi)(?![\w-])")


def relative(path: Path) -> str:
    return path.relative_to(ROOT / "desktop_app").as_posix()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (alias.name for alias in node.names if alias.name in CONCURRENT_QT)


def normalized(requirement: str) -> str:
    name = re.split(r"[=<>!~;\[ ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"app": table["dependencies"], "test": table["optional-dependencies"]["test"]}


def pins() -> dict[str, str]:
    text = (ROOT / "installer" / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {normalized(line): line for line in lines}


def tracked_files() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode("utf-8").split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_is_too_long_to_be_read_in_one_go():
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    too_long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert too_long == {}


def test_no_module_has_a_name_that_says_nothing():
    names = {part.removesuffix(".py") for path in SOURCES for part in relative(path).split("/")}
    assert names & BANNED_NAMES == set()


def test_every_package_says_what_it_hides():
    packages = [path for path in SOURCES if path.name == "__init__.py"]
    thin = [
        relative(path)
        for path in packages
        if len(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "") < 40
    ]
    assert thin == []


def test_concurrency_lives_in_the_files_that_are_named():
    users = {
        (relative(path), name.split(".")[0])
        for path in SOURCES
        if relative(path) not in CONCURRENT_FILES
        for name in imported(path)
        if name.split(".")[0] in CONCURRENCY or name in CONCURRENT_QT
    }
    assert users == CONCURRENCY_EXCEPTIONS


def test_every_setting_is_documented():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Settings", 1)[1].split("\n## ", 1)[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE))
    assert documented == {each.name for each in fields(Settings)}


def test_the_readme_gives_the_defaults_that_hold():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    defaults = dict(re.findall(r"^\| `(\w+)` \|.*\| (\S+) \|$", readme, flags=re.MULTILINE))
    plain = {
        each.name: getattr(Settings(), each.name)
        for each in fields(Settings)
        if not isinstance(getattr(Settings(), each.name), Path)
    }
    said = {name: defaults[name].strip('`"') for name in plain}
    expected = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in plain.items()
    }
    assert said == expected


def test_the_readme_lists_the_formats_that_are_read():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## File types", 1)[1].split("\n\n", 2)[1]
    listed = re.findall(r"`(\.\w+)`", table)
    assert sorted(listed) == sorted(MEDIA_TYPES)


def test_the_guide_names_the_shortcuts_that_work():
    with (ROOT / "resources/sample/Shortcuts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    expected = [[" or ".join(each.keys), each.text, each.group] for each in SHORTCUTS]
    assert rows == expected, "make it again: python installer/make_sample.py"


def test_every_dependency_is_pinned():
    required = {normalized(each) for group in project().values() for each in group}
    assert required - pins().keys() == set()


def test_every_pin_is_exact_and_of_no_local_build():
    loose = [line for line in pins().values() if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert loose == []


def test_every_third_party_import_is_a_declared_dependency():
    declared = {normalized(each) for each in project()["app"]}
    used = {
        name.split(".")[0].lower()
        for path in SOURCES
        for name in imported(path)
        if name not in CONCURRENT_QT
    }
    foreign = used - {each.lower() for each in sys.stdlib_module_names} - {"desktop_app"}
    names = {DISTRIBUTIONS.get(name, normalized(name)) for name in foreign}
    assert names - declared == set()


def test_unwanted_packages_are_not_pinned():
    unwanted = {"openvino-telemetry", "sentence-transformers", "ir-datasets", "onnxruntime"}
    assert pins().keys() & unwanted == set()


def test_tracked_files_name_no_registry_and_no_path_of_one_machine():
    guilty = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a font, picture or model
        if path == Path(__file__) or path.suffix == ".json":
            continue  # this file names them; a tokenizer's vocabulary may hold any word
        if MACHINE_PATHS.search(text) or any(host in text for host in REGISTRIES):
            guilty.append(path.relative_to(ROOT).as_posix())
    assert guilty == []


@pytest.mark.parametrize("module", ["desktop_app.app", "desktop_app.cli", "desktop_app.ui.window"])
def test_the_window_process_imports_no_model_library_and_no_database(module):
    heavy = ("torch", "transformers", "FlagEmbedding", "openvino", "lancedb", "pyarrow")
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "module",
    [
        "desktop_app.parsing.rendering",
        "desktop_app.parsing.pool",
        "desktop_app.indexing.extraction",
    ],
)
def test_what_the_window_process_imports_to_start_parsers_reads_no_document_itself(module):
    # MuPDF held the interpreter for over 100 ms when it was imported beside the UI thread.
    heavy = ("pymupdf", "lxml", "openpyxl", "bs4", "markdown_it")
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
