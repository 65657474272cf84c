"""What an application folder is made of: a bill of materials in CycloneDX, with licenses.

Format: ECMA-424, CycloneDX 1.6 (cyclonedx.org/docs/1.6/json).
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

_LICENSE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)
_NO_TEXTS = (".py", ".pyc", ".pyi", ".html")
_BELOW_LICENSES = re.compile(r"(.*/)?licenses?/.+", re.IGNORECASE)
_SYSTEM_COPYRIGHTS = Path("/usr/share/doc")
# Qt's wheels name their license without its text.
_COMMON_TEXTS = {"LGPL-3": "LGPL-3", "GPL-2": "GPL-2", "Apache": "Apache-2.0"}
_COMMON_LICENSES = Path("/usr/share/common-licenses")
LANGUAGES = Path(__file__).resolve().parent.parent / "resources" / "languages"
"""Made of py3langid's model (installer/convert_languages.py)."""


@dataclass(frozen=True, slots=True)
class Component:
    """Something by others that is in the application: what, under which license, with its text.

    ``purl`` is its package URL, "" where it has none.
    """

    name: str
    version: str
    license: str
    text: str = ""
    purl: str = ""


def components_of(files: Iterable[str], *own: Path) -> list[Component]:
    """Name the components that the files of an application come from, in alphabetic order.

    ``files`` are the places that they were collected from; those below ``own`` are Lectern's
    own, unless they are in its environment. A shared library of the system counts as the
    Debian package that holds it, where there are such packages.
    """
    owners = _owners()
    places = {Path(each) for each in files}
    found: dict[str, Component] = {}
    strangers = []
    base = Path(sys.base_prefix).resolve()
    for place in places:
        owner = owners.get(str(place)) or owners.get(str(place.resolve()))
        if owner is not None:
            found.setdefault(owner.metadata["Name"].lower(), _of_distribution(owner))
        elif place.resolve().is_relative_to(base):
            found.setdefault("python", _of_python())
        elif place.suffix == ".traineddata":
            found.setdefault("tessdata_fast", _of_tessdata())
        elif place.parent == LANGUAGES:
            found.setdefault("py3langid", _of_language_model())
        elif not any(place.is_relative_to(folder) for folder in own):
            strangers.append(place)
    found.pop("lectern", None)
    for each in _of_system(strangers):
        found.setdefault(each.name, each)
    return [found[name] for name in sorted(found)]


def bill_of(components: Iterable[Component], version: str, epoch: int) -> str:
    """Write the bill of materials, dated ``epoch`` (seconds) and numbered by its content."""
    listed = [_entry(each) for each in components]
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, listed]))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).isoformat(),
            "component": {
                "type": "application",
                "name": "Lectern",
                "version": version,
                "licenses": [{"license": {"id": "AGPL-3.0-or-later"}}],
            },
        },
        "components": listed,
    }
    return json.dumps(bill, ensure_ascii=False, indent=1) + "\n"


def _entry(component: Component) -> dict[str, object]:
    named: dict[str, object] = {"name": component.license}
    if component.text:
        named["text"] = {"content": component.text}
    entry: dict[str, object] = {
        "type": "library",
        "name": component.name,
        "version": component.version,
        "licenses": [{"license": named}],
    }
    if component.purl:
        entry |= {"purl": component.purl, "bom-ref": component.purl}
    return entry


def _owners() -> dict[str, Distribution]:
    # By text: there are 60,000 files, and a Path for each takes a minute on a busy machine.
    owners = {}
    for distribution in distributions():
        place = str(distribution.locate_file(""))
        for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
            owners[os.path.normpath(os.path.join(place, row[0]))] = distribution  # noqa: PTH118
    return owners


def _of_distribution(distribution: Distribution) -> Component:
    data = distribution.metadata
    name, version = data["Name"], data["Version"]
    license_name = data["License-Expression"] or (data["License"] or "").strip()
    if not license_name or "\n" in license_name:
        classifiers = data.get_all("Classifier") or []
        kinds = [each for each in classifiers if each.startswith("License ::")]
        license_name = ", ".join(each.rpartition(":: ")[2] for each in kinds)
    texts = list(_texts_of(distribution))
    if not texts:
        texts = [_common_text(license_name)]
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    return Component(name, version, license_name or "see text", "\n\n".join(texts).strip(), purl)


def _texts_of(distribution: Distribution) -> Iterator[str]:
    for file in sorted(distribution.files or (), key=str):
        is_license = _LICENSE_FILE.search(file.name) or _BELOW_LICENSES.fullmatch(str(file))
        if is_license and not file.name.endswith(_NO_TEXTS) and "/tests/" not in str(file):
            place = Path(str(distribution.locate_file(file)))
            if place.is_file():
                yield place.read_text(encoding="utf-8", errors="replace")


def _common_text(license_name: str) -> str:
    for sign, file in _COMMON_TEXTS.items():
        place = _COMMON_LICENSES / file
        if sign in license_name and place.is_file():
            return place.read_text(encoding="utf-8")
    return ""


def _of_python() -> Component:
    version = sys.version.split()[0]
    places = (Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), Path(sys.base_prefix, "LICENSE"))
    text = next((each.read_text(encoding="utf-8") for each in places if each.is_file()), "")
    purl = f"pkg:generic/python@{version}"
    return Component("Python", version, "PSF-2.0", text, purl)


def _of_tessdata() -> Component:
    text = _common_text("Apache-2.0")
    return Component("tessdata_fast", "4.1.0", "Apache-2.0", text, "pkg:generic/tessdata@4.1.0")


def _of_language_model() -> Component:
    text = (LANGUAGES / "LICENSE").read_text(encoding="utf-8")
    return Component("py3langid", "0.4.0", "BSD-3-Clause", text, "pkg:pypi/py3langid@0.4.0")


def _of_system(files: Iterable[Path]) -> Iterator[Component]:
    dpkg = shutil.which("dpkg-query")
    if dpkg is None:
        for each in sorted({file.name for file in files}):
            yield Component(each, "", "see its maker")
        return
    for package in sorted(_packages_of(dpkg, files)):
        asked = [dpkg, "-W", "-f", "${Version} ${source:Package}", package]
        version, source = subprocess.run(
            asked, capture_output=True, text=True, check=True
        ).stdout.split()
        copyright_file = _SYSTEM_COPYRIGHTS / package.partition(":")[0] / "copyright"
        text = copyright_file.read_text(encoding="utf-8") if copyright_file.is_file() else ""
        yield Component(source, version, "see text", text, f"pkg:deb/debian/{source}@{version}")


def _packages_of(dpkg: str, files: Iterable[Path]) -> set[str]:
    # Debian's list may still have a file below /lib that is below /usr/lib since.
    real = {str(file.resolve()) for file in files}
    places = real | {each.removeprefix("/usr") for each in real}
    asked = subprocess.run(
        [dpkg, "-S", *sorted(places)], capture_output=True, text=True, check=False
    )
    return {line.split(": ")[0].split(",")[0] for line in asked.stdout.splitlines()}
