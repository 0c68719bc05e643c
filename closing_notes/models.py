"""What goes back to the job centre at the end: content and result, resources, development opportunities."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import core.rendering
from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess
from closing_notes.statuses import Status
from programmes.models import Programme
from programmes.types.definition import Section

# Who reads a note while it is written. A contact person never does: it may speak of health.
STAFF = [Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST]


class ClosingNoteQuerySet(models.QuerySet["ClosingNote"]):
    def visible_to(self, user: User) -> "ClosingNoteQuerySet":
        """Staff see notes of their cases; a referrer only those delivered to its own organisation (C4, T1)."""
        held = CaseAccess.objects.held_by(user).filter(
            citizen=OuterRef("programme__citizen_id"), centre=OuterRef("programme__centre_id")
        )
        staff = Exists(held.filter(role__in=STAFF))
        # Asked only of those it concerns: with an "or" in it the database reads every case instead of the user's own.
        if Role.REFERRER not in user.reach.roles:
            return self.filter(staff)
        sent = held.filter(role=Role.REFERRER, organisation=OuterRef("programme__referring_organisation_id"))
        return self.filter(Q(staff) | Q(Exists(sent), status=Status.DELIVERED))


class ClosingNote(models.Model):
    """One version of a programme's closing note. Approved, neither page nor SQL can change it (C2, T14)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="closing_notes")
    number = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=1, help_text="Grows with each save; guards against overwriting.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sections = models.JSONField(default=dict, help_text="Text by section key.")
    outcome = models.CharField(_("outcome"), max_length=60, blank=True, help_text="A key of the type's outcomes.")
    change_reason = models.CharField(_("why is it changed?"), max_length=300, blank=True)
    figures = models.JSONField(null=True, help_text="Computed figures and goals, frozen at approval (C1).")
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = ClosingNoteQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="closing_notes_version_once"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(status__in=[Status.DRAFT, Status.IN_REVIEW]),
                name="closing_notes_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.IN_REVIEW])
                | (Q(approved_by__isnull=False, approved_at__isnull=False, figures__isnull=False) & ~Q(outcome="")),
                name="closing_notes_approved_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
                name="closing_notes_author_is_not_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"

    @property
    def parts(self) -> list[Section]:
        """The sections in the order in which they stand, as the programme's type has them (C1)."""
        return self.programme.type.settings.closing_note_sections

    @property
    def outcome_name(self) -> str:
        """How the programme ended, in the words of its type; empty while nobody chose (F2)."""
        return self.programme.type.settings.outcome_name(self.outcome)


class Rendering(core.rendering.Rendering):
    """One PDF of one version."""

    note = models.ForeignKey(ClosingNote, on_delete=models.PROTECT, related_name="renderings")
    revision = models.PositiveIntegerField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "revision"], name="closing_notes_rendering_once"),
            models.CheckConstraint(
                condition=~Q(status="done") | (Q(pdf__isnull=False) & ~Q(sha256="")), name="closing_notes_done_has_pdf"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note} {self.status}"
