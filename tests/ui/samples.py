"""Sample documents, passages and hits in several scripts, with boxes where PDFs have them."""

# ruff: noqa: RUF001 - Chinese sample text has Chinese punctuation
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from desktop_app.domain import (
    Box,
    Coverage,
    Document,
    DocumentStatus,
    Hit,
    Locator,
    Passage,
    Query,
    SearchResult,
    Stages,
    Verdict,
)

ROOT = "/home/ada/Documents"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0


def make_passage(
    text: str,
    *,
    title: str = "Report 2022",
    heading: tuple[str, ...] = (),
    page: int | None = None,
    ordinal: int = 0,
    language: str = "en",
    content_hash: str = "",
    with_boxes: bool = True,
) -> Passage:
    """Make a passage; one with a page gets one box a line in the page's middle."""
    content = content_hash or hashlib.sha256(title.encode()).hexdigest()
    boxes: tuple[Box, ...] = ()
    if page is not None and with_boxes:
        top = 200.0 + 120.0 * (ordinal % 4)
        lines = max(1, len(text) // 90 + 1)
        boxes = tuple(
            Box(page, 72.0, top + 16 * line, 523.0, top + 16 * line + 13) for line in range(lines)
        )
    return Passage(
        passage_id=hashlib.sha256(f"{content}{ordinal}{text}".encode()).hexdigest()[:32],
        content_hash=content,
        ordinal=ordinal,
        text=text,
        title=title,
        heading=heading,
        language=language,
        locator=Locator(page=page, boxes=boxes, start=0, end=len(text)),
    )


def make_document(
    path: str,
    *,
    root: str = ROOT,
    title: str = "",
    media_type: str = PDF,
    page_count: int | None = None,
    status: DocumentStatus = DocumentStatus.INDEXED,
    reason_code: str = "",
    reason: str = "",
    passages: int = 12,
    languages: tuple[str, ...] = ("en",),
) -> Document:
    """Make a row of the ledger."""
    name = title or path.rsplit("/", 1)[-1]
    return Document(
        root=root,
        path=path,
        content_hash=hashlib.sha256(name.encode()).hexdigest(),
        size=184_320,
        mtime_ns=1_700_000_000_000_000_000,
        media_type=media_type,
        title=name,
        languages=languages,
        page_count=page_count,
        status=status,
        reason_code=reason_code,
        reason=reason,
        parser="fake",
        parser_version=1,
        chunker_version=1,
        passages=passages,
        seconds=0.1,
        indexed_at=datetime(2026, 11, 20, 18, 30, tzinfo=UTC),
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample hit, before it has a rank."""

    document: Document
    passage: Passage
    score: float
    words: tuple[str, ...]


def _sample(
    path: str,
    title: str,
    text: str,
    *,
    score: float,
    words: tuple[str, ...],
    media_type: str = PDF,
    page: int | None = None,
    pages: int | None = None,
    heading: tuple[str, ...] = (),
    ordinal: int = 0,
    language: str = "en",
) -> Sample:
    return Sample(
        make_document(
            path, title=title, media_type=media_type, page_count=pages, languages=(language,)
        ),
        make_passage(
            text,
            title=title,
            heading=heading,
            page=page,
            ordinal=ordinal,
            language=language,
            with_boxes=media_type == PDF,
        ),
        score,
        words,
    )


SAMPLES: tuple[Sample, ...] = (
    _sample(
        "Reports/Energy report 2022.pdf",
        "Energy report 2022",
        "The board set a target of cutting energy use in all buildings by 30 percent before "
        "2030, measured against 2019. Heating accounts for two thirds of the saving; the rest "
        "comes from lighting and from servers that are switched off at night.",
        score=0.943,
        words=("target", "cutting energy use", "30 percent"),
        page=12,
        pages=82,
        heading=("Energy", "Targets"),
    ),
    _sample(
        "Reports/Energy report 2022.pdf",
        "Energy report 2022",
        "By the end of the year, energy use had fallen by 11 percent. The largest step was the "
        "new heat pump in the north building, which replaced two gas boilers.",
        score=0.871,
        words=("energy use", "11 percent"),
        page=14,
        pages=82,
        heading=("Energy", "Results so far"),
        ordinal=1,
    ),
    _sample(
        "Contracts/Annex B - supply of electricity and district heating, signed copy.pdf",
        "Annex B: supply of electricity and district heating to the premises of the customer, "
        "including meters, fees and the rules for reading them",
        "The supplier shall report the energy used in each building every month and shall state "
        "how far it is from the agreed target.",
        score=0.812,
        words=("energy", "target"),
        page=3,
        pages=9,
        heading=("Obligations of the supplier", "Reporting"),
    ),
    _sample(
        "Papers/节能建筑研究.pdf",
        "节能建筑研究",
        "到二零三零年，所有建筑的能源消耗将比二零一九年减少百分之三十。供暖占节约量的三分之二，"
        "其余部分来自照明和夜间关闭的服务器。",
        score=0.764,
        words=("能源消耗", "减少百分之三十"),
        page=5,
        pages=21,
        heading=("第二章", "目标"),
        language="zh",
    ),
    _sample(
        "Papers/تقرير الطاقة.docx",
        "تقرير الطاقة السنوي",
        "حدد المجلس هدفا يتمثل في خفض استهلاك الطاقة في جميع المباني بنسبة ثلاثين في المئة قبل "
        "عام 2030 مقارنة بعام 2019.",
        score=0.702,
        words=("خفض استهلاك الطاقة", "ثلاثين في المئة"),
        media_type=WORD,
        heading=("الأهداف",),
        language="ar",
    ),
    _sample(
        "Reports/Meters 2019-2022.xlsx",
        "Meters 2019-2022",
        "Building | 2019 kWh | 2022 kWh | Change\n"
        "North | 412,000 | 351,200 | -14.8 %\n"
        "South | 288,400 | 270,900 | -6.1 %\n"
        "Total energy | 700,400 | 622,100 | -11.2 %",
        score=0.548,
        words=("energy",),
        media_type=SHEET,
        page=2,
        pages=4,
        heading=("Overview",),
    ),
    _sample(
        "Notes/heating.md",
        "Heating, notes from the walk-through",
        "Ask whether the target counts the old workshop. Nobody could say if its energy use was "
        "part of the 2019 figures.",
        score=0.471,
        words=("target", "energy use"),
        media_type="text/markdown",
        heading=("Open questions",),
    ),
    _sample(
        "Talks/Kick-off 🎉.pptx",
        "Kick-off 🎉",
        "Our target: 30 percent less energy by 2030. Three things you can do today.",
        score=0.318,
        words=("target", "30 percent"),
        media_type=SLIDES,
        page=3,
        pages=18,
    ),
    _sample(
        "Mail/Re_ budget.eml",
        "Re: budget for the new boiler",
        "I am afraid the boiler does not fit this year's budget; let us talk about it in March.",
        score=0.094,
        words=(),
        media_type="message/rfc822",
    ),
)

FAILED = (
    make_document(
        "Contracts/plan.pdf",
        status=DocumentStatus.FAILED,
        reason_code="encrypted",
        reason="The file is protected by a password. "
        "Save a copy without the password to make it searchable.",
        passages=0,
    ),
    make_document(
        "Scans/letter 1987.pdf",
        status=DocumentStatus.PARTIAL,
        reason_code="partial",
        reason="3 of 4 pages are pictures without text.",
        page_count=4,
        passages=2,
    ),
    make_document(
        "Reports/old.doc",
        media_type="application/msword",
        status=DocumentStatus.FAILED,
        reason_code="corrupt",
        reason="The file is damaged or not what its name says. "
        "Open it in its own program and save it again.",
        passages=0,
    ),
    make_document(
        "Reports/~$budget.xlsx",
        media_type=SHEET,
        status=DocumentStatus.SKIPPED,
        reason_code="lock",
        reason="A lock file of an open document.",
        passages=0,
    ),
)

COVERAGE = Coverage(
    documents=1020, searchable=1006, needs_attention=14, passages=18400, embedded=18400
)


def _marks(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    found = sorted((text.find(word), len(word)) for word in words if word in text)
    marks: list[tuple[int, int]] = []
    for start, length in found:
        if not marks or start >= marks[-1][1]:
            marks.append((start, start + length))
    return tuple(marks)


def make_hits(
    samples: tuple[Sample, ...] = SAMPLES, *, is_reranked: bool = True
) -> tuple[Hit, ...]:
    """Rank the samples: by score, or in an earlier, slightly different order."""
    ordered = sorted(samples, key=lambda each: -each.score)
    if not is_reranked and len(ordered) > 2:
        ordered = [ordered[1], ordered[0], *ordered[2:]]
    return tuple(
        Hit(
            rank=rank,
            score=sample.score if is_reranked else round(0.9 - 0.06 * rank, 3),
            passage=sample.passage,
            document=sample.document,
            stages=Stages(
                dense=sample.score * 0.8,
                fulltext=sample.score * 20,
                fused=1 / (60 + rank),
                logit=sample.score * 4 - 2 if is_reranked else None,
            ),
            highlights=_marks(sample.passage.text, sample.words),
        )
        for rank, sample in enumerate(ordered, start=1)
    )


def make_result(
    question: str,
    hits: tuple[Hit, ...] | None = None,
    *,
    verdict: Verdict = Verdict.GOOD,
    is_final: bool = True,
    is_reranked: bool = True,
    notices: tuple[str, ...] = (),
    coverage: Coverage = COVERAGE,
    language: str = "en",
) -> SearchResult:
    """Make an answer to a question."""
    return SearchResult(
        query=Query(raw=question, text=question, terms=tuple(question.split()), language=language),
        pack="starter",
        verdict=verdict,
        hits=make_hits(is_reranked=is_reranked) if hits is None else hits,
        coverage=coverage,
        took_ms={"fulltext": 3.0, "dense": 8.0, "rerank": 410.0},
        is_reranked=is_reranked,
        is_final=is_final,
        notices=notices,
    )
