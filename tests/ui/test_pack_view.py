from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain import PackPhase, PackProgress, PackState
from desktop_app.settings import resources_dir
from desktop_app.ui.pack_view import JobKind, PackChange, PackJob, PackView, job_share
from desktop_app.ui.pack_wording import (
    SHIPPED,
    change_sentence,
    cost_sentence,
    facts_of,
    good_for,
    job_sentence,
    languages_of,
    room_sentence,
    state_of,
)
from tests.ui.fake_packs import BGE_M3, GB, HERE, STARTER


def job(phase, kind=JobKind.DOWNLOAD, **values):
    return PackJob(kind, "bge-m3", progress=PackProgress("bge-m3", phase, **values))


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (PackJob(JobKind.DOWNLOAD, "bge-m3"), "Beginning…"),
        (PackJob(JobKind.DOWNLOAD, "x", is_waiting=True), "Waits until the other model is done"),
        (replace(job(PackPhase.DOWNLOADING), is_ending=True), "Stopping…"),
        (job(PackPhase.DOWNLOADING), "Downloading"),
        (
            job(PackPhase.DOWNLOADING, bytes_done=GB, bytes_total=4 * GB, rate=2.5e6),
            "Downloading 1.0 of 4.0 GB  ·  2 MB a second",
        ),
        (
            job(PackPhase.COPYING, JobKind.EXPORT, bytes_total=GB, seconds_left=100.0),
            "Writing 0 bytes of 1.0 GB  ·  2 minutes left",
        ),
        (job(PackPhase.COPYING, JobKind.IMPORT), "Copying"),
        (
            job(PackPhase.VERIFYING, bytes_done=GB, bytes_total=2 * GB),
            "Checking every file, 1.0 of 2.0 GB",
        ),
        (job(PackPhase.INSTALLING), "Putting it in place"),
    ],
)
def test_every_step_of_a_job_has_its_sentence(work, sentence):
    assert job_sentence(work) == sentence


def test_the_share_is_known_only_with_a_size_and_never_above_all():
    assert job_share(PackJob(JobKind.DOWNLOAD, "x")) is None
    assert job_share(job(PackPhase.DOWNLOADING)) is None
    assert job_share(job(PackPhase.DOWNLOADING, bytes_done=9, bytes_total=3)) == 1.0


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (PackView(STARTER, is_answering=True, is_chosen=True), "Answers now"),
        (PackView(HERE, is_chosen=True), "Being prepared"),
        (PackView(STARTER), "Built in"),
        (PackView(HERE), "On this computer"),
        (PackView(BGE_M3), "Can be downloaded"),
        (PackView(replace(BGE_M3, state=PackState.UNFINISHED)), "Not here yet"),
        (
            PackView(replace(BGE_M3, state=PackState.UNFINISHED, present_bytes=700_000_000)),
            "Unfinished, 700 MB of 4.6 GB",
        ),
    ],
)
def test_every_state_has_its_words(view, words):
    assert state_of(view) == words


def test_languages_are_named_where_they_are_few():
    assert languages_of(STARTER) == "English"
    assert languages_of(BGE_M3) == "Many languages"
    assert languages_of(replace(STARTER, languages=frozenset({"de", "en"}))) == "English, German"
    many = frozenset({"de", "en", "fr", "es", "it"})
    assert languages_of(replace(STARTER, languages=many)) == "5 languages"


def test_every_pack_with_a_manifest_says_what_it_is_good_for():
    names = {path.stem for path in (resources_dir() / "packs").glob("*.toml")}
    own = replace(HERE, name="tuned", folder=Path("/p/tuned"))
    assert good_for(own) == "A model of your own, in the folder “tuned”."
    assert names
    assert all("of your own" not in good_for(replace(HERE, name=name)) for name in names)


def test_the_facts_leave_out_what_is_not_known():
    bare = replace(HERE, license="", download_bytes=0, present_bytes=0, has_reranker=False)
    assert facts_of(bare) == "Many languages  ·  without a reranker  ·  No license named"


def test_what_is_already_here_need_not_fit_again():
    view = PackView(replace(BGE_M3, present_bytes=4 * GB), free_bytes=GB)
    assert view.has_room
    assert room_sentence(view).startswith("Downloads BAAI/bge-m3 and BAAI/bge-reranker-v2-m3: 600")
    assert not PackView(BGE_M3, free_bytes=GB).has_room


def test_the_cost_is_said_as_well_as_it_is_known():
    view = PackView(HERE, passages=18_400, answering_title="Starter")
    assert "hours in a large one" in cost_sentence(view)
    assert "takes about 3 hours on" in cost_sentence(replace(view, cost_seconds=11_000.0))
    assert "answers from now on" in cost_sentence(replace(view, cost_seconds=0.0))
    assert "library is empty" in cost_sentence(replace(view, passages=0))


def test_a_change_says_what_answers_meanwhile_and_whether_it_is_held():
    change = PackChange("bge-m3", "starter", 1200, 9000, 7200.0)
    assert (
        change_sentence(change, "Starter")
        == "Learning 1,200 of 9,000 passages  ·  about 2 hours left. Starter answers meanwhile."
    )
    held = change_sentence(replace(change, is_paused=True), "Starter")
    assert held.startswith("Paused after 1,200 of 9,000 passages.")


def test_what_the_window_shows_of_every_manifest_can_be_translated():
    for path in (resources_dir() / "packs").glob("*.toml"):
        shown = tomllib.loads(path.read_text(encoding="utf-8"))
        assert {shown["title"], shown["title"].partition(" (")[0], shown["license"]} <= SHIPPED
