"""What is refused in one sentence before it could crash."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from desktop_app.app.conditions import check_display, check_processor
from desktop_app.errors import NoDisplay, ProcessorTooOld

linux_on_x86 = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="reads Linux's cpuinfo"
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="displays of X11 and Wayland")


def _cpuinfo(tmp_path: Path, flags: str) -> Path:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nmodel name\t: Some avx2 name\nflags\t\t: {flags}\n")
    return file


@linux_on_x86
def test_a_processor_without_avx2_is_refused_in_a_sentence(tmp_path: Path):
    with pytest.raises(ProcessorTooOld, match="AVX2"):
        check_processor(_cpuinfo(tmp_path, "fpu sse4_2 avx avx512f"))


@linux_on_x86
@pytest.mark.parametrize("flags", ["fpu avx avx2 bmi2", ""])
def test_a_processor_that_has_it_or_does_not_tell_is_taken(tmp_path: Path, flags: str):
    check_processor(_cpuinfo(tmp_path, flags))


@linux_on_x86
def test_a_system_without_cpuinfo_is_taken(tmp_path: Path):
    check_processor(tmp_path / "absent")


@linux
@pytest.mark.parametrize(
    "environment", [{}, {"DISPLAY": ""}, {"DISPLAY": ":987654"}, {"WAYLAND_DISPLAY": ""}]
)
def test_no_display_is_one_sentence_with_the_way_in_the_terminal(environment: dict[str, str]):
    with pytest.raises(NoDisplay, match="lectern search"):
        check_display(environment)


@linux
@pytest.mark.parametrize(
    "environment", [{"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}]
)
def test_a_display_that_is_named_is_taken(environment: dict[str, str]):
    check_display(environment)
