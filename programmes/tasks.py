"""Celery's doorways to programmes."""

from celery import shared_task
from django.utils import timezone

from audit.acting import System
from programmes import actions
from programmes.checklist import requirements
from programmes.course import pausing
from programmes.people import handover
from programmes.places.closing_days import write_holidays_ahead


@shared_task
def activate_due_programmes() -> int:
    """Programmes begin, and pauses begin and end; hourly, safe to run twice or late (P1)."""
    today, calendar = timezone.localdate(), System("calendar")
    return actions.activate_due(on=today, by=calendar) + pausing.follow_pauses(on=today, by=calendar)


@shared_task
def write_public_holidays() -> int:
    """This year's and next year's public holidays of every centre; hourly, safe to run twice or late (A1, U4)."""
    return write_holidays_ahead(today=timezone.localdate(), by=System("calendar"))


@shared_task
def ask_who_takes_over() -> int:
    """Team leaders are asked who takes over where a caseworker's role has run out; hourly, safe to run twice (U2)."""
    return handover.ask_who_takes_over(today=timezone.localdate(), by=System("calendar"))


@shared_task
def settle_requirements() -> int:
    """What each type requires, worked out anew for every running programme, with the tasks that follow; every ten
    minutes, safe to run twice or late (P9). Returns how many rows were written."""
    return requirements.settle(by=System("calendar"))
