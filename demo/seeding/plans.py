"""Plans with their versions, goals, follow-ups and steps; confirmed ones are locked as everywhere else."""

from datetime import date, time, timedelta

from django.db import connection
from django.urls import reverse

from core.life_areas import LifeArea
from demo.seeding.case import Case, GivenUp, PlanVersion, PutOff, Seen, Talk
from demo.seeding.rows import copy_rows
from demo.seeding.timeline import Timeline
from demo.seeding.world import World
from journal.models import Audience
from plans.actions import DAYS_TO_CONFIRM
from plans.agreement.confirming import TASKS as CONFIRMING
from plans.content import GoalContent, SubgoalContent, fingerprint, of_subgoal
from plans.models import (
    Abandonment,
    Confirmation,
    Exemption,
    FollowUp,
    Goal,
    Observation,
    Plan,
    StepRecord,
    Subgoal,
    Summary,
    Version,
)
from plans.statuses import Means, Party, Status
from worklist.models import Task


class Plans:
    """All plans; `write` puts the versions in the order in which a database that locks confirmed ones takes them."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.world, self.timeline = world, timeline
        self.hashes: dict[int, str] = {}

    def add(self, case: Case) -> None:
        case.plan = self.world.book.add(Plan(programme=case.programme, follow_up_due_on=case.next_talk_on))
        self.rows: dict = {}
        for number, text in enumerate(case.versions, start=1):
            self.add_version(case, number, text)
        for talk in case.talks:
            self.add_talk(case, talk)
        for seen in case.seen:
            self.add_seen(case, seen)
        for given_up in case.given_up:
            self.add_given_up(case, given_up)
        for put_off in case.put_off:
            self.add_put_off(case, put_off)
        self.add_tasks(case)

    def add_version(self, case: Case, number: int, text: PlanVersion) -> None:
        world = self.world
        agreed_on = text.agreed_on
        confirmed_at = world.office_hours(agreed_on) if agreed_on else None
        created_at = world.at(case.decided_on, time(10, 30))
        if number > 1 and confirmed_at:
            created_at = confirmed_at - timedelta(hours=1)
        version = world.book.add(
            Version(
                plan=case.plan,
                number=number,
                status=Status.DRAFT,
                revision=2 if agreed_on else 1,
                created_at=created_at,
                confirmed_at=confirmed_at,
                confirmed_by=case.caseworker if agreed_on else None,
                citizen_agreed_on=agreed_on,
                change_reason=text.why,
            )
        )
        content: list[GoalContent] = []
        for position, goal_text in enumerate(text.goals, start=1):
            subgoals: list[SubgoalContent] = []
            content.append(GoalContent(goal_text.title, goal_text.area, goal_text.own_words, subgoals))
            goal = world.book.add(
                Goal(
                    version=version,
                    position=position,
                    life_area=goal_text.area,
                    title=goal_text.title,
                    own_words=goal_text.own_words,
                )
            )
            for place, one in enumerate(goal_text.subgoals, start=1):
                due_on = case.starts_on + timedelta(weeks=one.due_week, days=-case.starts_on.weekday() - 3)
                self.rows[number, one.key] = world.book.add(
                    Subgoal(
                        goal=goal,
                        key=one.key,
                        position=place,
                        title=one.title,
                        indicator=one.indicator,
                        baseline=one.baseline,
                        target=one.target,
                        due_on=min(due_on, case.ends_on),
                        responsible=one.who,
                        steps=one.steps,
                        baseline_step=one.start,
                    )
                )
                subgoals.append(of_subgoal(self.rows[number, one.key]))
        self.hashes[version.pk] = fingerprint(version, content)
        if confirmed_at and agreed_on:
            self.confirm(case, version, agreed_on, is_latest=number == len(case.versions))
            self.timeline.tell(
                case,
                "plan_confirmed",
                confirmed_at,
                case.caseworker,
                audience=Audience.REFERRER,
                body=text.why,
                url=self.url(case),
                number=number,
            )

    def confirm(self, case: Case, version: Version, agreed_on: date, *, is_latest: bool) -> None:
        """Who said yes to the version: the caseworker and mostly the citizen, and the referrer where the type asks it.

        A yes that is missing is due (L2).
        """
        world = self.world
        given = {Party.CASEWORKER: (Means.SYSTEM, case.caseworker.name)}
        # Nobody waits long for a yes: only what was agreed lately is without one.
        is_fresh = case.status == "active" and agreed_on > world.today - timedelta(days=3 * DAYS_TO_CONFIRM)
        waits = is_latest and case.is_running and case.told is None
        if not (waits and world.chance(0.4) and is_fresh):
            name = f"{case.citizen.first_name} {case.citizen.last_name}".strip()
            given[Party.CITIZEN] = (world.weighted({Means.TYPED: 3, Means.OWN_PAGE: 1}), name)
        asked = case.type.settings.plan_confirmed_by
        if not (waits and world.chance(0.4) and is_fresh):
            given[Party.REFERRER] = (Means.SYSTEM, case.referrer.name)
        for party in Party:
            if party not in asked:
                continue
            if party not in given:
                self.ask_for(case, party, agreed_on)
                continue
            means, name = given[party]
            world.book.add(
                Confirmation(
                    version=version,
                    party=party,
                    means=means,
                    name=name,
                    by=case.referrer if party == Party.REFERRER else case.caseworker,
                    given_on=agreed_on,
                    at=version.confirmed_at or world.now,
                    content_hash=self.hashes[version.pk],
                )
            )

    def ask_for(self, case: Case, party: Party, agreed_on: date) -> None:
        page = {Party.CITIZEN: "plans:sign", Party.REFERRER: "plans:agree"}[party]
        self.world.book.add(
            Task(
                citizen=case.citizen,
                kind=CONFIRMING[party],
                source=f"plans.plan:{case.plan.pk}",
                for_user=case.referrer if party == Party.REFERRER else case.caseworker,
                due_on=agreed_on + timedelta(days=DAYS_TO_CONFIRM),
                url=reverse(page, args=[case.programme.reference]),
                created_at=self.world.at(agreed_on, time(15)),
            )
        )

    def add_talk(self, case: Case, talk: Talk) -> None:
        world = self.world
        agreed = [number for number, v in enumerate(case.versions, 1) if v.agreed_on and v.agreed_on <= talk.day]
        number = agreed[-1] if agreed else 1
        row = world.book.add(
            FollowUp(
                plan=case.plan,
                held_on=talk.day,
                by=talk.by,
                comment=talk.comment,
                next_on=talk.next_on,
                created_at=world.office_hours(talk.day),
            )
        )
        at = world.at(talk.day, time(12))
        self.timeline.tell(case, "plan_follow_up", at, talk.by, url=self.url(case))
        if talk.summary:
            self.add_summary(case, row, talk)
        before = {one.key: one.start for goal in case.versions[0].goals for one in goal.subgoals}
        for earlier in case.talks:
            if earlier.day < talk.day:
                before |= {step.key: step.step for step in earlier.steps}
        areas = {one.key: goal.area for goal in case.versions[0].goals for one in goal.subgoals}
        for step in talk.steps:
            subgoal = self.rows[number, step.key]
            world.book.add(
                StepRecord(follow_up=row, subgoal=subgoal, step=step.step, own_step=step.own_step, comment=step.comment)
            )
            was = before[step.key]
            if was != step.step:
                self.timeline.tell(
                    case,
                    "step_forward" if step.step > was else "step_back",
                    at,
                    talk.by,
                    audience=Audience.HEALTH if areas[step.key] == "health" else Audience.TEAM,
                    url=self.url(case),
                    before=was,
                    after=step.step,
                    subgoal=subgoal.title,
                )

    def add_seen(self, case: Case, seen: Seen) -> None:
        subgoal = self.rows[self.agreed_by(case, seen.day), seen.key]
        at = self.world.at(seen.day, time(14, 10))
        row = self.world.book.add(
            Observation(plan=case.plan, subgoal=subgoal, seen_on=seen.day, by=seen.by, text=seen.text, created_at=at)
        )
        self.timeline.tell(
            case,
            "observation",
            at,
            seen.by,
            audience=Audience.HEALTH if subgoal.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
            body=seen.text,
            url=reverse("plans:observe", args=[case.programme.reference]),
            source=f"plans.observation:{row.pk}",
            subgoal=subgoal.title,
        )

    def add_summary(self, case: Case, follow_up: FollowUp, talk: Talk) -> None:
        """What the referrer was told on the day of the talk; its words stand on the plan, not in the timeline."""
        at = self.world.at(talk.day, time(14, 30))
        row = self.world.book.add(Summary(follow_up=follow_up, text=talk.summary, by=talk.by, sent_at=at))
        self.timeline.tell(
            case,
            "plan_summary",
            at,
            talk.by,
            audience=Audience.REFERRER,
            url=self.url(case),
            source=str(row),
            organisation=case.organisation.name,
        )

    def add_given_up(self, case: Case, given_up: GivenUp) -> None:
        subgoal = self.rows[self.agreed_by(case, given_up.day), given_up.key]
        at = self.world.at(given_up.day, time(13, 20))
        self.world.book.add(
            Abandonment(
                plan=case.plan,
                subgoal=subgoal,
                key=given_up.key,
                abandoned_on=given_up.day,
                reason=given_up.why,
                by=given_up.by,
                at=at,
            )
        )
        self.timeline.tell(
            case,
            "subgoal_abandoned",
            at,
            given_up.by,
            audience=Audience.HEALTH if subgoal.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
            body=given_up.why,
            url=self.url(case),
            subgoal=subgoal.title,
        )

    def add_put_off(self, case: Case, put_off: PutOff) -> None:
        at = self.world.at(put_off.day, time(9, 40))
        self.world.book.add(
            Exemption(
                plan=case.plan,
                was_due_on=put_off.was_due_on,
                until=put_off.until,
                reason=put_off.why,
                by=put_off.by,
                at=at,
            )
        )
        day = put_off.until.isoformat()
        self.timeline.tell(case, "follow_up_put_off", at, put_off.by, body=put_off.why, url=self.url(case), day=day)

    @staticmethod
    def agreed_by(case: Case, day: date) -> int:
        """The number of the version that was in force that day."""
        return max(number for number, text in enumerate(case.versions, 1) if text.agreed_on and text.agreed_on <= day)

    def add_tasks(self, case: Case) -> None:
        """The next thing to do with the plan, on the caseworker's list."""
        if not case.is_running:
            return
        confirmed = any(version.agreed_on for version in case.versions)
        kind, due_on = "plan_follow_up", case.next_talk_on
        if not confirmed:
            kind, due_on = "confirm_plan", case.starts_on + timedelta(days=DAYS_TO_CONFIRM)
        if due_on is None:
            return
        path = "plans:follow_up" if confirmed else "plans:detail"
        self.world.book.add(
            Task(
                citizen=case.citizen,
                kind=kind,
                source=f"plans.plan:{case.plan.pk}",
                for_user=case.caseworker,
                due_on=due_on,
                url=reverse(path, args=[case.programme.reference]),
                created_at=self.world.at(case.decided_on, time(10, 30)),
            )
        )

    @staticmethod
    def url(case: Case) -> str:
        return reverse("plans:detail", args=[case.programme.reference])

    def write(self) -> None:
        """Each version as a draft, its goals, then its confirmation: the only way into a locked plan (L2)."""
        book = self.world.book
        book.write(Plan)
        for number in sorted({version.number for version in book.of(Version)}):
            copy_rows(Version, [row for row in book.of(Version) if row.number == number])
            copy_rows(Goal, [row for row in book.of(Goal) if row.version.number == number])
            copy_rows(Subgoal, [row for row in book.of(Subgoal) if row.goal.version.number == number])
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE plans_version SET status = %s WHERE number = %s AND confirmed_at IS NOT NULL",
                    [Status.CONFIRMED, number],
                )
        book.note_written(Version, Goal, Subgoal)
        book.write(Confirmation, FollowUp, StepRecord, Observation, Summary, Abandonment, Exemption)
