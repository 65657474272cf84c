"""Which pack answers in a library and which one is being built, with their processes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.app.adoption import adopt_vectors
from desktop_app.app.estimates import Estimates
from desktop_app.app.seats import Seat
from desktop_app.domain import PackUse, SpaceRole, SpaceUse, VectorSpace
from desktop_app.errors import Cancelled, ModelError, PackMissing, StoreError
from desktop_app.inference.opening import make_model
from desktop_app.inference.packs import Pack, find_pack, vector_space
from desktop_app.settings import Settings, resources_dir
from desktop_app.translation import mark, sentences, worded

if TYPE_CHECKING:
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _State:
    """Who answers and who is built; ``chosen`` names the pack that the user wants."""

    chosen: str
    answering: Seat | None
    building: Seat | None
    error: ModelError | None = None
    notice: str = ""


class PacksInUse:
    """The one or two packs of an opened library; owns their model processes.

    ``override`` is a pack for this session only: it answers, and what is indexed gets its
    vectors, while the library's own choice stays as it is. Methods that change something
    belong on the index thread; the state is replaced as a whole, so all others may be
    called on any thread. A process that lost its part ends when the last lease ends.
    """

    def __init__(self, library: Library, settings: Settings, *, override: str | None) -> None:
        self._library = library
        self._settings = settings
        self._override = override
        self._estimates = Estimates(library, settings)
        self._retired: list[Seat] = []
        self._tried: Seat | None = None
        self._is_closed = False
        self._state = _State("", None, None)
        self.look_again()

    @property
    def target(self) -> Seat | None:
        """Whose vectors indexing makes: the pack being built, else the one that answers."""
        return self._state.building or self._state.answering

    @property
    def beside(self) -> Seat | None:
        """Who still answers while another pack is built; None where that is no other."""
        return self._state.answering if self._state.building else None

    @property
    def space(self) -> VectorSpace | None:
        """The vector space that answers."""
        seat = self._state.answering
        return seat.space if seat else None

    @property
    def error(self) -> ModelError | None:
        """Why the pack that should be in use cannot be."""
        return self._state.error

    @property
    def notice(self) -> str:
        """A sentence for the user where meaning search is not what was asked for, else ""."""
        return self._state.notice

    @property
    def chosen(self) -> str:
        """The name of the pack that should be in use."""
        return self._state.chosen

    @contextmanager
    def answering(self) -> Iterator[Seat | None]:
        """Lease the pack that answers: its process stays for as long, whatever changes."""
        token = object()
        seat = self._state.answering
        while seat is not None:
            seat.lease(token)
            if seat is self._state.answering:
                break
            seat.release(token)
            seat = self._state.answering
        try:
            yield seat
        finally:
            if seat is not None:
                seat.release(token)

    def look_again(self) -> None:
        """Find the packs anew: a drive may be back, or a folder's weights replaced."""
        wanted_source = self._override or self._library.spaces.pack or self._settings.pack
        recorded = None if self._override else self._library.spaces.answering()
        wanted, error = self._seat(wanted_source)
        before = self._state
        if recorded is None or (wanted and wanted.space.key == recorded.space.key):
            after = _State(_name(wanted, wanted_source), wanted, None, error, str(error or ""))
        else:
            after = self._changing(wanted_source, wanted, error, recorded)
        self._state = after
        kept = {after.answering, after.building}
        for seat in (before.answering, before.building):
            if seat is not None and seat not in kept:
                self._retire(seat)

    def _changing(
        self,
        wanted_source: str,
        wanted: Seat | None,
        error: ModelError | None,
        recorded: SpaceUse,
    ) -> _State:
        name = recorded.space.pack
        old, old_error = self._seat(recorded.source) if recorded.source else (None, PackMissing())
        if old is not None and old.space.key != recorded.space.key:
            old = None
        chosen = _name(wanted, wanted_source)
        if old is not None and wanted is not None:
            # Two folders may have the same name.
            chosen = chosen if chosen != name else wanted.source
            return _State(chosen, old, wanted)
        why = sentences(error.title, error.hint) if error is not None else ""
        if old is not None:
            meanwhile = worded("“{name}” goes on answering.", name=name)
            return _State(chosen, old, None, error, sentences(why, meanwhile))
        if wanted is None:
            return _State(chosen, None, None, error, why)
        if old_error is None:
            notice = worded(
                "The model pack “{name}” was replaced; its vectors are made again.", name=name
            )
        else:
            notice = worded(
                "The model pack “{name}”, which answered so far, is not on this computer; "
                "“{chosen}” answers instead, more fully as its vectors are made.",
                name=name,
                chosen=chosen,
            )
        return _State(chosen, wanted, None, None, notice)

    def settle(self) -> None:
        """Write down who is in use, before an index run; index thread."""
        self.look_again()
        self._adopt()
        seat = self._state.answering
        if self._override is not None:
            if seat is not None:
                self._library.spaces.record(seat.space, seat.source)
        elif (target := self.target) is not None:
            roles = {each.space.key: each.role for each in self._library.spaces.listed()}
            if roles.get(target.space.key, SpaceRole.KEPT) is SpaceRole.KEPT:
                is_first = SpaceRole.ANSWERING not in roles.values()
                self._library.spaces.choose(target.source, target.space, answers=is_first)

    def finish(self) -> None:
        """Let the pack that was built answer from now on if nothing is missing; index thread."""
        seat = self.target
        if seat is None or self._override is not None:
            return
        recorded = self._library.spaces.answering()
        if recorded is not None and recorded.space.key == seat.space.key:
            return
        if not self._library.missing_vectors(seat.space):
            self._library.spaces.choose(seat.source, seat.space, answers=True)
            self.look_again()

    def remember_speed(self) -> None:
        """Note how fast the model is that was indexed with, for later estimates."""
        seat = self.target
        if seat is not None:
            self._estimates.remember(seat)

    def tokens_per_second(self) -> float:
        """Return how fast the pack that is indexed with embeds; 0.0 if nobody knows."""
        seat = self.target
        return self._estimates.tokens_per_second(seat) if seat is not None else 0.0

    def use(self, name: str) -> None:
        """Choose a pack for this library, once its models were loaded; index thread.

        Raises PackMissing, PackAltered, OutOfMemory, ModelCrashed, and leaves everything as
        it was; Cancelled where ``close`` comes meanwhile.
        """
        self._adopt()
        pack = self._find(name)
        space = vector_space(pack)
        source = self._source(pack)
        seat = self._seat_of(pack, source)
        state = self._state
        if state.building is not None and state.building is not seat:
            # Never three at a time: the one that was being built gives up its place.
            self._state = _State(state.chosen, state.answering, None)
            self._retire(state.building)
        # Without a part yet, but ``close`` must find it.
        self._tried = seat
        try:
            # A broken pack must never be chosen.
            seat.model.load()
            may_answer = self._may_answer(seat)
            self._check_open()
            self._library.spaces.choose(source, space, answers=may_answer)
        except BaseException:
            self._state = _State(state.chosen, state.answering, None)
            if seat is not state.answering:
                seat.model.close()
            self.look_again()
            raise
        finally:
            self._tried = None
        self._override = None
        self._state = _State(pack.name, state.answering, seat)
        self.look_again()

    def forget(self, name: str) -> None:
        """Delete the vectors of a pack that has no part any more; index thread.

        Raises StoreError where there are none.
        """
        self._adopt()
        old = [each for each in self._kept() if each.space.pack == name]
        if not old:
            raise StoreError(
                worded("No old vectors of “{name}” are kept in this library.", name=name),
                mark("Vectors that are in use cannot be removed; choose another pack first."),
            )
        for each in old:
            self._library.spaces.forget(each.space.key)

    def describe(self) -> PackUse:
        """Tell who answers, who is built and how far it is, and what is kept. Any thread."""
        state = self._state
        seat = state.building or state.answering
        coverage = self._library.coverage(seat.space if seat else None)
        sizes: dict[str, int] = {}
        for each in self._kept():
            sizes[each.space.pack] = sizes.get(each.space.pack, 0) + each.bytes
        return PackUse(
            chosen=state.chosen,
            answering=state.answering.pack.name if state.answering else "",
            embedded=coverage.embedded + coverage.rejected,
            passages=coverage.passages,
            old=tuple(sorted(sizes.items())),
            seconds_left=self._estimates.seconds(
                seat.space, speed=seat.model.status().embed_tokens_per_second
            )
            if seat
            else None,
            notice=state.notice,
        )

    def estimate(self, name: str) -> float | None:
        """Say how many seconds it would take until a pack can answer; None if unknown.

        By its name or folder. Any thread. Raises PackMissing, PackAltered.
        """
        return self.seconds_to_prepare(self._find(name))

    def seconds_to_prepare(self, pack: Pack) -> float | None:
        """Say how many seconds it would take until this pack can answer; None if unknown.

        Its speed is known once it embedded something on this machine. Any thread.
        """
        return self._estimates.seconds(vector_space(pack))

    def close(self) -> None:
        """End the processes, also those that somebody still uses."""
        self._is_closed = True
        for seat in (self._tried, self._state.building, self._state.answering, *self._retired):
            if seat is not None:
                seat.model.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise Cancelled

    def _find(self, name: str) -> Pack:
        return find_pack(name, packs_dir=self._settings.packs_dir, resources_dir=resources_dir())

    def _seat(self, source: str) -> tuple[Seat | None, ModelError | None]:
        """Return the seat of a pack, the present one where it has one, or why there is none."""
        try:
            pack = self._find(source)
        except ModelError as error:
            # Keyword search needs no model, so a broken pack must not close the library.
            _log.warning("no model: %s", error)
            return None, error
        return self._seat_of(pack, source), None

    def _seat_of(self, pack: Pack, source: str) -> Seat:
        for seat in (self._state.answering, self._state.building):
            if seat is not None and seat.pack == pack:
                return seat
        return Seat(pack, source, vector_space(pack), make_model(pack, self._settings))

    def _source(self, pack: Pack) -> str:
        """Return what finds this pack whatever the working directory is then."""
        places = (self._settings.packs_dir / pack.name, resources_dir() / "packs" / pack.name)
        if any(pack.embedder.resolve().is_relative_to(each.resolve()) for each in places):
            return pack.name
        folder = pack.embedder.resolve()
        return str(folder.parent if folder.name == "embedder" else folder)

    def _retire(self, seat: Seat) -> None:
        seat.retire()
        self._retired = [each for each in (*self._retired, seat) if each.is_leased]

    def _may_answer(self, seat: Seat) -> bool:
        """Say whether a pack answers at once: it has all vectors, or nobody else has any."""
        present = self._state.answering
        if present is None or present is seat:
            return True
        if not self._library.coverage(present.space).embedded:
            return True
        return not self._library.missing_vectors(seat.space)

    def _kept(self) -> list[SpaceUse]:
        used = {seat.space.key for seat in (self._state.answering, self._state.building) if seat}
        return [
            each
            for each in self._library.spaces.listed()
            if each.role is SpaceRole.KEPT and each.space.key not in used
        ]

    def _adopt(self) -> None:
        if self._override is None and adopt_vectors(self._library, self._settings, self.space):
            self.look_again()


def _name(seat: Seat | None, source: str) -> str:
    return seat.pack.name if seat else source
