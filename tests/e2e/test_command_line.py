"""The real program, as scripts use it: index, ask, look, and be told plainly what is wrong."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from desktop_app.settings import default_settings_file
from tests.e2e.program import SAMPLE, Answer, run, start


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A library of the sample documents, made by the program itself."""
    library = tmp_path_factory.mktemp("guide") / "library"
    return library, run("index", SAMPLE, "--library", library, "--json")


def test_indexing_accounts_for_every_file_of_the_sample(guide: tuple[Path, Answer]):
    _library, answer = guide
    assert answer.status == 0, answer.err
    counts = answer.json
    files = [each for each in SAMPLE.rglob("*") if each.is_file()]
    assert counts["documents"] == len(files)
    assert counts["failed"] == 0
    assert counts["passages"] == counts["embedded"] > 0
    assert counts["documents"] == sum(
        counts[status] for status in ("indexed", "partial", "failed", "skipped")
    )


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how do I add a folder?", "folder"),
        ("which file types work?", "docx"),
        ("does anything leave my computer?", "computer"),
    ],
)
def test_a_newcomer_s_question_is_answered_by_the_guide(
    guide: tuple[Path, Answer], question: str, words: str
):
    answer = run("search", question, "--library", guide[0], "--json")
    assert answer.status == 0, answer.err
    result = answer.json
    assert result["verdict"] == "good"
    assert any(words in hit["text"].lower() for hit in result["hits"][:3])
    scores = [hit["score"] for hit in result["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_starter_reranks_unless_told_not_to(guide: tuple[Path, Answer]):
    result = run("search", "privacy", "--library", guide[0], "--json").json
    assert result["reranked"] is True
    assert result["hits"][0]["stages"]["logit"] is not None
    result = run("search", "privacy", "--no-rerank", "--library", guide[0], "--json").json
    assert result["reranked"] is False
    assert all(hit["stages"]["logit"] is None for hit in result["hits"])


def test_a_pdf_hit_carries_its_page_and_boxes(guide: tuple[Path, Answer]):
    result = run("search", "folder type:pdf", "--library", guide[0], "--json").json
    assert result["hits"]
    for hit in result["hits"]:
        assert hit["path"].endswith(".pdf")
        assert hit["page"] >= 1
        assert hit["boxes"]


def test_a_filter_option_narrows_like_a_filter_in_the_question(guide: tuple[Path, Answer]):
    answer = run("search", "folder", "--filter", "type:docx", "--library", guide[0], "--json")
    assert {Path(hit["path"]).suffix for hit in answer.json["hits"]} == {".docx"}


def test_explain_shows_the_stages(guide: tuple[Path, Answer]):
    answer = run("search", "folder", "--explain", "--library", guide[0])
    assert "fulltext" in answer.out
    assert "ms:" in answer.out


def test_the_ledger_lists_every_file_with_its_status(guide: tuple[Path, Answer]):
    rows = run("files", "--library", guide[0], "--json").json
    listed = {Path(row["path"]) for row in rows}
    assert listed == {each for each in SAMPLE.rglob("*") if each.is_file()}
    assert {"path", "status", "reason", "pages", "passages"} == set(rows[0])


def test_the_doctor_finds_the_sample_library_well(guide: tuple[Path, Answer]):
    answer = run("doctor", "--library", guide[0], "--json")
    assert answer.status == 0, answer.err
    health = answer.json
    assert all(check["is_well"] for check in health["checks"]), health["checks"]
    assert health["model"]["running"]
    model = health["model"]
    assert (model["pack"], model["backend"], model["device"]) == ("starter", "openvino", "cpu")
    assert model["embed_tokens_per_second"] > 0
    assert model["resident_bytes"] > 0
    assert f"{model['precision']} on cpu" in model["self_check"]


def test_indexing_again_reads_nothing_again(guide: tuple[Path, Answer]):
    before = run("files", "--library", guide[0], "--json").json
    again = run("index", SAMPLE, "--library", guide[0], "--json")
    assert again.json["passages"] == guide[1].json["passages"]
    assert run("files", "--library", guide[0], "--json").json == before


def test_the_whole_job_works_without_any_network(tmp_path: Path):
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare")
    alone = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to make a network namespace")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "note.txt").write_text("The boiler was serviced in March by Mr Stone.")
    library = tmp_path / "library"
    indexed = run("index", folder, "--library", library, "--json", wrapper=alone)
    assert indexed.status == 0, indexed.err
    found = run("search", "who serviced the boiler", "--library", library, "--json", wrapper=alone)
    assert "Mr Stone" in found.json["hits"][0]["text"]


@pytest.mark.parametrize(
    "arguments",
    [("search",), ("index", "--limit", "x"), ("search", "q", "--limit", "0"), ("dance",)],
    ids=" ".join,
)
def test_bad_usage_exits_with_two(arguments: tuple[str, ...]):
    assert run(*arguments).status == 2


def _expect_one_sentence(answer: Answer, word: str) -> None:
    assert answer.status == 1, (answer.out, answer.err)
    assert answer.out == ""
    (line,) = answer.err.strip().splitlines()
    assert line.startswith("lectern: ")
    assert word in line
    assert "Traceback" not in answer.err


def test_a_missing_folder_is_one_sentence(tmp_path: Path):
    answer = run("index", tmp_path / "absent", "--library", tmp_path / "library")
    _expect_one_sentence(answer, "absent")


def test_a_question_without_a_word_is_one_sentence(guide: tuple[Path, Answer]):
    _expect_one_sentence(run("search", "  ", "--library", guide[0]), "question")


def test_a_missing_pack_is_named(guide: tuple[Path, Answer], tmp_path: Path):
    answer = run("doctor", "--pack", tmp_path / "no-pack", "--library", guide[0], "--json")
    bad = [check for check in answer.json["checks"] if not check["is_well"]]
    assert any(check["name"] == "pack" and check["hint"] for check in bad)


def test_a_locked_library_is_one_sentence_and_can_still_be_searched(
    guide: tuple[Path, Answer], tmp_path: Path
):
    library = tmp_path / "library"
    shutil.copytree(guide[0], library)
    with FileLock(library / "writer.lock"):
        _expect_one_sentence(run("index", SAMPLE, "--library", library), "another Lectern")
        assert run("search", "folder", "--library", library, "--json").json["hits"]


def test_a_library_from_a_newer_version_is_refused_and_left_alone(
    guide: tuple[Path, Answer], tmp_path: Path
):
    library = tmp_path / "library"
    shutil.copytree(guide[0], library)
    file = library / "library.json"
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "format": 999}))
    before = file.read_bytes()
    _expect_one_sentence(run("index", SAMPLE, "--library", library), "newer version")
    _expect_one_sentence(run("search", "folder", "--library", library), "newer version")
    assert file.read_bytes() == before


def test_killed_in_the_middle_and_started_again_gives_the_same_library(
    shared: Path, tmp_path: Path
):
    folder = shared / "corpora" / "docs" / "gov-reports"
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    assert run("index", folder, "--library", calm, "--json").status == 0
    process = start("index", folder, "--library", rough)
    # Killed when the first vectors are there: all text is stored, most vectors are not.
    while not list(rough.glob("vectors_*")) and process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
    assert process.poll() is None
    process.kill()
    process.wait()
    again = run("index", folder, "--library", rough, "--json")
    assert again.status == 0, again.err
    assert again.json["passages"] == again.json["embedded"]
    ledgers = [run("files", "--library", each, "--json").json for each in (calm, rough)]
    assert ledgers[0] == ledgers[1]
    question = "What is the budget of the agency?"
    # Not reranked: how many passages the reranker reads depends on how busy the computer is.
    answers = [
        run("search", question, "--no-rerank", "--library", each, "--json").json
        for each in (calm, rough)
    ]
    first, second = ([hit["text"] for hit in answer["hits"]] for answer in answers)
    assert first == second


@pytest.mark.timeout(900)
def test_every_file_of_real_folders_is_accounted_for_and_its_page_found(
    shared: Path, tmp_path: Path
):
    # By words alone, and without recognizing scans, since either would take minutes.
    default_settings_file().parent.mkdir(parents=True)
    default_settings_file().write_text("ocr = false\n", encoding="utf-8")
    options = ("--library", tmp_path / "library", "--pack", tmp_path / "no-pack", "--json")
    folders = [(shared / "corpora" / name).resolve() for name in ("docs", "pdfqa")]
    # A minute and a half; on a machine that does much else, several.
    indexed = run("index", *folders, *options, seconds=800)
    assert indexed.status == 0, indexed.err
    there = {str(each) for folder in folders for each in folder.rglob("*") if each.is_file()}
    rows = run("files", *options).json
    assert {row["path"] for row in rows} == there
    assert indexed.json["documents"] == len(there)
    assert all(row["reason"] for row in rows if row["status"] != "indexed")
    lines = (shared / "corpora/pdfqa/uda/questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [row for row in map(json.loads, lines) if row["page"]]
    found = [
        (row["file"], row["page"])
        in {
            (Path(hit["path"]).name, hit["page"])
            for hit in run("search", row["question"], *options).json["hits"][:5]
        }
        for row in questions[:8]
    ]
    assert sum(found) >= 6


def test_packs_are_listed_and_verified():
    listed = {row["name"]: row for row in run("packs", "--json").json}
    assert listed["starter"]["installed"]
    assert not listed["bge-m3"]["installed"]
    verified = run("packs", "verify", "starter")
    assert verified.status == 0
    assert "starter" in verified.out


def test_verifying_a_pack_that_is_not_here_is_one_sentence():
    _expect_one_sentence(run("packs", "verify", "bge-m3"), "bge-m3")


def test_a_collection_is_measured_stage_by_stage(shared: Path):
    folder = shared / "corpora" / "retrieval" / "crpa-fr"
    report = run("eval", folder, "--json").json
    assert (report["collection"], report["pack"]) == ("crpa-fr", "starter")
    # The starter knows no French, so words alone decide.
    assert report["stages"]["fulltext"]["ndcg@10"] > 0.9
    assert report["stages"]["fused"]["ndcg@10"] >= report["stages"]["fulltext"]["ndcg@10"]


def test_a_folder_that_is_no_collection_is_one_sentence(tmp_path: Path):
    _expect_one_sentence(run("eval", tmp_path), "collection")


def test_the_self_test_does_the_whole_job():
    answer = run("--self-test")
    assert answer.status == 0, answer.out
    assert answer.json["ok"]
    assert set(answer.json["checks"]) >= {"reading", "meaning", "page", "window"}
