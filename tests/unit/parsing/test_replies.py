"""A reader that was taken over cannot make its parent act."""

from __future__ import annotations

import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import BlockKind, Box, DocumentStatus, ParseFailure
from desktop_app.indexing.plan import Plan
from desktop_app.parsing.page_texts import PageState
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.replies import Reply, UntrustedReply, read_reply
from tests.bench import fuzz


class Acting:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], tuple(self.call[1:])


def test_values_arrive_as_they_were():
    value = (
        Box(1, 2.0, 3.0, 4.0, 5.0),
        DocumentStatus.INDEXED,
        {"a": [1, 2.5, None]},
        {"b"},
        b"\0",
        "ä",
    )
    assert read_reply(pickle.dumps(value)) == value


@pytest.mark.parametrize("call", [(os.mkdir,), (eval, "0"), (getattr, "", "join"), (open,)])
def test_a_message_that_would_call_something_is_refused_before_it_does(tmp_path, call):
    target = tmp_path / "made"
    arguments = (str(target),) if call[0] in {os.mkdir, open} else call[1:]
    arguments += ("w",) if call[0] is open else ()
    with pytest.raises(UntrustedReply):
        read_reply(pickle.dumps(Acting(call[0], *arguments)))
    assert not target.exists()


@pytest.mark.parametrize(
    "call",
    [(str, b"a" * 2_000_000, "punycode"), (bytearray, 1 << 20)],
    ids=["slow codec", "amplified"],
)
def test_a_message_that_costs_far_more_than_its_length_is_refused(call):
    with pytest.raises(UntrustedReply):
        read_reply(pickle.dumps(Acting(*call)))


def named(kind, *, member=""):
    value = b"\x8c" + bytes([len(member)]) + member.encode() + b"\x85R" if member else b""
    return b"\x80\x04c" + f"{kind.__module__}\n{kind.__name__}\n".encode() + value


@pytest.mark.parametrize(
    "reached",
    [
        named(DocumentStatus),
        named(DocumentStatus, member=DocumentStatus.FAILED.value),
        named(BlockKind),
        named(PageState),
        named(Reply),
        named(Plan),
    ],
    ids=["enumeration", "member", "kinds of blocks", "states of pages", "values", "others"],
)
def test_a_message_cannot_change_what_its_parent_uses(reached):
    # The pickle of "set the attribute 'was_here' of what was reached to True".
    message = reached + b"N}\x8c\x08was_here\x88s\x86b."
    with pytest.raises(UntrustedReply):
        read_reply(message)
    for kind in (DocumentStatus, DocumentStatus.FAILED, BlockKind, PageState, Reply, Plan):
        assert not hasattr(kind, "was_here")


def test_what_our_modules_have_imported_is_not_ours():
    message = pickle.dumps(ParseFailure, protocol=4)
    hostile = message.replace(b"ParseFailure", b"annotations_")
    with pytest.raises(UntrustedReply):
        read_reply(hostile)
    dotted = b"\x80\x04\x8c\x18desktop_app.parsing.pool\x8c\x0dshutil.rmtree\x93."
    with pytest.raises(UntrustedReply):
        read_reply(dotted)


@given(st.binary(max_size=60))
def test_noise_is_refused_or_a_plain_value(noise):
    try:
        value = read_reply(noise)
    except UntrustedReply:
        return
    assert not callable(value) or isinstance(value, type)


def test_what_the_fuzz_bench_says_of_a_file_comes_through_the_pool(tmp_path):
    (tmp_path / "a.txt").write_text("Some words.")
    (tmp_path / "b.pdf").write_text("no PDF")
    pool = ParserPool(fuzz.attempt, processes=1, memory_mb=1024)
    try:
        assert pool.call(str(tmp_path / "a.txt"), seconds=60.0) == ("read", "")
        assert pool.call(str(tmp_path / "b.pdf"), seconds=60.0) == ("corrupt", "")
    finally:
        pool.close()
