"""Celery's doorways to programmes."""

from celery import shared_task
from django.utils import timezone

from audit.acting import System
from programmes import actions, handover
from programmes.closing_days import write_holidays_ahead


@shared_task
def activate_due_programmes() -> int:
    """Programmes whose start has come become active; hourly, safe to run twice or late (P1)."""
    return actions.activate_due(on=timezone.localdate(), by=System("calendar"))


@shared_task
def write_public_holidays() -> int:
    """This year's and next year's public holidays of every centre; hourly, safe to run twice or late (A1, U4)."""
    return write_holidays_ahead(today=timezone.localdate(), by=System("calendar"))


@shared_task
def ask_who_takes_over() -> int:
    """Team leaders are asked who takes over where a caseworker's role has run out; hourly, safe to run twice (U2)."""
    return handover.ask_who_takes_over(today=timezone.localdate(), by=System("calendar"))
