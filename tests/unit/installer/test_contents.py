"""What of the environment goes into the application."""

from __future__ import annotations

from installer.contents import is_numpy_at_work, is_shipped_module, standard_modules


def test_what_is_added_later_finds_the_standard_library():
    found = standard_modules()
    assert {"unittest.mock", "pickletools", "cProfile", "concurrent.futures.thread"} <= set(found)
    assert not {"tkinter", "test", "ensurepip", "ctypes.test"} & set(found)
    assert len(found) == len(set(found))


def test_the_parts_that_use_torch_are_shipped_and_those_that_train_are_not():
    assert is_shipped_module("desktop_app.inference.torch_backend")
    assert not is_shipped_module("desktop_app.training.objective")


def test_numpy_goes_in_without_its_tests():
    assert is_numpy_at_work("numpy.fft._pocketfft")
    assert not is_numpy_at_work("numpy.fft.tests.test_helper")
    assert not is_numpy_at_work("numpy.f2py.crackfortran")
