"""How work is withdrawn: a question that is asked at batch borders."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

IsCancelled: TypeAlias = Callable[[], bool]
"""Asked at batch borders; True means: stop as soon as the state is consistent."""


def never_cancelled() -> bool:
    """Stand in where nobody can withdraw the work."""
    return False
