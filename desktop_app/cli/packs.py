"""``lectern packs``: which there are and how they are, and which one a library uses."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from desktop_app.acquisition.space import in_words
from desktop_app.cli.answers import print_use, use_json
from desktop_app.cli.output import one_line, print_json
from desktop_app.cli.pack_transfers import run_transfer
from desktop_app.domain import PackListing, PackState
from desktop_app.session import Session
from desktop_app.settings import Settings, resources_dir

_OF_A_LIBRARY = ("use", "forget")
_TRANSFERS = ("download", "import", "export")
_STATES = {
    PackState.AVAILABLE: "not on this computer",
    PackState.UNFINISHED: "begun",
    PackState.INSTALLED: "installed",
    PackState.BUILT_IN: "built in",
}


def run_packs(
    options: argparse.Namespace, settings: Settings, open_session: Callable[..., Session]
) -> int:
    """Do what ``options.action`` says and return the exit status; raises LecternError."""
    if options.action in _OF_A_LIBRARY:
        return _choose(options, settings, open_session)
    if options.action in _TRANSFERS:
        return run_transfer(options, settings)
    if options.action == "remove":
        return _remove(options, settings, open_session)
    return _verify(options, settings) if options.action == "verify" else _list(options, settings)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.inference.packs import list_packs

    listings = list_packs(packs_dir=settings.packs_dir, resources_dir=resources_dir())
    if options.json:
        print_json([_row(each) for each in listings])
        return 0
    for each in listings:
        state = _STATES[each.state]
        if each.state is PackState.UNFINISHED:
            state = f"begun, {each.present_bytes * 100 // max(each.download_bytes, 1)}% here"
        size = in_words(each.download_bytes or each.present_bytes)
        name, title = one_line(each.name), one_line(each.title)
        license_ = one_line(each.license) or "license unknown"
        print(f"{name:16} {state:22} {size:>9}  {title}  [{license_}]")
    return 0


def _row(listing: PackListing) -> dict[str, Any]:
    return {
        "name": listing.name,
        "title": listing.title,
        "state": listing.state.value,
        "installed": listing.is_installed,
        "folder": str(listing.folder),
        "languages": sorted(listing.languages),
        "reranker": listing.has_reranker,
        "license": listing.license,
        "sources": list(listing.sources),
        "download_bytes": listing.download_bytes,
        "present_bytes": listing.present_bytes,
    }


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.inference.packs import verify_pack

    pack = verify_pack(
        options.name or options.pack or settings.pack,
        packs_dir=settings.packs_dir,
        resources_dir=resources_dir(),
    )
    if options.json:
        print_json([{"name": pack.name, "verified": True}])
    else:
        print(f"{pack.name}: every file is the one that its manifest names.")
    return 0


def _remove(
    options: argparse.Namespace, settings: Settings, open_session: Callable[..., Session]
) -> int:
    from desktop_app.store.manifest import is_library

    if is_library(settings.library_dir):
        # The library knows whether it needs the pack.
        session = open_session(settings, is_writable=False)
        try:
            session.remove_pack(options.name)
        finally:
            session.close()
    else:
        from desktop_app.acquisition.removal import remove_pack

        remove_pack(options.name, packs_dir=settings.packs_dir, resources_dir=resources_dir())
    if options.json:
        print_json({"name": options.name, "removed": True})
    else:
        print(f"{options.name} is no longer on this computer.")
    return 0


def _choose(
    options: argparse.Namespace, settings: Settings, open_session: Callable[..., Session]
) -> int:
    session = open_session(settings)
    try:
        if options.action == "use":
            session.use_pack(options.name)
        else:
            session.forget_vectors(options.name)
        use = session.pack_use()
    finally:
        session.close()
    if options.json:
        print_json(use_json(use))
    else:
        print_use(use)
    return 0
