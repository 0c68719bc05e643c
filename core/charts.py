"""Charts as numbers for SVG rendered on the server; each is also a table and a sentence (experience 22)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.templatetags.dates import hours, short_day

BASE, TOP = 104, 14
LEFT, RIGHT = 30, 288


def week_bars(weeks: Sequence[tuple[str, int, int]], *, sentence: str) -> dict[str, Any]:
    """Bars for components/hours_chart.html from (label, agreed minutes, attended minutes), led in by `sentence`."""
    most = max([minutes for _label, *both in weeks for minutes in both], default=0) or 1
    bars = []
    for place, (label, agreed, attended) in enumerate(weeks):
        agreed_height = round((BASE - TOP) * agreed / most, 1)
        attended_height = round((BASE - TOP) * attended / most, 1)
        x = 8 + 49 * place
        bars.append(
            {
                "label": label,
                "x": x,
                "middle": x + 18,
                "agreed": hours(agreed),
                "attended": hours(attended),
                "agreed_y": f"{BASE - agreed_height:g}",
                "agreed_height": f"{agreed_height:g}",
                "attended_y": f"{BASE - attended_height:g}",
                "attended_height": f"{attended_height:g}",
            }
        )
    figures = ", ".join(f"{bar['label']}: {bar['attended']} / {bar['agreed']}" for bar in bars)
    return {"bars": bars, "width": max(300, 8 + 49 * len(bars)), "in_words": f"{sentence}: {figures}"}


def curve(
    points: Sequence[tuple[str, float]], *, lowest: float, highest: float, target: float | None, sentence: str
) -> dict[str, Any]:
    """A line for components/curve.html from (label, value) in order of time, drawn between `lowest` and `highest`."""

    def height(value: float) -> str:
        share = (min(max(value, lowest), highest) - lowest) / ((highest - lowest) or 1)
        return f"{BASE - (BASE - TOP) * share:.1f}"

    room = (RIGHT - LEFT) / max(len(points) - 1, 1)
    drawn = [
        {"label": label, "value": f"{value:g}", "x": f"{LEFT + room * place:.1f}", "y": height(value)}
        for place, (label, value) in enumerate(points)
    ]
    figures = ", ".join(f"{point['label']}: {point['value']}" for point in drawn)
    ends = [(drawn[0], "start"), (drawn[-1], "end")] if len(drawn) > 1 else [(point, "start") for point in drawn]
    return {
        "points": drawn,
        "line": " ".join(f"{point['x']},{point['y']}" for point in drawn),
        "grid": [
            {"y": height(value), "text_y": f"{float(height(value)) + 4:.1f}", "label": f"{value:g}"}
            for value in (lowest, (lowest + highest) / 2, highest)
        ],
        "target_y": None if target is None else height(target),
        "labels": [{"x": point["x"], "text": point["label"], "anchor": anchor} for point, anchor in ends],
        "in_words": f"{sentence}: {figures}",
    }


def two_voices(
    points: Sequence[tuple[date, float | None, float | None]],
    *,
    lowest: int,
    highest: int,
    target: int | None,
    grid: Sequence[int],
    words: tuple[str, str],
    sentence: str,
) -> dict[str, Any]:
    """Two stairs over time for components/two_voices.html from (day, ours, theirs) in order of time.

    Days lie as far apart as they are; None is a day on which that voice said nothing. The voices differ by line and
    mark, not by colour alone: ours is a full line with discs, theirs a broken one with open squares (experience 23).
    `words` name them.
    """
    first, last = points[0][0], points[-1][0]
    whole = (last - first).days or 1

    def place(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / whole

    def height(value: float) -> float:
        return BASE - (BASE - TOP) * (min(max(value, lowest), highest) - lowest) / ((highest - lowest) or 1)

    def stairs(values: list[tuple[date, float]]) -> dict[str, Any]:
        line: list[str] = []
        marks: list[dict[str, str]] = []
        before = None
        for day, value in values:
            x, y = place(day), height(value)
            if before is not None:
                line.append(f"{x:.1f},{before:.1f}")
            line.append(f"{x:.1f},{y:.1f}")
            marks.append({"x": f"{x:.1f}", "y": f"{y:.1f}", "left": f"{x - 6:.1f}", "top": f"{y - 6:.1f}"})
            before = y
        return {"line": " ".join(line), "marks": marks}

    ours = stairs([(day, value) for day, value, _own in points if value is not None])
    theirs = stairs([(day, own) for day, _value, own in points if own is not None])
    told = [
        f"{short_day(day)}: "
        + ", ".join(f"{word} {value:g}" for word, value in zip(words, values, strict=True) if value is not None)
        for day, *values in points
    ]
    ends = [(points[0][0], "start"), (points[-1][0], "end")] if len(points) > 1 else [(first, "start")]
    return {
        "ours": ours,
        "theirs": theirs,
        "words": words,
        "grid": [{"y": f"{height(value):.1f}", "text_y": f"{height(value) + 4:.1f}", "label": value} for value in grid],
        "target_y": None if target is None else f"{height(target):.1f}",
        "labels": [{"x": f"{place(day):.1f}", "text": short_day(day), "anchor": anchor} for day, anchor in ends],
        "in_words": f"{sentence}. {'; '.join(told)}",
    }
