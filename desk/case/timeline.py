"""The timeline of one case: filtered, searched, a stretch at a time or whole for printing (J1, experience 13)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.calendar import midnight
from core.fields import DateField
from core.forms import Form
from core.templatetags.dates import short_day
from desk.rows import link_to
from desk.search.cases import LONGEST, cleaned, looks_like_number
from journal import timeline
from journal.models import Entry

ENTRIES_SHOWN = 30
# Longer than the longest programme of five years with an entry each working day.
ENTRIES_PRINTED = 2_000
NEWEST, OLDEST = "", "oldest"
# What opens the form: its own switch, or one of its fields in the address. The search field always stands there.
FIELDS = ("author", "order", "since", "until")


class TimelineForm(Form):
    """What the timeline is narrowed to beside its chips; an empty field narrows nothing."""

    q = forms.CharField(label=gettext_lazy("Words in the texts"), max_length=LONGEST, required=False)
    author = forms.ChoiceField(label=gettext_lazy("Author"), required=False)
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        choices=[(NEWEST, gettext_lazy("Newest first")), (OLDEST, gettext_lazy("Oldest first"))],
        required=False,
    )
    since = DateField(label=gettext_lazy("From"), required=False)
    until = DateField(label=gettext_lazy("Until"), required=False)

    def __init__(self, data: QueryDict, *, authors: list[tuple[str, str]] | None) -> None:
        super().__init__({**{name: data.get(name, "") for name in FIELDS}, "q": cleaned(data.get("q", ""))})
        if authors is None:
            for name in FIELDS:
                del self.fields[name]
        else:
            self.fields["author"].choices = [("", _("All")), *authors]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day"))
        return values


@dataclass(frozen=True)
class Page:
    """One stretch of the timeline; `older` is the address of what comes after it in reading order, empty at the end."""

    lines: list[timeline.Line]
    older: str


@dataclass
class Timeline:
    """The timeline of a programme from `case_of`, as the address asks for it (J1, J2).

    One query for its lines however long it is, and one for the authors to choose from where the form is open.
    """

    user: User
    programme: Any
    data: QueryDict
    for_print: bool = False
    show: list[str] = field(init=False)

    def __post_init__(self) -> None:
        asked = set(self.data.getlist("show"))
        self.show = [group for group in timeline.GROUPS if group in asked]

    @property
    def is_open(self) -> bool:
        """Whether the whole form shows and not only its search field."""
        return "filters" in self.data or any(self.data.get(name) for name in FIELDS)

    @cached_property
    def form(self) -> TimelineForm:
        return TimelineForm(self.data, authors=self.authors() if self.is_open else None)

    def authors(self) -> list[tuple[str, str]]:
        """Who wrote what the reader reads, by name."""
        written = self.readable().exclude(author=None).order_by().values_list("author", "author__name").distinct()
        return [(str(pk), name) for pk, name in sorted(written, key=lambda pair: pair[1].casefold())]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.show or self.asked(*FIELDS, "q"))

    def asked(self, *names: str) -> dict[str, Any]:
        """The fields that hold something and are right."""
        self.form.is_valid()
        return {name: value for name in names if (value := self.form.cleaned_data.get(name))}

    def of_case(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        return rows.filter(citizen=self.programme.citizen_id, centre=self.programme.centre_id)

    def readable(self) -> QuerySet[Entry]:
        return self.of_case(Entry.objects.visible_to(self.user))

    def entries(self) -> QuerySet[Entry]:
        """The entries asked for in the order asked for.

        That there is a health note is told only by the plain timeline: who searches, or asks what one person wrote,
        would learn more of it than that; and paper shows what may be read (J2).
        """
        asked = self.asked("q", "author", "since", "until")
        tells_more = self.for_print or "q" in asked or "author" in asked
        rows = self.readable() if tells_more else self.of_case(Entry.objects.listed_for(self.user))
        if self.show:
            rows = rows.filter(kind__in=[kind for group in self.show for kind in timeline.kinds_of(group)])
        if "q" in asked:
            rows = rows.containing(asked["q"])  # type: ignore[attr-defined]
        if "author" in asked:
            rows = rows.filter(author=int(asked["author"]))
        if "since" in asked:
            rows = rows.filter(happened_at__gte=midnight(asked["since"]))
        if "until" in asked:
            rows = rows.filter(happened_at__lt=midnight(asked["until"] + timedelta(days=1)))
        order = ("happened_at", "pk") if self.is_oldest_first else ("-happened_at", "-pk")
        return rows.select_related("author", "struck_by").order_by(*order)

    @property
    def is_oldest_first(self) -> bool:
        return bool(self.asked("order"))

    def page(self) -> Page:
        """The stretch that follows the entry `before` of the address, or the first one."""
        rows = self.entries()
        after = number(self.data.get("before", ""))
        if after is not None:
            at = Subquery(Entry.objects.filter(pk=after, citizen=self.programme.citizen_id).values("happened_at"))
            then, further = ("happened_at__gt", "pk__gt") if self.is_oldest_first else ("happened_at__lt", "pk__lt")
            rows = rows.filter(Q(**{then: at}) | Q(**{"happened_at": at, further: after}))
        found = list(rows[: ENTRIES_SHOWN + 1])
        shown = found[:ENTRIES_SHOWN]
        older = self.address(before=shown[-1].pk) if len(found) > ENTRIES_SHOWN else ""
        return Page(self.told(shown, user=self.user), older)

    def whole(self) -> tuple[list[timeline.Line], bool]:
        """Every line for paper, and whether there are more than fit."""
        found = list(self.entries()[: ENTRIES_PRINTED + 1])
        return self.told(found[:ENTRIES_PRINTED], user=None), len(found) > ENTRIES_PRINTED

    def told(self, entries: list[Entry], *, user: User | None) -> list[timeline.Line]:
        roles = set(self.programme.held_roles)
        return timeline.lines(entries, roles=roles, case=self.programme.reference, user=user)

    def address(self, **changes: Any) -> str:
        """The same timeline with something changed; None leaves it out. It begins anew unless `before` says where."""
        kept: dict[str, Any] = {"show": self.show, "q": cleaned(self.data.get("q", ""))}
        kept |= {name: self.data.get(name, "") for name in FIELDS}
        kept |= {"filters": "1" if "filters" in self.data else ""} | changes
        query = urlencode({name: value for name, value in kept.items() if value}, doseq=True)
        return f"?{query}" if query else link_to("desk:case", self.programme.reference)

    @property
    def open_url(self) -> str:
        return self.address(filters="1")

    @property
    def print_url(self) -> str:
        own = link_to("desk:print", self.programme.reference)
        asked = self.address(filters=None)
        return f"{own}{asked}" if asked.startswith("?") else own

    def chips(self) -> list[tuple[str, str, bool]]:
        """Word, address and whether it is on: each chip adds or takes away its kind, several may be on."""
        found = [(_("All"), self.address(show=None), not self.show)]
        for group, word in timeline.GROUPS.items():
            is_on = group in self.show
            others = [one for one in timeline.GROUPS if (one in self.show) != (one == group)]
            found.append((str(word), self.address(show=others), is_on))
        return found

    def in_words(self) -> list[str]:
        """What the paper is narrowed to: `Attendance, Plan`, `Words in the texts: bus`."""
        asked = self.asked("q", "author", "since", "until")
        told = [", ".join(str(timeline.GROUPS[group]) for group in self.show)] if self.show else []
        for name, value in asked.items():
            if name == "author":
                value = dict(self.form.fields["author"].choices).get(value, "")  # type: ignore[attr-defined]
            elif isinstance(value, date):
                value = short_day(value)
            told.append(f"{self.form.fields[name].label}: {value}")
        return told


def holds_number(data: QueryDict) -> bool:
    """Whether an identity number was typed into one of the fields, so that the address has it now (T10)."""
    return any(looks_like_number(cleaned(data.get(name, ""))) for name in ("q", *FIELDS))


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
