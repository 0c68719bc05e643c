"""The list of tasks for one address: whose, of what kind, about whom, in which order (J6, experience 11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.forms import Form
from desk.rows import Tag, link_to
from worklist import lines as worklist_lines
from worklist.lines import Line, kind_in_words, owner_of
from worklist.models import Task, TaskQuerySet
from worklist.permissions import may_finish, may_write_own

PAGE = 100
CITIZENS_SHOWN = 300
DONE_SHOWN_FOR = timedelta(days=30)
MINE, UNIT, CENTRE, HANDED, DONE = "mine", "unit", "centre", "handed", "done"
KEPT = ("whose", "kind", "citizen", "sort", "colleague", "page")


class TaskFilter(Form):
    """What narrows the list; `whose` is chosen with the chips above it."""

    kind = forms.ChoiceField(required=False)
    citizen = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(required=False)
    whose = forms.CharField(required=False, widget=forms.HiddenInput)
    colleague = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Mapping, *, kinds: list[tuple[str, str]], citizens: list[tuple[str, str]]) -> None:
        super().__init__(data)
        for name, label, choices in (
            ("kind", _("What"), [("", _("All")), *kinds]),
            ("citizen", _("Citizen"), [("", _("All")), *citizens]),
            ("sort", _("Order"), [("", _("Most urgent first")), ("citizen", _("By citizen")), ("kind", _("By what"))]),
        ):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101
            choice.label, choice.choices = label, choices


@dataclass(frozen=True)
class TaskRow:
    """One task with what its row offers."""

    line: Line
    owner: str
    is_done: bool
    may_finish: bool

    @property
    def pk(self) -> int | None:
        return self.line.pk

    @property
    def tag(self) -> Tag:
        if self.is_done:
            return Tag("ok", "check-lg", _("done"))
        return Tag(self.line.due_kind, self.line.due_icon, self.line.due)


@dataclass
class TaskGroup:
    key: str
    title: str
    rows: list[TaskRow] = field(default_factory=list)
    empty: str = ""


@dataclass
class TaskList:
    """What the page shows: chips, filters, groups, and for a team leader the colleagues."""

    form: TaskFilter
    views: list[tuple[str, str, bool]]
    groups: list[TaskGroup]
    whose: str
    colleagues: list[dict[str, Any]]
    shown: int
    previous: str
    next: str
    is_narrowed: bool
    may_write: bool
    can_choose: bool


def task_list(user: User, data: Mapping) -> TaskList:
    """The list for one address. Two queries, for a team leader's colleagues one more, however many tasks there are."""
    views = views_of(user)
    whose = str(data.get("whose") or MINE)
    whose = whose if whose in views else MINE
    scope = scope_of(user, whose)
    kinds, citizens = choices_of(scope)
    form = TaskFilter({**{key: data.get(key, "") for key in KEPT}, "whose": whose}, kinds=kinds, citizens=citizens)
    form.is_valid()
    # What the filters do not know narrows nothing: an old address still shows a list.
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    number = page_number(data)
    found = ordered(narrowed(scope, chosen), chosen.get("sort", ""), whose)
    tasks = list(found.with_names()[(number - 1) * PAGE : number * PAGE + 1])
    rows = [
        TaskRow(
            worklist_lines.line(task), owner_of(task), task.done_at is not None, may_finish(user, task)
        )
        for task in tasks[:PAGE]
    ]  # fmt: skip
    today = timezone.localdate()
    return TaskList(
        form=form,
        views=[(word, address(whose=key), key == whose) for key, word in views.items()],
        groups=grouped(rows, tasks, whose, today),
        whose=whose,
        colleagues=colleagues_of(user, chosen, today) if whose == CENTRE else [],
        shown=len(rows),
        previous=address(**chosen, page=number - 1) if number > 1 else "",
        next=address(**chosen, page=number + 1) if len(tasks) > PAGE else "",
        is_narrowed=bool(chosen.keys() - {"whose", "sort"}),
        may_write=may_write_own(user),
        can_choose=whose != DONE and bool(rows),
    )


def views_of(user: User) -> dict[str, str]:
    """Whose tasks the user can look at, in a word each."""
    views = {MINE: _("Mine")}
    if user.has_role(Role.CONTACT_PERSON) and user.reach.units:
        views[UNIT] = _("The workshop's")
    if user.has_role(Role.TEAM_LEADER):
        views[CENTRE] = _("Everybody's")
    return {**views, HANDED: _("Handed over"), DONE: _("Done")}


def scope_of(user: User, whose: str) -> TaskQuerySet:
    """The tasks behind one of the chips, as far as the user may see them (T1)."""
    visible = Task.objects.visible_to(user).open()
    if whose == UNIT:
        return visible.filter(for_unit__in=user.reach.units)
    if whose == CENTRE:
        return Task.objects.led_by(user).open()
    if whose == HANDED:
        return Task.objects.handed_over_by(user).open()
    if whose == DONE:
        since = timezone.now() - DONE_SHOWN_FOR
        return Task.objects.within_reach_of(user).filter(done_by=user, done_at__gte=since)
    return visible


def choices_of(scope: TaskQuerySet) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The kinds and the citizens that occur in the list; a protected name would be told by its place (T10). One
    query."""
    column = f"citizen__sort_{'sv' if get_language() == 'sv' else 'da'}"
    name = ("citizen__first_name", "citizen__last_name", "citizen__is_protected")
    kinds, citizens = {}, {}
    for kind, pk, key, first, last, is_protected in (
        scope.order_by().values_list("kind", "citizen_id", column, *name).distinct()
    ):
        kinds[kind] = kind_in_words(kind)
        if pk and not is_protected:
            citizens[str(pk)] = (key, f"{first} {last}".strip())
    by_name = sorted(citizens.items(), key=lambda pair: pair[1])[:CITIZENS_SHOWN]
    return (
        sorted(kinds.items(), key=lambda pair: pair[1].casefold()),
        [(pk, label) for pk, (_key, label) in by_name],
    )


def narrowed(tasks: TaskQuerySet, chosen: Mapping[str, Any]) -> TaskQuerySet:
    if kind := chosen.get("kind"):
        tasks = tasks.filter(kind=kind)
    if citizen := chosen.get("citizen"):
        tasks = tasks.filter(citizen=UUID(citizen))
    if chosen.get("whose") == CENTRE:
        if colleague := chosen.get("colleague"):
            tasks = tasks.filter(for_user=colleague)
        elif not (kind or citizen):
            # Of everybody what is due; the rest stands behind each colleague's name.
            tasks = tasks.filter(due_on__lte=timezone.localdate())
    return tasks


def ordered(tasks: TaskQuerySet, sort: str, whose: str) -> TaskQuerySet:
    """By deadline, or by citizen or kind and then by deadline; protected names stand last (T10)."""
    if whose == DONE:
        return tasks.order_by("-done_at", "-pk")
    first: list[Any] = []
    if sort == "citizen":
        column = f"citizen__sort_{'sv' if get_language() == 'sv' else 'da'}"
        first = ["citizen__is_protected", F(column).asc(nulls_last=True)]
    elif sort == "kind":
        first = ["kind"]
    return tasks.order_by(*first, "due_on", "pk")


def grouped(rows: list[TaskRow], tasks: list[Task], whose: str, today: date) -> list[TaskGroup]:
    """One's own by urgency; everybody's by colleague, whose overdue ones come first because of the order."""
    if whose == DONE:
        return [TaskGroup("done", _("Done in the last 30 days"), rows, _("Nothing was ticked off."))]
    if whose in (CENTRE, HANDED):
        by_owner: dict[str, TaskGroup] = {}
        for row in rows:
            by_owner.setdefault(row.owner, TaskGroup(f"owner-{len(by_owner)}", row.owner)).rows.append(row)
        return list(by_owner.values())
    groups = {
        "overdue": TaskGroup("overdue", _("Overdue"), empty=_("Nothing is overdue.")),
        "due": TaskGroup("due", _("Due today"), empty=_("Nothing is due today")),
        "later": TaskGroup("later", _("Later"), empty=_("Nothing is planned for later.")),
        "snoozed": TaskGroup("snoozed", _("Put off")),
    }
    for row, task in zip(rows, tasks, strict=False):
        if task.is_snoozed:
            groups["snoozed"].rows.append(row)
        elif task.due_on == today:
            groups["due"].rows.append(row)
        else:
            groups["overdue" if task.due_on < today else "later"].rows.append(row)
    return [group for group in groups.values() if group.rows or group.empty]


def colleagues_of(user: User, chosen: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """Each colleague's open tasks, most overdue first, with the address that shows them alone. One query."""
    counts = (
        Task.objects.led_by(user)
        .open()
        .filter(for_user__isnull=False)
        .order_by()
        .values("for_user", "for_user__name")
        .annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            snoozed=Count("pk", filter=Q(snoozed_until__gt=today)),
            oldest=Min("due_on"),
        )
        .order_by("-overdue", "oldest", "for_user__name")
    )
    found = []
    for count in counts:
        is_current = chosen.get("colleague") == count["for_user"]
        words = ngettext("%(count)s overdue", "%(count)s overdue", count["overdue"]) % {"count": count["overdue"]}
        found.append(
            {
                "name": count["for_user__name"],
                "url": address(whose=CENTRE, colleague=None if is_current else count["for_user"]),
                "is_current": is_current,
                "tag": Tag("late", "exclamation-octagon", words) if count["overdue"] else None,
                "open": count["open"],
                "snoozed": count["snoozed"],
            }
        )
    return found


def page_number(data: Mapping) -> int:
    text = str(data.get("page") or "1")
    return min(max(int(text), 1), 1000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def address(**chosen: Any) -> str:
    """The address of the list with these parameters; what is usual is left out."""
    kept = {key: value for key, value in chosen.items() if value and (key, value) not in (("whose", MINE), ("page", 1))}
    return link_to("desk:tasks") + (f"?{urlencode(kept)}" if kept else "")
