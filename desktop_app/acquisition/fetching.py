"""A pack from the hub: what is missing, each file to its last checked byte, then the switch.

Runs in the downloader process. Whatever ends it (a cut connection, a kill, a full disk),
the next run goes on from the bytes that are on the disk.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from desktop_app.acquisition import hub
from desktop_app.acquisition.donors import take_from_donors
from desktop_app.acquisition.hub import Interrupted, RangeRefused
from desktop_app.acquisition.meter import PROGRESS_SECONDS, Meter
from desktop_app.acquisition.orders import Order
from desktop_app.acquisition.partial import PartialFile
from desktop_app.acquisition.space import disk_error, require_space
from desktop_app.acquisition.staging import Staging, read_blocks
from desktop_app.acquisition.wanted import Wanted, wanted_files
from desktop_app.domain import PackPhase, PackProgress
from desktop_app.errors import DownloadFailed, PackAltered, PackMissing
from desktop_app.inference.manifest import Manifest
from desktop_app.inference.packs import pack_folder, read_manifests, unfinished_folder
from desktop_app.translation import mark, sentences, worded

_TRIES_OF_A_FILE = 2
"""A damaged file is fetched once more; when it comes so again, the server's is another one."""
_RANGE_LIES = 3
"""How often a server may answer a range wrongly before a file is given up."""


def fetch_pack(order: Order) -> Iterator[PackProgress]:
    """Fetch what is missing of a pack, check it, and make it the pack of its name.

    Yields progress about five times a second while bytes come or a connection is waited
    for; not pulling pauses. Raises PackMissing (no such manifest), PackInUse,
    DownloadFailed, DiskFull, PackAltered.
    """
    manifests = {each.name: each for each in read_manifests(order.resources_dir)}
    manifest = manifests.get(order.name)
    if manifest is None:
        raise PackMissing(
            worded("There is no model pack “{name}” to download.", name=order.name),
            mark("The packs that there are: lectern packs list."),
        )
    folder = pack_folder(manifest, order.packs_dir, order.resources_dir)
    if order.resources_dir in folder.parents:
        yield Meter(order.name, manifest.download_bytes).progress(PackPhase.DONE)
        return
    try:
        gathered = unfinished_folder(order.name, order.packs_dir)
        with closing(Staging(order.name, order.packs_dir, gathered)) as staging:
            yield from _Fetch(order, staging, manifest, tuple(manifests.values())).run()
    except OSError as error:
        raise disk_error(error) or DownloadFailed(
            mark("The model pack could not be written to the disk."),
            worded("Check that you may write to {folder}.", folder=str(order.packs_dir)),
        ) from error


class _Fetch:
    """One run of a download: what is wanted, what came, and how patient to be."""

    def __init__(
        self, order: Order, staging: Staging, manifest: Manifest, manifests: tuple[Manifest, ...]
    ) -> None:
        self._order = order
        self._staging = staging
        self._wanted = wanted_files(manifest)
        self._manifests = manifests
        self._meter = Meter(order.name, manifest.download_bytes)
        self._has_come = False

    def run(self) -> Iterator[PackProgress]:
        yield self._meter.progress(PackPhase.DOWNLOADING)
        for each in self._wanted:
            yield from self._check_again(each)
            if not self._staging.holds(each.key):
                yield from take_from_donors(
                    each,
                    self._staging,
                    self._meter,
                    manifests=self._manifests,
                    packs_dir=self._order.packs_dir,
                    free=self._order.free_bytes,
                )
        missing = [each for each in self._wanted if not self._staging.holds(each.key)]
        for place, each in enumerate(missing):
            missing[place] = yield from self._with_facts(each)
        received = self._staging.received
        self._meter.total = sum(each.size for each in missing) + sum(
            received[each.key][0] for each in self._wanted if each.key in received
        )
        require_space(
            self._staging.folder,
            sum(max(each.size - self._bytes_there(each), 0) for each in missing),
            free=self._order.free_bytes,
        )
        for each in missing:
            yield from self._fetch(each)
        yield self._meter.progress(PackPhase.INSTALLING)
        self._staging.install()
        yield self._meter.progress(PackPhase.DONE)

    def _check_again(self, wanted: Wanted) -> Iterator[PackProgress]:
        """Read a file that an earlier run completed, and keep it if it is still right.

        The power may have failed since, or an update may want another revision.
        """
        path = self._staging.folder / wanted.key
        if wanted.key not in self._staging.earlier or not path.is_file():
            return
        hasher = hashlib.sha256()
        with path.open("rb") as file:
            for block in read_blocks(file, hasher):
                self._meter.have(len(block))
                if self._meter.is_due():
                    yield self._meter.progress(PackPhase.VERIFYING, wanted.key)
        now = (path.stat().st_size, hasher.hexdigest())
        if now == self._staging.earlier[wanted.key] and wanted.facts.hold_for(path, now[1]):
            self._staging.accept(wanted.key, *now)
        else:
            self._meter.have(-now[0])

    def _partial(self, wanted: Wanted) -> Path:
        path = self._staging.path(wanted.key)
        return path.with_name(f"{path.name}.part")

    def _bytes_there(self, wanted: Wanted) -> int:
        partial = self._partial(wanted)
        return partial.stat().st_size if partial.exists() else 0

    def _with_facts(self, wanted: Wanted) -> Generator[PackProgress, None, Wanted]:
        """Ask the hub for what the manifest leaves open; the manifest's word comes first."""
        tries = 0
        while wanted.facts.size is None or not wanted.facts.can_tell:
            try:
                return wanted.knowing(hub.ask(wanted.part, wanted.path))
            except Interrupted as trouble:
                tries += 1
                yield from self._wait(trouble, tries, wanted)
        return wanted

    def _fetch(self, wanted: Wanted) -> Iterator[PackProgress]:
        """Bring one file here whole and right; raises PackAltered where the server's is not."""
        path = self._partial(wanted)
        for _ in range(_TRIES_OF_A_FILE):
            with closing(PartialFile(path)) as partial:
                for count in partial.catch_up():
                    self._meter.have(count)
                    if self._meter.is_due():
                        yield self._meter.progress(PackPhase.VERIFYING, wanted.key)
                if partial.length > wanted.size and wanted.facts.size is not None:
                    self._start_over(partial)
                yield from self._receive(wanted, partial)
            if wanted.facts.hold_for(path, partial.hexdigest()):
                path.replace(self._staging.path(wanted.key))
                self._staging.accept(wanted.key, partial.length, partial.hexdigest())
                return
            path.unlink()
            self._meter.have(-partial.length)
            yield self._meter.progress(
                PackPhase.DOWNLOADING,
                wanted.key,
                mark("A file came damaged; it is fetched again."),
            )
        raise PackAltered(
            worded(
                "The server's “{path}” of {repository} is not the one that belongs to the pack.",
                path=wanted.path,
                repository=wanted.part.repository,
            ),
            mark("If HF_ENDPOINT names a mirror, try without it; otherwise try again later."),
        )

    def _receive(self, wanted: Wanted, partial: PartialFile) -> Iterator[PackProgress]:
        """Bring a partial file to its full length, through every break of the connection."""
        tries = lies = 0
        is_whole = wanted.facts.size == partial.length
        while not is_whole:
            before = partial.length
            try:
                is_whole = yield from self._stream(wanted, partial)
            except Interrupted as trouble:
                tries = 1 if partial.length > before else tries + 1
                yield from self._wait(trouble, tries, wanted)
            except RangeRefused as refused:
                lies += 1
                if lies >= _RANGE_LIES:
                    raise DownloadFailed(
                        mark("The server answers wrongly when it is asked to go on with a file."),
                        mark("A proxy may be in between; another network may help."),
                    ) from refused
                self._start_over(partial)

    def _stream(self, wanted: Wanted, partial: PartialFile) -> Generator[PackProgress, None, bool]:
        """Read one response; returns whether the file has its full length (or too much)."""
        with hub.opened(wanted.part, wanted.path, start=partial.length) as body:
            if body.start != partial.length:
                self._start_over(partial)
            size = wanted.facts.size if wanted.facts.size is not None else body.total
            for block in body.blocks:
                partial.append(block)
                self._meter.add(len(block))
                self._has_come = True
                if size is not None and partial.length > size:
                    return True
                if self._meter.is_due():
                    yield self._meter.progress(PackPhase.DOWNLOADING, wanted.key)
        if size is not None and partial.length < size:
            raise Interrupted(mark("The connection ended in the middle of a file."))
        return True

    def _start_over(self, partial: PartialFile) -> None:
        self._meter.have(-partial.length)
        partial.start_over()

    def _wait(self, trouble: Interrupted, tries: int, wanted: Wanted) -> Iterator[PackProgress]:
        """Wait before the next try, longer each time; raises DownloadFailed after the last."""
        patience = self._order.patience
        most = patience.tries if self._has_come else patience.tries_at_first
        asked = trouble.wait or 0.0
        if tries >= most or asked > patience.longest_asked:
            raise DownloadFailed(trouble.sentence) from trouble
        seconds = max(min(patience.first_wait * 2 ** (tries - 1), patience.longest_wait), asked)
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            yield self._meter.progress(
                PackPhase.DOWNLOADING,
                wanted.key,
                sentences(
                    trouble.sentence,
                    worded("Trying again in {seconds} s.", seconds=math.ceil(left)),
                ),
            )
            sleep(min(left, PROGRESS_SECONDS))
