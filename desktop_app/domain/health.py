"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.packs import SpaceUse
from desktop_app.domain.vectors import ModelStatus


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``: what was looked at, whether it is well, and details."""

    name: str
    is_well: bool
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What ``doctor`` knows of machine, devices, backends, speeds and library.

    ``model`` answers; ``building`` is the model whose space is made beside it, if any.
    """

    version: str
    machine: dict[str, str]
    library: dict[str, int | str]
    model: ModelStatus
    checks: tuple[Check, ...]
    spaces: tuple[SpaceUse, ...] = ()
    building: ModelStatus | None = None
