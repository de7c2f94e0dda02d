"""Curves over the number of calls as one picture, drawn by hand as SVG: it opens anywhere and needs nothing.

It knows axes and lines. It does not know what the numbers mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, PANEL, LEFT, RIGHT, GAP = 860, 120, 70, 20, 46


@dataclass(frozen=True, slots=True)
class Curve:
    """One panel: a title with its unit, and one or several lines."""

    title: str
    lines: tuple[tuple[str, tuple[float, ...]], ...]


def draw(xs: Sequence[float], curves: Sequence[Curve], *, caption: str) -> str:
    """The whole picture; every panel has the calls as its horizontal axis and begins at 0."""
    height = 40 + len(curves) * (PANEL + GAP)
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg role="img" {frame}><title>{escape(caption)}</title>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><text x="{LEFT}" y="22">{escape(caption)}</text>',
    ]
    for number, curve in enumerate(curves):
        parts.append(_panel(xs, curve, top=40 + number * (PANEL + GAP) + 16))
    return "\n".join([*parts, "</svg>", ""])


_COLOURS = ("#1f5fa8", "#b3541e", "#3a7d44")


def _panel(xs: Sequence[float], curve: Curve, *, top: int) -> str:
    most = max(max(values) for _, values in curve.lines) * 1.1 or 1.0
    last = max(xs)
    inner = WIDTH - LEFT - RIGHT

    def point(x: float, y: float) -> str:
        return f"{LEFT + inner * x / last:.1f},{top + PANEL - PANEL * y / most:.1f}"

    parts = [f'<text x="{LEFT}" y="{top - 4}" font-weight="bold">{escape(curve.title)}</text>']
    for share in (0, 0.5, 1):
        y = top + PANEL - PANEL * share / 1.1
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_said(most / 1.1 * share)}</text>')
    for number, (name, values) in enumerate(curve.lines):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(point(x, y) for x, y in zip(xs, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if name:
            x = LEFT + 8 + 150 * number
            parts.append(f'<text x="{x}" y="{top + 12}" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{LEFT}" y="{top + PANEL + 16}">0</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{top + PANEL + 16}" text-anchor="end">{last:,.0f} calls</text>')
    return "\n".join(parts)


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
