"""Every expected error can be shown to a user and sent to another process."""

from __future__ import annotations

import pickle

import pytest

from desktop_app import errors


def _every_error() -> list[type[errors.LecternError]]:
    found = [errors.LecternError]
    for kind in found:
        found.extend(kind.__subclasses__())
    return found


@pytest.mark.parametrize("kind", _every_error(), ids=lambda kind: kind.__name__)
def test_an_error_has_a_sentence_and_survives_a_pipe(kind: type[errors.LecternError]):
    error = kind()
    assert error.title.endswith(".")
    again = pickle.loads(pickle.dumps(kind("It broke.", "Mend it.")))
    assert (type(again), again.title, again.hint) == (kind, "It broke.", "Mend it.")


def test_codes_are_unique_since_the_ledger_stores_them():
    codes = [kind.code for kind in _every_error()]
    assert len(codes) == len(set(codes))


def test_cancelled_is_no_error():
    assert not issubclass(errors.Cancelled, errors.LecternError)
