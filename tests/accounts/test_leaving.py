"""A caseworker leaves: nothing is left without an owner, and the log says what happened (U2)."""

import datetime

import factory
import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from audit.acting import System, acting
from audit.models import Change, Event
from citizens.models import CaseAccess
from closing_notes.models import ClosingNote
from journal.models import Entry
from meetings.models import Meeting
from messaging.tasks import send_waiting_mail
from programmes.access import end_programme_access
from programmes.models import Programme, TeamMember
from programmes.tasks import ask_who_takes_over
from referrals.models import Referral
from tests.factories.accounts import CentreFactory, JobCentreFactory, MembershipFactory, UnitFactory, user_with_role
from tests.factories.base import Factory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.journal import DraftFactory as NoteDraftFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.referrals import DraftFactory, ReferralFactory
from tests.factories.worklist import TaskFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
NOON = "2026-12-02 12:00:00+01:00"

# Who did or wrote something keeps it. Everything else that names a user names an owner of what is open.
AUTHORSHIP = {
    "accounts.Invitation": {"invited_by", "accepted_by"},
    "accounts.Membership": {"user"},
    "accounts.SharedTablet": {"made_by", "withdrawn_by"},
    "accounts.SignInCode": {"user"},
    # Without the role at the centre it gives nothing.
    "accounts.Substitution": {"substitute", "in_place_of", "named_by", "ended_by"},
    "accounts.TabletPin": {"user"},
    "attendance.EarlyWarning": {"settled_by"},
    "attendance.ExpectedAttendance": {"marked_by"},
    "attendance.JointDay": {"arranged_by", "cancelled_by"},
    "attendance.Mark": {"by"},
    "attendance.MissedAttendance": {"cleared_by", "followed_up_by"},
    "attendance.ContactAttempt": {"by"},
    "attendance.Notice": {"given_by", "taken_back_by"},
    "attendance.Rest": {"by", "lifted_by"},
    "attendance.AbsenceReport": {"sent_by", "received_by", "discarded_by"},
    "citizens.Consent": {"recorded_by", "withdrawn_by"},
    "citizens.Merge": {"by", "reversed_by"},
    "closing_notes.ClosingNote": {"approved_by"},
    "closing_notes.Rendering": {"asked_by"},
    "journal.Disclosure": {"user"},
    "journal.Document": {"added_by"},
    "journal.Entry": {"author", "struck_by"},
    "journal.Version": {"by"},
    "meetings.Meeting": {"recorded_by"},
    "meetings.EarlierTime": {"moved_by"},
    "meetings.MeetingTask": {"done_by"},
    "plans.Abandonment": {"by", "taken_up_by"},
    "plans.Confirmation": {"by"},
    "plans.Exemption": {"by"},
    "plans.FollowUp": {"by"},
    "plans.Observation": {"by"},
    "plans.OwnStep": {"by"},
    "plans.PlanDocument": {"asked_by"},
    "plans.Summary": {"by"},
    "plans.TalkedAbout": {"by"},
    "plans.Version": {"confirmed_by"},
    "programmes.Activity": {"planned_by", "recorded_by"},
    "programmes.EndChange": {"made_by"},
    "programmes.Pause": {"agreed_by", "resumed_by"},
    "programmes.PhaseStart": {"begun_by"},
    "programmes.Statement": {"said_by", "taken_back_by"},
    "programmes.TeamMember": {"added_by"},
    "referrals.Move": {"by"},
    "referrals.Referral": {"decided_by"},
    "worklist.Task": {"done_by", "snoozed_by"},
    "worklist.Turn": {"by", "from_user", "to_user"},
}
# When a row that names an owner is open.
OPEN = {
    "citizens.CaseAccess.user": lambda rows: rows.current().filter(role="caseworker", ends_on=None),
    "closing_notes.ClosingNote.author": lambda rows: rows.filter(status__in=["draft", "in_review"]),
    "journal.Draft.owner": lambda rows: rows,
    "meetings.Meeting.organiser": lambda rows: rows.planned(),
    "meetings.MeetingTask.owner": lambda rows: rows.filter(done_at=None),
    "meetings.Participant.user": lambda rows: rows.filter(meeting__status="planned"),
    "programmes.Activity.led_by": lambda rows: rows.filter(status="planned"),
    "programmes.Programme.caseworker": lambda rows: rows.running(),
    "programmes.Programme.referrer": lambda rows: rows.running(),
    "programmes.TeamMember.user": lambda rows: rows.not_over(timezone.localdate() + datetime.timedelta(days=1)),
    "referrals.Referral.referrer": lambda rows: rows.filter(
        status__in=["draft", "submitted", "information_requested", "waiting_list"]
    ),
    "worklist.Task.for_user": lambda rows: rows.open(),
    "worklist.Task.handed_by": lambda rows: rows.open(),
}


class TeamMemberFactory(Factory):
    class Meta:
        model = TeamMember

    function = "physiotherapist"
    starts_on = datetime.date(2026, 11, 23)
    added_by = factory.SelfAttribute("programme.caseworker")


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NOON, tick=False):
        yield


def owners() -> dict[str, tuple[type, str]]:
    """Every column of the site that names a user who owns something, by `app.Model.field`."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is User:
                label = model._meta.label
                if model._meta.app_label in ("account", "auth", "admin") or model._meta.auto_created:
                    continue
                if field.name not in AUTHORSHIP.get(label, set()):
                    found[f"{label}.{field.name}"] = (model, field.name)
    return found


def left_behind(user: User) -> dict[str, int]:
    """What is open and still names the user."""
    found = {}
    for name, (model, field) in owners().items():
        count = OPEN[name](model._default_manager.filter(**{field: user})).count()
        if count:
            found[name] = count
    return found


@pytest.fixture
def centre():
    return CentreFactory(name="Heath Centre")


@pytest.fixture
def administrator(centre) -> User:
    return user_with_role("administrator", centre)


@pytest.fixture
def maja(centre) -> User:
    return user_with_role("caseworker", centre, name="Maja Lindholt")


@pytest.fixture
def lasse(centre) -> User:
    return user_with_role("caseworker", centre, name="Lasse Brandt", email="lasse@example.org")


def busy(user: User, centre, cases: int = 3) -> list[Programme]:
    """Running cases, an ended one, tasks, and a closing note in work."""
    programmes = [
        PlacementFactory(programme=ProgrammeFactory(centre=centre, caseworker=user)).programme for _ in range(cases)
    ]
    day = datetime.date(2026, 11, 27)
    ended = ProgrammeFactory(centre=centre, caseworker=user, status="completed", ended_on=day)
    with acting(System("test")):
        end_programme_access(ended, ended_on=day, kept_until=day.replace(year=2031))
    ClosingNoteFactory(programme=programmes[0], author=user)
    for programme in programmes:
        TaskFactory(citizen=programme.citizen, for_user=user)
        MeetingFactory(programme=programme, organiser=user, users=(user,), starts_at=at("2026-12-09 10:00"))
        NoteDraftFactory(programme=programme, owner=user)
    MeetingFactory(programme=programmes[0], organiser=user, users=(user,), held=True)
    TeamMemberFactory(programme=programmes[0], user=user)
    TaskFactory(kind="own", citizen=None, for_user=user, params={"text": "Order coffee"})
    return programmes


def deactivate(client, user: User, **takers):
    return client.post(reverse("accounts:deactivate", args=[user.pk]), takers)


def test_every_column_that_names_a_user_is_sorted_into_authorship_or_ownership():
    """A new one fails here until somebody says which; an owner needs a receiver of `user_leaving`."""
    assert set(owners()) == set(OPEN)
    for label, fields in AUTHORSHIP.items():
        known = {field.name for field in apps.get_model(label)._meta.get_fields()}
        assert fields <= known, label


def test_nothing_is_left_without_an_owner_and_authorship_stays(signed_in, centre, administrator, maja, lasse):
    """U2: a sweep over every table."""
    programmes = busy(maja, centre)
    ended = Programme.objects.get(status="completed")
    entry = Entry.objects.create
    with acting(System("test")):
        entry(citizen=programmes[0].citizen, centre=centre, case=programmes[0].reference, kind="note", author=maja)
    answer = deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": lasse.pk})
    assert answer.status_code == 302
    maja.refresh_from_db()
    assert not maja.is_active
    assert left_behind(maja) == {}
    assert set(Programme.objects.running().values_list("caseworker", flat=True)) == {lasse.pk}
    assert ClosingNote.objects.get().author == lasse
    assert set(Task.objects.open().values_list("for_user", flat=True)) == {lasse.pk}
    ended.refresh_from_db()
    assert ended.caseworker == maja
    assert Entry.objects.filter(author=maja).count() == 1
    assert set(Meeting.objects.filter(status="held").values_list("organiser", flat=True)) == {maja.pk}
    for programme in programmes:
        assert Programme.objects.visible_to(User.objects.get(pk=lasse.pk)).filter(pk=programme.pk).exists()


def test_the_log_and_each_timeline_say_what_happened(signed_in, centre, administrator, maja, lasse):
    """T4: who, which case, from whom to whom."""
    programmes = busy(maja, centre)
    deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": lasse.pk})
    for programme in programmes:
        event = Event.objects.get(verb="caseworker_changed", subject=programme.reference)
        assert (event.actor_id, event.citizen_id) == (administrator.pk, programme.citizen_id)
        assert event.detail == {"before": maja.pk, "after": lasse.pk}
        line = Entry.objects.get(kind="new_caseworker", case=programme.reference)
        assert (line.params, line.audience) == ({"name": "Lasse Brandt", "before": "Maja Lindholt"}, "shared_referrer")
        change = Change.objects.get(table="programmes_programme", row=str(programme.pk), operation="update")
        assert (change.actor_id, change.reason) == (administrator.pk, "handed over")
    assert Event.objects.filter(verb="user_deactivated", subject=f"accounts.user:{maja.pk}").count() == 1
    send_waiting_mail()
    assert {message.to[0] for message in mail.outbox} == {"lasse@example.org"}
    [told] = [message for message in mail.outbox if "taken over" in message.subject]
    text = told.subject + told.body
    assert not any(programme.citizen.last_name in text or programme.reference in text for programme in programmes)


def test_the_page_shows_what_is_open_and_who_can_take_it(signed_in, centre, administrator, maja, lasse):
    """P13: with the load that each would have."""
    busy(maja, centre)
    user_with_role("caseworker", CentreFactory(), name="Stranger Danger")
    user_with_role("caseworker", centre, name="Gone Girl", is_active=False)
    user_with_role("contact_person", centre, unit=UnitFactory(organisation=centre), name="Birthe Krogh")
    page = signed_in(administrator).get(reverse("accounts:deactivate", args=[maja.pk])).content.decode()
    for words in (
        "3 running programmes",
        "4 open tasks",
        "1 closing note in work",
        "3 planned meetings",
        "3 notes that are not saved",
        "Lasse Brandt",
    ):
        assert words in page
    assert "0 programmes, 3 with these, of at most 25" in page
    for name in ("Stranger Danger", "Gone Girl", "Birthe Krogh"):
        assert name not in page


def test_too_many_cases_are_warned_of(signed_in, centre, administrator, maja, lasse, monkeypatch):
    """P13"""
    monkeypatch.setattr("programmes.places.capacity.Caseload.ceiling", 2, raising=False)
    busy(maja, centre)
    monkeypatch.setattr("programmes.people.handover.caseloads", lambda organisation: [FullLoad(lasse)])
    page = signed_in(administrator).get(reverse("accounts:deactivate", args=[maja.pk])).content.decode()
    assert "24 programmes, 27 with these, more than the 25 one should have" in page


class FullLoad:
    running, ceiling = 24, 25

    def __init__(self, caseworker: User) -> None:
        self.caseworker = caseworker


@pytest.mark.parametrize("taker", ["", "0", "x", "stranger", "contact", "self", "gone"])
def test_without_somebody_who_can_take_it_nothing_happens(signed_in, centre, administrator, maja, lasse, taker):
    busy(maja, centre)
    people = {
        "stranger": user_with_role("caseworker", CentreFactory()),
        "contact": user_with_role("contact_person", centre, unit=UnitFactory(organisation=centre)),
        "self": maja,
        "gone": user_with_role("caseworker", centre, is_active=False),
    }
    value = people[taker].pk if taker in people else taker
    answer = deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": value})
    assert answer.status_code == 422
    maja.refresh_from_db()
    assert maja.is_active
    assert Programme.objects.running().filter(caseworker=maja).count() == 3


def test_where_nobody_can_take_it_the_page_says_so(signed_in, centre, administrator, maja):
    busy(maja, centre)
    client = signed_in(administrator)
    page = client.get(reverse("accounts:deactivate", args=[maja.pk])).content.decode()
    assert "Nobody at Heath Centre has the role to take all this over" in page
    assert deactivate(client, maja).status_code == 422
    maja.refresh_from_db()
    assert maja.is_active


def test_with_nothing_open_nobody_has_to_take_over(signed_in, centre, administrator, maja):
    assert deactivate(signed_in(administrator), maja).status_code == 302


def test_work_at_two_centres_goes_to_a_taker_at_each(signed_in, centre, administrator, maja, lasse):
    """U1"""
    other = CentreFactory(name="Shore Centre")
    for user, organisation, role in (
        (maja, other, "caseworker"),
        (administrator, other, "administrator"),
    ):
        MembershipFactory(user=user, organisation=organisation, role=role)
    there = user_with_role("caseworker", other)
    here = busy(maja, centre, cases=1)[0]
    shore = ProgrammeFactory(centre=other, caseworker=maja)
    task = TaskFactory(citizen=shore.citizen, for_user=maja)
    client = signed_in(administrator)
    assert deactivate(client, maja, **{f"taker_{centre.pk}": lasse.pk}).status_code == 422
    takers = {f"taker_{centre.pk}": lasse.pk, f"taker_{other.pk}": there.pk}
    assert deactivate(client, maja, **takers).status_code == 302
    for row, owner in ((here, lasse), (shore, there)):
        row.refresh_from_db()
        assert row.caseworker == owner
    task.refresh_from_db()
    assert task.for_user == there
    assert left_behind(maja) == {}


def test_a_referrers_drafts_and_referrals_go_to_a_colleague_at_the_job_centre(signed_in, centre, administrator):
    job_centre = JobCentreFactory()
    leaves, stays = user_with_role("referrer", job_centre), user_with_role("referrer", job_centre)
    elsewhere = user_with_role("referrer", JobCentreFactory())
    draft = DraftFactory(referring_organisation=job_centre, referrer=leaves, centre=centre)
    sent = ReferralFactory(referring_organisation=job_centre, referrer=leaves, centre=centre)
    decided = ReferralFactory(
        referring_organisation=job_centre, referrer=leaves, centre=centre, status="rejected", decision_reason="Full"
    )
    programme = ProgrammeFactory(referring_organisation=job_centre, referrer=leaves, centre=centre)
    client = signed_in(administrator)
    assert deactivate(client, leaves, **{f"taker_{job_centre.pk}": elsewhere.pk}).status_code == 422
    assert deactivate(client, leaves, **{f"taker_{job_centre.pk}": stays.pk}).status_code == 302
    assert set(Referral.objects.filter(referrer=stays)) == {draft, sent}
    decided.refresh_from_db()
    assert decided.referrer == leaves
    programme.refresh_from_db()
    assert programme.referrer == stays
    assert left_behind(leaves) == {}


class TestEndingARole:
    def url(self, user: User, role: str = "caseworker") -> str:
        return reverse("accounts:role", args=[Membership.objects.get(user=user, role=role).pk]) + "?now"

    def test_the_last_caseworker_role_needs_a_taker(self, signed_in, centre, administrator, maja, lasse):
        busy(maja, centre)
        MembershipFactory(user=maja, organisation=centre, role="team_leader")
        client = signed_in(administrator)
        assert client.post(self.url(maja)).status_code == 422
        assert client.post(self.url(maja), {f"taker_{centre.pk}": lasse.pk}).status_code == 302
        assert left_behind(maja) == {}
        assert User.objects.get(pk=maja.pk).reach.roles == {"team_leader"}

    def test_a_second_caseworker_role_at_the_centre_needs_none(self, signed_in, centre, administrator, maja, lasse):
        programmes = busy(maja, centre)
        MembershipFactory(user=maja, organisation=centre, role="caseworker", unit=UnitFactory(organisation=centre))
        role = Membership.objects.get(user=maja, unit=None)
        answer = signed_in(administrator).post(reverse("accounts:role", args=[role.pk]) + "?now")
        assert answer.status_code == 302
        assert Programme.objects.running().filter(caseworker=maja).count() == len(programmes)

    def test_what_is_open_at_the_other_centre_stays(self, signed_in, centre, administrator, maja, lasse):
        busy(maja, centre)
        other = CentreFactory()
        MembershipFactory(user=maja, organisation=other, role="caseworker")
        elsewhere = ProgrammeFactory(centre=other, caseworker=maja)
        task = TaskFactory(citizen=elsewhere.citizen, for_user=maja)
        role = Membership.objects.get(user=maja, organisation=centre)
        url = reverse("accounts:role", args=[role.pk]) + "?now"
        assert signed_in(administrator).post(url, {f"taker_{centre.pk}": lasse.pk}).status_code == 302
        for row, field in ((elsewhere, "caseworker"), (task, "for_user")):
            row.refresh_from_db()
            assert getattr(row, field) == maja
        assert Programme.objects.visible_to(User.objects.get(pk=maja.pk)).get() == elsewhere

    def test_a_last_day_of_today_asks_who_takes_over(self, signed_in, centre, administrator, maja, lasse):
        busy(maja, centre)
        url = self.url(maja)
        answer = signed_in(administrator).post(url.removesuffix("?now"), {"ends_on": "2-12-2026"})
        assert answer["Location"] == url


class TestTasksOfAnybody:
    def test_a_task_about_a_case_that_the_taker_does_not_see_goes_to_the_leaders(
        self, signed_in, centre, administrator, maja, lasse
    ):
        """T1: nobody comes to see a case by a task."""
        busy(maja, centre)
        colleagues = ProgrammeFactory(centre=centre, caseworker=user_with_role("caseworker", centre))
        task = TaskFactory(citizen=colleagues.citizen, for_user=maja)
        deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": lasse.pk})
        task.refresh_from_db()
        assert (task.for_user, task.for_leaders_of) == (None, centre)

    def test_nobody_gives_a_task_back_to_who_has_left(self, signed_in, centre, administrator, maja, lasse):
        programme = busy(maja, centre)[0]
        task = TaskFactory(citizen=programme.citizen, for_user=lasse, handed_by=maja)
        deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": lasse.pk})
        task.refresh_from_db()
        assert (task.for_user, task.handed_by) == (lasse, None)


class TestHandingOverWithoutLeaving:
    def url(self, user: User, centre) -> str:
        return reverse("accounts:hand_over", args=[user.pk, centre.pk])

    def test_everything_moves_and_the_user_stays(self, signed_in, centre, maja, lasse):
        busy(maja, centre)
        client = signed_in(user_with_role("team_leader", centre))
        assert client.post(self.url(maja, centre), {f"taker_{centre.pk}": lasse.pk}).status_code == 302
        maja.refresh_from_db()
        assert maja.is_active
        assert left_behind(maja) == {"programmes.TeamMember.user": 1}, "the teams are no open work"

    def test_another_centres_leader_moves_nothing(self, signed_in, centre, maja, lasse):
        busy(maja, centre)
        client = signed_in(user_with_role("team_leader", CentreFactory()))
        assert client.post(self.url(maja, centre), {f"taker_{centre.pk}": lasse.pk}).status_code == 404
        assert Programme.objects.running().filter(caseworker=maja).count() == 3


def test_moving_takes_the_same_statements_for_few_and_many(centre, administrator):
    """One statement per table."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.deactivation import deactivate as act

    counts = []
    for cases in (2, 9):
        user, taker = user_with_role("caseworker", centre), user_with_role("caseworker", centre)
        busy(user, centre, cases=cases)
        fresh = User.objects.get(pk=administrator.pk)
        with CaptureQueriesContext(connection) as queries:
            act(user=user, takers={centre.pk: taker}, by=fresh)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_old_caseworkers_access_ends_at_once(signed_in, centre, administrator, maja, lasse):
    """T7"""
    programmes = busy(maja, centre)
    deactivate(signed_in(administrator), maja, **{f"taker_{centre.pk}": lasse.pk})
    current = CaseAccess.objects.current().filter(citizen__in=[programme.citizen for programme in programmes])
    assert not current.filter(user=maja).exists()
    assert current.filter(user=lasse, role="caseworker").count() == 3


class TestARoleThatRunsOut:
    def test_the_team_leaders_are_asked_once_until_it_is_done(self, signed_in, centre, maja, lasse):
        programmes = busy(maja, centre)
        with acting(System("test")):
            Membership.objects.filter(user=maja).update(ends_on=datetime.date(2026, 12, 1))
        assert (ask_who_takes_over(), ask_who_takes_over()) == (1, 1)
        task = Task.objects.open().get(kind="choose_caseworker")
        assert (task.for_leaders_of, task.params) == (centre, {"name": "Maja Lindholt"})
        client = signed_in(user_with_role("team_leader", centre))
        assert client.get(task.url).status_code == 200
        assert client.post(task.url, {f"taker_{centre.pk}": lasse.pk}).status_code == 302
        assert not Task.objects.open().filter(kind="choose_caseworker").exists()
        assert Programme.objects.running().filter(caseworker=lasse).count() == len(programmes)
        assert ask_who_takes_over() == 0

    def test_who_got_the_role_again_is_asked_about_no_longer(self, centre, maja):
        busy(maja, centre)
        with acting(System("test")):
            Membership.objects.filter(user=maja).update(ends_on=datetime.date(2026, 12, 1))
        ask_who_takes_over()
        MembershipFactory(user=maja, organisation=centre, role="caseworker", starts_on=datetime.date(2026, 12, 2))
        assert ask_who_takes_over() == 0
        assert not Task.objects.open().filter(kind="choose_caseworker").exists()
