"""A version of a programme type as people read it: what it says, in groups, and what another version says otherwise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from core.templatetags.dates import short_day, weekday
from journal.models import Category
from programmes.types.catalogue import latest_type
from programmes.types.definition import Consent, Definition, Due, Requirement

A_MONDAY = date(2024, 1, 1)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
PARTS = {
    "key": gettext_lazy("Key"),
    "name": gettext_lazy("Name"),
    "short": gettext_lazy("In short"),
    "target_group": gettext_lazy("For whom"),
    "purpose": gettext_lazy("Purpose"),
    "content": gettext_lazy("Content"),
    "remark": gettext_lazy("Remark for whoever edits"),
    "duration": gettext_lazy("Duration"),
    "intake": gettext_lazy("Intake"),
    "intake_dates": gettext_lazy("Days of intake"),
    "contexts": gettext_lazy("Contexts"),
    "legal_basis": gettext_lazy("Legal basis"),
    "ages": gettext_lazy("Age"),
    "parties_needed": gettext_lazy("Referring parties"),
    "pre_programme_of": gettext_lazy("Comes before"),
    "uses_workshops": gettext_lazy("Workshops"),
    "uses_internships": gettext_lazy("Internships"),
    "phases": gettext_lazy("Phases"),
    "activities": gettext_lazy("Activities"),
    "required": gettext_lazy("Checklist"),
    "consents": gettext_lazy("Consents"),
    "surveys": gettext_lazy("Surveys"),
    "team": gettext_lazy("Team"),
    "capacity": gettext_lazy("Places"),
    "absence_rules": gettext_lazy("Absence"),
    "early_warning": gettext_lazy("Fall in attendance"),
    "follow_up": gettext_lazy("Follow-up on the plan"),
    "plan_confirmed_by": gettext_lazy("Who confirms the plan"),
    "standard_goals": gettext_lazy("Goals to begin with"),
    "segments": gettext_lazy("Groups of citizens"),
    "outcomes": gettext_lazy("Outcomes"),
    "targets": gettext_lazy("Targets"),
    "closing_note_sections": gettext_lazy("Sections of the closing note"),
}
MEETINGS = {
    "start": gettext_lazy("Start meeting"),
    "development": gettext_lazy("Guidance and development talk"),
    "summary": gettext_lazy("Summary talk in the workshop"),
    "follow_up": gettext_lazy("Follow-up talk"),
    "three_way": gettext_lazy("Three-way meeting"),
    "cross_sector": gettext_lazy("Cross-sector meeting"),
    "closing": gettext_lazy("Closing meeting"),
}
PEOPLE = {
    "citizen": gettext_lazy("The citizen"),
    "caseworker": gettext_lazy("Caseworker"),
    "referrer": gettext_lazy("Referrer"),
    "specialist": gettext_lazy("Specialist"),
    "contact_person": gettext_lazy("Contact person"),
    "team_leader": gettext_lazy("Team leader"),
}
MET_BY = {
    "plan": gettext_lazy("the plan is confirmed"),
    "follow_up": gettext_lazy("the plan is followed up"),
    "closing_note": gettext_lazy("the closing note is approved"),
    "consent": gettext_lazy("the consents are given"),
    "coordinator": gettext_lazy("a coordinator is named"),
    "hand": gettext_lazy("somebody says that it is done"),
}


@dataclass(frozen=True)
class Row:
    """One thing that the type says. Several `lines` are a list, each with what is said about it; `key` names the part
    of the file."""

    key: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(PARTS[self.key])


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


def groups_of(said: Definition) -> list[Group]:
    """Everything that the version says; what it leaves out is not there."""
    found = [
        (_("What it is"), [*texts(said, "short", "target_group", "purpose", "content")]),
        (_("Before it begins"), [*before(said)]),
        (_("While it runs"), [*during(said)]),
        (_("How it ends"), [*ending(said)]),
        (_("For whoever edits"), [*texts(said, "remark")]),
    ]
    return [Group(title, rows) for title, rows in found if rows]


def texts(said: Definition, *keys: str) -> Iterator[Row]:
    for key in keys:
        if value := getattr(said, key):
            yield Row(key, [(str(value), "")])


def named(key: str, parts: Iterable[Any], about: Any = lambda part: "") -> Iterator[Row]:
    lines = [(str(part), about(part)) for part in parts]
    if lines:
        yield Row(key, lines)


def before(said: Definition) -> Iterator[Row]:
    yield Row("intake", [(intake(said), "")])
    if said.intake_dates:
        yield Row("intake_dates", [(short_day(day), "") for day in said.intake_dates])
    yield from named("contexts", said.contexts, lambda context: context.legal_basis)
    if said.legal_basis.text:
        yield Row("legal_basis", [(said.legal_basis.text, str(said.legal_basis.remark or ""))])
    if ages := span(said.ages.lowest, said.ages.highest):
        yield Row("ages", [(ages, "")])
    if said.parties_needed > 1:
        yield Row("parties_needed", [(str(said.parties_needed), "")])
    if said.pre_programme_of:
        follows = latest_type(said.pre_programme_of)
        yield Row("pre_programme_of", [(str(follows or said.pre_programme_of), "")])
    yield from named("consents", said.consents, consent_in_words)
    yield from places(said)


def consent_in_words(consent: Consent) -> str:
    words = [] if consent.is_required else [_("where wanted")]
    if consent.opens_to_referrer:
        words.append(_("withdrawn, it closes the case to the referrer"))
    return ", ".join(words)


def places(said: Definition) -> Iterator[Row]:
    total = said.capacity.places
    if total is None:
        return
    lines = [(ngettext("%(count)s place", "%(count)s places", total) % {"count": total}, "")]
    lines += [(quota.municipality, str(quota.places)) for quota in said.capacity.quotas]
    if said.capacity.can_be_lent:
        lines.append((_("A free place may be lent to another municipality"), ""))
    yield Row("capacity", lines)


def during(said: Definition) -> Iterator[Row]:
    yield Row("duration", [*duration(said)])
    yield Row("uses_workshops", [(_("With days in a workshop") if said.uses_workshops else _("Without workshops"), "")])
    if said.uses_internships:
        yield Row("uses_internships", [(_("With internships, reported by the week"), "")])
    yield from named("phases", said.phases, lambda phase: str(phase.what or ""))
    yield from named("team", said.team, lambda role: ", ".join(about_role(role)))
    yield from named("required", said.required, lambda one: ", ".join(filter(None, [met_by(said, one), due(one.due)])))
    yield from named("activities", said.activities, about_activity)
    if lines := [*follow_up(said)]:
        yield Row("follow_up", lines)
    yield Row("plan_confirmed_by", [(str(PEOPLE[one]), "") for one in said.plan_confirmed_by])
    for goal in said.standard_goals:
        lines = [(str(one.title), " · ".join(str(step) for step in one.steps)) for one in goal.subgoals]
        yield Row("standard_goals", [(str(goal), ""), *lines])
    yield from named("surveys", said.surveys)
    if lines := [*absence(said)]:
        yield Row("absence_rules", lines)
    yield Row("early_warning", [*early_warning(said)])
    yield from named("segments", said.segments, lambda one: str(one.what or ""))


def ending(said: Definition) -> Iterator[Row]:
    yield from named("closing_note_sections", said.closing_note_sections, lambda one: str(one.hint or ""))
    yield from named("outcomes", said.outcomes)
    targets = [(str(one.text), f"{one.percent} %" if one.percent is not None else "") for one in said.targets]
    if targets:
        yield Row("targets", targets)


def intake(said: Definition) -> str:
    if said.intake == "any":
        return _("Any working day")
    if said.intake == "dates":
        return _("On the days named here")
    return _("Every %(weekday)s") % {"weekday": weekday(A_MONDAY + timedelta(days=WEEKDAYS.index(said.intake)))}


def span(lowest: int | None, highest: int | None) -> str:
    if lowest is not None and highest is not None:
        return _("%(lowest)s to %(highest)s years") % {"lowest": lowest, "highest": highest}
    if lowest is not None:
        return _("%(lowest)s years or more") % {"lowest": lowest}
    return _("%(highest)s years or less") % {"highest": highest} if highest is not None else ""


def weeks(count: int) -> str:
    return ngettext("%(count)s week", "%(count)s weeks", count) % {"count": count}


def duration(said: Definition) -> Iterator[tuple[str, str]]:
    lasts = said.duration
    yield weeks(lasts.default_weeks), _("unless agreed otherwise")
    if lasts.minimum_weeks:
        yield _("at least %(weeks)s") % {"weeks": weeks(lasts.minimum_weeks)}, ""
    if lasts.maximum_weeks:
        yield _("at most %(weeks)s") % {"weeks": weeks(lasts.maximum_weeks)}, ""
    if not lasts.can_be_extended:
        yield _("cannot be extended"), ""
    if not lasts.can_be_shortened:
        yield _("cannot be shortened"), ""


def about_role(role: Any) -> Iterator[str]:
    yield str(PEOPLE[role.held_by])
    if role.is_required:
        yield _("always")


def about_activity(activity: Any) -> str:
    words = []
    if activity.times:
        words.append(ngettext("%(count)s time", "%(count)s times", activity.times) % {"count": activity.times})
    if activity.is_group:
        words.append(_("in a group"))
    if activity.is_health:
        words.append(_("tells about health: an appointment to the workshop"))
    if activity.is_weekly:
        words.append(_("may be agreed by the week"))
    return ", ".join(words)


def met_by(said: Definition, requirement: Requirement) -> str:
    kind, __, key = requirement.met_by.partition(":")
    if not key:
        return str(MET_BY[kind])
    if kind == "activity":
        name = next((str(one) for one in said.activities if one.key == key), key)
        return _("%(activity)s has taken place") % {"activity": name}
    if kind == "note":
        return _("a note is written: %(category)s") % {"category": Category(key).label}
    words = _("a day is agreed: %(meeting)s") if kind == "meeting_agreed" else _("is held: %(meeting)s")
    return words % {"meeting": MEETINGS.get(key, key)}


def due(due: Due | None) -> str:
    if due is None:
        return ""
    if due.every_weeks is not None:
        return ngettext("every week", "every %(count)s weeks", due.every_weeks) % {"count": due.every_weeks}
    if due.days_before_end is not None:
        count = due.days_before_end
        return ngettext(
            "at the latest %(count)s day before the end", "at the latest %(count)s days before the end", count
        ) % {"count": count}
    count = due.days_after_start or 0
    if not count:
        return _("at the start")
    return ngettext(
        "at the latest %(count)s day after the start", "at the latest %(count)s days after the start", count
    ) % {"count": count}


def follow_up(said: Definition) -> Iterator[tuple[str, str]]:
    every, form = said.follow_up.every_weeks, str(said.follow_up.form or "")
    if every:
        yield ngettext("Every week", "Every %(count)s weeks", every) % {"count": every}, form
    elif form:
        yield form, ""
    if said.follow_up.with_referrer:
        yield _("The referrer takes part"), ""


def absence(said: Definition) -> Iterator[tuple[str, str]]:
    rules = said.absence_rules
    yield _("Missed after %(count)s minutes") % {"count": rules.grace_minutes}, ""
    late = rules.grace_minutes + rules.leader_minutes
    yield _("A missing register reaches the team leader after %(count)s minutes") % {"count": late}, ""
    told = pgettext("what happens after absences", "the referrer is told")
    if rules.unexplained_in_a_row:
        yield _("%(count)s unexplained absences in a row") % {"count": rules.unexplained_in_a_row}, told
    if period := rules.unexplained_in_period:
        yield _("%(count)s unexplained absences in %(days)s days") % {"count": period.count, "days": period.days}, told
    if rules.share_below_percent:
        yield (
            _("Less than %(percent)s%% of the hours in %(weeks)s")
            % {"percent": rules.share_below_percent, "weeks": weeks(rules.share_weeks or 1)},
            told,
        )
    if rules.no_contact_days:
        yield _("No contact for %(days)s days") % {"days": rules.no_contact_days}, told


def early_warning(said: Definition) -> Iterator[tuple[str, str]]:
    rule = said.early_warning
    if not rule.is_used:
        yield _("Nothing is shown"), ""
        return
    yield (
        _("%(points)s points below what is usual for the citizen") % {"points": rule.fall_percent},
        _("%(recent)s agreed days beside up to %(usual)s before them")
        % {"recent": rule.recent_days, "usual": rule.usual_days},
    )
    yield _("Late on %(points)s points more of the days") % {"points": rule.late_percent}, ""


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently; empty where one of them says nothing."""

    part: str
    place: str
    now: str
    then: str


def differences(now: Definition | None, then: Definition) -> list[Difference]:
    """What `then` says and `now` does not, or otherwise, in the order of the file."""
    before = dict(leaves(now.model_dump(mode="json"))) if now else {}
    after = dict(leaves(then.model_dump(mode="json")))
    order = list(dict.fromkeys([*after, *before]))
    found = []
    for path in sorted(order, key=lambda path: (list(PARTS).index(path[0]), order.index(path))):
        old, new = before.get(path), after.get(path)
        if old != new:
            found.append(Difference(str(PARTS[path[0]]), " › ".join(path[1:]), in_short(old), in_short(new)))
    return found


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single value with its path; parts of a list go by their key, not by their place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "key" or not path:
                yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield (*path, pgettext("of a list", "order")), [name_of(one, place) for place, one in enumerate(value, start=1)]
        for place, one in enumerate(value, start=1):
            yield from leaves(one, (*path, name_of(one, place)))
    else:
        yield path, value


def name_of(part: Any, place: int) -> str:
    return str(part.get("key") or part.get("municipality") or place) if isinstance(part, dict) else str(place)


def in_short(value: Any) -> str:
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
