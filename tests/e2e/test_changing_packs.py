"""Changing the pack of a library: built beside, switched in one step, nothing lost."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.app import LocalSession, open_session
from desktop_app.domain import IndexPhase, IndexProgress, PackUse, SearchResult, SpaceRole
from desktop_app.errors import (
    Cancelled,
    LibraryLocked,
    LibraryReadOnly,
    ModelError,
    PackInUse,
    PackMissing,
    StoreError,
)
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import Settings
from tests.tiny_packs import make_tiny_m3_pack

FILES = 12


@pytest.fixture(scope="module")
def tiny_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two packs: "alpha" with learned sparse weights and a reranker, "beta" with neither."""
    folder = tmp_path_factory.mktemp("packs")
    make_tiny_m3_pack(folder / "alpha", seed=1)
    beta = make_tiny_m3_pack(folder / "beta", seed=2)
    (beta / "embedder" / "sparse_linear.pt").unlink()
    shutil.rmtree(beta / "reranker")
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, tiny_packs: Path) -> Settings:
    """A library that was indexed with "alpha", and beside it what it was made of."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = dataclasses.replace(
        Settings(),
        library_dir=folder / "library",
        packs_dir=tiny_packs,
        cache_dir=folder / "cache",
        pack="alpha",
    )
    (folder / "pristine").mkdir()
    for number in range(FILES):
        write(folder / "pristine", number)
    shutil.copytree(folder / "pristine", folder / "papers")
    with closing(open_session(settings)) as session:
        session.add_roots([folder / "papers"])
        index(session)
    return settings


@pytest.fixture
def papers(prepared: Settings) -> Path:
    """The indexed folder, as it was when it was indexed."""
    place = prepared.library_dir.with_name("papers")
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(place.with_name("pristine"), place))


def write(folder: Path, number: int) -> None:
    text = f"Note {number}. The fox of house {number} jumps over {number * 7} lazy dogs."
    (folder / f"{number}.txt").write_text(text)


@pytest.fixture
def settings(tmp_path: Path, prepared: Settings) -> Settings:
    return dataclasses.replace(
        prepared,
        library_dir=tmp_path / "library",
        packs_dir=Path(shutil.copytree(prepared.packs_dir, tmp_path / "packs")),
    )


@pytest.fixture
def packs(settings: Settings) -> Path:
    return settings.packs_dir


@pytest.fixture
def session(prepared: Settings, settings: Settings, papers: Path) -> Iterator[LocalSession]:
    """A library that was indexed with "alpha"."""
    shutil.copytree(prepared.library_dir, settings.library_dir)
    with closing(open_session(settings)) as opened:
        yield opened


@pytest.fixture
def batches(monkeypatch) -> Counter[str]:
    """How many batches were embedded, by pack; three passages at most in each."""
    counted: Counter[str] = Counter()
    original = ModelProcess.embed_passages

    def embed_passages(self, texts, **options):
        for each in original(self, texts, **options):
            counted[self.space.pack] += 1
            yield each

    monkeypatch.setattr("desktop_app.indexing.embedding._GROUP_PASSAGES", 3)
    monkeypatch.setattr(ModelProcess, "embed_passages", embed_passages)
    return counted


def index(session: LocalSession) -> list[IndexProgress]:
    states = list(session.index())
    assert states[-1].phase is IndexPhase.DONE
    return states


def index_batches(session: LocalSession, batches: Counter[str], pack: str, count: int) -> None:
    """Index until a pack embedded so many batches, and cancel."""
    wanted = batches[pack] + count
    for _ in session.index(is_cancelled=lambda: batches[pack] >= wanted):
        pass


def ask(session: LocalSession, question: str = "fox of house 7") -> SearchResult:
    *_, last = session.search(question)
    return last


def roles(session: LocalSession) -> dict[str, tuple[SpaceRole, int]]:
    return {each.space.pack: (each.role, each.vectors) for each in session.health().spaces}


def who(use: PackUse) -> tuple[str, str]:
    return use.chosen, use.answering


@pytest.fixture
def processes(monkeypatch) -> set[ModelProcess]:
    """The model processes that were made and not closed."""
    alive: set[ModelProcess] = set()

    def watched(name: str, act: Callable[[ModelProcess], None]) -> None:
        original = getattr(ModelProcess, name)

        def call(self, *args, **kwargs):
            act(self)
            return original(self, *args, **kwargs)

        monkeypatch.setattr(ModelProcess, name, call)

    watched("_start_process", alive.add)
    watched("close", alive.discard)
    return alive


def test_a_fresh_library_takes_the_pack_of_the_settings_and_remembers_it(session, settings):
    assert who(session.pack_use()) == ("alpha", "alpha")
    session.close()
    with closing(open_session(dataclasses.replace(settings, pack="beta"))) as later:
        assert who(later.pack_use()) == ("alpha", "alpha")


def test_until_the_new_vectors_are_complete_the_old_ones_answer(session):
    before = ask(session)
    session.use_pack("beta")
    use = session.pack_use()
    assert who(use) == ("beta", "alpha")
    assert (use.embedded, use.passages) == (0, FILES)
    during = ask(session)
    assert during.pack == "alpha"
    assert during.is_reranked
    assert [hit.score for hit in during.hits] == pytest.approx([hit.score for hit in before.hits])
    assert during.coverage.embedded == FILES
    index(session)
    assert who(session.pack_use()) == ("beta", "beta")
    after = ask(session)
    assert after.pack == "beta"
    assert not after.is_reranked


def test_no_file_is_read_again_for_another_pack(session, papers):
    before = session.files()
    for path in papers.iterdir():
        path.rename(path.with_suffix(".unreadable"))
    shutil.move(papers, papers.with_name("away"))
    session.use_pack("beta")
    index(session)
    assert session.files() == before
    assert roles(session)["beta"] == (SpaceRole.ANSWERING, FILES)


def test_progress_names_the_pack_that_is_prepared_and_counts_its_passages(session):
    session.use_pack("beta")
    states = [each for each in index(session) if each.phase is IndexPhase.EMBEDDING]
    assert {each.preparing for each in states} == {"beta"}
    assert (states[0].passages_embedded, states[0].passages_total) == (0, FILES)


def test_an_interrupted_change_goes_on_where_it_was_also_after_a_restart(
    session, settings, batches
):
    session.use_pack("beta")
    index_batches(session, batches, "beta", 1)
    embedded = session.pack_use().embedded
    assert 0 < embedded < FILES
    session.close()
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("beta", "alpha")
        assert later.pack_use().embedded == embedded
        assert ask(later).pack == "alpha"
        index(later)
        assert who(later.pack_use()) == ("beta", "beta")


def test_files_that_come_during_a_change_are_found_by_meaning_in_both_spaces(
    session, papers, batches
):
    session.use_pack("beta")
    for number in range(FILES, FILES + 4):
        write(papers, number)
    index_batches(session, batches, "alpha", 1)
    assert who(session.pack_use()) == ("beta", "alpha")
    assert session.coverage().embedded > FILES
    index(session)
    assert roles(session)["beta"] == (SpaceRole.ANSWERING, FILES + 4)


def test_a_search_that_runs_during_the_switch_ends_with_the_pack_that_it_began_with(
    session, processes
):
    ask(session)
    session.use_pack("beta")
    answer = session.search("fox of house 7")
    first = next(answer)
    index(session)
    assert who(session.pack_use()) == ("beta", "beta")
    (*_, last) = answer
    assert (first.pack, last.pack) == ("alpha", "alpha")
    assert last.is_reranked
    assert last.notices == ()
    assert len(processes) == 1  # that of "alpha" ended with the search
    assert ask(session).pack == "beta"


def test_closing_ends_a_process_that_an_abandoned_search_still_holds(session, processes):
    ask(session)
    session.use_pack("beta")
    answer = session.search("fox of house 7")
    next(answer)
    index(session)
    assert len(processes) == 2
    session.close()
    assert processes == set()
    assert answer is not None  # held until here


def test_closing_ends_a_process_that_loads_a_pack_to_be_chosen(settings, session, monkeypatch):
    load = ModelProcess.load

    def closed_meanwhile(self):
        self.start()
        started.append(self)
        closing = threading.Thread(target=session.close)
        closing.start()
        closing.join()
        return load(self)

    started: list[ModelProcess] = []
    monkeypatch.setattr(ModelProcess, "load", closed_meanwhile)
    with pytest.raises(Cancelled):
        session.use_pack("beta")
    assert [each.status().running for each in started] == [False]
    with closing(open_session(settings)) as again:
        assert again.pack_use().chosen == "alpha"


def test_going_back_to_a_kept_pack_switches_at_once(session):
    session.use_pack("beta")
    index(session)
    assert session.pack_use().old[0][0] == "alpha"
    session.use_pack("alpha")
    assert who(session.pack_use()) == ("alpha", "alpha")
    assert ask(session).pack == "alpha"


def test_going_back_to_a_kept_pack_embeds_only_what_came_since(session, papers):
    session.use_pack("beta")
    index(session)
    write(papers, 100)
    index(session)
    session.use_pack("alpha")
    use = session.pack_use()
    assert who(use) == ("alpha", "beta")
    assert (use.embedded, use.passages) == (FILES, FILES + 1)
    index(session)
    assert who(session.pack_use()) == ("alpha", "alpha")


def test_changing_back_during_a_change_ends_it(session, processes):
    ask(session)
    session.use_pack("beta")
    session.use_pack("alpha")
    assert who(session.pack_use()) == ("alpha", "alpha")
    assert len(processes) == 1
    assert ask(session).pack == "alpha"


def test_changing_once_more_during_a_change_never_needs_a_third_process(
    session, processes, packs, batches
):
    make_tiny_m3_pack(packs / "gamma", seed=3)
    ask(session)
    session.use_pack("beta")
    index_batches(session, batches, "beta", 1)
    session.use_pack("gamma")
    assert who(session.pack_use()) == ("gamma", "alpha")
    assert len(processes) == 2
    index(session)
    assert who(session.pack_use()) == ("gamma", "gamma")
    assert [name for name, _ in session.pack_use().old] == ["alpha", "beta"]
    assert len(processes) == 1


def test_a_pack_that_cannot_be_loaded_is_refused_and_nothing_changes(session, packs):
    broken = Path(shutil.copytree(packs / "beta", packs / "broken"))
    (broken / "embedder" / "pytorch_model.bin").write_bytes(b"not weights")
    with pytest.raises(ModelError):
        session.use_pack("broken")
    with pytest.raises(PackMissing):
        session.use_pack("absent")
    assert who(session.pack_use()) == ("alpha", "alpha")
    assert ask(session).pack == "alpha"


def test_a_refused_pack_leaves_a_change_under_way(session):
    session.use_pack("beta")
    with pytest.raises(PackMissing):
        session.use_pack("absent")
    assert who(session.pack_use()) == ("beta", "alpha")
    index(session)
    assert who(session.pack_use()) == ("beta", "beta")


def test_without_the_pack_that_answered_the_new_one_answers_as_it_fills(
    session, settings, packs, batches
):
    session.use_pack("beta")
    session.close()
    shutil.rmtree(packs / "alpha")
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("beta", "beta")
        answer = ask(later)
        assert answer.hits  # by words
        assert "“alpha”" in answer.notices[0]
        index_batches(later, batches, "beta", 1)
        assert 0 < ask(later).coverage.embedded < FILES
        states = index(later)
        assert "“alpha”" not in states[-1].notice
        assert ask(later).notices == ()
        assert later.pack_use().old == (("alpha", later.pack_use().old[0][1]),)


def test_without_the_chosen_pack_the_one_before_goes_on_and_takes_new_files(
    session, settings, packs, papers
):
    session.use_pack("beta")
    session.close()
    shutil.rmtree(packs / "beta")
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("beta", "alpha")
        write(papers, 100)
        states = index(later)
        assert "“alpha” goes on answering" in states[-1].notice
        assert ask(later).coverage.embedded == FILES + 1
        assert any(check.name == "pack" and not check.is_well for check in later.health().checks)


def test_weights_replaced_under_the_same_name_are_another_space(session, settings, packs):
    session.close()
    shutil.rmtree(packs / "alpha")
    make_tiny_m3_pack(packs / "alpha", seed=9)
    with closing(open_session(settings)) as later:
        assert later.coverage().embedded == 0
        assert "was replaced" in ask(later).notices[0]
        index(later)
        spaces = later.health().spaces
        assert [(each.role, each.vectors) for each in spaces] == [
            (SpaceRole.KEPT, FILES),
            (SpaceRole.ANSWERING, FILES),
        ]
        assert len({each.space.key for each in spaces}) == 2
        later.forget_vectors("alpha")
        assert roles(later) == {"alpha": (SpaceRole.ANSWERING, FILES)}
        assert ask(later).coverage.embedded == FILES


def test_where_no_vector_answers_yet_the_new_pack_answers_as_it_fills(settings, papers):
    with closing(open_session(settings)) as session:
        session.add_roots([papers])
        session.use_pack("beta")
        assert who(session.pack_use()) == ("beta", "beta")
        index(session)
        assert roles(session) == {"beta": (SpaceRole.ANSWERING, FILES)}


def test_kept_vectors_stay_until_they_are_forgotten(session):
    session.use_pack("beta")
    with pytest.raises(StoreError, match="beta"):
        session.forget_vectors("beta")
    with pytest.raises(StoreError, match="alpha"):
        session.forget_vectors("alpha")
    index(session)
    assert roles(session)["alpha"] == (SpaceRole.KEPT, FILES)
    session.forget_vectors("alpha")
    assert session.pack_use().old == ()
    assert roles(session) == {"beta": (SpaceRole.ANSWERING, FILES)}


def test_a_pack_for_one_session_changes_nothing_that_is_remembered(session, settings):
    session.close()
    with closing(open_session(settings, pack="beta")) as once:
        assert who(once.pack_use()) == ("beta", "beta")
        index(once)
        assert ask(once).pack == "beta"
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("alpha", "alpha")
        assert roles(later) == {
            "alpha": (SpaceRole.ANSWERING, FILES),
            "beta": (SpaceRole.KEPT, FILES),
        }
        later.use_pack("beta")
        assert who(later.pack_use()) == ("beta", "beta")


def test_the_pack_that_a_library_asks_for_is_kept_also_while_another_one_is_tried(
    session, settings
):
    session.close()
    with closing(LocalSession(settings, pack="beta")) as trial, pytest.raises(PackInUse):
        trial.remove_pack("alpha")


def test_a_local_folder_is_found_again_from_anywhere(session, settings, packs, monkeypatch):
    elsewhere = Path(shutil.copytree(packs / "beta", packs.with_name("elsewhere") / "mine"))
    monkeypatch.chdir(elsewhere.parent)
    session.use_pack("./mine")
    session.close()
    monkeypatch.chdir(packs)
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("mine", "alpha")
        index(later)
        assert ask(later).pack == "mine"


def test_the_cost_of_a_change_is_known_once_the_pack_was_timed(session, settings, papers, tmp_path):
    session.close()
    settings = dataclasses.replace(settings, cache_dir=tmp_path / "cache")
    session = open_session(settings)
    assert session.change_seconds("alpha") == 0.0
    assert session.change_seconds("beta") is None
    session.use_pack("beta")
    index(session)
    session.use_pack("alpha")
    write(papers, 100)
    index(session)
    session.close()
    with closing(open_session(settings)) as later:
        seconds = later.change_seconds("beta")
        assert seconds is not None
        assert 0 < seconds < 60
        with pytest.raises(PackMissing):
            later.change_seconds("absent")


def test_a_library_in_use_elsewhere_keeps_its_pack(session, settings):
    with pytest.raises(LibraryLocked):
        open_session(settings)
    with closing(open_session(settings, is_writable=False)) as reader:
        with pytest.raises(LibraryReadOnly):
            reader.use_pack("beta")
        assert who(reader.pack_use()) == ("alpha", "alpha")
        assert ask(reader).pack == "alpha"


def test_a_library_of_format_1_answers_and_learns_whose_vectors_it_holds(session, settings):
    session.use_pack("beta")
    index(session)
    session.close()
    manifest = settings.library_dir / "library.json"
    text = manifest.read_text()
    manifest.write_text(
        '{"format": 1, "roots": ' + text[text.index("[") : text.index("]") + 1] + "}"
    )
    with closing(open_session(settings)) as later:
        assert who(later.pack_use()) == ("alpha", "alpha")
        assert ask(later).coverage.embedded == FILES
        index(later)
        assert roles(later) == {
            "alpha": (SpaceRole.ANSWERING, FILES),
            "beta": (SpaceRole.KEPT, FILES),
        }
