"""The recognition data of a build is exactly the data that Lectern was tried with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from desktop_app.errors import LecternError
from installer import recognition_data
from installer.recognition_data import collect_recognition_data


@pytest.fixture
def source(tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "eng.traineddata").write_bytes(b"English")
    known = {"eng": hashlib.sha256(b"English").hexdigest()}
    monkeypatch.setattr(recognition_data, "LANGUAGES", known)
    return folder


def test_data_of_the_known_hash_is_copied(tmp_path: Path, source: Path):
    target = collect_recognition_data(tmp_path / "work", source)
    assert [each.name for each in target.iterdir()] == ["eng.traineddata"]
    assert (target / "eng.traineddata").read_bytes() == b"English"


def test_data_of_another_version_is_refused_with_what_to_do(tmp_path: Path, source: Path):
    (source / "eng.traineddata").write_bytes(b"Another")
    with pytest.raises(LecternError, match=r"eng.*--tessdata"):
        collect_recognition_data(tmp_path / "work", source)
    assert not list((tmp_path / "work" / "tessdata").iterdir())
