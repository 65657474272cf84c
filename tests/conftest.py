"""What every test stands on: a home of its own, no network, no leftovers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop_app.offline import refuse_network

SHARED = Path(__file__).resolve().parents[2] / "shared"

refuse_network()

# How long an example takes says how busy the machine is; Hypothesis knows that of CI by itself.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to keep new pictures of the window for ``tests/ui/test_looks.py``."""
    parser.addoption("--renew-looks", action="store_true", help="keep how the window looks now")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name.lower()))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real documents beside the checkout; a test that asks for them is skipped without."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is absent")
    return SHARED
