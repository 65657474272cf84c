"""What ``doctor`` found, in lines for the page and for whoever helps; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desktop_app.domain import Check, Health, ModelStatus
from desktop_app.translation import mark, say_in_turn, tr, tr_n, without_isolates
from desktop_app.ui.words import name_of, say_bytes

_SHORT = frozenset({"cpu", "gpu"})
_FOLDER = mark("Folder")
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "system": mark("System"),
        "processor": mark("Processor"),
        # Translators: of the processor.
        "cores": mark("Cores"),
        "memory": mark("Memory"),
        "python": "Python",
        "directory": _FOLDER,
        # Translators: the version of the way in which the library is stored.
        "format": mark("Format"),
        "documents": mark("Documents"),
        "passages": mark("Passages"),
        "bytes": mark("Size on the disk"),
        "library": mark("Library"),
        # Translators: how much of the library can be searched.
        "coverage": mark("Coverage"),
        "folders": mark("Folders"),
        # Translators: the two models that belong together.
        "pack": mark("Pack"),
        "change of packs": mark("Change of packs"),
        # Translators: what keeps a file that takes over its reader from doing harm.
        "sandbox": mark("Sandbox"),
        # Translators: text recognition.
        "ocr": mark("OCR"),
    }
)
"""What ``doctor`` calls things, in words."""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with lines of a name and a value."""

    title: str
    lines: tuple[tuple[str, str], ...]


def groups_of(health: Health) -> tuple[Group, ...]:
    """Give everything but the checks, grouped for reading; empty values are left out."""
    return (
        Group(
            tr("This computer"),
            tuple((_words(name), tr(value)) for name, value in health.machine.items() if value),
        ),
        Group(tr("Model"), _model_lines(health.model)),
        Group(tr("Library"), _library_lines(health.library)),
    )


def check_words(check: Check) -> str:
    """Say a check in a line: its name and what was found."""
    return tr("{name}: {value}", name=_words(check.name), value=tr(check.detail))


def report_of(health: Health) -> str:
    """Write it all as text to send to whoever helps.

    Holds no name of a document or folder: what a check found is left out where it names a
    place on the disk.
    """
    lines = [f"Lectern {health.version}"]
    for group in groups_of(health):
        shown = (
            tr("{name}: {value}", name=name, value=value)
            for name, value in group.lines
            if name != tr(_FOLDER)
        )
        lines += ["", group.title, *(f"  {line}" for line in shown)]
    lines += ["", tr("Checks")]
    for check in health.checks:
        well = mark("well") if check.is_well else mark("needs a look")
        parts = (well, check.detail, check.hint)
        told = (_sentence(tr(part)) for part in parts if part and not _is_place(part))
        name = _words(check.name)
        line = tr("{name}: {value}", name=name, value=say_in_turn(*told))
        lines.append(f"  {line}")
    return without_isolates("\n".join(lines) + "\n")


def _sentence(text: str) -> str:
    # Translators: the end of a sentence.
    return tr("{sentence}.", sentence=text.rstrip(".\N{IDEOGRAPHIC FULL STOP}"))


def _is_place(text: str) -> bool:
    return "/" in text or "\\" in text


def _model_lines(model: ModelStatus) -> tuple[tuple[str, str], ...]:
    waiting = tr("not running; it starts when asked")
    lines = (
        (tr("Pack"), name_of(model.pack)),
        (tr("Runs on"), _device(model)),
        # Translators: the program that computes the model.
        (tr("Backend"), model.backend if model.running else waiting),
        (tr("Reranker's backend"), model.reranker_backend),
        # Translators: of numbers, as "int8".
        (tr("Precision"), model.precision),
        (tr("Self-check"), tr(model.self_check)),
        # Translators: how fast the model reads texts.
        (tr("Reads"), _speed(model.embed_tokens_per_second)),
        # Translators: how fast the model puts passages into order.
        (tr("Ranks"), _speed(model.rerank_tokens_per_second)),
        (tr("Memory"), say_bytes(model.resident_bytes) if model.resident_bytes else ""),
        # Translators: what is to be said of the model.
        (tr("Notice"), tr(model.notice)),
    )
    return tuple((name, value) for name, value in lines if value)


def _device(model: ModelStatus) -> str:
    kind = model.device.upper() if model.device in _SHORT else model.device
    return f"{kind} ({model.device_name})" if model.device_name else kind


def _library_lines(library: Mapping[str, int | str]) -> tuple[tuple[str, str], ...]:
    lines = []
    for name, value in library.items():
        shown = tr("{count}", count=value) if isinstance(value, int) else value
        if isinstance(value, int) and name.endswith("bytes"):
            shown = say_bytes(value)
        lines.append((_words(name), shown))
    return tuple(line for line in lines if line[1])


def _words(name: str) -> str:
    return tr(NAMES[name]) if name in NAMES else name


def _speed(tokens_a_second: float) -> str:
    if not tokens_a_second:
        return ""
    tokens = round(tokens_a_second)
    return tr_n("{count} token a second", "{count} tokens a second", tokens)
