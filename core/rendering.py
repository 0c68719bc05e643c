"""Documents that a worker renders: the row is the queue, and Celery only hurries it (T11, T17).

An app has a model of its own that inherits `Rendering`, and says how its document is made.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.pdf import PdfError

MAX_ATTEMPTS = 3
STUCK_AFTER = timedelta(minutes=3)
# A queued row that is older than this was not hurried: the broker was away or the worker lost it.
WAITS_AT_MOST = timedelta(seconds=20)
# A long queue is hurried little by little, so that a worker has its hands free for somebody who waits.
AT_ONCE = 20
GAVE_UP = gettext_noop("The rendering was cut off three times.")
UNFINISHED = gettext_noop("Something failed on the way. It is tried again.")

log = logging.getLogger(__name__)


class Rendering(models.Model):
    """One document that is asked for, made and kept."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Rendering")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")

    status = models.CharField(max_length=7, choices=Status, default=Status.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    pdf = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def is_intact(self) -> bool:
        """Whether the stored bytes are those whose hash was stored when they were made (T14)."""
        return hashlib.sha256(bytes(self.pdf or b"")).hexdigest() == self.sha256


Row = TypeVar("Row", bound=Rendering)
STATUS = Rendering.Status


def run(model: type[Row], pk: int, make: Callable[[Row, Callable[[int], object]], bytes]) -> bool:
    """Render one queued row with `make(row, progress)`; whether this call did it. Twice or at once it is done once."""
    rows = model._default_manager.filter(pk=pk)
    claimed = rows.filter(status=STATUS.QUEUED).update(
        status=STATUS.RUNNING, attempts=F("attempts") + 1, started_at=timezone.now(), progress=5, error=""
    )
    if not claimed:
        return False
    row = rows.defer("pdf").get()
    # A worker that was given up on meanwhile changes nothing: the attempt is no longer its own.
    mine = rows.filter(status=STATUS.RUNNING, attempts=row.attempts)
    try:
        pdf = make(row, lambda percent: mine.update(progress=percent))
    except PdfError as error:
        mine.update(status=STATUS.FAILED, error=str(error)[:300], finished_at=timezone.now())
        return False
    except Exception as error:
        log.exception("rendering_failed", extra={"rendering": str(row)})
        gave_up = row.attempts >= MAX_ATTEMPTS
        mine.update(
            status=STATUS.FAILED if gave_up else STATUS.QUEUED,
            error=f"{type(error).__name__}"[:300] if gave_up else UNFINISHED,
            finished_at=timezone.now() if gave_up else None,
        )
        return False
    done = mine.update(
        status=STATUS.DONE,
        progress=100,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        finished_at=timezone.now(),
    )
    return bool(done)


def requeue(model: type[Row]) -> list[int]:
    """Pick up what was left lying; the rows that a worker should be told of, the oldest first, some at a time.

    Stuck rows go back into the queue, and after three attempts they fail with the reason (T11).
    """
    now = timezone.now()
    rows = model._default_manager.all()
    stuck = rows.filter(status=STATUS.RUNNING, started_at__lt=now - STUCK_AFTER)
    stuck.filter(attempts__gte=MAX_ATTEMPTS).update(status=STATUS.FAILED, error=GAVE_UP, finished_at=now)
    back = list(stuck.values_list("pk", flat=True))
    stuck.filter(pk__in=back).update(status=STATUS.QUEUED, progress=0)
    waiting = rows.filter(Q(asked_at__lt=now - WAITS_AT_MOST) | Q(pk__in=back), status=STATUS.QUEUED)
    return list(waiting.order_by("asked_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
