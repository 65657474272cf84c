"""``lectern gpu`` as people and scripts use it."""

from __future__ import annotations

import dataclasses
import json
import zipfile

import pytest

from desktop_app.cli.arguments import parse_arguments
from desktop_app.cli.gpu import run_gpu
from desktop_app.errors import GpuUnusable
from desktop_app.settings import Settings
from installer.gpu_support import pack_gpu_support


@pytest.fixture
def file(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "torch-9.0+cu999-py3-none-any.whl", "w") as wheel:
        wheel.writestr("torch/__init__.py", "x = 1")
    return pack_gpu_support(wheels, tmp_path)


def test_it_is_added_shown_and_removed(tmp_path, file, capsys):
    settings = dataclasses.replace(Settings(), gpu_dir=tmp_path / "gpu")

    def say(*arguments):
        assert run_gpu(parse_arguments(["gpu", *arguments]), settings) == 0
        return capsys.readouterr().out

    assert "lectern gpu add FILE" in say()
    assert "next start" in say("add", str(file))
    assert "PyTorch 9.0+cu999" in say("show")
    assert json.loads(say("--json")) == {"added": True, "torch": "9.0+cu999"}
    assert json.loads(say("remove", "--json")) == {"removed": True}
    assert "No GPU support" in say("remove")
    assert json.loads(say("add", str(file), "--json")) == {"added": True}


def test_a_wrong_file_is_an_error(tmp_path):
    settings = dataclasses.replace(Settings(), gpu_dir=tmp_path / "gpu")
    with pytest.raises(GpuUnusable):
        run_gpu(parse_arguments(["gpu", "add", str(tmp_path / "no.zip")]), settings)


@pytest.mark.parametrize("arguments", [["add"], ["remove", "x"], ["show", "x"], ["install"]])
def test_what_makes_no_sense_is_refused(arguments):
    with pytest.raises(SystemExit) as raised:
        parse_arguments(["gpu", *arguments])
    assert raised.value.code == 2
