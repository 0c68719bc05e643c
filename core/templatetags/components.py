"""The small parts that every page uses; the bigger ones are templates in templates/components/."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet, BoundField, Select
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, gettext

register = template.Library()

FULL = 100.0


@register.simple_tag
@lru_cache(maxsize=512)  # a page has a hundred of them
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite, hidden from screen readers: the word stands beside it. `extra` is more CSS classes."""
    classes = f"t-i {extra}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("icons.svg"), name
    )


@register.simple_tag
def tag(kind: str, icon_name: str, word: str) -> SafeString:
    """A status by word and icon; `kind` is ok, due, late, info, calm or acc (colour only helps)."""
    return format_html('<span class="t-tag t-{}">{}{}</span>', kind, icon(icon_name), word)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word: `Åse Winther-Holm` gives `ÅW`."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def own_language_name(code: str) -> str:
    """What a language calls itself: `da` gives `Dansk`."""
    return get_language_info(code)["name_local"].capitalize()


@register.filter
def tel(number: str) -> str:
    """A telephone number as the address of a call: `00 12 34 56` gives `tel:00123456`."""
    return "tel:" + "".join(sign for sign in str(number) if sign.isdigit() or sign == "+")


@register.filter
def width(percent: float | str | None) -> str:
    """A percentage as an SVG length, never outside the track: `73.25` gives `73.2%`."""
    return f"{min(max(float(percent or 0), 0.0), FULL):.1f}%"


@register.filter
def up_to(last: int | str) -> range:
    """1, 2, ... `last`, for drawing weeks and steps."""
    return range(1, int(last or 0) + 1)


MOST_STEPS = 52


@register.filter
def along(week: int, weeks: int) -> list[str]:
    """`past`, `here` or empty for every week of a programme; a long one is drawn in 52 steps."""
    steps = min(int(weeks or 0), MOST_STEPS)
    here = -(-int(week or 0) * steps // weeks) if weeks else 0
    return ["past" if step < here else "here" if step == here else "" for step in range(1, steps + 1)]


@register.filter
def beside(row: Iterable, columns: Iterable) -> list[tuple]:
    """Pairs of column and cell; both have the same length."""
    return list(zip(columns, row, strict=True))


@register.filter
def table_rows(rows: Iterable[Sequence], columns: Sequence[Mapping[str, Any]]) -> SafeString:
    """The rows of components/table.html, of as many cells as there are columns; the first is the heading.

    Written here and not in the template, as `options`: a page has hundreds of them (docs/adr/0032).
    """
    labelled = [(format_html('<td data-label="{}">', column["label"]), "</td>") for column in columns[1:-1]]
    tags = [('<th scope="row">', "</th>"), *labelled, ("<td>", "</td>")][: len(columns)]
    told = []
    for row in rows:
        told.append("<tr>")
        told += [f"{opens}{conditional_escape(cell)}{ends}" for (opens, ends), cell in zip(tags, row, strict=True)]
        told.append("</tr>")
    return SafeString("".join(told))


@register.filter
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """All options of a list to choose from, by the groups in which Django's `Select` describes them."""
    told: list[str] = []
    for name, choices, _number in groups:
        if name:
            told.append(format_html('\n  <optgroup label="{}">', name))
        for choice in choices:
            selected = " selected" if choice["selected"] else ""
            value, label = conditional_escape(choice["value"]), conditional_escape(choice["label"])
            told.append(f'\n  <option value="{value}"{selected}>{label}</option>')
        if name:
            told.append("\n  </optgroup>")
    return SafeString("".join(told))


@register.filter
def control(field: BoundField) -> SafeString:
    """A field of a filter bar: a list to choose from, or something to write into."""
    return field.as_widget(attrs={"class": "form-select" if isinstance(field.field.widget, Select) else "form-control"})


def wrong(candidate: Any) -> bool:
    if isinstance(candidate, BaseForm):
        return bool(getattr(candidate, "error_list", None) or candidate.errors)
    if isinstance(candidate, BaseFormSet):
        return candidate.is_bound and not candidate.is_valid()
    return False


@register.simple_tag(takes_context=True)
def error_prefix(context: template.Context) -> str:
    """`Error: ` before the title of a page with a wrong form, formset or formsets (experience 17)."""
    several = context.get("formsets")
    candidates = [context.get("form"), context.get("formset"), *(several if isinstance(several, Iterable) else [])]
    return gettext("Error:") + " " if any(wrong(candidate) for candidate in candidates) else ""
