"""The zip archives that Office files and EPUB are: bounded before anything is unpacked."""

from __future__ import annotations

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lxml.etree

from desktop_app.errors import CorruptFile, EncryptedFile, FileTooLarge
from desktop_app.parsing.limits import (
    LARGEST_PACKAGE_BYTES,
    LARGEST_PACKAGE_PART_BYTES,
    MOST_PACKAGE_PARTS,
    STEEP_FROM_BYTES,
    STEEPEST_COMPRESSION,
)
from desktop_app.parsing.titles import clean_title
from desktop_app.translation import mark

_ENCRYPTED_FLAG = 0x1
_BOMB = mark("The file unpacks to far more than a document holds.")

DAMAGED_PART = (
    CorruptFile,
    EOFError,
    KeyError,
    NotImplementedError,
    lxml.etree.LxmlError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a part raises that is missing or damaged; a NotImplementedError where the
damage made its way of compression an unknown one."""


@contextmanager
def opened_package(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip package whose declared sizes are those of a document.

    Raises CorruptFile, EncryptedFile, or FileTooLarge for a zip bomb; translates what
    zipfile, zlib and lxml raise inside the block to CorruptFile. zipfile stops reading
    a part at its declared size, so that the declaration is a bound.
    """
    try:
        with zipfile.ZipFile(path) as package:
            check_sizes(package)
            yield package
    except (*DAMAGED_PART, ValueError) as error:
        raise CorruptFile from error


def check_zip(path: Path) -> None:
    """As ``opened_package``, for a library that opens the package itself."""
    with opened_package(path):
        pass


def check_sizes(package: zipfile.ZipFile) -> None:
    """Raise FileTooLarge when unpacking would be an attack, EncryptedFile for passwords."""
    parts = package.infolist()
    if len(parts) > MOST_PACKAGE_PARTS or sum(each.file_size for each in parts) > (
        LARGEST_PACKAGE_BYTES
    ):
        raise FileTooLarge(_BOMB)
    for part in parts:
        if part.flag_bits & _ENCRYPTED_FLAG:
            raise EncryptedFile
        is_steep = part.file_size > STEEPEST_COMPRESSION * max(part.compress_size, 1)
        if part.file_size > LARGEST_PACKAGE_PART_BYTES or (
            is_steep and part.file_size > STEEP_FROM_BYTES
        ):
            raise FileTooLarge(_BOMB)


def read_xml(package: zipfile.ZipFile, name: str) -> lxml.etree._Element:
    """Return the root of a part; raises one of ``DAMAGED_PART``, as ``parse_xml``."""
    return parse_xml(read_part(package, name))


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """Return the content of a part; raises one of ``DAMAGED_PART``, and OSError of the disk."""
    try:
        return package.read(name)
    except OSError as error:
        if error.errno is None:  # what bz2 says of damage
            raise zipfile.BadZipFile from error
        raise


def parse_xml(content: bytes) -> lxml.etree._Element:
    """Return the root of XML; entities stay unresolved and nothing external is read.

    Raises CorruptFile where there is no element, lxml.etree.LxmlError for worse.
    """
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True, huge_tree=False, recover=True,
    )  # fmt: skip
    root = lxml.etree.fromstring(content, parser)
    if root is None:
        raise CorruptFile
    return root


def local_name(node: lxml.etree._Element) -> str:
    """Return a node's name without its namespace: Strict and Transitional differ only there."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(node: lxml.etree._Element, name: str) -> str:
    """Return an attribute by its local name, whatever its namespace, or ""."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def reference(node: lxml.etree._Element) -> str:
    """Return the id of the relation that a node names (its plain "id" is a number of its own)."""
    for key, value in node.attrib.items():
        if key.endswith("}id"):
            return str(value)
    return ""


@dataclass(frozen=True, slots=True)
class Relation:
    """One part's reference to another: what kind ("chart") and the name of that part."""

    id: str
    kind: str
    target: str


def relations(package: zipfile.ZipFile, part: str) -> tuple[Relation, ...]:
    """Return a part's references to other parts, none to what is outside of the package.

    Raises one of ``DAMAGED_PART`` where the list of them is damaged.
    """
    folder, name = posixpath.split(part)
    try:
        root = read_xml(package, f"{folder}/_rels/{name}.rels".lstrip("/"))
    except KeyError:
        return ()
    return tuple(
        Relation(
            attribute(node, "Id"),
            attribute(node, "Type").rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, attribute(node, "Target"))).lstrip("/"),
        )
        for node in root
        if attribute(node, "TargetMode") != "External"
    )


def core_title(package: zipfile.ZipFile) -> str:
    """Return the title from an Office package's properties, or ""."""
    try:
        root = read_xml(package, "docProps/core.xml")
    except DAMAGED_PART:
        return ""
    for node in root.iter():
        if local_name(node) == "title":
            return clean_title(node.text or "")
    return ""
