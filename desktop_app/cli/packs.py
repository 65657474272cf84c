"""``lectern packs``: list and verify model packs."""

from __future__ import annotations

import argparse
from typing import Any

from desktop_app.cli.output import print_json
from desktop_app.settings import Settings, resources_dir


def run_packs(options: argparse.Namespace, settings: Settings) -> int:
    """Do what ``options.action`` says and return the exit status; raises LecternError."""
    from desktop_app.inference.packs import list_packs, verify_pack

    places = {"packs_dir": settings.packs_dir, "resources_dir": resources_dir()}
    if options.action == "verify":
        pack = verify_pack(options.name or settings.pack, **places)
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
