"""The bill of materials of a built application."""

from __future__ import annotations

import json
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import numpy as np
import platformdirs

from installer.components import Component, bill_of, components_of

ROOT = Path(__file__).resolve().parents[3]


def test_files_are_named_by_the_packages_that_they_come_from():
    files = [np.__file__, platformdirs.__file__, str(ROOT / "desktop_app" / "log.py")]
    found = components_of(files, ROOT)
    assert [each.name for each in found] == ["numpy", "platformdirs"]
    assert found[0].version == np.__version__
    assert found[0].purl == f"pkg:pypi/numpy@{np.__version__}"
    assert "BSD-3-Clause" in found[0].license
    assert "NumPy Developers" in found[0].text


def test_the_standard_library_is_python_once():
    stdlib = Path(sysconfig.get_path("stdlib"))
    (python,) = components_of([str(stdlib / "json.py"), str(stdlib / "ast.py")], ROOT)
    assert (python.name, python.version) == ("Python", sys.version.split()[0])


def test_the_language_model_is_py3langids_with_its_license():
    (model,) = components_of([str(ROOT / "resources" / "languages" / "model.zst")], ROOT)
    assert (model.name, model.version) == ("py3langid", version("py3langid"))
    assert "Marco Lui" in model.text


def test_a_component_counts_once_however_many_files_it_has():
    folder = Path(np.__file__).parent
    files = [str(folder / "__init__.py"), str(folder / "version.py")]
    assert len(components_of(files, ROOT)) == 1


def test_a_bill_is_cyclonedx_with_the_text_of_each_license():
    component = Component("thing", "1.2", "MIT", "Permission is granted", "pkg:pypi/thing@1.2")
    bill = json.loads(bill_of([component], "0.1", 0))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["timestamp"] == "1970-01-01T00:00:00+00:00"
    (listed,) = bill["components"]
    assert (listed["name"], listed["version"], listed["purl"]) == ("thing", "1.2", component.purl)
    assert listed["licenses"][0]["license"]["text"]["content"] == "Permission is granted"


def test_the_same_components_have_the_same_bill_and_others_another_number():
    one, other = Component("a", "1", "MIT"), Component("a", "2", "MIT")
    assert bill_of([one], "0.1", 5) == bill_of([one], "0.1", 5)
    numbers = {json.loads(bill_of([each], "0.1", 5))["serialNumber"] for each in (one, other)}
    assert len(numbers) == 2
