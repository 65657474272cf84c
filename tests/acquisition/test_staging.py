"""What was gathered and checked is still known whenever the writing of it is cut short."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.acquisition.staging import Staging
from desktop_app.inference.verification import read_received


@pytest.mark.parametrize("step", ["accept", "install"])
def test_what_was_written_down_survives_writing_that_is_cut_short(tmp_path: Path, step: str):
    folder = tmp_path / "gathered"
    with closing(Staging("tiny", tmp_path / "packs", folder)) as staging:
        staging.path("embedder/a").write_bytes(b"a")
        staging.accept("embedder/a", 1, "aa")
        before = read_received(folder)
        # Nothing can be written where a folder is.
        (folder / "received.json.new").mkdir()
        with pytest.raises(OSError, match=r"received\.json"):
            staging.accept("embedder/b", 1, "bb") if step == "accept" else staging.install()
    assert before
    assert read_received(folder) == before
