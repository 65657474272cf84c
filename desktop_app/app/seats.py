"""A pack that is in use, and who uses it: its process ends when it is retired and left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop_app.domain import VectorSpace

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess


@dataclass(eq=False, slots=True)
class Seat:
    """A pack with its process; ``source`` is what finds the pack, a name or a folder.

    Any thread may lease it. Without a lock: whoever leases looks afterwards whether the
    seat still has its part, and whoever takes the part away looks afterwards whether there
    is a lease, so that one of the two always sees the other.
    """

    pack: Pack
    source: str
    space: VectorSpace
    model: ModelProcess
    _leases: set[object] = field(default_factory=set)
    _is_retired: bool = False

    @property
    def is_leased(self) -> bool:
        """Say whether anybody uses it just now."""
        return bool(self._leases)

    def lease(self, token: object) -> None:
        """Note that whoever holds the token uses the process."""
        self._leases.add(token)

    def release(self, token: object) -> None:
        """Note that the holder of the token is done."""
        self._leases.discard(token)
        self._end_if_left()

    def retire(self) -> None:
        """End the process as soon as nobody uses it."""
        self._is_retired = True
        self._end_if_left()

    def _end_if_left(self) -> None:
        if self._is_retired and not self._leases:
            self.model.close()
