"""What somebody says about a line of the checklist that no data can tell: done on a day, or not relevant (P9)."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.checklist.requirements import CAN_BE_WAIVED, settle
from programmes.locking import locked
from programmes.models import Programme, Statement
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.types.definition import Requirement

# Met by somebody's word; a consent that was given after the referral too (R9).
BY_HAND = ("hand", "consent")


def requirement_of(programme: Programme, key: str) -> Requirement | None:
    return next((one for one in programme.type.settings.required if one.key == key), None)


def can_be_said(requirement: Requirement) -> bool:
    """Whether it is done by saying so; everything else is done where it belongs."""
    return requirement.met_by.partition(":")[0] in BY_HAND


def can_be_waived(requirement: Requirement) -> bool:
    return requirement.met_by.partition(":")[0] in CAN_BE_WAIVED


def say_done(*, programme: Programme, key: str, on: date, remark: str = "", by: User) -> Statement:
    """Say that it was done on this day; on the same day said again it is one statement (T12).

    Refused for what the data tell, for a day in the future, before the case was granted, and after the end.
    """
    return say(programme, key, Statement.Outcome.DONE, on=on, remark=remark, by=by)


def say_not_relevant(*, programme: Programme, key: str, why: str, by: User) -> Statement:
    """Say that it does not concern this citizen, and why. Refused without a reason."""
    return say(programme, key, Statement.Outcome.NOT_RELEVANT, on=timezone.localdate(), remark=why, by=by)


def say(programme: Programme, key: str, outcome: str, *, on: date, remark: str, by: User) -> Statement:
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        requirement = requirement_of(programme, key)
        says_done = outcome == Statement.Outcome.DONE
        if requirement is None or not (can_be_said(requirement) if says_done else can_be_waived(requirement)):
            raise Refused(_("This line is met by what is done, not by saying so"))
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended, so its checklist stays as it is"))
        if on > timezone.localdate():
            raise Refused(_("The day has not come yet"))
        if on < min(programme.starts_on, timezone.localdate(programme.created_at)):
            raise Refused(_("The programme had not begun on that day"))
        if not says_done and not remark.strip():
            raise Refused(_("Write why it is not relevant"))
        said = {"outcome": outcome, "on": on, "remark": remark.strip()}
        last = Statement.objects.filter(programme=programme, key=key, taken_back_at__isnull=True).first()
        if last and {name: getattr(last, name) for name in said} == said:
            return last
        statement = Statement.objects.create(programme=programme, key=key, said_by=by, **said)
        record(f"requirement_{outcome}", by=by, subject=programme, citizen_id=programme.citizen_id, key=key)
        settle([programme.pk], by=by)
    return statement


def take_back(*, statement: Statement, by: User) -> Statement:
    """It was not so after all; the statement stays readable. Taken back already, nothing more happens."""
    with acting(by):
        statement = (
            Statement.objects.select_for_update(of=("self",)).select_related("programme__centre").get(pk=statement.pk)
        )
        programme = statement.programme
        if not may_work_on(by, programme):
            raise NotAllowed
        if statement.taken_back_at is None:
            statement.taken_back_at, statement.taken_back_by = timezone.now(), by
            statement.save(update_fields=["taken_back_at", "taken_back_by"])
            record("statement_taken_back", by=by, subject=programme, citizen_id=programme.citizen_id, key=statement.key)
            settle([programme.pk], by=by)
    return statement
