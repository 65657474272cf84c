"""The user's own PDF program is started at the page, where it is known to take one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from desktop_app.ui.viewers import viewer_at_page

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lists the chosen programs in files"
)

PDF = Path("/home/ada/a b#c.pdf")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A home with its own choices and programs, and nothing of this computer's."""
    for name in ("config", "data", "system", "shares", "bin"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "shares"))
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def choose(desk, entry, file="config/mimeapps.list"):
    (desk / file).write_text(f"[Default Applications]\napplication/pdf={entry}\n")


def install(desk, name):
    program = desk / "bin" / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("entry", "name", "option"),
    [
        ("org.gnome.Evince.desktop;", "evince", "--page-index=12"),
        ("org.kde.okular.desktop", "okular", "--page=12"),
        ("okularApplication_pdf.desktop", "okular", "--page=12"),
        ("org.pwmt.zathura-pdf-poppler.desktop", "zathura", "--page=12"),
    ],
)
def test_the_chosen_program_is_started_at_the_page(desk, entry, name, option):
    choose(desk, entry)
    program = install(desk, name)
    call = viewer_at_page(PDF, 12)
    assert call is not None
    assert (call.program, call.arguments) == (program, (option, str(PDF)))


def test_a_program_that_is_chosen_but_not_installed_is_not_started(desk):
    choose(desk, "org.gnome.Evince.desktop")
    install(desk, "okular")
    assert viewer_at_page(PDF, 12) is None


def test_a_program_that_takes_no_page_is_left_to_the_system(desk):
    choose(desk, "gimp.desktop")
    install(desk, "gimp")
    assert viewer_at_page(PDF, 12) is None


def test_nothing_chosen_is_left_to_the_system(desk):
    install(desk, "evince")
    assert viewer_at_page(PDF, 12) is None


def test_the_users_choice_is_stronger_than_the_systems(desk):
    install(desk, "evince")
    choose(desk, "evince.desktop", "system/gnome-mimeapps.list")
    first = viewer_at_page(PDF, 12)
    assert first is not None
    okular = install(desk, "okular")
    choose(desk, "okular.desktop")
    second = viewer_at_page(PDF, 12)
    assert second is not None
    assert second.program == okular


@pytest.mark.parametrize("broken", [b"application/pdf=no section\n", b"\xff\xfe[Default"])
def test_a_broken_list_is_passed_over(desk, broken):
    (desk / "config" / "mimeapps.list").write_bytes(broken)
    choose(desk, "evince.desktop", "system/mimeapps.list")
    install(desk, "evince")
    assert viewer_at_page(PDF, 12) is not None
