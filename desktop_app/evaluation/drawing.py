"""Plots as SVG text of our own drawing: no library, no script, colors from the page's style.

Every function returns one ``<svg>`` element with a title and a description for screen
readers; lines and marks have the classes ``s0`` to ``s5``, texts none. Sizes are in pixels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 640
_LABEL, _RIGHT = 96, 64
_ROW = 32
_MARK = 4.5
_MOST_TICKS = 6
_STEPS = ((0.005, 3), (0.01, 2), (0.02, 2), (0.05, 2), (0.1, 1), (0.2, 1), (0.5, 1))
"""Distances between ticks, with the digits that tell them apart."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of an interval plot: the mean, its interval, and a number for its color."""

    name: str
    mean: float
    low: float
    high: float
    color: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a curve plot: values 0 to 1 at the common depths."""

    name: str
    values: tuple[float, ...]
    color: int


def draw_intervals(bars: Sequence[Bar], *, title: str, is_signed: bool = False) -> str:
    """Draw a dot and a line for each mean and its interval, on one axis.

    The axis is the range of the values; with ``is_signed`` it includes 0, which is marked.
    """
    bounds = [each.low for each in bars] + [each.high for each in bars]
    if is_signed:
        bounds.append(0.0)
    low, high, step = _axis(min(bounds), max(bounds), floor=None if is_signed else 0.0)
    bottom = _ROW * len(bars) + 8

    def x(value: float) -> float:
        return _LABEL + (value - low) / (high - low) * (_WIDTH - _LABEL - _RIGHT)

    parts = []
    for tick in _ticks(low, high, step):
        style = "zero" if is_signed and abs(tick) < step / 10 else "grid"
        parts.append(_line(x(tick), 4, x(tick), bottom, style))
        parts.append(
            _text(x(tick), bottom + 18, _number(tick, step, is_signed=is_signed), "middle")
        )
    for row, each in enumerate(bars):
        y = _ROW * row + 20
        parts.append(_text(0, y + 4, each.name, "start", "name"))
        parts.append(_line(x(each.low), y, x(each.high), y, f"whisker s{each.color}"))
        parts.append(_dot(x(each.mean), y, each.color))
        shown = f"{each.mean:+.3f}" if is_signed else f"{each.mean:.3f}"
        parts.append(_text(_WIDTH, y + 4, shown, "end", "value"))
    told = "; ".join(f"{b.name} {b.mean:.3f} ({b.low:.3f} to {b.high:.3f})" for b in bars)
    return _svg(parts, bottom + 28, title, told)


def draw_curves(curves: Sequence[Curve], depths: Sequence[int], *, title: str) -> str:
    """Draw values 0 to 1 over a logarithmic axis of depths; lines are named at their ends."""
    height, bottom, top, left, right = 300, 264, 12, 40, 112
    least = min(min(each.values) for each in curves)
    low, high, step = _axis(least, 1.0, floor=0.0)
    high = max(high, 1.0)

    def x(depth: int) -> float:
        span = math.log(depths[-1] / depths[0])
        return left + math.log(depth / depths[0]) / span * (_WIDTH - left - right)

    def y(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    parts = []
    for tick in _ticks(low, high, step):
        parts.append(_line(left, y(tick), _WIDTH - right, y(tick), "grid"))
        parts.append(_text(left - 8, y(tick) + 4, _number(tick, step), "end"))
    parts += [_text(x(depth), bottom + 20, str(depth), "middle") for depth in depths]
    # Names at the ends of the lines, pushed apart where lines end close to each other.
    ends = sorted(curves, key=lambda each: -each.values[-1])
    places: dict[str, float] = {}
    last = -math.inf
    for each in ends:
        last = places[each.name] = max(y(each.values[-1]) + 4, last + 15)
    for each in curves:
        points = " ".join(
            f"{x(depth):.1f},{y(value):.1f}"
            for depth, value in zip(depths, each.values, strict=True)
        )
        parts.append(f'<polyline class="curve s{each.color}" points="{points}"/>')
        parts += [
            _dot(x(depth), y(value), each.color, size=2.5)
            for depth, value in zip(depths, each.values, strict=True)
        ]
        parts.append(
            _text(_WIDTH - right + 10, places[each.name], each.name, "start", f"t{each.color}")
        )
    told = "; ".join(
        f"{each.name}: "
        + ", ".join(f"{v:.3f} at {k}" for k, v in zip(depths, each.values, strict=True))
        for each in curves
    )
    return _svg(parts, height, title, told)


def _axis(least: float, most: float, *, floor: float | None) -> tuple[float, float, float]:
    """Return round bounds around the values, and the distance between ticks."""
    span = max(most - least, 0.02)
    step = next(each for each, _ in _STEPS if span / each <= _MOST_TICKS)
    low = math.floor(least / step - 1e-9) * step
    return (
        low if floor is None else max(floor, low),
        max(math.ceil(most / step - 1e-9) * step, low + 2 * step),
        step,
    )


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [low + step * number for number in range(round((high - low) / step) + 1)]


def _number(value: float, step: float, *, is_signed: bool = False) -> str:
    digits = dict(_STEPS)[step]
    if is_signed and abs(value) >= step / 10:
        return f"{value:+.{digits}f}"
    return f"{abs(value):.{digits}f}"


def _svg(parts: Sequence[str], height: float, title: str, told: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{html.escape(title)}">'
        f"<title>{html.escape(title)}</title><desc>{html.escape(told)}</desc>{''.join(parts)}</svg>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _dot(x: float, y: float, color: int, *, size: float = _MARK) -> str:
    return f'<circle class="dot s{color}" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'


def _text(x: float, y: float, words: str, anchor: str, style: str = "tick") -> str:
    return (
        f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{html.escape(words)}</text>"
    )
