"""Which pack answers in a library and which one is being built, with their processes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop_app.domain import PackUse, SpaceRole, SpaceUse, VectorSpace
from desktop_app.errors import LecternError, ModelError, PackMissing, StoreError
from desktop_app.inference.opening import make_model
from desktop_app.inference.pace import RememberedSpeeds
from desktop_app.inference.packs import Pack, find_pack, list_packs, vector_space
from desktop_app.settings import Settings, resources_dir

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_SPEEDS = "embedding-speeds.json"
_CHARACTERS_A_TOKEN = 3.5
_SAMPLE = 200


@dataclass(eq=False, slots=True)
class Seat:
    """A pack that is in use, with its process; ``leases`` are those who use it just now."""

    pack: Pack
    source: str
    space: VectorSpace
    model: ModelProcess
    leases: set[object] = field(default_factory=set)
    is_retired: bool = False


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
        self._speeds = RememberedSpeeds(settings.cache_dir / _SPEEDS)
        self._tokens_a_passage: float | None = None
        self._retired: list[Seat] = []
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
            seat.leases.add(token)
            # Looked at again after the lease is in the set: whoever takes the seat's part
            # away either sees the lease, or has already put another seat here.
            if seat is self._state.answering:
                break
            _release(seat, token)
            seat = self._state.answering
        try:
            yield seat
        finally:
            if seat is not None:
                _release(seat, token)

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
        for seat in {before.answering, before.building} - kept:
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
        if old is not None:
            return _State(chosen, old, None, error, f"{error} “{name}” goes on answering.")
        if wanted is None:
            return _State(chosen, None, None, error, str(error))
        if old_error is None:
            notice = f"The model pack “{name}” was replaced; its vectors are made again."
        else:
            notice = (
                f"The model pack “{name}”, which answered so far, is not on this computer; "
                f"“{chosen}” answers instead, more fully as its vectors are made."
            )
        return _State(chosen, wanted, None, None, notice)

    def settle(self) -> None:
        """Write down who is in use, before an index run; index thread."""
        self.look_again()
        self._record_old_tables()
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
        speed = seat.model.status().embed_tokens_per_second if seat else 0.0
        if seat is not None and speed:
            self._speeds.save(self._speed_key(seat.space), speed)

    def use(self, name: str) -> None:
        """Choose a pack for this library, once its models were loaded; index thread.

        Raises PackMissing, PackAltered, OutOfMemory, ModelCrashed, and leaves everything as
        it was.
        """
        pack = self._find(name)
        space = vector_space(pack)
        source = self._source(pack)
        seat = self._seat_of(pack, source)
        state = self._state
        if state.building is not None and state.building is not seat:
            # Never three at a time: the one that was being built gives up its place.
            self._state = _State(state.chosen, state.answering, None)
            self._retire(state.building)
        try:
            # A broken pack must never be chosen.
            seat.model.load()
            self._record_old_tables()
            self._library.spaces.choose(source, space, answers=self._may_answer(seat))
        except BaseException:
            self._state = _State(state.chosen, state.answering, None)
            if seat is not state.answering:
                seat.model.close()
            self.look_again()
            raise
        self._override = None
        self._state = _State(pack.name, state.answering, seat)
        self.look_again()

    def forget(self, name: str) -> None:
        """Delete the vectors of a pack that has no part any more; index thread.

        Raises StoreError where there are none.
        """
        self._record_old_tables()
        old = [each for each in self._kept() if each.space.pack == name]
        if not old:
            raise StoreError(
                f"No old vectors of “{name}” are kept in this library.",
                "Vectors that are in use cannot be removed; choose another pack first.",
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
            seconds_left=self._seconds(seat.space, seat.model) if seat else None,
            notice=state.notice,
        )

    def estimate(self, name: str) -> float | None:
        """Say how many seconds it would take until this pack can answer; None if unknown.

        Its speed is known once it embedded something on this machine. Any thread. Raises
        PackMissing, PackAltered.
        """
        return self._seconds(vector_space(self._find(name)), None)

    def close(self) -> None:
        """End the processes, also those that somebody still uses."""
        for seat in (self._state.building, self._state.answering, *self._retired):
            if seat is not None:
                seat.model.close()

    # ------------------------------------------------------------------- private

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

    def _retire(self, seat: Seat | None) -> None:
        self._retired = [each for each in self._retired if each.leases]
        if seat is not None:
            seat.is_retired = True
            if seat.leases:
                self._retired.append(seat)
            else:
                seat.model.close()

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

    def _record_old_tables(self) -> None:
        """Find out whose vectors a library of format 1 holds, which did not write it down."""
        keys = set(self._library.spaces.unrecorded())
        if not keys:
            return
        places = {"packs_dir": self._settings.packs_dir, "resources_dir": resources_dir()}
        installed = [each.name for each in list_packs(**places) if each.is_installed]
        for name in dict.fromkeys((self._settings.pack, *installed)):
            try:
                space = vector_space(self._find(name))
            except LecternError as error:
                _log.debug("not looked at for old vectors: %s", error)
                continue
            if space.key in keys:
                self._library.spaces.record(space, name)
                keys.remove(space.key)
        for key in keys:
            self._library.spaces.record_unknown(key)
        if self._library.spaces.answering() is None and self._override is None:
            self._let_the_fullest_answer()

    def _let_the_fullest_answer(self) -> None:
        """Where nobody wrote down who answers, take the space with the most vectors."""
        known = {each.space.key: each for each in self._library.spaces.listed() if each.source}
        wanted = self._state.answering
        present = known.get(wanted.space.key) if wanted else None
        best = max(known.values(), key=lambda each: each.vectors, default=None)
        if best is None or best.vectors <= (present.vectors if present else 0):
            return
        self._library.spaces.choose(best.source, best.space, answers=True)
        if present is not None:
            self._library.spaces.choose(present.source, present.space, answers=False)
        self.look_again()

    def _seconds(self, space: VectorSpace, model: ModelProcess | None) -> float | None:
        speed = model.status().embed_tokens_per_second if model else 0.0
        speed = speed or self._speeds.load(self._speed_key(space))
        coverage = self._library.coverage(space)
        left = coverage.passages - coverage.embedded - coverage.rejected
        if left <= 0:
            return 0.0
        if not speed:
            return None
        if self._tokens_a_passage is None:
            # Once: it takes a look at all ids, and the mean changes little.
            sample = self._library.get_passages(self._library.missing_vectors(space)[:_SAMPLE])
            characters = sum(len(each.full_text) for each in sample.values()) / max(1, len(sample))
            self._tokens_a_passage = characters / _CHARACTERS_A_TOKEN
        return left * self._tokens_a_passage / speed

    def _speed_key(self, space: VectorSpace) -> str:
        return f"{space.key} {self._settings.device}"


def _name(seat: Seat | None, source: str) -> str:
    return seat.pack.name if seat else source


def _release(seat: Seat, token: object) -> None:
    seat.leases.discard(token)
    if seat.is_retired and not seat.leases:
        seat.model.close()
