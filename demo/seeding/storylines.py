"""The told cases: one storyline each, moved so that its days fit today."""

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from attendance.models import ContactAttempt
from attendance.states import State
from closing_notes.statuses import Status as NoteStatus
from core.calendar import WEEKDAYS, last_day, monday_of
from demo.seeding.case import (
    Agreed,
    Case,
    Contact,
    GivenUp,
    GoalText,
    Moved,
    NoteText,
    Phase,
    PlanVersion,
    PutOff,
    Remark,
    Rest,
    Seen,
    Stay,
    Step,
    SubgoalText,
    Talk,
    Told,
    Week,
)
from demo.seeding.next_monday import about_to_start, goes_on
from demo.seeding.people import People
from demo.seeding.told import enrol, municipality_in, parties_of, referral_text, subgoal_of
from demo.seeding.world import World, content
from journal.models import Audience
from programmes.statuses import Status

REASONS = {
    "ill": State.ILL,
    "child_ill": State.CHILD_ILL,
    "treatment": State.TREATMENT,
    "authority": State.AUTHORITY,
    "no_show": State.NO_SHOW,
    "unknown": State.NO_SHOW,
}
AGREED_DAY = 3  # of the programme: what the storylines' first plans were agreed on
# Where the text of a section goes that a type does not have.
NEAREST = {"attendance": "content", "opportunities": "resources"}
MEANS = {"phone": ContactAttempt.Means.PHONE, "visit": ContactAttempt.Means.VISIT}


def stories_of(world: World) -> list[dict[str, Any]]:
    """The storylines of the types that the centre offers."""
    return [text for text in content("cases")["cases"] if type_of(text) in world.place["types"]]


def type_of(text: dict[str, Any]) -> str:
    return referral_text(text["referral"])["programme_type"]


def told_cases(world: World, people: People) -> list[Case]:
    """Every storyline of the centre, and who starts next Monday: Samira, and whoever goes on after a story."""
    cases = [Story(world, people, text).case for text in stories_of(world)]
    if "individual_development" not in world.types:
        return cases
    going_on = [goes_on(world, case) for case in cases if "leads_to" in world.texts_of(case.type.key)]
    return [*cases, about_to_start(world, people), *going_on]


class Story:
    """One storyline of `cases.yaml` as a case; days of the file become dates."""

    def __init__(self, world: World, people: People, text: dict[str, Any]) -> None:
        self.world, self.text = world, text
        self.referral = referral_text(text["referral"])
        self.is_under_way = "in_progress_days" in text
        back = text.get("in_progress_days", text["suggested_start_days_ago"])
        self.monday = monday_of(world.today - timedelta(days=back) + timedelta(days=3))
        self.subgoals: dict[str, SubgoalText] = {}
        self.case = self.tell(people)

    def on(self, day: int) -> date:
        """Day 0 is the Monday of the start; what falls on a closing day moves to the next working day."""
        return self.world.working_day(self.monday + timedelta(days=day))

    def has_happened(self, day: int) -> bool:
        return self.on(day) < self.world.today

    def tell(self, people: People) -> Case:
        world, text, referral = self.world, self.text, self.referral
        has_ended = not self.is_under_way
        starts_on = self.on(0)
        moved = self.moved(starts_on)
        ends_on = moved[-1].to if moved else last_day(starts_on, text["planned_weeks"])
        ended_on = self.on(text["end_day"]) if has_ended else None
        submitted_on = world.working_day_before(self.monday - timedelta(weeks=referral["wished_start_in_weeks"]))
        goals = [self.goal(goal) for goal in referral["goals"]]
        status = Status(text["state"]) if has_ended else Status.ACTIVE
        return Case(
            citizen=enrol(world, people, referral),
            type=world.types[referral["programme_type"]],
            organisation=world.organisations[referral["referring_parties"][0]],
            referrer=world.users[referral["referrer"]],
            caseworker=world.users[text["caseworker"]],
            context=referral["context"],
            reason=referral["reason"],
            offer_id=referral["offer_id"] or "",
            submitted_on=submitted_on,
            decided_on=world.working_day(submitted_on + timedelta(days=3)),
            wished_start=self.monday,
            asked_weeks=referral["duration_weeks"],
            weekly_hours=Decimal(referral["weekly_hours"]["start"]),
            status=status,
            starts_on=starts_on,
            ends_on=ends_on,
            ended_on=ended_on,
            ended_why=next((p["reason"] for p in text["proposals"] if p["kind"] == "end"), ""),
            stays=self.stays(ended_on or ends_on),
            weeks=self.weeks(),
            versions=self.versions(goals),
            accommodations="\n".join(referral["accommodations"]),
            accommodations_why=referral.get("health_note") or "",
            talks=self.talks(),
            next_talk_on=self.next_talk(ends_on),
            told=self.absences(),
            remarks=self.remarks(),
            seen=self.seen(),
            given_up=self.given_up(),
            put_off=self.put_off(),
            parties=parties_of(world, referral),
            municipality=municipality_in(world, referral["citizen"]["municipality"]),
            pauses=self.rests(),
            phases=self.phases(),
            moved=moved,
            team=[(self.function_of(key), world.users[key]) for key in text.get("team", [])],
            note=self.note(ends_on),
        )

    def goal(self, text: dict[str, Any]) -> GoalText:
        subgoals = []
        for one in text["subgoals"]:
            self.subgoals[one["key"]] = subgoal_of(self.world, one)
            subgoals.append(self.subgoals[one["key"]])
        return GoalText(text["life_area"], text["title"], text.get("own_words") or "", subgoals)

    def versions(self, goals: list[GoalText]) -> list[PlanVersion]:
        versions = [PlanVersion(goals, self.on(AGREED_DAY))]
        change = self.text.get("plan_change")
        if change and self.has_happened(change["day"]):
            targets = {self.subgoals[key].key: target for key, target in change["targets"].items()}
            changed = [
                GoalText(
                    goal.area,
                    goal.title,
                    goal.own_words,
                    [SubgoalText(**{**vars(one), "target": targets.get(one.key, one.target)}) for one in goal.subgoals],
                )
                for goal in goals
            ]
            versions.append(PlanVersion(changed, self.on(change["day"]), change["why"]))
        return versions

    def function_of(self, key: str) -> str:
        return next(function for function, user in self.world.place["specialists"].items() if user == key)

    def moved(self, starts_on: date) -> list[Moved]:
        """Each time the referrer agreed to another end (P3)."""
        moved: list[Moved] = []
        weeks = self.text["planned_weeks"]
        for proposal in self.text["proposals"]:
            if proposal["kind"] not in ("extend", "shorten") or proposal["answer"] != "accepted":
                continue
            if not self.has_happened(proposal["answer_day"]):
                continue
            numbers = [int(number) for number in re.findall(r"\d+", proposal["what"])]
            earlier = last_day(starts_on, weeks)
            weeks = weeks + numbers[0] if proposal["kind"] == "extend" else numbers[-1]
            agreed_on = self.on(proposal["answer_day"])
            with_whom = self.world.users[self.referral["referrer"]].name
            moved.append(Moved(earlier, last_day(starts_on, weeks), with_whom, agreed_on, proposal["reason"]))
        return moved

    def rests(self) -> list[Rest]:
        return [
            Rest(self.on(text["from_day"]), self.on(text["to_day"]), text["reason"])
            for text in self.text["pauses"]
            if self.has_happened(text["from_day"])
        ]

    def phases(self) -> list[Phase]:
        """The first phase begins with the programme and needs no word (P4)."""
        return [
            Phase(text["phase"], self.on(text["from_day"]), text["reason"])
            for text in self.text["phases"][1:]
            if self.has_happened(text["from_day"])
        ]

    def stays(self, last: date) -> list[Stay]:
        stays = []
        for text in self.text["placements"]:
            starts_on = self.on(text["from_day"])
            if text["kind"] == "workshop" and text["where"] in self.world.workshops and starts_on <= last:
                stays.append(Stay(text["where"], starts_on, min(self.on(text["to_day"]), last)))
        return stays

    def weeks(self) -> list[Week]:
        """The hours ramp as far as it has been agreed; days at an employer are no days in a workshop."""
        weeks: list[Week] = []
        if not self.world.types[self.referral["programme_type"]].settings.uses_workshops:
            return weeks
        for step in self.text["hours_ramp"]:
            valid_from = self.monday + timedelta(weeks=step["from_week"] - 1)
            # One coming step is agreed already, no more (P12).
            if self.is_under_way and weeks and weeks[-1].valid_from > self.world.today:
                break
            if weeks:
                weeks[-1].valid_until = valid_from - timedelta(days=1)
            slots = [
                Agreed(
                    WEEKDAYS.index(slot["weekday"]) + 1,
                    time.fromisoformat(slot["from"]),
                    time.fromisoformat(slot["to"]),
                    self.workshop_at(slot["at"], valid_from),
                )
                for slot in step["slots"]
                if slot["at"] != "internship"
            ]
            weeks.append(Week(valid_from if weeks else self.on(0), slots))
        return weeks

    def workshop_at(self, where: str, day: date) -> str:
        if where != "centre":
            return where
        placements = [p for p in self.text["placements"] if p["kind"] == "workshop"]
        return next((p["where"] for p in placements if self.on(p["to_day"]) >= day), placements[-1]["where"])

    def talks(self) -> list[Talk]:
        talks = []
        for text in self.text["follow_ups"]:
            if not self.has_happened(text["day"]):
                break
            steps = [
                Step(
                    self.subgoals[one["subgoal"]].key,
                    one["staff_step"] + 1,
                    None if one["citizen_step"] is None else one["citizen_step"] + 1,
                    one["comment"],
                )
                for one in text["steps"]
            ]
            next_on = self.on(text["next_day"]) if text["next_day"] is not None else None
            by = self.world.users[self.text["caseworker"]]
            talks.append(Talk(self.on(text["day"]), by, text["text"], steps, next_on, text.get("summary", "")))
        return talks

    def given_up(self) -> list[GivenUp]:
        by = self.world.users[self.text["caseworker"]]
        return [
            GivenUp(self.on(one["day"]), by, self.subgoals[one["subgoal"]].key, one["why"])
            for one in self.text.get("given_up", [])
            if self.has_happened(one["day"])
        ]

    def put_off(self) -> list[PutOff]:
        by = self.world.users[self.text["caseworker"]]
        return [
            PutOff(self.on(one["day"]), by, self.on(one["was_due_day"]), self.on(one["until_day"]), one["why"])
            for one in self.text.get("put_off", [])
            if self.has_happened(one["day"])
        ]

    def next_talk(self, ends_on: date) -> date | None:
        if not self.is_under_way:
            return None
        days = [self.on(text["day"]) for text in self.text["follow_ups"] if not self.has_happened(text["day"])]
        return min(days[0], ends_on) if days else None

    def absences(self) -> dict[date, Told]:
        told: dict[date, Told] = {}
        for text in self.text["absences"]:
            state = {"late": State.LATE, "left_early": State.LEFT_EARLY}.get(text["mark"])
            state = state or REASONS.get(text["reason"], State.OTHER)
            contacts = [
                Contact(
                    self.world.at(self.on(one["day"]), time.fromisoformat(one["time"])),
                    self.world.users[one["by"]],
                    MEANS.get(one["channel"], ContactAttempt.Means.MESSAGE),
                    one["result"] == "reached",
                    one["text"],
                )
                for one in text["contacts"]
            ]
            minutes = round(text["hours"] * 60)
            for day in range(text["day"], text["until_day"] + 1):
                own = [one for one in contacts if one.at.date() == self.on(day)]
                told[self.on(day)] = Told(state, minutes, text["text"], text["notice"] == "none", own)
        return told

    def remarks(self) -> list[Remark]:
        return [
            Remark(
                self.on(text["day"]),
                self.world.users[text["author"]],
                Audience(text["audience"]),
                text["text"],
                text["category"],
            )
            for text in sorted(self.text["journal"], key=lambda text: text["day"])
            if self.has_happened(text["day"])
        ]

    def seen(self) -> list[Seen]:
        """Observations; the first ones wait until the plan was agreed."""
        return [
            Seen(
                self.on(max(text["day"], AGREED_DAY)),
                self.world.users[text["author"]],
                self.subgoals[text["subgoal"]].key,
                text["text"],
            )
            for text in self.text["observations"]
            if self.has_happened(max(text["day"], AGREED_DAY))
        ]

    def note(self, ends_on: date) -> NoteText | None:
        text = self.text["closing_note"]
        written_on = self.on(text["written_day"])
        if self.is_under_way and written_on >= self.world.today:
            return None
        approved_on = None if self.is_under_way else self.on(text["approved_day"])
        comment = f"»{text['citizen_comment']}«"
        sections = dict(text["sections"])
        sections["recommendation"] += f"\n{self.referral['citizen']['first_name']}: {comment}"
        if self.referral["citizen"]["protected_name_and_address"]:
            sections["recommendation"] = f"{text['sections']['recommendation']}\nBorgeren: {comment}"
        # What a section of this type is called otherwise stands in its nearest one.
        known = [
            str(one.key) for one in self.world.types[self.referral["programme_type"]].settings.closing_note_sections
        ]
        for key in [key for key in sections if known and key not in known]:
            nearest = NEAREST.get(key, "content")
            taker = nearest if nearest in known else "content"
            sections[taker] = "\n".join(filter(None, [sections.get(taker, ""), sections.pop(key)]))
        return NoteText(
            status=NoteStatus.IN_REVIEW if approved_on is None else NoteStatus.DELIVERED,
            author=self.world.users[text["author"]],
            outcome=text["outcome"],
            written_on=written_on,
            sections=sections,
            approved_on=approved_on,
        )
