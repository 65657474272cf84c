"""What a process without work gives back, and that it goes on as before."""

from __future__ import annotations

import ctypes
import hashlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop_app.app.idle_memory import return_memory

ROOT = Path(__file__).resolve().parents[2]

needs_linux = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "dl_iterate_phdr"),
    reason="only Linux tells which code is mapped",
)

_TELL = """
import json, re, sys
from pathlib import Path
import numpy
from desktop_app.app.idle_memory import return_memory

def mapped_code():
    kilobytes = is_code = 0
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if re.match("[0-9a-f]+-", line):
            is_code = " r-xp " in line and "/numpy" in line
        elif is_code and line.startswith("Rss:"):
            kilobytes += int(line.split()[1])
    return kilobytes

matrix = numpy.arange(90_000.0).reshape(300, 300)
product = matrix @ matrix
before = mapped_code()
return_memory()
after = mapped_code()
json.dump([before, after, bool((matrix @ matrix == product).all())], sys.stdout)
"""


@needs_linux
def test_code_that_nothing_runs_is_given_back_and_runs_again_when_it_is_used():
    done = subprocess.run(
        [sys.executable, "-c", _TELL], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, after, is_equal = json.loads(done.stdout)
    assert after < before / 2
    assert is_equal


@needs_linux
def test_threads_that_run_code_meanwhile_do_not_notice():
    data = bytes(1 << 20)
    expected = hashlib.sha256(data).hexdigest()
    is_over = threading.Event()
    found = set()

    def work():
        while not is_over.is_set():
            found.add(hashlib.sha256(data).hexdigest())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    try:
        for _ in range(100):
            return_memory()
    finally:
        is_over.set()
        for each in threads:
            each.join()
    assert found == {expected}


def test_where_the_system_cannot_tell_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    return_memory()
