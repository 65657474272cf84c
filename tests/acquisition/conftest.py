"""A hub on the loopback with one tiny pack, and a place to put it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.acquisition.hub_server import HubServer
from tests.acquisition.places import WEIGHTS, Fetcher, MakeOwn, Place, write_manifest
from tests.tiny_packs import make_tiny_m3_pack


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the hub serves: a tiny embedder and reranker, the weights padded."""
    root = tmp_path_factory.mktemp("published")
    made = make_tiny_m3_pack(tmp_path_factory.mktemp("made") / "tiny")
    shutil.copytree(made / "embedder", root / "BAAI" / "tiny")
    shutil.copytree(made / "reranker", root / "BAAI" / "tiny-reranker")
    weights = root / "BAAI" / "tiny" / WEIGHTS
    # Larger than the sockets' buffers, so that a cut comes in the middle; a zip file's
    # readers look for its end, so the weights stay readable.
    weights.write_bytes(Random(0).randbytes(3 << 20) + weights.read_bytes())
    return root


@pytest.fixture(scope="session")
def unknown_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that no manifest knows; to be copied, not changed."""
    return make_tiny_m3_pack(tmp_path_factory.mktemp("unknown") / "unknown", seed=3)


@pytest.fixture
def own(tmp_path: Path, unknown_model: Path) -> MakeOwn:
    """Make a copy of the unknown model in a folder of a given name."""
    return lambda name: Path(shutil.copytree(unknown_model, tmp_path / name))


@pytest.fixture(scope="session")
def server(published: Path) -> Iterator[HubServer]:
    """The hub's process, shared by all tests."""
    server = HubServer(published)
    yield server
    server.close()


@pytest.fixture(scope="session")
def fetcher(server: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetcher]:
    """A process that fetches from the hub; its own hub cache is empty."""
    with pytest.MonkeyPatch.context() as patch:
        _point_client_at(server, tmp_path_factory.mktemp("cache"), patch)
        fetcher = Fetcher()
    yield fetcher
    fetcher.close()


@pytest.fixture
def hub(server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    """The hub as the client of this test finds it, behaving well."""
    server.forget()
    _point_client_at(server, tmp_path / "hub", monkeypatch)
    return server


def _point_client_at(server: HubServer, home: Path, patch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        patch.delenv(name, raising=False)
        patch.delenv(name.lower(), raising=False)
    patch.setenv("HF_ENDPOINT", server.url)
    patch.setenv("HF_HOME", str(home))
    patch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "1")
    patch.setenv("HF_HUB_ETAG_TIMEOUT", "1")


@pytest.fixture
def place(tmp_path: Path, published: Path, fetcher: Fetcher) -> Place:
    """An empty packs folder, and a manifest of the tiny pack that leaves some things open."""
    resources = tmp_path / "resources"
    (resources / "packs").mkdir(parents=True)
    (tmp_path / "packs").mkdir()
    write_manifest(resources / "packs" / "tiny.toml", published)
    return Place(tmp_path / "packs", resources, fetcher)
