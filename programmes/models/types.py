"""Programme types from the catalogue, in numbered versions."""

from functools import cached_property

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language

from programmes.types.definition import Definition


class ProgrammeType(models.Model):
    """One version of a configured kind of programme; its texts and settings come from `catalogue/<key>.yaml`.

    In use, neither page nor SQL can change it (ADR 21).
    """

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    since = models.DateTimeField(default=timezone.now)
    taken_by = models.CharField(max_length=200, blank=True, help_text="Who did it on a page; empty for the file.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="programmes_type_version_once")]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def settings(self) -> Definition:
        """What the file of this version says, with names instead of keys."""
        return Definition.of_version(self.definition)

    @property
    def name(self) -> str:
        """In the reader's language; read past the settings, which a list of names has no need of."""
        texts = self.definition["name"]
        return texts.get(get_language() or "da") or texts["da"]

    @property
    def default_weeks(self) -> int:
        return self.settings.duration.default_weeks
