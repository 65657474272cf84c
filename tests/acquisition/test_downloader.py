"""The downloader process: paused, cancelled, killed and orphaned without losing a byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from desktop_app.acquisition.downloader import download_pack
from desktop_app.domain import PackPhase, PackState
from desktop_app.errors import DownloadFailed
from desktop_app.inference.packs import list_packs
from tests.acquisition.hub_server import Fault, HubServer
from tests.acquisition.places import QUICK, WEIGHTS, Place, broken_disk

ROOT = Path(__file__).resolve().parents[2]
HALF = 2 << 20
_PROMPT = 2.0
"""Seconds within which a download lets go, however its server stalls."""


def downloaders(parent: int | None = None) -> list[psutil.Process]:
    """Return the running children that are downloaders or fetchers of a process."""
    children = psutil.Process(parent).children()
    return [each for each in children if "spawn_main" in " ".join(each.cmdline())]


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for a condition, and fail where it does not come."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_the_process_ends_with_the_download(hub: HubServer, place: Place):
    before = {each.pid for each in downloaders()}
    steps = download_pack("tiny", **place.folders, patience=QUICK)
    next(steps)
    assert len({each.pid for each in downloaders()} - before) == 1
    list(steps)
    assert {each.pid for each in downloaders()} <= before


def test_a_cancelled_download_ends_at_once_while_the_server_stalls(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, *[Fault("stall", after=HALF)] * 9)
    before = {each.pid for each in downloaders()}
    asked_at = 0.0

    def is_cancelled() -> bool:
        nonlocal asked_at
        if not asked_at and place.gathered(WEIGHTS) >= HALF:
            asked_at = time.monotonic()
        return bool(asked_at)

    steps = list(download_pack("tiny", **place.folders, is_cancelled=is_cancelled))
    assert time.monotonic() - asked_at < _PROMPT
    assert steps[-1].phase is PackPhase.DOWNLOADING
    assert {each.pid for each in downloaders()} <= before
    assert not place.is_installed()
    (listing,) = list_packs(**place.folders)
    assert listing.state is PackState.UNFINISHED
    assert listing.present_bytes >= HALF


def test_a_server_that_stalls_is_told_of_while_it_is_waited_for(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, *[Fault("stall", after=HALF)] * 3)
    os.environ["HF_HUB_DOWNLOAD_TIMEOUT"] = "5"  # put back by the fixture
    notices = {}
    for step in download_pack("tiny", **place.folders, patience=QUICK):
        notices[step.notice] = step
        if step.notice:
            break
    assert notices["Waiting for the server."].rate == 0.0


def test_not_pulling_pauses_the_download(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, Fault("slow", after=4 << 20))
    steps = download_pack("tiny", **place.folders, patience=QUICK)
    while not next(steps).file.endswith(WEIGHTS):
        pass
    there, sent = place.gathered(WEIGHTS), hub.sent(WEIGHTS)
    # The server goes on until the sockets are full; nothing of it is taken.
    wait_until(lambda: hub.sent(WEIGHTS) > sent)
    assert place.gathered(WEIGHTS) == there
    steps.close()


def test_a_killed_downloader_is_told_of_and_loses_nothing(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, Fault("stall", after=HALF))
    before = {each.pid for each in downloaders()}
    steps = download_pack("tiny", **place.folders)
    while place.gathered(WEIGHTS) < HALF:
        next(steps)
    (child,) = [each for each in downloaders() if each.pid not in before]
    child.kill()
    with pytest.raises(DownloadFailed, match="unexpectedly"):
        list(steps)
    _expect_the_rest_only(hub, place)


def test_a_bug_in_the_downloader_is_logged_by_its_place_and_not_by_its_words(
    hub: HubServer, place: Place, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(DownloadFailed, match="unexpectedly"):
        list(download_pack("tiny", **place.folders, free=broken_disk))
    assert "ZeroDivisionError in places.py" in caplog.text
    assert "secret" not in caplog.text


def test_a_killed_application_leaves_no_downloader_and_loses_nothing(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, Fault("stall", after=HALF))
    os.environ["HF_HUB_DOWNLOAD_TIMEOUT"] = "60"  # put back by the fixture
    code = (
        "import sys; from pathlib import Path\n"
        "from desktop_app.acquisition.downloader import download_pack\n"
        "for _ in download_pack('tiny', packs_dir=Path(sys.argv[1]),"
        " resources_dir=Path(sys.argv[2])): pass\n"
    )
    application = subprocess.Popen(
        [sys.executable, "-c", code, str(place.packs_dir), str(place.resources_dir)], cwd=ROOT
    )
    try:
        wait_until(lambda: place.gathered(WEIGHTS) >= HALF)
        (child,) = downloaders(application.pid)
    finally:
        application.kill()
        application.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)
    _expect_the_rest_only(hub, place)


def _expect_the_rest_only(hub: HubServer, place: Place) -> None:
    assert not place.is_installed()
    there = place.gathered(WEIGHTS)
    hub.forget()
    place.fetch()
    assert place.is_installed()
    size = (place.pack / "embedder" / WEIGHTS).stat().st_size
    assert hub.sent(WEIGHTS) == size - there
    assert {each.file for each in hub.requests()} == {WEIGHTS}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX signals")
def test_ctrl_c_does_not_reach_the_downloader(hub: HubServer, place: Place):
    before = {each.pid for each in downloaders()}
    steps = download_pack("tiny", **place.folders, patience=QUICK)
    next(steps)
    (child,) = [each for each in downloaders() if each.pid not in before]
    child.send_signal(signal.SIGINT)
    assert list(steps)[-1].phase is PackPhase.DONE


def test_the_window_process_does_not_import_the_hubs_client():
    code = (
        "import sys, desktop_app.app, desktop_app.acquisition.downloader,"
        " desktop_app.acquisition.importing;"
        "print([m for m in ('huggingface_hub', 'httpx2', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
