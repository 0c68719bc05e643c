"""Charts as numbers for SVG rendered on the server; each is also a table and a sentence (experience 22)."""

from collections.abc import Sequence
from typing import Any

from core.templatetags.dates import hours

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
