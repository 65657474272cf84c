"""What users install: frozen, packed, and used where nothing of this environment is."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.debian import make_deb
from installer.freezing import freeze
from installer.recognition_data import absent_languages
from installer.smoke import prove

# Frozen in one minute and used in one, on a machine with nothing else to do.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The .deb, built once; half a gigabyte."""
    _skip_without_tools()
    work = tmp_path_factory.mktemp("package")
    application = freeze(sys.executable, work)
    yield make_deb(application, work)
    shutil.rmtree(work)


def _skip_without_tools() -> None:
    if sys.platform != "linux":
        pytest.skip("a .deb is built on Linux")
    absent = [each for each in ("dpkg-deb", "Xvfb", "objcopy") if not shutil.which(each)]
    absent += [each for each in ("PyInstaller",) if importlib.util.find_spec(each) is None]
    absent += [f"the recognition data of {each}" for each in absent_languages()]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")


def test_the_package_works_from_a_system_of_its_own_without_this_environment(
    package: Path, tmp_path: Path
):
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    found = prove(root / "usr" / "bin" / "lectern", is_shown=True)
    assert found.checks
    assert not {what: wrong for what, wrong in found.checks.items() if wrong}
