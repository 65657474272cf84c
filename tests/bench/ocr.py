"""Recognize pages whose text is known, and compare word by word.

Usage: python tests/bench/ocr.py [--pages N] [--dpi D] [--processes N] [FOLDER...]

Pages of real PDFs with text are drawn as pictures of ``--dpi`` dots per inch, the text is
thrown away, and the pictures go through the pool as scans do. Recall is the share of the
words (as a multiset, whatever their order) that come back exactly; precision that of the
recognized words that are in the text. Pages that were drawn tilted and with other scripts
come from ``scanned-rasterised``, with their true text. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pymupdf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import ParseFailure
from desktop_app.parsing.ocr import RecognizeRequest, recognize_page
from desktop_app.parsing.page_texts import PageText
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.tessdata import find_recognition

_CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
_FEWEST_WORDS = 80
_PLAIN_SHARE = 0.95
_SECONDS = 120.0
# As Tesseract calls the languages of the scans with a true text.
_LANGUAGES = {"en": "eng", "de": "deu", "es": "spa", "ru": "rus", "zh": "chi_sim", "ja": "jpn"}


def draw_scans(folders: list[Path], target: Path, *, pages: int, dpi: int) -> dict[str, list[str]]:
    """Write one PDF of one picture for every chosen page; return its words by its path."""
    files = sorted(path for folder in folders for path in folder.rglob("*.pdf"))
    words: dict[str, list[str]] = {}
    for step, path in enumerate(files):
        left = len(files) - step
        with pymupdf.open(path) as document:
            texts = [page.get_text().split() for page in document]
            suitable = [n for n, each in enumerate(texts) if _is_english(each)]
            share = max(1, (pages - len(words)) // left)
            chosen = suitable[:: max(1, len(suitable) // share)][:share]
            for number in chosen if len(words) < pages else ():
                page = document[number]
                with pymupdf.open() as scan:
                    shown = scan.new_page(width=page.rect.width, height=page.rect.height)
                    shown.insert_image(shown.rect, pixmap=page.get_pixmap(dpi=dpi))
                    drawn = target / f"{len(words):04d}.pdf"
                    scan.save(drawn)
                words[str(drawn)] = texts[number]
    return words


def _is_english(words: list[str]) -> bool:
    """Say whether there is enough to compare and the data for English can read it."""
    plain = sum(word.isascii() for word in words)
    return len(words) >= _FEWEST_WORDS and plain >= _PLAIN_SHARE * len(words)


def known_scans(available: tuple[str, ...]) -> dict[str, tuple[str, list[str]]]:
    """Return language and words of the scans with a true text, where there is data for them."""
    folder = _CORPORA / "docs" / "scanned-rasterised"
    return {
        str(folder / f"scan_{code}.pdf"): (language, truth.read_text("utf-8").split())
        for code, language in _LANGUAGES.items()
        if language in available and (truth := folder / f"scan_{code}.txt").exists()
    }


def compare(truth: list[str], found: list[str]) -> tuple[float, float]:
    """Return (recall, precision) of the words."""
    common = (Counter(truth) & Counter(found)).total()
    return common / max(1, len(truth)), common / max(1, len(found))


def measure(truths: dict[str, tuple[str, list[str]]], processes: int) -> dict[str, object]:
    """Recognize the first page of each file and compare; ``truths`` is (languages, words)."""
    directory = find_recognition("eng").directory
    pool: ParserPool[RecognizeRequest, PageText] = ParserPool(
        recognize_page, processes=processes, memory_mb=2048
    )
    requests = [
        (RecognizeRequest(path, "", "application/pdf", 1, directory, languages), _SECONDS)
        for path, (languages, _) in truths.items()
    ]
    recalls, precisions, states = [], [], Counter[str]()
    scores: dict[str, float] = {}
    began = time.perf_counter()
    try:
        for request, result in pool.map_unordered(requests):
            if isinstance(result, ParseFailure):
                states[result.code] += 1
                found = []
            else:
                states[result.state] += 1
                found = [word for line in result.lines for word in line.text.split()]
            recall, precision = compare(truths[request.path][1], found)
            recalls.append(recall)
            precisions.append(precision)
            scores[Path(request.path).name] = round(recall, 3)
            print(f"{Path(request.path).name}: {recall:.3f}", file=sys.stderr, flush=True)
    finally:
        pool.close()
    took = time.perf_counter() - began
    count = max(1, len(recalls))
    return {
        "pages": len(recalls),
        "word_recall": round(sum(recalls) / count, 4),
        "word_precision": round(sum(precisions) / count, 4),
        "median_word_recall": sorted(recalls)[len(recalls) // 2] if recalls else 0.0,
        "worst": dict(sorted(scores.items(), key=lambda each: each[1])[:5]),
        "states": dict(states),
        "processor_seconds_a_page": round(processes * took / count, 2),
    }


def main() -> int:
    """Read the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--pages", type=int, default=60)
    arguments.add_argument("--dpi", type=int, default=200)
    arguments.add_argument("--processes", type=int, default=2)
    chosen = arguments.parse_args()
    use = find_recognition("eng")
    folders = chosen.folders or [_CORPORA / "pdfqa", _CORPORA / "docs" / "gov-reports"]
    if use.languages != "eng" or not all(folder.exists() for folder in folders):
        print("This needs Tesseract's English data and a folder of PDFs.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="lectern-ocr-") as folder:
        words = draw_scans(folders, Path(folder), pages=chosen.pages, dpi=chosen.dpi)
        drawn = measure({path: ("eng", each) for path, each in words.items()}, chosen.processes)
    known = measure(known_scans(use.available), chosen.processes)
    print(json.dumps({"dpi": chosen.dpi, "drawn": drawn, "scans_with_truth": known}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
