"""Celery's doors to the rendering; safe to run twice, late or at once."""

from celery import shared_task
from django.utils import timezone

from audit.acting import System
from closing_notes import rendering
from closing_notes.actions import complete_delivered
from closing_notes.reminders import remind


@shared_task
def render(pk: int) -> bool:
    """Render one row of the queue, if it still waits."""
    return rendering.run(pk)


@shared_task
def requeue_renderings() -> int:
    """Hurry what was left lying by a dead worker or an absent broker; returns how many."""
    waiting = rendering.requeue()
    for pk in waiting:
        rendering.hurry(pk)
    return len(waiting)


@shared_task
def complete_delivered_programmes() -> int:
    """Complete programmes whose last day is over and whose note is delivered; returns how many."""
    return complete_delivered(on=timezone.localdate(), by=System("calendar"))


@shared_task
def remind_of_closing_notes() -> int:
    """Ask caseworkers for the notes of programmes that end soon; returns how many are due."""
    return remind()
