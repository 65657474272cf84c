"""Text in structures: JSON, XML, notebooks, FictionBook and Rich Text."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.errors import CorruptFile, EmptyFile
from desktop_app.parsing import tables
from desktop_app.parsing.cleaning import clean_cell
from desktop_app.parsing.formats import parse


def shape(parsed):
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return parse(path)


def test_json_is_read_as_names_and_values(tmp_path):
    value = {
        "title": "The  Title",
        "count": 3,
        "none": None,
        "author": {"name": "Ada", "born": {"year": 1815}},
        "tags": ["a", "b"],
        "rows": [{"name": "Ada", "year": 1815}, {"name": "Bob", "year": 1900}],
        "mixed": [{"a": 1}, {"b": {"c": "deep"}}],
    }
    parsed = read(tmp_path, "a.json", json.dumps(value))
    assert parsed.title == "The Title"
    assert shape(parsed) == [
        ("paragraph", 0, "title: The Title\ncount: 3"),
        ("heading", 1, "author"),
        ("paragraph", 0, "name: Ada"),
        ("heading", 2, "born"),
        ("paragraph", 0, "year: 1815"),
        ("heading", 1, "tags"),
        ("paragraph", 0, "a\nb"),
        ("heading", 1, "rows"),
        ("table", 0, "name | year\nAda | 1815\nBob | 1900"),
        ("heading", 1, "mixed"),
        ("paragraph", 0, "a: 1"),
        ("paragraph", 0, "b.c: deep"),
    ]


@pytest.mark.parametrize("content", ['{"a": 1,}', '{"a": 1} {"b": 2}', "// words\n{}", "[" * 5000])
def test_json_that_is_none_is_kept_as_it_is_written(tmp_path, content):
    parsed = read(tmp_path, "a.json", content)
    kind, _, text = shape(parsed)[0]
    assert (kind, text[:60]) == ("code", content[:60])


def test_json_lines_are_one_record_each_and_a_broken_one_costs_none(tmp_path):
    parsed = read(tmp_path, "a.jsonl", '{"a": "one"}\n\n{broken\n{"a": {"b": "two"}}\n')
    assert shape(parsed) == [
        ("paragraph", 0, "a: one"),
        ("code", 0, "{broken"),
        ("paragraph", 0, "a.b: two"),
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(VALUES)
def test_no_word_of_a_json_file_is_lost(tmp_path, value):
    def words(each):
        if isinstance(each, dict):
            return [word for key, inner in each.items() for word in words(inner)]
        if isinstance(each, list):
            return [word for inner in each for word in words(inner)]
        return (
            [part for part in each.split() if part.isalnum() and part.isascii()]
            if (isinstance(each, str))
            else []
        )

    try:
        text = "\n".join(block.text for block in read(tmp_path, "a.json", json.dumps(value)).blocks)
    except EmptyFile:
        assert not words(value)
        return
    assert [word for word in words(value) if word not in text] == []


def test_xml_of_a_text_gives_its_paragraphs_under_its_titles(tmp_path):
    source = (
        "<book><title>The Book</title><chapter><title>One</title><p>Some <em>marked</em> words.</p>"
        "<p>More<note>a note</note>of them.</p></chapter></book>"
    )
    parsed = read(tmp_path, "a.xml", source)
    assert parsed.title == "The Book"
    assert shape(parsed) == [
        ("heading", 1, "The Book"),
        ("heading", 2, "One"),
        ("paragraph", 0, "Some marked words."),
        ("paragraph", 0, "More a note of them."),
    ]


def test_xml_of_data_keeps_the_names_of_its_values(tmp_path):
    source = (
        '<config><database name="main"><host>example</host><port>5432</port></database>'
        '<add key="Timeout" value="30"/></config>'
    )
    assert shape(read(tmp_path, "a.xml", source)) == [
        ("paragraph", 0, "database (name=main)\nhost: example\nport: 5432"),
        ("paragraph", 0, "add (key=Timeout, value=30)"),
    ]


def test_a_feed_has_its_entries_as_headings_and_no_markup(tmp_path):
    source = (
        "<rss><channel><title>Feed</title><item><title>Entry</title>"
        "<description>&lt;p&gt;Marked &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</description></item>"
        "</channel></rss>"
    )
    assert shape(read(tmp_path, "a.rss", source)) == [
        ("heading", 1, "Feed"),
        ("heading", 2, "Entry"),
        ("paragraph", 0, "Marked words"),
    ]


def test_xml_resolves_no_entity_and_reads_no_other_file(tmp_path):
    (tmp_path / "secret.txt").write_text("TOP SECRET")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    source = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">{laughs}]>'
        "<d><p>Before &x; &l11; after</p></d>"
    )
    text = "".join(block.text for block in read(tmp_path, "a.xml", source).blocks)
    assert "Before" in text
    assert "SECRET" not in text
    assert "haha" not in text


def test_xml_in_another_encoding_and_broken_xml_are_read(tmp_path):
    source = '<?xml version="1.0" encoding="{}"?><d><p>Größe</p></d>'
    for name in ("iso-8859-1", "utf-8", "utf-16"):
        parsed = read(tmp_path, "a.xml", source.format(name).encode(name))
        assert shape(parsed) == [("paragraph", 0, "Größe")]
    assert shape(read(tmp_path, "a.xml", "<d><p>One</p><p>Two")) == [
        ("paragraph", 0, "One"),
        ("paragraph", 0, "Two"),
    ]
    assert shape(read(tmp_path, "a.xml", "no markup"))[0][0] == "code"


def test_a_notebook_is_its_cells_in_order_with_short_outputs(tmp_path):
    notebook = {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": ["# The Notebook\n", "\n", "Some *words*."]},
            {
                "cell_type": "code",
                "source": "print(42)",
                "outputs": [
                    {"output_type": "stream", "text": ["42\n"]},
                    {"data": {"text/plain": "x" * 5000, "image/png": "AAAA"}},
                ],
            },
            {"cell_type": "raw", "source": ""},
            "damaged",
        ],
    }
    parsed = read(tmp_path, "a.ipynb", json.dumps(notebook))
    assert parsed.title == "The Notebook"
    assert shape(parsed) == [
        ("heading", 1, "The Notebook"),
        ("paragraph", 0, "Some words."),
        ("code", 0, "print(42)"),
        ("code", 0, "42"),
        ("code", 0, "x" * 1000),
    ]
    with pytest.raises(CorruptFile):
        read(tmp_path, "b.ipynb", "[1, 2]")


def test_a_fictionbook_is_its_chapters(tmp_path):
    source = (
        '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="urn:x"><description><title-info>'
        "<book-title>The Book</book-title><annotation><p>not text</p></annotation></title-info>"
        "</description><body><title><p>The</p><p>Book</p></title><section><title><p>One</p></title>"
        "<p>First <emphasis>words</emphasis>.</p><poem><stanza><v>A verse</v></stanza></poem>"
        "<section><title><p>Inner</p></title><p>Deep</p></section></section></body>"
        "<binary>AAAA</binary></FictionBook>"
    )
    parsed = read(tmp_path, "a.fb2", source)
    assert parsed.title == "The Book"
    assert shape(parsed) == [
        ("heading", 1, "The Book"),
        ("heading", 2, "One"),
        ("paragraph", 0, "First words."),
        ("paragraph", 0, "A verse"),
        ("heading", 3, "Inner"),
        ("paragraph", 0, "Deep"),
    ]
    with pytest.raises(CorruptFile):
        read(tmp_path, "b.fb2", "<html><p>no book</p></html>")


def test_rich_text_is_read_in_its_code_pages_with_its_tables(tmp_path):
    source = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}"
        r"{\info{\title Gr\'fc\'dfe}}"
        r"\f0 A paragraph about \'fcbung.\par {\f1\'cf\'f0\'e8\'e2\'e5\'f2}\par "
        r"\trowd\cellx100\cellx200 Name\cell Year\cell\row\trowd Ada\cell 1815\cell\row\pard "
        r'{\field{\*\fldinst HYPERLINK "http://x.org/secret"}{\fldrslt linked}} \u8364?'
        r"{\pict\pngblip 89504e47}\par}"
    )
    parsed = read(tmp_path, "a.rtf", source)
    assert parsed.title == "Grüße"
    assert shape(parsed) == [
        ("paragraph", 0, "A paragraph about übung."),
        ("paragraph", 0, "Привет"),
        ("table", 0, "Name | Year\nAda | 1815"),
        ("paragraph", 0, "linked €"),
    ]


def test_rich_text_under_a_word_files_name_is_read_as_rich_text(tmp_path):
    parsed = read(tmp_path, "a.doc", r"{\rtf1\ansi Some words\par}")
    assert shape(parsed) == [("paragraph", 0, "Some words")]


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.sampled_from(
    [r"\par", "{", "}", r"\u99999999999 ", r"\'", r"\'e", r"\ansicpg99999 ", r"\bin9999999 ",
     r"\pict", r"\uc", r"\f7 ", r"{\fonttbl{\f7\fcharset999 x;}}", "words",
     r"\cell", r"\row", "\\", "\n"]
), max_size=30))  # fmt: skip
def test_any_rich_text_gives_a_document_or_a_parse_error(tmp_path, parts):
    try:
        assert read(tmp_path, "a.rtf", r"{\rtf1 " + "".join(parts)).blocks
    except (CorruptFile, EmptyFile):
        return


_CELLS = st.lists(
    st.sampled_from(["a", "|", " ", " | ", "a |", "| b", "", "\t", "é", "\u00a0", "x"])
)


@given(st.lists(st.builds("".join, _CELLS), max_size=6))
def test_a_row_that_looks_clean_as_a_whole_is_clean_in_every_cell(cells):
    assert tables._cleaned(cells) == [clean_cell(cell) for cell in cells]
