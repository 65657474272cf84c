from __future__ import annotations

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.errors import CorruptFile, EmptyFile
from desktop_app.parsing.formats import parse
from tests.unit.parsing.compound import compound


def message(**headers):
    made = EmailMessage()
    for name, value in {"Subject": "The Subject", "From": "Ada <ada@x.org>", **headers}.items():
        made[name] = value
    return made


def shape(parsed):
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


def read(tmp_path, content, name="a.eml"):
    path = tmp_path / name
    path.write_bytes(content)
    return parse(path)


def test_a_message_begins_with_its_subject_and_who_wrote_it_when(tmp_path):
    made = message(To="bob@x.org", Date="Sat, 21 Nov 2026 03:00:00 +0000")
    made.set_content("Hello Bob,\n\n> you wrote this\n\nbye\n")
    parsed = read(tmp_path, made.as_bytes())
    assert parsed.title == "The Subject"
    assert shape(parsed) == [
        ("heading", 1, "The Subject"),
        ("paragraph", 0,
         "From: Ada <ada@x.org>\nTo: bob@x.org\nDate: Sat, 21 Nov 2026 03:00:00 +0000"),
        ("paragraph", 0, "Hello Bob,"),
        ("paragraph", 0, "you wrote this"),
        ("paragraph", 0, "bye"),
    ]  # fmt: skip


def test_plain_text_is_preferred_and_markup_read_where_there_is_no_other(tmp_path):
    made = message()
    made.set_content("The plain words")
    made.add_alternative("<p>The marked words</p>", subtype="html")
    assert shape(read(tmp_path, made.as_bytes()))[2:] == [("paragraph", 0, "The plain words")]
    made = message()
    made.set_content(" \n")
    made.add_alternative("<h1>Marked</h1><p>words</p>", subtype="html")
    assert shape(read(tmp_path, made.as_bytes()))[2:] == [
        ("heading", 2, "Marked"),
        ("paragraph", 0, "words"),
    ]


def test_attachments_are_read_by_their_own_formats_below_their_names(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/notes.md", "# Inner\n\nthe innermost words")
    inner = message(Subject="Forwarded")
    inner.set_content("words of the forwarded one")
    made = message()
    made.set_content("see attached")
    made.add_attachment("a,b\n1,2\n", subtype="csv", filename="täble.csv")
    made.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="z.zip")
    made.add_attachment(inner)
    parsed = read(tmp_path, made.as_bytes())
    assert shape(parsed)[2:] == [
        ("paragraph", 0, "see attached"),
        ("heading", 2, "täble.csv"),
        ("table", 0, "a | b\n1 | 2"),
        ("heading", 2, "z.zip"),
        ("heading", 3, "in/notes.md"),
        ("heading", 4, "Inner"),
        ("paragraph", 0, "the innermost words"),
        ("heading", 2, "Forwarded"),
        ("paragraph", 0, "From: Ada <ada@x.org>"),
        ("paragraph", 0, "words of the forwarded one"),
    ]
    assert parsed.shortfall == ""


def test_an_attachment_that_cannot_be_read_is_named_and_counted(tmp_path):
    made = message()
    made.set_content("words")
    made.add_attachment(b"\0\1", maintype="application", subtype="x-thing", filename="a.thing")
    made.add_attachment(b"%PDF-1.4 broken", maintype="application", subtype="pdf", filename="b.pdf")
    parsed = read(tmp_path, made.as_bytes())
    assert [text for kind, _, text in shape(parsed) if kind == "heading"][1:] == [
        "a.thing",
        "b.pdf",
    ]
    assert parsed.shortfall == (
        "Of the files in it were not, or not wholly, read: "
        "1 of a type that is not supported, 1 damaged."
    )


def test_an_attachment_of_an_unknown_type_is_told_and_no_failure_of_the_mail(tmp_path):
    made = message()
    made.set_content("words")
    made.add_attachment(b"\0\1", maintype="application", subtype="x-thing", filename="a.thing")
    parsed = read(tmp_path, made.as_bytes())
    assert parsed.shortfall == ""
    assert parsed.remark == (
        "Of the files in it were not, or not wholly, read: 1 of a type that is not supported."
    )


def test_pictures_of_a_signature_are_no_attachments(tmp_path):
    made = message()
    made.set_content("words")
    made.add_alternative("<p>words<img src='cid:1'></p>", subtype="html")
    made.get_payload()[1].add_related(
        b"\x89PNG", maintype="image", subtype="png", cid="<1>", disposition="inline"
    )
    parsed = read(tmp_path, made.as_bytes())
    assert (parsed.shortfall, len(parsed.blocks)) == ("", 3)


@pytest.mark.parametrize(
    ("declared", "written"),
    [("us-ascii", "utf-8"), ("iso-8859-1", "utf-8"), ("x-unknown", "utf-8"), ("utf-8", "cp1252"),
     ("windows-1252", "cp1252"), ("rot13", "utf-8")],
)  # fmt: skip
def test_a_lie_about_the_encoding_costs_no_letter(tmp_path, declared, written):
    text = "Über die Größe der Bäume läßt sich trefflich streiten, sagte er. Grüße!"
    body = base64.b64encode(text.encode(written)).decode()
    source = (
        f"Subject: x\nContent-Type: text/plain; charset={declared}\n"
        f"Content-Transfer-Encoding: base64\n\n{body}\n"
    )
    assert shape(read(tmp_path, source.encode()))[-1][2] == text


def test_japanese_mail_in_seven_bits_is_decoded(tmp_path):
    body = "日本語の手紙です。".encode("iso-2022-jp")
    source = b"Subject: x\nContent-Type: text/plain; charset=ISO-2022-JP\n\n" + body + b"\n"
    assert shape(read(tmp_path, source))[-1][2] == "日本語の手紙です。"


def test_encoded_and_malformed_headers_are_read(tmp_path):
    source = (
        b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?8J+Ygg==?=\n"
        b"From: =?x-none?q?A=20B?= <a@b>\nDate: whenever\n"
        b"Content-Type: text/plain; charset=\n\nhi\n"
    )
    parsed = read(tmp_path, source)
    assert parsed.title == "Grüße😂"
    assert "Date: whenever" in shape(parsed)[1][2]


def test_a_message_nested_without_end_ends(tmp_path):
    made = message()
    made.set_content("the innermost")
    for number in range(40):
        outer = message(Subject=f"level {number}")
        outer.set_content("around")
        outer.add_attachment(made)
        made = outer
    parsed = read(tmp_path, made.as_bytes())
    assert "level 39" in parsed.title
    assert len(parsed.blocks) < 40
    # What is left out is told.
    assert "1 too large" in parsed.shortfall


def test_an_outlook_message_nested_without_end_ends_and_says_so(tmp_path):
    tree = outlook("the innermost", "words")
    for number in range(8):
        attached = {"__substg1.0_3701000D": tree}
        tree = outlook(f"level {number}", "words", **{"__attach_version1.0_#00000000": attached})
    parsed = read(tmp_path, compound(tree), "a.msg")
    assert "level 7" in parsed.title
    assert "the innermost" not in [block.text for block in parsed.blocks]
    assert "1 too large" in parsed.shortfall


def test_a_mailbox_is_one_heading_a_message(tmp_path):
    first, second = message(Subject="One"), message(Subject="Two")
    first.set_content("first words\n\nFrom here on it goes\n")
    second.set_content("second words")
    quoted = [each.as_bytes().replace(b"\nFrom h", b"\n>From h") for each in (first, second)]
    source = b"".join(b"From x@y Sat Nov 21 03:00:00 2026\n" + each + b"\n" for each in quoted)
    parsed = read(tmp_path, source, "a.mbox")
    assert [text for kind, _, text in shape(parsed) if kind == "heading"] == ["One", "Two"]
    assert "From here on it goes" in [text for _, _, text in shape(parsed)]
    assert parsed.shortfall == ""


def test_a_mailbox_that_is_too_large_is_read_from_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr("desktop_app.parsing.members.MOST_MEMBERS", 3)
    source = b"".join(b"From x\nSubject: m%d\n\nwords\n\n" % number for number in range(9))
    parsed = read(tmp_path, source, "a.mbox")
    assert [text for kind, _, text in shape(parsed) if kind == "heading"] == ["m0", "m1", "m2"]
    assert parsed.shortfall == "Reading stopped at the limits for files within files."


def test_one_message_that_is_too_large_does_not_cost_the_mailbox(tmp_path, monkeypatch):
    monkeypatch.setattr("desktop_app.parsing.mail.LARGEST_MESSAGE_BYTES", 1000)
    long = b"word " * 1000 + b"\n\n"
    source = b"From x\nSubject: a\n\n" + long + b"From x\nSubject: b\n\nwords\n\n"
    parsed = read(tmp_path, source, "a.mbox")
    assert [text for kind, _, text in shape(parsed) if kind == "heading"] == ["b"]
    assert "1 too large" in parsed.shortfall


def test_a_saved_web_page_gives_the_page_and_not_its_frames(tmp_path):
    source = (
        b"MIME-Version: 1.0\nSubject: Saved\nContent-Type: multipart/related; boundary=X\n\n"
        b"--X\nContent-Type: text/html; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\n"
        b"<html><title>The=20Page</title><body><h1>Head</h1><p>W=C3=B6rds</p></body></html>\n"
        b"--X\nContent-Type: text/css\n\np {}\n--X--\n"
    )
    parsed = read(tmp_path, source, "a.mhtml")
    assert (parsed.title, shape(parsed)) == (
        "The Page",
        [("heading", 1, "Head"), ("paragraph", 0, "Wörds")],
    )


def property_stream(name, text, *, kind="001F"):
    content = text if isinstance(text, bytes) else text.encode("utf-16-le")
    return {f"__substg1.0_{name}{kind}": content}


def outlook(subject, body, **more):
    return {
        "__properties_version1.0": b"",
        **property_stream("0037", subject),
        **property_stream("0C1A", "Ada"),
        **property_stream("0C1F", "ada@x.org"),
        **property_stream("0E04", "Bob"),
        **property_stream("1000", body),
        **more,
    }


def test_an_outlook_message_gives_its_text_and_what_is_attached(tmp_path):
    forwarded = {"__substg1.0_3701000D": outlook("Forwarded", "the forwarded words")}
    attached = {
        **property_stream("3707", "notes.txt"),
        **property_stream("3701", b"attached words".ljust(4096, b" "), kind="0102"),
    }
    tree = outlook(
        "The Subject",
        "Hello Bob",
        **{"__attach_version1.0_#00000000": attached, "__attach_version1.0_#00000001": forwarded},
    )
    parsed = read(tmp_path, compound(tree), "a.msg")
    assert parsed.title == "The Subject"
    assert shape(parsed) == [
        ("heading", 1, "The Subject"),
        ("paragraph", 0, "From: Ada <ada@x.org>\nTo: Bob"),
        ("paragraph", 0, "Hello Bob"),
        ("heading", 2, "notes.txt"),
        ("paragraph", 0, "attached words"),
        ("heading", 2, "Forwarded"),
        ("paragraph", 0, "From: Ada <ada@x.org>\nTo: Bob"),
        ("paragraph", 0, "the forwarded words"),
    ]


@pytest.mark.parametrize("name", ["a.eml", "a.mbox", "a.msg", "a.mhtml"])
def test_what_is_no_mail_is_corrupt(tmp_path, name):
    with pytest.raises((CorruptFile, EmptyFile)):
        read(tmp_path, bytes(range(256)) * 40, name)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.sampled_from(
            [b"Subject: x", b"Content-Type: multipart/mixed; boundary=B", b"--B", b"--B--", b"",
             b"Content-Type: text/html; charset=\xff", b"Content-Transfer-Encoding: base64",
             b"Content-Type: message/rfc822", b"From x", b"=?utf-8?b?\xff?=", b"words", b" folded",
             b"Content-Disposition: attachment; filename*=utf-8''%ff.txt", b"=C3=", b"8J+Y"]
        ),
        max_size=25,
    ),
    st.sampled_from(["a.eml", "a.mbox", "a.mht"]),
)  # fmt: skip
def test_any_malformed_message_gives_a_document_or_a_parse_error(tmp_path, lines, name):
    try:
        parsed = read(tmp_path, b"\n".join(lines) + b"\n", name)
    except (CorruptFile, EmptyFile):
        return
    assert all(block.text for block in parsed.blocks)


def test_a_scan_that_is_attached_waits_for_recognition(tmp_path):
    import pymupdf

    with pymupdf.open() as scan:
        page = scan.new_page()
        page.insert_image(page.rect, pixmap=pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 9, 9), False))
        content = scan.tobytes()
    made = message()
    made.set_content("words")
    made.add_attachment(content, maintype="application", subtype="pdf", filename="a.pdf")
    parsed = read(tmp_path, made.as_bytes())
    assert (parsed.page_count, parsed.empty_pages, parsed.shortfall) == (1, (1,), "")
