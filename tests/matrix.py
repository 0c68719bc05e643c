"""Two whole cases, one the users' own and one of strangers, with every kind of object that a route can name."""

import datetime
import hashlib
import uuid
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import SharedTablet, Substitution, User
from citizens.models import Citizen, Consent, Merge
from closing_notes.models import Rendering
from tests.desk.cast import TODAY, AccessFactory, Case, a_case
from tests.factories import journal
from tests.factories.accounts import UnitFactory, user_with_role
from tests.factories.activities import ActivityFactory, named, type_with
from tests.factories.attendance import (
    AbsenceReportFactory,
    EarlyWarningFactory,
    JointDayFactory,
    MissedFactory,
    NoticeFactory,
    SlotFactory,
)
from tests.factories.base import Factory
from tests.factories.citizens import CitizenFactory, ConsentFactory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.journal import EntryFactory, NoteFactory, PhraseFactory
from tests.factories.meetings import MeetingFactory, MeetingTaskFactory, at
from tests.factories.plans import PlanDocumentFactory, a_signature, draft_plan, followed_up, subgoals_of
from tests.factories.programmes import (
    ClosingDayFactory,
    OfferFactory,
    PauseFactory,
    PlacementFactory,
    TeamMemberFactory,
)
from tests.factories.referrals import DraftFactory, ReferralFactory
from tests.factories.worklist import TaskFactory

ROLES = [
    "referrer",
    "caseworker",
    "contact_person",
    "specialist",
    "team_leader",
    "steering_group",
    "citizen",
    "administrator",
]
PDF = b"%PDF-1.7 a stand-in"


def every_role(*always: str) -> list:
    """Every role as a parameter; those not named here are asked in the long set."""
    return [*always, *(pytest.param(role, marks=pytest.mark.long) for role in ROLES if role not in always)]


class RenderingFactory(Factory):
    class Meta:
        model = Rendering


class MergeFactory(Factory):
    class Meta:
        model = Merge


class SubstitutionFactory(Factory):
    class Meta:
        model = Substitution


class SharedTabletFactory(Factory):
    class Meta:
        model = SharedTablet


@dataclass
class World:
    """One case with everything around it, and what each kind of route object is called in it."""

    case: Case
    objects: dict[str, dict]
    slot_id: int

    def user(self, role: str) -> User:
        if role in ("steering_group", "administrator"):
            return user_with_role(role, self.case.programme.centre)
        return self.case.user(role)


def a_world(last_name: str, first_name: str = "Torben", **fields) -> World:
    case = a_case(
        first_name,
        last_name,
        **{"type": type_with(required=[named("tour", met_by="hand")], uses_internships=True), **fields},
    )
    programme = case.programme
    parties = {
        "centre": programme.centre,
        "referring_organisation": programme.referring_organisation,
        "referrer": programme.referrer,
    }
    # Another year than today's, so that no new referral gets the same reference.
    number = programme.reference[-6:]
    referral = ReferralFactory(citizen=programme.citizen, reference=f"H-2025-1{number[1:]}", **parties)
    draft = DraftFactory(reference=f"H-2025-2{number[1:]}", **parties)
    plan = draft_plan(programme=programme)
    printed = PlanDocumentFactory(plan=plan, asked_by=case.caseworker)
    talk = followed_up(plan, {})
    OfferFactory(centre=programme.centre)
    slot = SlotFactory(placement=case.placement, day=TODAY)
    missed = MissedFactory(slot=slot)
    report = AbsenceReportFactory(programme=programme)
    sent = AbsenceReportFactory(programme=programme, sent=True)
    note = ClosingNoteFactory(programme=programme, delivered=True)
    RenderingFactory(
        note=note, revision=note.revision, status="done", pdf=PDF, sha256=hashlib.sha256(PDF).hexdigest(),
        asked_by=case.caseworker, finished_at=datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC),
    )  # fmt: skip
    EntryFactory(programme=programme, audience="team")
    written = NoteFactory(programme=programme)
    attached = journal.attached_to(written)
    health = NoteFactory(programme=programme, category="health", audience="health")
    begun = journal.DraftFactory(programme=programme)
    task = TaskFactory(citizen=programme.citizen, for_user=case.caseworker, url=f"/plans/{programme.reference}/")
    own_task = TaskFactory(citizen=programme.citizen, for_user=case.caseworker, kind="own", params={"text": "Ring"})
    secret = f"a-link-{programme.pk}"
    invited = InvitationFactory(organisation=programme.centre, token=secret, invited_by=case.team_leader)
    team = UnitFactory(organisation=programme.centre, kind="team")
    closed = ClosingDayFactory(centre=programme.centre, day=datetime.date(2026, 12, 24))
    everybody = (case.contact_person, case.specialist, case.referrer)
    group = ActivityFactory(programme=programme, group=uuid.uuid4())
    over = MeetingFactory(programme=programme, starts_at=at("2026-12-01 10:00"), users=everybody)
    promise = MeetingTaskFactory(meeting=over, owner=case.specialist)
    return World(
        case,
        {
            "-": {},
            "key": {"uidb36": "1", "key": "wrong-key"},
            "link": {"token": secret},
            "invited": {"pk": invited.pk},
            "colleague": {"pk": case.caseworker.pk},
            "handed": {"pk": case.caseworker.pk, "organisation": programme.centre_id},
            "held": {"pk": case.caseworker.memberships.get().pk},
            "programme": {"reference": programme.reference},
            "placing": {"reference": programme.reference, "workshop": case.placement.workshop.pk},
            "placing_elsewhere": {"reference": programme.reference, "kind": "internship"},
            "reported": {"reference": programme.reference, "monday": "2026-W49"},
            "placement": {"reference": programme.reference, "pk": case.placement.pk},
            "internship": {
                "reference": programme.reference,
                "pk": PlacementFactory(programme=programme, internship=True).pk,
            },
            "step": {"reference": programme.reference, "pk": case.placement.pk, "day": "2026-12-28"},
            "referral": {"reference": referral.reference},
            "draft": {"reference": draft.reference},
            "missed": {"pk": missed.pk},
            "warning": {"pk": EarlyWarningFactory(programme=programme).pk},
            "report": {"pk": report.pk},
            "sent": {"pk": sent.pk},
            "register": {"workshop": case.placement.workshop.pk, "day": TODAY},
            "place": {"workshop": case.placement.workshop.pk},
            "stand_in": {"pk": a_substitution(case).pk},
            "shared": {"pk": a_tablet(case).pk},
            "person": {"user": case.contact_person.pk},
            "slot": {},
            "word": {"pk": NoticeFactory(programme=programme).pk},
            "together": {"pk": JointDayFactory(workshop=case.placement.workshop).pk},
            "meeting": {"pk": over.pk},
            "promise": {"pk": promise.pk},
            "citizen": {"pk": programme.citizen_id},
            "pair": {"pk": programme.citizen_id, "other": a_twin(case).pk},
            "merged": {"pk": programme.citizen_id, "merge": a_merge(case).pk},
            "member": {"reference": programme.reference, "pk": TeamMemberFactory(programme=programme).pk},
            "consent": {"reference": programme.reference, "pk": a_consent(case).pk},
            "pause": {"reference": programme.reference, "pk": PauseFactory(programme=programme).pk},
            "printed_plan": {"reference": programme.reference, "pk": printed.pk},
            "activity": {"reference": programme.reference, "pk": group.pk},
            "group": {"group": group.group},
            "required": {"reference": programme.reference, "key": "tour"},
            "note": {"pk": written.pk},
            "document": {"pk": written.pk, "document": attached.pk},
            "health_note": {"pk": health.pk},
            "entry": {"pk": written.entry_id},
            "note_draft": {"pk": begun.pk},
            "phrase": {"pk": PhraseFactory(centre=programme.centre).pk},
            "task": {"pk": task.pk},
            "own_task": {"pk": own_task.pk},
            "centre": {"pk": programme.centre_id},
            "team": {"pk": team.pk},
            "unit": {"pk": case.placement.workshop.unit_id},
            "workshop": {"pk": case.placement.workshop.pk},
            "offer": {"pk": programme.centre_id, "key": programme.type.key},
            "closed": {"pk": closed.pk},
            "subgoal": {"reference": programme.reference, "subgoal": subgoals_of(plan)[0].key},
            "talk": {"reference": programme.reference, "pk": talk.pk},
            "proof": {"reference": programme.reference, "pk": a_signature(plan).pk},
            "kind": {"key": programme.type.key},
            "type": {"key": programme.type.key, "version": programme.type.version},
        },
        slot.pk,
    )


def a_twin(case: Case) -> Citizen:
    """Another record, of which only the centre's team leaders know."""
    twin = CitizenFactory(first_name=case.citizen.first_name, last_name=case.citizen.last_name, phone="")
    AccessFactory(citizen=twin, centre=case.programme.centre, role="team_leader", organisation=case.programme.centre)
    return twin


def a_substitution(case: Case) -> Substitution:
    """A colleague of the centre who is nobody of the case marks in the contact person's place."""
    return SubstitutionFactory(
        unit=case.placement.workshop.unit,
        substitute=user_with_role("caseworker", case.programme.centre),
        in_place_of=case.contact_person,
        starts_on=TODAY,
        ends_on=TODAY,
        named_by=case.team_leader,
    )


def a_tablet(case: Case) -> SharedTablet:
    return SharedTabletFactory(
        unit=case.placement.workshop.unit, digest=f"of-{case.programme.pk}", made_by=case.team_leader
    )


def a_consent(case: Case) -> Consent:
    return ConsentFactory(citizen=case.citizen, centre=case.programme.centre, recorded_by=case.caseworker)


def a_merge(case: Case) -> Merge:
    """A record that has become part of the citizen's."""
    return MergeFactory(survivor=case.citizen, loser=a_twin(case), by=case.team_leader, why="The same person")


def routes() -> dict[str, URLPattern]:
    """Every route of the site by its name with namespace."""
    return dict(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, namespace: str):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern
