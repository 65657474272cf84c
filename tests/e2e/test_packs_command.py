"""Changing and comparing packs with the real program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.program import SAMPLE, run
from tests.tiny_packs import make_tiny_m3_pack


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_m3_pack(tmp_path_factory.mktemp("packs") / "tiny")


def answer(*arguments: object):
    done = run(*arguments, "--json")
    assert done.err == ""
    assert done.status == 0
    return done.json


def test_a_library_changes_to_another_pack_and_back(tmp_path: Path, tiny: Path):
    library = ("--library", tmp_path / "library")
    documents = tmp_path / "documents"
    shutil.copytree(SAMPLE, documents)
    passages = answer("index", documents, *library)["passages"]
    # Not reranked: how many passages the reranker reads depends on how busy the computer is.
    question = ("search", "who can read my documents", *library)
    before = answer(*question, "--no-rerank")
    assert before["pack"] == "starter"

    chosen = answer("packs", "use", tiny, *library)
    assert (chosen["chosen"], chosen["answering"]) == ("tiny", "starter")
    assert (chosen["embedded"], chosen["passages"]) == (0, passages)
    told = run("packs", "use", tiny, *library).out
    assert "starter answers until" in told
    assert "lectern index" in told
    during = answer(*question, "--no-rerank")
    assert during["pack"] == "starter"
    assert [hit["score"] for hit in during["hits"]] == [hit["score"] for hit in before["hits"]]
    roles = {each["pack"]: each["role"] for each in answer("doctor", *library)["spaces"]}
    assert roles == {"starter": "answering", "tiny": "building"}

    # The files are away, so what is embedded can only come from the library.
    documents.rename(tmp_path / "away")
    assert answer("index", *library)["embedded"] == passages
    after = answer(*question)
    assert after["pack"] == "tiny"
    assert after["reranked"]
    once = answer(*question, "--pack", "starter", "--no-rerank")
    assert [hit["score"] for hit in once["hits"]] == [hit["score"] for hit in before["hits"]]

    back = answer("packs", "use", "starter", *library)
    assert (back["chosen"], back["answering"]) == ("starter", "starter")
    assert [each["pack"] for each in back["old"]] == ["tiny"]
    assert answer("packs", "forget", "tiny", *library)["old"] == []


def test_a_choice_that_cannot_be_made_is_one_line(tmp_path: Path):
    library = ("--library", tmp_path / "library")
    for arguments in (("use", "absent"), ("forget", "absent")):
        done = run("packs", *arguments, *library)
        assert done.status == 1
        assert done.err.startswith("lectern: ")
        assert done.err.count("\n") == 1
    assert run("packs", "use", *library).status == 2
    assert run("eval").status == 2


def test_a_folder_without_a_library_keeps_no_pack(tmp_path: Path):
    (tmp_path / "library").mkdir()
    assert run("packs", "remove", "bge-m3", "--library", tmp_path / "library").status == 0


def test_two_packs_are_compared_on_one_collection(tmp_path: Path, tiny: Path):
    folder = tmp_path / "lease"
    folder.mkdir()
    texts = {
        "rent": "The monthly rent is due on the third working day.",
        "dogs": "Dogs and cats may be kept with the consent of the landlord.",
        "keys": "All keys must be returned on the last day of the tenancy.",
    }
    write = {
        "corpus.jsonl": [{"id": name, "text": text} for name, text in texts.items()],
        "queries.jsonl": [{"id": f"q-{name}", "text": text} for name, text in texts.items()],
    }
    for name, rows in write.items():
        (folder / name).write_text("\n".join(map(json.dumps, rows)))
    (folder / "qrels.tsv").write_text("\n".join(f"q-{name}\t{name}\t1" for name in texts))
    found = answer("eval", folder, "--compare", "starter", tiny)
    assert found["packs"] == ["starter", "tiny"]
    assert found["queries"] == 3
    assert {"fulltext", "dense", "fused", "answer"} <= found["differences"].keys()
    fulltext = found["differences"]["fulltext"]
    assert (fulltext["difference"], fulltext["equal"]) == (0.0, 3)
    saved = []
    for each in found["reports"]:
        saved.append(tmp_path / f"{each['pack']}.json")
        saved[-1].write_text(json.dumps(each))
    assert answer("eval", "--compare", *saved)["differences"] == found["differences"]
    assert "minus that of starter" in run("eval", "--compare", *saved).out
