"""A pack off this computer."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from desktop_app.acquisition.staging import Staging, discard
from desktop_app.domain import PackState
from desktop_app.errors import PackInUse, PackMissing
from desktop_app.inference.packs import list_packs, unfinished_folder
from desktop_app.translation import mark, worded


def remove_pack(name: str, *, packs_dir: Path, resources_dir: Path) -> None:
    """Delete an installed pack's files and what an interrupted download of it left.

    The pack is gone in one step, before its gigabytes are deleted. Whether somebody needs
    it is for the caller to know. A pack that is known but not here is left so. Raises
    PackMissing (nobody knows it), PackInUse (it is being downloaded, is a part of Lectern,
    or lies where one may not write).
    """
    listings = {
        each.name: each for each in list_packs(packs_dir=packs_dir, resources_dir=resources_dir)
    }
    listing = listings.get(name)
    if listing is None:
        raise PackMissing(worded("There is no model pack “{name}” to remove.", name=name))
    if listing.state is PackState.BUILT_IN:
        raise PackInUse(
            worded("The pack “{name}” is a part of Lectern and cannot be removed.", name=name),
            mark("It takes little room, and answers when no other pack is there."),
        )
    unfinished = unfinished_folder(name, packs_dir)
    try:
        with closing(Staging(name, packs_dir, unfinished)) as staging:
            staging.drop()
            discarded = discard(listing.folder, packs_dir)
            if discarded is not None:
                shutil.rmtree(discarded, ignore_errors=True)
    except OSError as error:
        raise PackInUse(
            worded("The files of the model pack “{name}” could not be removed.", name=name),
            worded("Check that you may write to {folder}.", folder=str(packs_dir)),
        ) from error
