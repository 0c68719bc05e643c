"""One journey for every type of the catalogue and for one that no developer has seen: the same code, other data.

From the referral's form to the completed programme over the pages, as the people who do it (P1-P10, L2, C1-C6).
Each page shows what the type uses and nothing else.
"""

import datetime
import json

import pytest
import time_machine
import yaml
from django.urls import reverse
from django.utils import translation

from accounts.models import Organisation, User
from accounts.roles import Role
from attendance.models import ExpectedAttendance
from audit.acting import System
from closing_notes.documents import data_of
from closing_notes.models import ClosingNote, Rendering
from closing_notes.rendering import run
from programmes import actions
from programmes.models import Activity, Programme
from programmes.statuses import Status
from programmes.types import catalogue
from programmes.types.catalogue import FOLDER
from programmes.types.definition import Definition
from referrals.models import Referral
from tests.factories.accounts import CentreFactory, JobCentreFactory, UnitFactory, user_with_role
from tests.factories.programmes import WorkshopFactory
from tests.journeys.pages import form_with
from tests.referrals.cast import RIGHT

pytestmark = pytest.mark.django_db

MONDAY = datetime.datetime.fromisoformat("2026-11-23T08:12:00+01:00")
SEVEN = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def said(text: str) -> dict[str, str]:
    return dict.fromkeys(("da", "sv", "en"), text)


def named(*names: str) -> list[dict]:
    return [{"key": name.lower().replace(" ", "_"), "name": said(name)} for name in names]


# Other phases, weekday, quotas, sections and outcomes than any of ours; no word of it stands in the code.
EIGHTH = {
    "key": "garden_course",
    "name": said("Garden course"),
    "short": said("A spring in the garden"),
    "duration": {"default_weeks": 6, "minimum_weeks": 2, "maximum_weeks": 10},
    "intake": "wednesday",
    "contexts": named("Spring call", "Autumn call"),
    "legal_basis": {"text": "The garden act § 7"},
    "phases": named("Sowing", "Weeding", "Harvest"),
    "activities": [*named("Visit to the seed bank"), {"key": "compost", "name": said("Compost"), "is_group": True}],
    "required": [
        {**named("Garden plan")[0], "met_by": "plan", "due": {"days_after_start": 14}},
        {**named("Seen the seeds")[0], "met_by": "activity:visit_to_the_seed_bank", "due": {"days_before_end": 7}},
    ],
    "team": [{**named("Head gardener")[0], "is_coordinator": True, "is_required": True, "held_by": "caseworker"}],
    "capacity": {
        "places": 5,
        "quotas": [{"municipality": "Skovby", "places": 3}, {"municipality": "Engby", "places": 2}],
        "can_be_lent": True,
    },
    "follow_up": {"every_weeks": 3, "form": said("A walk through the beds")},
    "plan_confirmed_by": ["citizen", "caseworker"],
    "standard_goals": [
        {
            **named("Keeps a bed alive")[0],
            "life_area": "work",
            "subgoals": [{"title": said("Waters the bed"), "steps": [said(f"Bed step {n}") for n in range(1, 6)]}],
        }
    ],
    "outcomes": named("Became a gardener", "Grows at home", "Interrupted", "Unknown"),
    "closing_note_sections": [
        {**named("Content")[0], "when_interrupted": True},
        *named("What grew"),
        {**named("Tools kept")[0], "is_required": False},
    ],
}


class Journey:
    """The people of one journey, and what they do in its order."""

    def __init__(self, key: str, signed_in) -> None:
        self.key, self.signed_in = key, signed_in
        self.centre: Organisation = CentreFactory(name="Nordkajen")
        self.job_centre = JobCentreFactory(name="Jobcenter Limfjord")
        self.unit = UnitFactory(organisation=self.centre, name="Beds and borders")
        self.workshop = WorkshopFactory(unit=self.unit, places=14)
        self.administrator = user_with_role(Role.ADMINISTRATOR, self.centre)
        self.leader = user_with_role(Role.TEAM_LEADER, self.centre)
        self.caseworker = user_with_role(Role.CASEWORKER, self.centre, name="Tove Lind")
        self.contact = user_with_role(Role.CONTACT_PERSON, self.centre, self.unit)
        self.referrer = user_with_role(Role.REFERRER, self.job_centre)

    @property
    def says(self) -> Definition:
        return self.programme.type.settings

    @property
    def reference(self) -> str:
        return self.programme.reference

    def get(self, user: User, name: str, *args: object, **query: str):
        page = self.signed_in(user).get(reverse(name, args=args), query, follow=True)
        assert page.status_code == 200, (name, page.status_code)
        return page

    def post(self, user: User, name: str, *args: object, data: dict, status: int = 302):
        answer = self.signed_in(user).post(reverse(name, args=args), data)
        assert answer.status_code == status, (name, answer.status_code, errors_on(answer))
        return answer

    # Before it begins

    def offer(self) -> None:
        """The administrator takes the eighth type into use and the centre offers the type."""
        catalogue.load_catalogue()
        if self.key == EIGHTH["key"]:
            text = yaml.safe_dump(EIGHTH, allow_unicode=True)
            assert (
                b"A new type."
                in self.post(self.administrator, "setup:upload_type", data={"text": text}, status=200).content
            )
            self.post(self.administrator, "setup:upload_type", data={"text": text, "take": "1", "seen": "0"})
        before = self.signed_in(self.referrer).get(reverse("referrals:new"), follow=True)
        assert 'name="first_name"' not in before.content.decode(), "nothing is offered yet"
        form = form_with(self.get(self.administrator, "setup:offer", self.centre.pk, self.key), "since", "places")
        self.post(self.administrator, "setup:offer", self.centre.pk, self.key, data=form.sent | {"since": "1.11.26"})

    def refer(self) -> None:
        """The referrer chooses the programme, is asked what that type asks, and sends it."""
        type = catalogue.latest_type(self.key)
        says = type.settings
        first = {name: RIGHT[name] for name in ("identity_number", "first_name", "last_name", "phone", "municipality",
                                                "language", "interpreter")}  # fmt: skip
        form = form_with(self.get(self.referrer, "referrals:new"), "identity_number")
        self.post(self.referrer, "referrals:new", data=form.sent | first | {"step": "citizen", "go": "next"})
        referral = Referral.objects.get()
        edit = ("referrals:edit", referral.reference)
        chosen = {"step": "programme", "shown": "", "go": "show", "offer": f"{self.key}@{self.centre.pk}"}
        self.post(self.referrer, *edit, data=chosen)
        page = self.get(self.referrer, *edit, step="programme")
        form = form_with(page, "offer", "reason")
        self.asks_only(form.names, says)
        contexts = [context.key for context in says.contexts]
        asked = [value for value in form.offered.get("context", []) if value] or [form.sent.get("context")]
        assert asked == contexts
        typed = form.sent | {"reason": "Needs a beginning.", "wished_start": "30.11.26", "go": "next"}
        typed |= {"context": contexts[-1], "legal_basis": form.sent.get("legal_basis") or "§ 7"}
        if says.uses_workshops:
            typed["weekly_hours"] = "8"
        if says.capacity.quotas:
            typed["quota"] = says.capacity.quotas[-1].municipality
        for number in range(1, says.parties_needed):
            typed |= {f"party-{number}-organisation": "The other party", f"party-{number}-person": "Åsa Ek"}
        for consent in says.consents:
            typed |= {f"consent-{consent.key}-on": "20.11.26", f"consent-{consent.key}-how": "writing"}
        self.post(self.referrer, *edit, data=typed)
        goals = {name: value for name, value in RIGHT.items() if name.startswith("goal-")}
        self.post(self.referrer, *edit, data={"step": "goals", "go": "next", **goals})
        self.post(self.referrer, *edit, data={"step": "accommodations", "accommodations": "No lifts", "go": "next"})
        self.post(self.referrer, *edit, data={"step": "send", "go": "submit"})
        referral.refresh_from_db()
        assert (referral.status, referral.type, referral.context) == ("submitted", type, contexts[-1])
        shown = self.get(self.referrer, "referrals:detail", referral.reference).content.decode()
        assert in_english(says.contexts[-1]) in shown
        self.referral = referral

    def asks_only(self, names: set[str], says: Definition) -> None:
        assert ("weekly_hours" in names) == ("workshop_wish" in names) == says.uses_workshops
        assert ("quota" in names) == bool(says.capacity.quotas)
        assert {name for name in names if name.startswith("party-")} == {
            f"party-{number}-{part}"
            for number in range(1, says.parties_needed)
            for part in ("organisation", "person", "phone")
        }
        consents = {name.removeprefix("consent-").rsplit("-", 1)[0] for name in names if name.startswith("consent-")}
        assert consents == {consent.key for consent in says.consents}

    def accept(self) -> None:
        """The team leader accepts on one of the type's days."""
        says = self.referral.type.settings
        page = self.get(self.leader, "referrals:triage", self.referral.reference)
        form = form_with(page, "starts_on", "weeks", "caseworker")
        assert ("workshop" in form.names) == says.uses_workshops
        assert ("coordinator" in form.names) == any(role.is_coordinator for role in says.team)
        days = [value for value in form.offered.get("starts_on", []) if value]
        if says.intake == "dates":
            assert set(days) <= {str(day) for day in says.intake_dates}
        elif says.intake == "any":
            assert not days, "any working day is written, not chosen"
        else:
            assert {datetime.date.fromisoformat(day).strftime("%A").lower() for day in days[:3]} == {says.intake}
        sent = form.sent | {"caseworker": str(self.caseworker.pk), "go": "accept"}
        if "coordinator" in form.names:
            sent["coordinator"] = str(self.caseworker.pk)
        if says.uses_workshops:
            sent |= {"workshop": str(self.workshop.pk)}
            sent |= {f"{end}_{day}": at for day in range(1, 6) for end, at in (("from", "8.00"), ("until", "10.00"))}
        self.post(self.leader, "referrals:triage", self.referral.reference, data=sent)
        self.programme = Programme.objects.get()
        assert self.programme.weeks == (says.duration.default_weeks if "weeks" in form.sent else 0)

    # While it runs

    def begin(self) -> None:
        actions.activate_due(on=self.programme.starts_on, by=System("test"))
        self.programme.refresh_from_db()
        assert self.programme.status == Status.ACTIVE
        page = self.get(self.caseworker, "desk:case", self.reference).content.decode()
        for requirement in self.says.required:
            assert in_english(requirement) in page
        course = self.get(self.caseworker, "desk:course", self.reference)
        if not self.says.phases:
            assert 'name="phase"' not in course.content.decode()
            self.post(self.caseworker, "desk:phase", self.reference, data={}, status=404)
            return
        form = form_with(course, "phase", "starts_on", "reason")
        next_phase = self.says.phases[1]
        sent = form.sent | {"phase": next_phase.key, "reason": "Time for it"}
        self.post(self.caseworker, "desk:phase", self.reference, data=sent)
        assert in_english(next_phase) in self.get(self.caseworker, "desk:case", self.reference).content.decode()

    def agree(self) -> None:
        """The plan begins with the referral's goal; one of the type's own goals is added; all whom it asks confirm."""
        standard = self.says.standard_goals[0]
        form = form_with(self.get(self.caseworker, "plans:edit", self.reference), "goals-0-title")
        assert form.sent["goals-0-title"] == RIGHT["goal-0-title"]
        offered = {do.split(":")[1] for do in form.offered["do"] if do.startswith("standard:")}
        assert offered == {goal.key for goal in self.says.standard_goals}
        added = self.post(
            self.caseworker,
            "plans:edit",
            self.reference,
            data=form.sent | {"do": f"standard:{standard.key}"},
            status=200,
        )
        form = form_with(added, "goals-1-title")
        assert form.sent["goals-1-title"] == standard.name.da, "plans are written in the centre's language"
        assert form.sent["goals-1-subgoals-0-step_5"] == standard.subgoals[0].steps[4].da
        due = {name: form.sent[name] or "30.12.26" for name in form.names if name.endswith("-due_on")}
        self.post(self.caseworker, "plans:edit", self.reference, data=form.sent | due | {"do": "save-and-confirm"})
        confirm = form_with(self.get(self.caseworker, "plans:confirm", self.reference), "agreed_on")
        today = datetime.date.today().strftime("%d.%m.%y")
        yes = {"agreed_on": today, "means": "typed", "typed": self.programme.citizen.name}
        self.post(self.caseworker, "plans:confirm", self.reference, data=confirm.sent | yes)
        asks_referrer = "referrer" in self.says.plan_confirmed_by
        page = self.get(self.referrer, "plans:detail", self.reference).content.decode()
        assert (reverse("plans:agree", args=[self.reference]) in page) == asks_referrer
        if asks_referrer:
            agree = form_with(self.get(self.referrer, "plans:agree", self.reference), "version")
            self.post(self.referrer, "plans:agree", self.reference, data=agree.sent)
        plan = self.programme.plan
        assert plan.versions.get().status == "confirmed"
        weeks = self.says.follow_up.every_weeks
        due = datetime.date.today() + datetime.timedelta(weeks=weeks) if weeks else self.programme.ends_on
        assert plan.follow_up_due_on == due

    def attend(self) -> None:
        """The contact person marks the day, where there is a workshop."""
        day = self.programme.starts_on
        name = self.programme.citizen.first_name
        register = self.get(self.contact, "attendance:register", self.workshop.pk, day.isoformat())
        assert (name in register.content.decode()) == self.says.uses_workshops
        if not self.says.uses_workshops:
            assert not ExpectedAttendance.objects.exists()
            return
        form = form_with(register, "slot", "state")
        self.post(self.contact, "attendance:marks", data=form.sent | {"state": "present"})
        assert ExpectedAttendance.objects.get(day=day).state == "present"

    def offer_activity(self) -> None:
        """One of the type's activities is planned and has taken place (P8)."""
        form = form_with(self.get(self.caseworker, "desk:new_activity", self.reference), "kind", "day")
        assert [value for value in form.offered["kind"] if value] == [one.key for one in self.says.activities]
        kind = self.says.activities[0]
        today = datetime.date.today()
        sent = form.sent | {"kind": kind.key, "day": today.strftime("%d.%m.%y")}
        self.post(self.caseworker, "desk:new_activity", self.reference, data=sent)
        activity = Activity.objects.get()
        page = self.get(self.caseworker, "desk:activity", self.reference, activity.pk)
        assert in_english(kind) in page.content.decode()
        attended = form_with(page, "remark").sent | {"status": "attended", "do": "attended"}
        self.post(self.caseworker, "desk:activity", self.reference, activity.pk, data=attended)
        activity.refresh_from_db()
        assert activity.status == "attended"

    def follow_up(self) -> None:
        page = self.get(self.caseworker, "plans:follow_up", self.reference)
        form = form_with(page, "held_on")
        steps = {name: "3" for name in form.names if name.startswith("s-") and name.endswith("-step")}
        assert steps, "what attendance answers is filled in; the rest is asked"
        sent = form.sent | steps | {"held_on": datetime.date.today().strftime("%d.%m.%y"), "comment": "We talked"}
        self.post(self.caseworker, "plans:follow_up", self.reference, data=sent)
        assert self.programme.plan.follow_ups.count() == 1

    # How it ends

    def write(self) -> None:
        """The closing note has the type's sections and outcomes, in its order and its words."""
        self.post(self.caseworker, "closing_notes:start", self.reference, data={})
        page = self.get(self.caseworker, "closing_notes:edit", self.reference)
        form = form_with(page, "outcome", "revision")
        sections = [section.key for section in self.says.closing_note_sections]
        assert [name for name in form.sent if name not in ("csrfmiddlewaretoken", "revision", "outcome")] == sections
        outcomes = [outcome.key for outcome in self.says.outcomes]
        assert [value for value in form.offered["outcome"] if value] == outcomes
        html = page.content.decode()
        for section in self.says.closing_note_sections:
            assert f">{in_english(section)}<" in html
        assert self.says.name.da in form.sent["content"] or "Øjvind" in form.sent["content"], "it begins with the data"
        sent = form.sent | {"action": "submit", "outcome": outcomes[0]}
        empty = self.post(
            self.caseworker, "closing_notes:edit", self.reference, data=sent | dict.fromkeys(sections, ""), status=422
        )
        missing = [section.key for section in self.says.closing_note_sections if section.is_required]
        assert set(empty.context["form"].errors) == set(missing)
        form = form_with(self.get(self.caseworker, "closing_notes:edit", self.reference), "outcome", "revision")
        texts = {key: f"Text of {key}" for key in sections}
        sent = form.sent | texts | {"action": "submit", "outcome": outcomes[0]}
        self.post(self.caseworker, "closing_notes:edit", self.reference, data=sent)

    def approve_and_deliver(self) -> None:
        form = form_with(self.get(self.leader, "closing_notes:review", self.reference), "revision")
        self.post(self.leader, "closing_notes:approve", self.reference, data=form.sent)
        run(Rendering.objects.get().pk)
        self.post(self.caseworker, "closing_notes:deliver", self.reference, data={})
        self.programme.refresh_from_db()
        assert self.programme.status == Status.COMPLETED
        read = self.get(self.referrer, "closing_notes:review", self.reference).content.decode()
        document = self.signed_in(self.referrer).get(reverse("closing_notes:download", args=[self.reference]))
        assert document.content.startswith(b"%PDF")
        note = ClosingNote.objects.get()
        outcome = self.says.outcomes[0]
        with translation.override("da"):
            data = json.loads(data_of(note, note.figures).content)
            assert data["section_names"] == {one.key: str(one) for one in self.says.closing_note_sections}
            assert (data["outcome"], data["outcome_name"]) == (outcome.key, str(outcome))
        for section in self.says.closing_note_sections:
            assert data["sections"][section.key] == f"Text of {section.key}"
            assert f"Text of {section.key}" in read


def in_english(part: object) -> str:
    with translation.override("en"):
        return str(part)


def errors_on(answer) -> object:
    form = (answer.context or {}).get("form") if answer.context is not None else None
    return form.errors if form is not None and hasattr(form, "errors") else answer.content[-400:]


# A Danish type, the Swedish one and the one that nobody has seen go every time; the others in the long set.
USUAL = ["individual_development", "rebus", EIGHTH["key"]]


@pytest.mark.parametrize(
    "key", [*USUAL, *(pytest.param(key, marks=pytest.mark.long) for key in SEVEN if key not in USUAL)]
)
def test_from_the_referral_to_the_end(key, signed_in):
    with time_machine.travel(MONDAY, tick=True):
        journey = Journey(key, signed_in)
        journey.offer()
        journey.refer()
        journey.accept()
    start = datetime.datetime.combine(journey.programme.starts_on, datetime.time(11), MONDAY.tzinfo)
    with time_machine.travel(start, tick=True):
        journey.begin()
        journey.agree()
        journey.attend()
        journey.offer_activity()
    with time_machine.travel(start + datetime.timedelta(days=7), tick=True):
        journey.follow_up()
    last = datetime.datetime.combine(journey.programme.ends_on, datetime.time(11), MONDAY.tzinfo)
    with time_machine.travel(last, tick=True):
        journey.write()
        journey.approve_and_deliver()
