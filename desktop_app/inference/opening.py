"""From the settings to a pack and its process: what every front end begins with."""

from __future__ import annotations

from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import Settings, resources_dir


def open_model(settings: Settings) -> tuple[Pack, ModelProcess]:
    """Find the pack that the settings name, and make its process without starting it.

    Raises PackMissing and PackAltered. The caller closes the process.
    """
    pack = find_pack(settings.pack, packs_dir=settings.packs_dir, resources_dir=resources_dir())
    return pack, make_model(pack, settings)


def make_model(pack: Pack, settings: Settings) -> ModelProcess:
    """Make a pack's process without starting it; the caller closes it."""
    return ModelProcess(
        pack,
        device=settings.device,
        threads=settings.threads,
        cache_dir=settings.cache_dir,
        gpu_dir=settings.gpu_dir,
        idle_seconds=settings.idle_unload_seconds,
    )
