"""Celery's doorways to programmes."""

from celery import shared_task
from django.utils import timezone

from audit.acting import System
from programmes import actions


@shared_task
def activate_due_programmes() -> int:
    """Programmes whose start has come become active; hourly, safe to run twice or late (P1)."""
    return actions.activate_due(on=timezone.localdate(), by=System("calendar"))
