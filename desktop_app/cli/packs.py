"""``lectern packs``: list and verify model packs, and choose the one of a library."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from desktop_app.cli.answers import print_use, use_json
from desktop_app.cli.output import print_json
from desktop_app.session import Session
from desktop_app.settings import Settings, resources_dir

_OF_A_LIBRARY = ("use", "forget")


def run_packs(
    options: argparse.Namespace, settings: Settings, open_session: Callable[..., Session]
) -> int:
    """Do what ``options.action`` says and return the exit status; raises LecternError."""
    if options.action in _OF_A_LIBRARY:
        return _choose(options, settings, open_session)
    from desktop_app.inference.packs import list_packs, verify_pack

    places = {"packs_dir": settings.packs_dir, "resources_dir": resources_dir()}
    if options.action == "verify":
        pack = verify_pack(options.name or options.pack or settings.pack, **places)
        answer: list[dict[str, Any]] = [{"name": pack.name, "verified": True}]
    else:
        answer = [
            {
                "name": each.name,
                "title": each.title,
                "installed": each.is_installed,
                "folder": str(each.folder),
                "languages": sorted(each.languages),
                "reranker": each.has_reranker,
                "license": each.license,
                "download_bytes": each.download_bytes,
            }
            for each in list_packs(**places)
        ]
    if options.json:
        print_json(answer)
    elif options.action == "verify":
        print(f"{answer[0]['name']}: every file is the one that its manifest names.")
    else:
        for row in answer:
            state = "installed" if row["installed"] else "not on this computer"
            print(f"{row['name']:16} {state:22} {row['title']}")
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
