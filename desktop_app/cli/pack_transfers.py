"""``lectern packs download|import|export``: packs that come and go, with a progress line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop_app.acquisition.space import in_words
from desktop_app.cli.output import INTERRUPTED, ProgressLine, interruptible, one_line, print_json
from desktop_app.domain import IsCancelled, PackListing, PackPhase, PackProgress
from desktop_app.errors import PackAltered, PackMissing, PackRefused
from desktop_app.settings import Settings, resources_dir

_Start = Callable[[IsCancelled], Iterator[PackProgress]]


def run_transfer(options: argparse.Namespace, settings: Settings) -> int:
    """Get or give a pack and return the exit status; raises LecternError."""
    packs_dir, resources = settings.packs_dir, resources_dir()
    if options.action == "download":
        return _download(options, packs_dir, resources)
    if options.action == "import":
        from desktop_app.acquisition.importing import import_pack

        path = Path(options.name)
        return _run(
            options,
            lambda stop: import_pack(
                path, packs_dir=packs_dir, resources_dir=resources, is_cancelled=stop
            ),
            done="{pack} is on this computer now. Use it with: lectern packs use {pack}",
            stopped="Stopped; nothing was imported.",
        )
    from desktop_app.acquisition.exporting import export_pack

    if options.path.exists() and not options.path.is_dir():
        raise PackRefused(f"“{options.path}” exists already.", "Name another file, or delete it.")
    return _run(
        options,
        lambda stop: export_pack(
            options.name,
            options.path,
            packs_dir=packs_dir,
            resources_dir=resources,
            is_cancelled=stop,
        ),
        done="{pack} was written. Import it elsewhere with: lectern packs import PATH",
        stopped="Stopped; nothing was written.",
    )


def _download(options: argparse.Namespace, packs_dir: Path, resources: Path) -> int:
    from desktop_app.acquisition.downloader import download_pack
    from desktop_app.inference.packs import find_pack, list_packs

    listings = {
        each.name: each for each in list_packs(packs_dir=packs_dir, resources_dir=resources)
    }
    listing = listings.get(options.name)
    if listing is None or not listing.sources:
        raise PackMissing(
            f"There is no model pack “{options.name}” to download.",
            "The packs that there are: lectern packs list.",
        )
    if listing.is_installed:
        try:
            find_pack(options.name, packs_dir=packs_dir, resources_dir=resources)
        except PackAltered as error:
            print(one_line(str(error)), file=sys.stderr)
        else:
            print(f"{options.name} is on this computer already.", file=sys.stderr)
            if options.json:
                print_json({"name": options.name, "bytes": listing.present_bytes, "seconds": 0.0})
            return 0
    if not _is_wanted(listing, is_sure=options.yes):
        print("Nothing was downloaded.", file=sys.stderr)
        return 0
    return _run(
        options,
        lambda stop: download_pack(
            options.name, packs_dir=packs_dir, resources_dir=resources, is_cancelled=stop
        ),
        done="{pack} is on this computer now. Use it with: lectern packs use {pack}",
        stopped="Stopped; what came so far is kept. The same command goes on from there.",
    )


def _is_wanted(listing: PackListing, *, is_sure: bool) -> bool:
    """Show size, origin and license, and ask where there is somebody to answer."""
    print(
        f"{listing.title}: {in_words(listing.download_bytes)} "
        f"from {' and '.join(listing.sources)}.\nLicense: {listing.license}.",
        file=sys.stderr,
    )
    if listing.present_bytes:
        print(f"{in_words(listing.present_bytes)} are here already.", file=sys.stderr)
    # A script named the pack and cannot answer.
    if is_sure or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print("Download it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def _run(options: argparse.Namespace, start: _Start, *, done: str, stopped: str) -> int:
    started = time.monotonic()
    last: PackProgress | None = None
    with interruptible() as is_interrupted, ProgressLine() as line:
        for last in start(is_interrupted):
            line.show_pack(last)
    is_done = last is not None and last.phase is PackPhase.DONE
    if options.json and last is not None:
        print_json(
            {
                "name": last.pack,
                "done": is_done,
                "bytes": last.bytes_total if is_done else last.bytes_done,
                "seconds": round(time.monotonic() - started, 2),
            }
        )
    elif is_done and last is not None:
        print(done.format(pack=last.pack))
    if not is_done:
        print(stopped, file=sys.stderr)
    return 0 if is_done else INTERRUPTED
