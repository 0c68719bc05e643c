"""Celery's doors to a plan's documents; safe to run twice, late or at once."""

from celery import shared_task

from core import rendering
from plans.models import PlanDocument
from plans.paper import documents


@shared_task
def render(pk: int) -> bool:
    """Render one row of the queue, if it still waits."""
    return rendering.run(PlanDocument, pk, documents.make)


@shared_task
def requeue_documents() -> int:
    """Hurry what was left lying by a dead worker or an absent broker; returns how many."""
    documents.throw_old_away()
    waiting = rendering.requeue(PlanDocument)
    for pk in waiting:
        documents.hurry(pk)
    return len(waiting)
