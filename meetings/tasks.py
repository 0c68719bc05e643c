"""Celery's doors: each asks the database what is due, so running twice or days late changes nothing."""

from celery import shared_task
from django.db import transaction

from meetings import reminders


@shared_task
def nag() -> int:
    """Ask for the records of meetings that are over, and for required meetings that nobody has agreed (J3, P9)."""
    with transaction.atomic():
        return reminders.nag() + reminders.ask_for_required()
