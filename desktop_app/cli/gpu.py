"""``lectern gpu``: whether graphics cards can be used, and what has to be added for it."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop_app.acquisition.space import in_words
from desktop_app.cli.output import INTERRUPTED, ProgressLine, interruptible, print_json
from desktop_app.domain import PackPhase
from desktop_app.settings import Settings

ACTIONS = ("show", "add", "remove")


def add_gpu(gpu: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    gpu.add_argument("action", nargs="?", choices=ACTIONS, default="show")
    gpu.add_argument("path", nargs="?", metavar="FILE", help="the zip file to add, or its folder")


def check_gpu(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Refuse what makes no sense."""
    if (options.action == "add") != (options.path is not None):
        parser.error(
            "gpu add needs the zip file"
            if options.action == "add"
            else f"gpu {options.action} takes no file"
        )


def run_gpu(options: argparse.Namespace, settings: Settings) -> int:
    """Do what ``options.action`` says and return the exit status; raises LecternError."""
    if options.action == "add":
        return _add(options, settings)
    if options.action == "remove":
        from desktop_app.acquisition.gpu_wheels import remove_gpu_support

        was_there = remove_gpu_support(settings.gpu_dir)
        if options.json:
            print_json({"removed": was_there})
        else:
            print("GPU support is removed." if was_there else "No GPU support was there.")
        return 0
    return _show(options, settings)


def _show(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.inference.gpu_support import added_support

    support = added_support(settings.gpu_dir)
    if options.json:
        print_json({"added": support is not None, "torch": support.torch if support else ""})
    elif support is None:
        print("No GPU support is added. Add it with: lectern gpu add FILE")
    else:
        size = in_words(sum(each.unpacked for each in support.wheels))
        print(f"GPU support is added: PyTorch {support.torch}, {size}.")
    return 0


def _add(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.acquisition.gpu_wheels import add_gpu_support

    is_done = False
    with interruptible() as is_interrupted, ProgressLine() as line:
        for progress in add_gpu_support(
            Path(options.path), gpu_dir=settings.gpu_dir, is_cancelled=is_interrupted
        ):
            line.show_pack(progress)
            is_done = progress.phase is PackPhase.DONE
    if options.json:
        print_json({"added": is_done})
    elif is_done:
        print("GPU support is added; the model uses it from the next start of Lectern.")
    else:
        print("Stopped; nothing was added.")
    return 0 if is_done else INTERRUPTED
