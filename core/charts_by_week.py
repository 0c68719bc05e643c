"""Charts with a place for every week, as numbers for SVG; the page sets one table beside both (experience 22).

All are drawn on a picture 300 wide, so that the words of a chart stay readable on a phone: many weeks make thin bars
and fewer words below them, not smaller ones.
"""

from collections.abc import Sequence
from typing import Any

from core.charts import BASE, TOP
from core.templatetags.dates import hours, percent

WIDTH, LEFT, RIGHT = 300, 32, 296
# A word below needs this much room; discs on fewer places than these are told apart.
ROOM, DISCS = 24, 30


def hours_by_week(weeks: Sequence[tuple[str, int | None, int, int]], *, sentence: str) -> dict[str, Any]:
    """For components/weeks_hours.html from (label, minutes of the agreed week, expected minutes, attended minutes).

    The agreed week is a line of steps, None where none is known; expected and attended are bars, one in the other.
    """
    values = [value or 0 for _label, *values in weeks for value in values]
    highest = top_of(max(values, default=0))
    step = (RIGHT - LEFT) / (len(weeks) or 1)
    bars: list[dict[str, str]] = []
    lines: list[str] = []
    line: list[str] = []
    for place, (_label, planned, expected, attended) in enumerate(weeks):
        x = LEFT + step * place
        bars.append(
            {
                "x": f"{x + step * 0.12:.1f}",
                "width": f"{step * 0.76:.1f}",
                **box("expected", expected, highest),
                **box("attended", attended, highest),
            }
        )
        if planned is not None:
            level = height(planned, highest)
            line += [f"{x:.1f},{level:.1f}", f"{x + step:.1f},{level:.1f}"]
        if line and (planned is None or place == len(weeks) - 1):
            lines.append(" ".join(line))
            line = []
    told = ", ".join(f"{label}: {hours(attended)} / {hours(expected)}" for label, _plan, expected, attended in weeks)
    return {
        "bars": bars,
        "lines": lines,
        "grid": grid([(value, hours(value)) for value in (0, highest // 2, highest)], highest),
        "labels": labels([label for label, *_rest in weeks], step),
        "in_words": f"{sentence}: {told or '–'}",
    }


def share_by_week(
    weeks: Sequence[tuple[str, float | None, float | None]], *, sentence: str, target: float | None = None
) -> dict[str, Any]:
    """For components/weeks_share.html from (label, share of the week, share of the weeks up to it), 0 to 1.

    A disc is a week, the line its weeks up to it; None leaves a gap. `target` is a line across.
    """
    step = (RIGHT - LEFT) / (len(weeks) or 1)
    discs: list[dict[str, str]] = []
    lines: list[str] = []
    line: list[str] = []
    for place, (_label, share, running) in enumerate(weeks):
        x = LEFT + step * (place + 0.5)
        if share is not None:
            discs.append({"x": f"{x:.1f}", "y": f"{height(min(share, 1), 1):.1f}"})
        if running is not None:
            line.append(f"{x:.1f},{height(min(running, 1), 1):.1f}")
        if line and (running is None or place == len(weeks) - 1):
            lines.append(" ".join(line))
            line = []
    told = ", ".join(f"{label}: {percent(share)}" for label, share, _running in weeks if share is not None)
    return {
        "discs": discs,
        "radius": 4 if len(weeks) <= DISCS else 2,
        "lines": lines,
        "grid": grid([(value, percent(value)) for value in (0, 0.5, 1)], 1),
        "target_y": None if target is None else f"{height(target, 1):.1f}",
        "labels": labels([label for label, *_rest in weeks], step),
        "in_words": f"{sentence}: {told or '–'}",
    }


def height(value: float, highest: float) -> float:
    return BASE - (BASE - TOP) * value / highest


def box(name: str, value: int, highest: int) -> dict[str, str]:
    y = height(value, highest)
    return {f"{name}_y": f"{y:.1f}", f"{name}_height": f"{BASE - y:.1f}"}


def top_of(most: int) -> int:
    """The top of the scale in minutes: even hours, so that its middle can be told as well."""
    return max(120, -(-most // 120) * 120)


def grid(values: Sequence[tuple[float, str]], highest: float) -> list[dict[str, str]]:
    return [
        {"y": f"{height(value, highest):.1f}", "text_y": f"{height(value, highest) + 4:.1f}", "label": word}
        for value, word in values
    ]


def labels(words: Sequence[str], step: float) -> list[dict[str, str]]:
    """As many words as there is room for, the last week's always among them."""
    every = max(1, -(-ROOM // max(step, 0.1))) if step else 1
    return [
        {"x": f"{LEFT + step * (place + 0.5):.1f}", "text": word}
        for place, word in enumerate(words)
        if (len(words) - 1 - place) % every == 0
    ]
