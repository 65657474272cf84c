"""What ``doctor`` found, in lines for the page and for whoever helps; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.domain import Check, Health, ModelStatus
from desktop_app.ui.words import name_of, say_bytes

_SHORT = frozenset({"cpu", "gpu", "ocr"})
_FOLDER = "Folder"
_LIBRARY_WORDS = {"directory": _FOLDER, "bytes": "Size on the disk"}


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with lines of a name and a value."""

    title: str
    lines: tuple[tuple[str, str], ...]


def groups_of(health: Health) -> tuple[Group, ...]:
    """Give everything but the checks, grouped for reading; empty values are left out."""
    return (
        Group(
            "This computer",
            tuple((_words(name), value) for name, value in health.machine.items() if value),
        ),
        Group("Model", _model_lines(health.model)),
        Group("Library", _library_lines(health.library)),
    )


def check_words(check: Check) -> str:
    """Say a check in a line: its name and what was found."""
    return f"{_words(check.name)}: {check.detail}"


def report_of(health: Health) -> str:
    """Write it all as text to send to whoever helps.

    Holds no name of a document or folder: what a check found is left out where it names a
    place on the disk.
    """
    lines = [f"Lectern {health.version}"]
    for group in groups_of(health):
        shown = (f"  {name}: {value}" for name, value in group.lines if name != _FOLDER)
        lines += ["", group.title, *shown]
    lines += ["", "Checks"]
    for check in health.checks:
        parts = ("well" if check.is_well else "needs a look", check.detail, check.hint)
        told = ". ".join(part.rstrip(".") for part in parts if part and not _is_place(part))
        lines.append(f"  {_words(check.name)}: {told}.")
    return "\n".join(lines) + "\n"


def _is_place(text: str) -> bool:
    return "/" in text or "\\" in text


def _model_lines(model: ModelStatus) -> tuple[tuple[str, str], ...]:
    lines = (
        ("Pack", name_of(model.pack)),
        ("Runs on", _device(model)),
        ("Backend", model.backend if model.running else "not running; it starts when asked"),
        ("Reranker's backend", model.reranker_backend),
        ("Precision", model.precision),
        ("Self-check", model.self_check),
        ("Reads", _speed(model.embed_tokens_per_second)),
        ("Ranks", _speed(model.rerank_tokens_per_second)),
        ("Memory", say_bytes(model.resident_bytes) if model.resident_bytes else ""),
        ("Notice", model.notice),
    )
    return tuple((name, value) for name, value in lines if value)


def _device(model: ModelStatus) -> str:
    kind = model.device.upper() if model.device in _SHORT else model.device
    return f"{kind} ({model.device_name})" if model.device_name else kind


def _library_lines(library: Mapping[str, int | str]) -> tuple[tuple[str, str], ...]:
    lines = []
    for name, value in library.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        if isinstance(value, int) and name.endswith("bytes"):
            shown = say_bytes(value)
        lines.append((_LIBRARY_WORDS.get(name) or _words(name.removesuffix("_bytes")), shown))
    return tuple(line for line in lines if line[1])


def _words(name: str) -> str:
    if name in _SHORT:
        return name.upper()
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _speed(tokens_a_second: float) -> str:
    return f"{tokens_a_second:,.0f} tokens a second" if tokens_a_second else ""
