"""Two records side by side, and pairs that look like one person (K1)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import connection
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.roles import Role
from attendance.models import ExpectedAttendance
from audit.models import Change
from citizens.models import Citizen
from core.fields import ReasonField
from core.forms import Form
from desk.case.page import Other
from desk.citizen.correcting import BORN, FACTS
from desk.citizen.merging import LOSER, SURVIVOR
from desk.citizen.page import HIDDEN, PROTECTED, cases_of, in_words, label_of, masked_number
from journal.models import Entry
from programmes.models import Programme
from referrals.models import Referral
from worklist.models import Task

PAIRS_SHOWN = 50
ALIKE = 0.35  # of trigrams; a slip of the pen, a second first name, two names in the other order

# Same birth date, names alike, at most one with a number: the only pairs that can become one as they are. Somebody with
# a protected name is not among them: whom they are like would tell it (experience 27).
LIKELY = """
    WITH seen AS (
        SELECT DISTINCT a.citizen_id AS id FROM citizens_caseaccess a
        WHERE a.role = %(role)s AND a.organisation_id = ANY(%(centres)s) AND a.starts_on <= %(today)s
          AND (a.ends_on IS NULL OR a.ends_on >= %(today)s)
    ),
    known AS (
        SELECT c.id, c.birth_date, c.search_name, c.identity_number IS NOT NULL AS has_number
        FROM citizens_citizen c JOIN seen USING (id)
        WHERE c.merged_into_id IS NULL AND NOT c.is_protected
    )
    SELECT a.id, b.id, similarity(a.search_name, b.search_name) AS alike
    FROM known a JOIN known b ON b.birth_date = a.birth_date AND a.id < b.id
    WHERE NOT (a.has_number AND b.has_number) AND similarity(a.search_name, b.search_name) >= %(alike)s
    ORDER BY alike DESC, a.id, b.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Pair:
    one: Citizen
    other: Citizen
    cases: list[str]
    other_cases: list[str]


def likely_pairs(user: User, today: Any) -> list[Pair]:
    """Records of the user's centres that may be one person, the most alike first. Three queries, however many."""
    centres = list(user.reach.organisations_as(Role.TEAM_LEADER))
    values = {"role": Role.TEAM_LEADER.value, "centres": centres, "today": today, "alike": ALIKE, "most": PAIRS_SHOWN}
    with connection.cursor() as cursor:
        cursor.execute(LIKELY, values)
        pairs = [(one, other) for one, other, _alike in cursor.fetchall()]
    citizens = Citizen.objects.in_bulk({pk for pair in pairs for pk in pair})
    cases: dict[Any, list[str]] = {}
    programmes = Programme.objects.visible_to(user).filter(citizen__in=citizens)
    referrals = Referral.objects.visible_to(user).filter(citizen__in=citizens, programme=None)
    columns = ("citizen_id", "reference")
    rows = programmes.values_list(*columns).union(referrals.values_list(*columns), all=True).order_by("reference")
    for citizen_id, reference in rows:
        cases.setdefault(citizen_id, []).append(reference)
    return [Pair(citizens[one], citizens[other], cases.get(one, []), cases.get(other, [])) for one, other in pairs]


@dataclass(frozen=True)
class Side:
    """One of the two as the preview shows it."""

    citizen: Citizen
    number: str
    cases: list[Other]
    counts: list[str]


def side_of(user: User, citizen: Citizen) -> Side:
    """Who, number, cases, and how much is written about the person. Five queries."""
    entries = Entry.objects.visible_to(user).filter(citizen=citizen).count()
    tasks = Task.objects.open().within_reach_of(user).filter(citizen=citizen).count()
    slots = (
        ExpectedAttendance.objects.visible_to(user)
        .filter(citizen=citizen)
        .aggregate(expected=Count("pk"), marked=Count("pk", filter=~Q(state="")))
    )
    counts = [
        ngettext("%(count)s line on the timeline", "%(count)s lines on the timeline", entries) % {"count": entries},
        _("%(marked)s of %(expected)s agreed days marked") % slots,
        ngettext("%(count)s open task", "%(count)s open tasks", tasks) % {"count": tasks},
    ]
    return Side(citizen, masked_number(citizen), cases_of(user, citizen), counts)


class MergeForm(Form):
    """Whose value of each fact stays, and why the two are one person."""

    why = ReasonField(label=gettext_lazy("How do you know that it is the same person?"))

    def __init__(self, *args: Any, survivor: Citizen, loser: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survivor, self.loser = survivor, loser
        latest = newest_of(survivor, loser)
        names = FACTS if survivor.identity_number else FACTS + BORN
        self.differing = [name for name in names if getattr(survivor, name) != getattr(loser, name)]
        for name in self.differing:
            self.fields[name] = forms.ChoiceField(
                label=label_of(name),
                choices=[(side, shown(row, name)) for side, row in ((SURVIVOR, survivor), (LOSER, loser))],
                initial=default_side(survivor, loser, name, latest),
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Choose which one stays")},
            )
        self.order_fields([*self.differing, "why"])


@dataclass(frozen=True)
class Cell:
    """One value of one side; with `name` it is a choice."""

    text: str
    name: str = ""
    value: str = ""
    id: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]


def rows_of(form: MergeForm) -> list[Row]:
    """Each fact of the two side by side; where they differ, a choice of which one stays."""
    found = []
    for name in [*FACTS[:2], *BORN, *FACTS[2:]]:
        texts = [shown(form.survivor, name), shown(form.loser, name)]
        cells = [Cell(text) for text in texts]
        if name in form.differing:
            field = form[name]
            cells = [
                Cell(text, field.html_name, side, f"{field.auto_id}_{number}", field.value() == side)
                for number, (side, text) in enumerate(zip((SURVIVOR, LOSER), texts, strict=True))
            ]
        found.append(Row(label_of(name), cells))
    return found


def shown(citizen: Citizen, name: str) -> str:
    is_hidden = citizen.is_protected and name in PROTECTED and getattr(citizen, name)
    return HIDDEN if is_hidden else in_words(name, getattr(citizen, name))


def newest_of(survivor: Citizen, loser: Citizen) -> str:
    """Which of the two was written last, by the history. One query."""
    written = dict(
        Change.objects.filter(table=Citizen._meta.db_table, row__in=[str(survivor.pk), str(loser.pk)])
        .values_list("row")
        .annotate(at=Max("at"))
    )
    last = max(written, key=lambda row: written[row], default="")
    return LOSER if last == str(loser.pk) else SURVIVOR


def default_side(survivor: Citizen, loser: Citizen, name: str, latest: str) -> str:
    """The complete one, else the newer one."""
    if not getattr(survivor, name):
        return LOSER
    if not getattr(loser, name):
        return SURVIVOR
    return latest
