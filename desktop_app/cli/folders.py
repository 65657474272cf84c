"""``lectern folders``: what is indexed, what of it is left out, and no longer indexing it."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from desktop_app.cli.output import one_line, print_json
from desktop_app.domain import Root
from desktop_app.domain.folders import RootRules
from desktop_app.errors import RootError
from desktop_app.session import Session

ACTIONS = ("list", "rules", "remove")
_CHANGES = ("exclude", "include", "hidden", "largest_mb", "reset")


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Declare what may be written after ``lectern folders``."""
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="list")
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--exclude", action="append", metavar="PATTERN", help='leave out, e.g. "*.bak", "drafts/"'
    )
    parser.add_argument(
        "--include", action="append", metavar="PATTERN", help="take a pattern off the list"
    )
    parser.add_argument("--hidden", choices=("yes", "no"), help="whether hidden files are read")
    parser.add_argument(
        "--largest-mb", type=int, metavar="N", help="leave out larger files; 0: as the settings say"
    )
    parser.add_argument("--reset", action="store_true", help="go back to the rules of a new folder")


def check_folders(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Refuse what makes no sense; exits with 2."""
    if options.action != "list" and options.folder is None:
        parser.error(f"folders {options.action} needs a folder")
    if options.action == "list" and options.folder is not None:
        parser.error("folders list takes no folder")
    if options.action != "rules" and changes_rules(options):
        parser.error("rules are changed with: folders rules FOLDER")
    if options.largest_mb is not None and options.largest_mb < 0:
        parser.error("--largest-mb must not be below 0")


def changes_rules(options: argparse.Namespace) -> bool:
    """Say whether any option asks for other rules."""
    return any(getattr(options, each) not in (None, False) for each in _CHANGES)


def writes(options: argparse.Namespace) -> bool:
    """Say whether texts are written, so that another Lectern must not hold the library."""
    return bool(options.action == "remove")


def run_folders(session: Session, options: argparse.Namespace) -> int:
    """List the folders, show or change what is left out of one, or remove one."""
    if options.action == "list":
        return _list(session, options)
    root = _root_of(session, options.folder)
    if options.action == "remove":
        return _remove(session, root, options)
    rules = session.root_rules(root.path)
    changed = _changed(rules, options)
    if changed != rules:
        session.set_root_rules(root.path, changed)
    if options.json:
        print_json({"folder": root.path, **_rules_json(changed)})
        return 0
    _print_rules(root.path, changed)
    if changed != rules:
        print("An open window acts on it at once, else the next “lectern index” does.")
    return 0


def _list(session: Session, options: argparse.Namespace) -> int:
    roots = session.roots()
    if options.json:
        print_json({"folders": [_root_json(root) for root in roots]})
        return 0
    if not roots:
        print("No folder is indexed yet. Add one with: lectern index FOLDER")
    for root in roots:
        print(f"{one_line(root.path)}  {root.documents:,} files, {root.state.value}")
    return 0


def _remove(session: Session, root: Root, options: argparse.Namespace) -> int:
    session.remove_root(root.path)
    if options.json:
        print_json({"removed": root.path, "documents": root.documents})
    else:
        print(
            f"“{one_line(root.path)}” is no longer indexed ({root.documents:,} files). "
            "The files themselves stay where they are."
        )
    return 0


def _root_of(session: Session, folder: Path) -> Root:
    # As it was added, and as it is written: a folder that is away cannot be resolved.
    names = {str(folder), str(folder.expanduser().absolute()), str(folder.expanduser().resolve())}
    for root in session.roots():
        if root.path in names:
            return root
    raise RootError(
        f"“{folder}” is not an indexed folder.", "See which are with: lectern folders list"
    )


def _changed(rules: RootRules, options: argparse.Namespace) -> RootRules:
    if options.reset:
        rules = RootRules()
    excludes = [each for each in rules.excludes if each not in (options.include or ())]
    excludes += [each for each in options.exclude or () if each.strip() and each not in excludes]
    rules = replace(rules, excludes=tuple(excludes))
    if options.hidden is not None:
        rules = replace(rules, has_hidden=options.hidden == "yes")
    if options.largest_mb is not None:
        rules = replace(rules, largest_mb=options.largest_mb)
    return rules


def _print_rules(path: str, rules: RootRules) -> None:
    print(one_line(path))
    print("  left out: " + (one_line(", ".join(rules.excludes)) or "nothing by its name"))
    print(f"  hidden files: {'read' if rules.has_hidden else 'left out'}")
    limit = f"files over {rules.largest_mb:,} MB are left out" if rules.largest_mb else ""
    print(f"  size: {limit or 'as the settings say'}")


def _rules_json(rules: RootRules) -> dict[str, Any]:
    return {**asdict(rules), "excludes": list(rules.excludes)}


def _root_json(root: Root) -> dict[str, Any]:
    last = root.last_indexed
    return {
        **asdict(root),
        "state": root.state.value,
        "last_indexed": last.isoformat() if last is not None else None,
    }
