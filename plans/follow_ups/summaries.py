"""What the referrer is told about a follow-up: a draft of facts, read through and sent by a person (L3)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import Refused
from core.life_areas import Indicator
from core.templatetags.dates import full_day, percent
from journal.models import Audience
from plans.actions import locked
from plans.evidence.measuring import ANSWERED
from plans.models import FollowUp, Plan, StepRecord, Summary
from plans.progress import wordings_of
from plans.steps import shown
from programmes.telling import tell_case


def draft(follow_up: FollowUp) -> str:
    """Which steps were set and what attendance says, in the centre's language; no remarks, nothing guessed.

    Three queries, however many subgoals.
    """
    programme = follow_up.plan.programme
    with override(programme.centre.language):
        lines = [
            _("Follow-up on %(day)s with %(person)s, %(case)s.")
            % {"day": full_day(follow_up.held_on), "person": programme.citizen.name, "case": programme.reference}
        ]
        records = list(
            follow_up.steps.select_related("subgoal__goal").order_by("subgoal__goal__position", "subgoal__position")
        )
        before = steps_before(follow_up)
        lines += [line(one, before.get(one.subgoal.key, one.subgoal.baseline_step)) for one in records]
        # The day that holds now: what was agreed at the talk may have been put off since.
        if next_on := follow_up.plan.follow_up_due_on:
            lines.append(_("The next follow-up is on %(day)s.") % {"day": full_day(next_on)})
    return "\n\n".join(lines)


def line(one: StepRecord, was: int) -> str:
    """`Comes on time: from step 1 to step 3 of 5, “three times a week”.`"""
    said = {
        "subgoal": one.subgoal.title,
        "was": was,
        "step": one.step,
        "wording": wordings_of(one.subgoal)[one.step - 1],
    }
    if was == one.step:
        text = _("%(subgoal)s: still step %(step)s of 5, “%(wording)s”.") % said
    else:
        text = _("%(subgoal)s: from step %(was)s to step %(step)s of 5, “%(wording)s”.") % said
    if one.measured is None or one.subgoal.indicator not in ANSWERED:
        return text
    if one.subgoal.indicator == Indicator.SHARE:
        figure = _("Attendance of the last weeks: %(share)s.") % {"share": percent(float(one.measured) / 100)}
    else:
        figure = _("Attendance of the last weeks: %(number)s hours a week.") % {"number": shown(one.measured)}
    return f"{text} {figure}"


def steps_before(follow_up: FollowUp) -> dict:
    """The last step of each subgoal before this follow-up."""
    rows = StepRecord.objects.filter(follow_up__plan=follow_up.plan, follow_up__held_on__lte=follow_up.held_on)
    rows = rows.exclude(follow_up=follow_up).exclude(
        follow_up__held_on=follow_up.held_on, follow_up__pk__gt=follow_up.pk
    )
    return dict(rows.order_by("follow_up__held_on", "follow_up_id").values_list("subgoal__key", "step"))


def send(*, follow_up: FollowUp, text: str, by: User) -> Summary:
    """Let the referrer read the text on the case, once; it is told on the timeline without its words (L3, J2).

    Refused when it is empty or another one was sent; the same sent twice is one (T12).
    """
    with acting(by):
        plan = locked(Plan.objects.get(pk=follow_up.plan_id), by=by)
        if not text.strip():
            raise Refused(_("Write what the referrer is to know"))
        sent = Summary.objects.filter(follow_up=follow_up).first()
        if sent:
            if (sent.text, sent.by_id) == (text, by.pk):
                return sent
            raise Refused(_("A summary of this follow-up has been sent already"))
        row = Summary.objects.create(follow_up=follow_up, text=text, by=by)
        programme = plan.programme
        record("plan_summary_sent", by=by, subject=plan, citizen_id=programme.citizen_id)
        tell_case(
            "plan_summary",
            programme,
            by=by,
            audience=Audience.REFERRER,
            url=reverse("plans:detail", args=[programme.reference]),
            source=str(row),
            organisation=programme.referring_organisation.name,
        )
    return row


def latest(plan: Plan) -> Summary | None:
    """The newest one that was sent; one query."""
    sent = Summary.objects.filter(follow_up__plan=plan).select_related("follow_up", "by")
    return sent.order_by("follow_up__held_on", "pk").last()
