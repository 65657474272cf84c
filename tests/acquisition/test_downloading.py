"""A pack comes from the hub whole and right, or not at all, whatever the connection does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.acquisition.downloader import download_pack
from desktop_app.acquisition.removal import remove_pack
from desktop_app.domain import PackPhase
from desktop_app.errors import DiskFull, DownloadFailed, PackAltered, PackInUse, PackMissing
from desktop_app.inference.packs import find_pack, verify_pack
from desktop_app.inference.verification import load_hashes, write_received
from desktop_app.offline import NetworkRefused
from desktop_app.translation import Worded
from tests.acquisition.hub_server import REVISION, Fault, HubServer
from tests.acquisition.places import QUICK, WEIGHTS, Place, write_manifest


def test_a_pack_is_downloaded_and_appears_whole(hub: HubServer, place: Place, published: Path):
    steps = place.download()
    assert steps[-1].phase is PackPhase.DONE
    assert place.is_installed()
    got = sorted(each.relative_to(place.pack) for each in place.pack.glob("*/*"))
    assert [str(each) for each in got] == sorted(
        [f"embedder/{each.name}" for each in (published / "BAAI/tiny").iterdir()]
        + [f"reranker/{each.name}" for each in (published / "BAAI/tiny-reranker").iterdir()]
    )
    assert place.gathered("") == 0


def test_progress_never_goes_back_and_ends_at_the_size_of_the_pack(hub: HubServer, place: Place):
    # Twice as long as it takes until a rate is told.
    hub.misbehave(WEIGHTS, Fault("slow", after=2 << 20))
    steps = place.fetch()
    done = [each.bytes_done for each in steps]
    assert done == sorted(done)
    assert (
        done[-1]
        == steps[-1].bytes_total
        == sum(each.stat().st_size for each in place.pack.glob("*/*"))
    )
    under_way = [each for each in steps if each.file.endswith(WEIGHTS) and each.rate]
    assert under_way, steps
    assert all(each.seconds_left is not None for each in under_way)


def test_a_downloaded_pack_is_not_read_again_when_it_is_used(hub: HubServer, place: Place):
    place.fetch()
    before = load_hashes(place.packs_dir / "hashes.json")
    find_pack("tiny", **place.folders)
    assert load_hashes(place.packs_dir / "hashes.json") == before


def test_the_hub_learns_nothing_of_the_user(
    hub: HubServer, place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    place.download()
    for asked in hub.requests():
        headers = {name.lower(): value for name, value in asked.headers.items()}
        assert "authorization" not in headers
        assert "hf_secret" not in str(headers)
        assert headers["user-agent"].startswith("hf_hub/")
        assert "python" not in headers["user-agent"]


def test_nobody_else_can_use_the_network_meanwhile(hub: HubServer, place: Place):
    # Twice as long as it takes until a rate is told.
    hub.misbehave(WEIGHTS, Fault("slow", after=2 << 20))
    for step in download_pack("tiny", **place.folders, patience=QUICK):
        if step.file.endswith(WEIGHTS):
            with socket.socket() as plug, pytest.raises(NetworkRefused):
                plug.connect(("127.0.0.1", hub.port))
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize("kind", ["cut", "end", "stall"])
def test_a_broken_connection_is_taken_up_where_it_broke(hub: HubServer, place: Place, kind: str):
    hub.misbehave(WEIGHTS, Fault(kind, after=1 << 20), Fault(kind, after=1 << 20))
    steps = place.fetch()
    assert place.is_installed()
    asked = hub.requests(WEIGHTS, "GET")
    assert len([each for each in asked if "Range" in each.headers and each.status == 206]) == 2
    # A reset may lose what was in the sockets, so some of it may have been sent twice.
    size = (place.pack / "embedder" / WEIGHTS).stat().st_size
    assert hub.sent(WEIGHTS) < size + (2 << 20)
    assert any("Trying again" in each.notice for each in steps)


@pytest.mark.parametrize(
    "answers",
    [
        [Fault("cut", after=1 << 20), Fault("no-range")],
        [Fault("cut", after=1 << 20), Fault("wrong-range")],
        [Fault("cut", after=1 << 20), Fault("416")],
        [Fault("wrong-bytes")],
        [Fault("short")],
        [Fault("long")],
        [Fault("endless")],
        [Fault("status", status=503)],
        [Fault("status", status=429, headers=(("Retry-After", "1"),))],
        [Fault("status", status=500), Fault("cut", after=1 << 20), Fault("wrong-bytes")],
    ],
    ids=lambda answers: "-".join(each.kind for each in answers),
)
def test_a_server_that_lies_once_cannot_spoil_a_pack(
    hub: HubServer, place: Place, answers: list[Fault]
):
    hub.misbehave(WEIGHTS, *answers)
    steps = place.fetch()
    assert place.is_installed()
    verify_pack("tiny", **place.folders)
    done = [each.bytes_done for each in steps]
    assert done == sorted(done)


@pytest.mark.parametrize("kind", ["wrong-bytes", "long", "endless"])
def test_a_server_with_another_file_is_given_up(hub: HubServer, place: Place, kind: str):
    hub.misbehave(WEIGHTS, *[Fault(kind)] * 5)
    with pytest.raises(PackAltered, match=WEIGHTS):
        place.fetch()
    assert not place.is_installed()
    assert place.gathered(WEIGHTS) == 0
    assert len(hub.requests(WEIGHTS, "GET")) == 4  # twice, each at the hub and its storage


def test_a_server_that_never_answers_ranges_rightly_is_given_up(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, *[Fault("cut", after=1 << 20), Fault("wrong-range")] * 3)
    with pytest.raises(DownloadFailed, match="go on"):
        place.fetch()
    assert not place.is_installed()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=401), "does not give away"),
        (Fault("status", status=403), "does not give away"),
        (Fault("status", status=404), "does not have"),
        (Fault("status", status=418), "refused"),
        (Fault("status", status=503), "problem of its own"),
        (Fault("status", status=429), "too many requests"),
        (Fault("status", status=429, headers=(("Retry-After", "9999"),)), "too many requests"),
        (Fault("loop"), "in circles"),
        (Fault("wrong-revision", method="HEAD"), "another revision"),
        (Fault("stall"), "does not answer"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_server_that_refuses_is_described_in_a_sentence(
    hub: HubServer, place: Place, fault: Fault, words: str
):
    file = "config.json" if fault.method == "HEAD" else WEIGHTS
    hub.misbehave(file, *[fault] * 30)
    with pytest.raises(DownloadFailed, match=words) as failure:
        place.fetch()
    assert failure.value.hint
    assert not place.is_installed()
    hub.forget()
    place.fetch()
    assert place.is_installed()


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("http://127.0.0.1:9", "could not be reached"),
        ("http://nowhere.invalid", "could not be found"),
        ("https://127.0.0.1:{port}", "No secure connection"),
        ("ftp://127.0.0.1", "address of the server"),
        ("nonsense", "address of the server"),
    ],
)
def test_a_server_that_cannot_be_reached_is_described_in_a_sentence(
    hub: HubServer,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
    words: str,
):
    monkeypatch.setenv("HF_ENDPOINT", endpoint.format(port=hub.port))
    with pytest.raises(DownloadFailed, match=words):
        place.download()
    assert not place.is_installed()


def test_a_proxy_that_is_away_is_described_in_a_sentence(
    hub: HubServer, place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="could not be reached"):
        place.download()
    assert hub.requests() == []


def test_a_proxy_that_refuses_is_described_in_a_sentence(
    hub: HubServer, place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    monkeypatch.setenv("HTTPS_PROXY", hub.url)
    with pytest.raises(DownloadFailed, match="proxy refused"):
        place.download()


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    hub: HubServer, place: Place, published: Path, monkeypatch: pytest.MonkeyPatch
):
    impostor = HubServer(published, is_secure=True)
    monkeypatch.setenv("HF_ENDPOINT", impostor.url)
    try:
        with pytest.raises(DownloadFailed, match="certificate"):
            place.download()
        assert impostor.requests() == []
    finally:
        impostor.close()


def test_a_proxy_is_used(hub: HubServer, place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", hub.url)
    place.download()
    assert place.is_installed()
    assert {each.headers["Host"] for each in hub.requests()} >= {"hub.invalid"}


def test_a_mirror_that_knows_no_facts_will_do_where_the_manifest_knows_them(
    hub: HubServer, place: Place
):
    for file in ("config.json", WEIGHTS):
        hub.misbehave(file, *[Fault("no-facts", method="HEAD")] * 2)
    place.fetch()
    assert place.is_installed()


def test_a_mirror_that_names_files_by_their_plain_hash_will_do(hub: HubServer, place: Place):
    hub.misbehave("config.json", *[Fault("plain-hash", method="HEAD")] * 2)
    place.fetch()
    assert place.is_installed()


def test_what_the_manifest_leaves_open_is_asked_of_the_hub_and_kept(
    hub: HubServer, place: Place, published: Path
):
    write_manifest(place.resources_dir / "packs" / "tiny.toml", published, is_open=True)
    hub.misbehave("config.json", Fault("wrong-bytes"))
    hub.misbehave(WEIGHTS, Fault("wrong-bytes"))
    place.fetch()
    assert place.is_installed()
    weights = place.pack / "embedder" / WEIGHTS
    data = bytearray(weights.read_bytes())
    data[0] ^= 1
    weights.write_bytes(data)
    with pytest.raises(PackAltered, match=WEIGHTS):
        verify_pack("tiny", **place.folders)


def test_too_little_room_is_told_before_anything_is_fetched(hub: HubServer, place: Place):
    with pytest.raises(DiskFull, match=r"268\.9 MB|27\d\.\d MB.* are needed.*1\.0 MB are free"):
        place.fetch(free=_one_megabyte)
    assert hub.requests(method="GET") == []
    assert not place.is_installed()


def _one_megabyte(_folder: Path) -> int:
    return 1_000_000


def test_a_disk_that_becomes_full_keeps_what_came(hub: HubServer, place: Place):
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place.packs_dir)]
    if os.name == "nt" or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        with pytest.raises(DiskFull):
            place.fetch(free=_plenty)
        assert place.gathered(WEIGHTS) > 1 << 19
        subprocess.run(["mount", "-o", "remount,size=64m", str(place.packs_dir)], check=True)
        before = hub.sent(WEIGHTS)
        place.fetch(free=_plenty)
        assert place.is_installed()
        size = (place.pack / "embedder" / WEIGHTS).stat().st_size
        assert hub.sent(WEIGHTS) - before < size
    finally:
        subprocess.run(["umount", str(place.packs_dir)], check=True)


def _plenty(_folder: Path) -> int:
    return 1 << 40


def test_a_folder_that_cannot_be_written_is_described_in_a_sentence(hub: HubServer, place: Place):
    place.packs_dir.rmdir()
    place.packs_dir.write_text("a file in its place", encoding="utf-8")
    with pytest.raises(DownloadFailed, match="written"):
        place.fetch()


def test_two_downloads_of_one_pack_do_not_meet(hub: HubServer, place: Place):
    # Twice as long as it takes until a rate is told.
    hub.misbehave(WEIGHTS, Fault("slow", after=2 << 20))
    first = download_pack("tiny", **place.folders, patience=QUICK)
    next(first)
    with pytest.raises(PackInUse):
        place.download()
    assert list(first)[-1].phase is PackPhase.DONE
    assert place.is_installed()


def test_files_in_the_users_hub_cache_are_linked_and_not_fetched(
    hub: HubServer, place: Place, published: Path, tmp_path: Path
):
    cached = _cache(tmp_path / "hub", published / "BAAI" / "tiny" / WEIGHTS, "tiny")
    place.download()
    assert place.is_installed()
    assert hub.requests(WEIGHTS) == []
    assert (place.pack / "embedder" / WEIGHTS).samefile(cached)


def test_a_damaged_file_in_the_users_hub_cache_is_not_used(
    hub: HubServer, place: Place, published: Path, tmp_path: Path
):
    cached = _cache(tmp_path / "hub", published / "BAAI" / "tiny" / WEIGHTS, "tiny")
    damaged = bytearray(cached.read_bytes())
    damaged[0] ^= 1
    cached.write_bytes(damaged)
    place.download()
    assert place.is_installed()
    assert hub.sent(WEIGHTS) > 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the rights of POSIX")
def test_a_file_of_somebody_else_in_the_users_hub_cache_is_not_used(
    hub: HubServer, place: Place, published: Path, tmp_path: Path
):
    if os.geteuid() == 0:
        pytest.skip("root may read anything")
    cached = _cache(tmp_path / "hub", published / "BAAI" / "tiny" / WEIGHTS, "tiny")
    cached.chmod(0)
    place.download()
    assert place.is_installed()


def _cache(home: Path, file: Path, repository: str) -> Path:
    """Put a file where the client keeps it, and return the blob."""
    model = home / "hub" / f"models--BAAI--{repository}"
    blob = model / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
    blob.parent.mkdir(parents=True)
    shutil.copy(file, blob)
    snapshot = model / "snapshots" / REVISION / file.name
    snapshot.parent.mkdir(parents=True)
    try:
        snapshot.symlink_to(Path("../../blobs") / blob.name)
    except OSError:
        pytest.skip("needs the right to make symbolic links")
    return blob


def test_what_was_begun_and_is_found_elsewhere_since_leaves_no_rest(
    hub: HubServer, place: Place, published: Path
):
    begun = place.packs_dir / ".unfinished" / "tiny" / "embedder"
    begun.mkdir(parents=True)
    (begun / f"{WEIGHTS}.part").write_bytes(b"begun")
    write_manifest(place.resources_dir / "packs" / "twin.toml", published)
    place.fetch("twin")
    place.fetch()
    assert place.is_installed()
    assert list(place.pack.rglob("*.part")) == []


def test_a_file_that_changed_since_it_came_is_fetched_again(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, Fault("status", status=404))
    with pytest.raises(DownloadFailed):
        place.fetch()
    tokenizer = place.packs_dir / ".unfinished" / "tiny" / "embedder" / "tokenizer.json"
    size = tokenizer.stat().st_size
    tokenizer.write_bytes(bytes(size))  # as a disk that lost its power may leave it
    hub.forget()
    place.fetch()
    verify_pack("tiny", **place.folders)
    assert {each.file for each in hub.requests()} == {"tokenizer.json", WEIGHTS}


def test_what_was_begun_for_another_revision_is_not_kept(
    hub: HubServer, place: Place, published: Path, tmp_path: Path
):
    former = tmp_path / "former"
    shutil.copytree(published, former)
    for file in former.rglob("tokenizer.json"):
        file.write_text(file.read_text() + " ")
    manifest = place.resources_dir / "packs" / "tiny.toml"
    write_manifest(manifest, former)
    begun = place.packs_dir / ".unfinished" / "tiny"
    shutil.copytree(former / "BAAI" / "tiny", begun / "embedder")
    (begun / "embedder" / WEIGHTS).unlink()
    write_received(
        begun,
        {
            f"embedder/{each.name}": (
                each.stat().st_size,
                hashlib.sha256(each.read_bytes()).hexdigest(),
            )
            for each in (begun / "embedder").iterdir()
        },
    )
    write_manifest(manifest, published)
    place.fetch()
    verify_pack("tiny", **place.folders)
    assert {each.path.split("/")[-4] for each in hub.requests("tokenizer.json", "GET")} >= {"tiny"}


def test_of_a_damaged_pack_only_the_damaged_file_is_fetched_again(hub: HubServer, place: Place):
    place.fetch()
    hub.forget()
    config = place.pack / "embedder" / "config.json"
    config.write_text(config.read_text() + " ")
    place.fetch()
    verify_pack("tiny", **place.folders)
    assert {each.file for each in hub.requests()} == {"config.json"}


def test_a_model_that_another_pack_has_is_not_fetched_again(
    hub: HubServer, place: Place, published: Path
):
    write_manifest(place.resources_dir / "packs" / "twin.toml", published)
    place.fetch()
    hub.forget()
    place.fetch("twin")
    assert hub.requests() == []
    find_pack("twin", **place.folders)


def test_a_pack_without_a_manifest_cannot_be_downloaded(place: Place):
    with pytest.raises(PackMissing, match="no-such") as error:
        list(download_pack("no-such", **place.folders))
    assert isinstance(error.value.title, Worded)
    assert error.value.title.values == {"name": "no-such"}


def test_what_came_is_written_down(hub: HubServer, place: Place):
    place.fetch()
    received = json.loads((place.pack / "received.json").read_text())
    assert len(received) == len(list(place.pack.glob("*/*")))
    assert all(len(sha256) == 64 for _size, sha256 in received.values())


FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(
        ["", "cut", "end", "no-range", "wrong-range", "416", "wrong-bytes", "short", "long", "loop"]
    ),
    after=st.integers(0, 3 << 20),
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(faults=st.lists(FAULTS, max_size=12), file=st.sampled_from([WEIGHTS, "config.json"]))
def test_whatever_goes_wrong_a_pack_is_right_or_absent_and_can_be_gone_on_with(
    hub: HubServer, place: Place, faults: list[Fault], file: str
):
    remove_pack("tiny", **place.folders)
    hub.misbehave(file, *faults)
    try:
        place.fetch()
    except (DownloadFailed, PackAltered):
        assert not place.is_installed()
    else:
        verify_pack("tiny", **place.folders)
    hub.forget()
    place.fetch()
    verify_pack("tiny", **place.folders)
