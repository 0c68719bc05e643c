"""The virus scanner's hook: asked before a file is handed out (T16)."""

import logging
from collections.abc import Callable
from enum import Enum

from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


class Verdict(Enum):
    """What is known about a file. Without a scanner nothing is known, and that is the installation's own decision."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"
    NO_SCANNER = "no_scanner"

    @property
    def may_be_delivered(self) -> bool:
        return self in (Verdict.CLEAN, Verdict.NO_SCANNER)


def verdict_on(data: bytes) -> Verdict:
    """Ask the callable that `UPLOAD_SCANNER` names; it takes the bytes and answers True for clean, False for infected.

    Asked at every download, so that the scanner's newest knowledge counts. One that fails has not said clean: UNKNOWN.
    """
    if not settings.UPLOAD_SCANNER:
        return Verdict.NO_SCANNER
    try:
        scan: Callable[[bytes], bool] = import_string(settings.UPLOAD_SCANNER)
        return Verdict.CLEAN if scan(data) is True else Verdict.INFECTED
    except Exception:
        log.exception("The scanner did not answer")
        return Verdict.UNKNOWN
