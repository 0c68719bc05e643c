"""Every slot agreed until today, what the register says about it, and what followed when somebody was missing."""

from datetime import date, datetime, time, timedelta

from accounts.models import User
from attendance.models import ContactAttempt, ExpectedAttendance, Mark, MissedAttendance, MissedStatus
from attendance.states import State
from demo.seeding.absence import who_stays_away
from demo.seeding.case import Case, Contact, Told
from demo.seeding.texts import everyday, fill
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, plus
from programmes.models import Placement
from programmes.statuses import Status
from worklist.models import Task

GRACE_MINUTES = 15
# What keeps people away, or from coming on time.
HINDRANCES = {
    State.ILL: 32,
    State.CHILD_ILL: 8,
    State.TREATMENT: 13,
    State.AUTHORITY: 4,
    State.LEAVE: 3,
    State.OTHER: 4,
    State.LATE: 18,
    State.LEFT_EARLY: 6,
    State.NO_SHOW: 8,
}
STAYS_ILL = 0.4


class Registers:
    """Fills the registers from the first day until now."""

    def __init__(self, world: World, cases: list[Case], timeline: Timeline) -> None:
        self.world, self.cases, self.timeline = world, cases, timeline
        self.placements = {
            (placement.programme_id, placement.workshop_id): placement for placement in world.book.of(Placement)
        }
        self.local_now = world.now.astimezone(world.at(world.today, time(12)).tzinfo)
        self.open_today: set[tuple[int, date]] = set()
        self.forgotten = self.forgotten_registers()

    def forgotten_registers(self) -> set[tuple[str, date]]:
        """Registers that nobody filled in: what is blank there was never an absence (A5)."""
        world = self.world
        quiet = [key for key in world.workshops if key not in ("traevaerksted", "koekken")]
        if not quiet:
            return set()
        days = [world.last_working_day, world.working_day_before(world.today - timedelta(days=12))]
        return {(world.pick(quiet), day) for day in days}

    def fill(self) -> None:
        for case in self.cases:
            if case.status != Status.NEVER_STARTED:
                self.expect(case)
        self.open_slots: set[int] = set()
        self.away: set[int] = set()
        if self.world.workshops:
            self.choose_open()
            self.away = who_stays_away(self.world, self.cases, {day for _key, day in self.forgotten})
        for case in self.cases:
            self.mark(case)

    def expect(self, case: Case) -> None:
        """A slot for every agreed time on every day that is none of rest and none of closing (A1)."""
        world, day = self.world, case.starts_on
        last = min(case.last_day, case.ends_on, world.today)
        while day <= last:
            if day not in world.closed and not case.rests_on(day):
                stays = {stay.workshop for stay in case.stays_on(day)}
                for agreed in case.agreed_on(day):
                    if agreed.workshop in stays:
                        workshop = world.workshops[agreed.workshop]
                        slot = ExpectedAttendance(
                            citizen=case.citizen,
                            programme=case.programme,
                            placement=self.placements[case.programme.pk, workshop.pk],
                            workshop=workshop,
                            day=day,
                            starts=agreed.starts,
                            ends=agreed.ends,
                            state=State.NOT_MARKED,
                            remark="",
                        )
                        case.slots.append(world.book.add(slot))
            day += timedelta(days=1)

    def choose_open(self) -> None:
        """Who did not come and has not been reached yet, in the first workshop and elsewhere: today, and on the last
        working day, of which fewer are left when today has begun."""
        today = self.open_on(self.world.today, others=1)
        before = self.open_on(self.world.last_working_day, others=0 if today else 3)
        missing_today = {slot.citizen_id for slot in today}
        before = [slot for slot in before if slot.citizen_id not in missing_today]
        self.open_slots = {slot.pk for slot in today + before}

    def open_on(self, day: date, *, others: int) -> list[ExpectedAttendance]:
        """One of the first caseworker's citizens, one in the first workshop, and so many others."""
        world = self.world
        first, signe = world.workshops["traevaerksted"].pk, world.first_caseworker
        keys: dict[int | None, str] = {workshop.pk: key for key, workshop in world.workshops.items()}
        missing = [
            (case, slot)
            for case in self.cases
            if case.told is None
            for slot in case.slots
            if slot.day == day
            and (keys[slot.workshop_id], day) not in self.forgotten
            and self.has_begun(slot, minutes=GRACE_MINUTES + 1)
        ]
        signes = [slot for case, slot in missing if case.caseworker == signe]
        signes.sort(key=lambda slot: slot.workshop_id != first)
        own = [slot for _case, slot in missing if slot.workshop_id == first and slot not in signes[:1]]
        rest = [slot for _case, slot in missing if slot.workshop_id != first and slot not in signes[:1]]
        return signes[:1] + own[:1] + world.random.sample(rest, min(len(rest), others))

    def mark(self, case: Case) -> None:
        world = self.world
        keys: dict[int | None, str] = {workshop.pk: key for key, workshop in world.workshops.items()}
        is_ill = False
        for slot in case.slots:
            if (keys[slot.workshop_id], slot.day) in self.forgotten:
                continue
            by = world.contact_persons[keys[slot.workshop_id]]
            told, is_ill = self.what_happened(case, slot, is_ill)
            delay = world.random.randint(1, 14)
            if slot.pk in self.open_slots:
                self.miss(case, slot, by, open_until_now=True)
            elif slot.day == world.today and not self.has_begun(slot, minutes=delay):
                # Today goes on: who comes later is not marked yet, but some have sent word.
                if told.state in (State.TREATMENT, State.AUTHORITY):
                    self.write(slot, told, by, at=self.early(slot))
            elif slot.day == world.today and told.state == State.NO_SHOW:
                if self.has_begun(slot, minutes=GRACE_MINUTES + 1):
                    self.miss(case, slot, by, open_until_now=True)
            elif told.state == State.NO_SHOW or told.no_word:
                self.miss(case, slot, by, told=told)
            else:
                self.write(slot, told, by, at=world.at(slot.day, plus(slot.starts, delay)))

    def has_begun(self, slot: ExpectedAttendance, *, minutes: int) -> bool:
        return self.world.at(slot.day, plus(slot.starts, minutes)) <= self.world.now

    def early(self, slot: ExpectedAttendance) -> datetime:
        """The afternoon before: a notice."""
        return self.world.at(self.world.working_day_before(slot.day), time(13, 40))

    def what_happened(self, case: Case, slot: ExpectedAttendance, is_ill: bool) -> tuple[Told, bool]:
        """A story says it; elsewhere chance does, by how steadily this citizen comes. Illness lasts some days."""
        if case.told is not None:
            return case.told.get(slot.day, Told(State.PRESENT)), False
        if slot.pk in self.away:
            return Told(State.NO_SHOW), False
        world = self.world
        if is_ill and world.chance(STAYS_ILL):
            return Told(State.ILL), True
        if world.chance(case.steadiness):
            return Told(State.PRESENT), False
        state = world.weighted(HINDRANCES)
        remark = ""
        remarks = everyday(world, case.type, "remarks")
        if str(state) in remarks:
            remark = world.pick(remarks[str(state)])
        minutes = world.pick([10, 20, 25, 35, 50]) if state in (State.LATE, State.LEFT_EARLY) else 0
        no_word = state == State.NO_SHOW or (state == State.LATE and minutes > GRACE_MINUTES and world.chance(0.5))
        no_word = no_word or (state == State.ILL and world.chance(0.06))
        return Told(state, minutes, remark, no_word), state == State.ILL

    def write(self, slot: ExpectedAttendance, told: Told, by: User, *, at: datetime) -> None:
        """The mark that stands, and the tap it came from."""
        state = told.state
        if state == State.LATE:
            slot.came_at = plus(slot.starts, min(told.minutes, self.length(slot) - 15))
            at = max(at, self.world.at(slot.day, plus(slot.came_at, 2)))
        if state == State.LEFT_EARLY:
            slot.left_at = plus(slot.ends, -min(told.minutes, self.length(slot) - 15))
            at = max(at, self.world.at(slot.day, plus(slot.left_at, 3)))
        at = min(at, self.world.now - timedelta(minutes=1))
        slot.state, slot.remark, slot.marked_at, slot.marked_by = state, told.remark[:300], at, by
        self.world.book.add(
            Mark(
                id=self.world.uuid(),
                slot=slot,
                state=state,
                came_at=slot.came_at,
                left_at=slot.left_at,
                remark=slot.remark,
                marked_at=at,
                received_at=at + timedelta(seconds=2),
                by=by,
            )
        )

    @staticmethod
    def length(slot: ExpectedAttendance) -> int:
        return (slot.ends.hour - slot.starts.hour) * 60 + slot.ends.minute - slot.starts.minute

    def miss(
        self, case: Case, slot: ExpectedAttendance, by: User, *, told: Told | None = None, open_until_now: bool = False
    ) -> None:
        """No mark and no word after the grace time: a flag, and what came of it (A4, A6, A7)."""
        world = self.world
        assert slot.workshop is not None  # noqa: S101
        flagged_at = world.at(slot.day, plus(slot.starts, GRACE_MINUTES + 1))
        missed = world.book.add(
            MissedAttendance(slot=slot, programme=slot.programme, flagged_at=flagged_at, due_on=slot.day)
        )
        url = f"/attendance/missed/{missed.pk}/"
        self.timeline.tell(case, "missed", world.at(slot.day, slot.starts), None, url=url)
        task = world.book.add(
            Task(
                citizen=case.citizen,
                kind="contact_absent_citizen",
                source=f"attendance.missed:{missed.pk}",
                for_user=case.caseworker,
                for_unit=slot.workshop.unit,
                due_on=slot.day,
                url=url,
                created_at=flagged_at,
            )
        )
        if open_until_now or told is None:
            return
        if told.state != State.NO_SHOW:
            self.clear(case, slot, missed, task, told, by)
            return
        self.write(slot, told, by, at=world.at(slot.day, plus(slot.starts, GRACE_MINUTES + 20)))
        self.contact(case, slot, missed, task, told, by)

    def clear(
        self, case: Case, slot: ExpectedAttendance, missed: MissedAttendance, task: Task, told: Told, by: User
    ) -> None:
        """They came after all, or had sent word that was entered late: the flag no longer holds (A6)."""
        self.write(slot, told, by, at=self.world.at(slot.day, plus(slot.starts, GRACE_MINUTES + 25)))
        assert slot.marked_at is not None  # noqa: S101
        missed.status = MissedStatus.CLEARED
        missed.cleared_at = task.done_at = max(slot.marked_at, missed.flagged_at + timedelta(minutes=2))
        missed.cleared_by = task.done_by = by
        if slot.came_at:
            self.timeline.tell(case, "missed_cleared", missed.cleared_at, by, time=f"{slot.came_at:%H:%M}")
        else:
            self.timeline.tell(case, "missed_excused", missed.cleared_at, by)

    def contact(
        self, case: Case, slot: ExpectedAttendance, missed: MissedAttendance, task: Task, told: Told, by: User
    ) -> None:
        """The tries to reach them, one after the other; the one that succeeds closes the follow-up (A7)."""
        contacts = told.contacts or ([] if case.told is not None else self.invent_contacts(case, slot, by))
        is_old = slot.day < self.world.last_working_day - timedelta(days=2)
        for contact in contacts:
            if contact.at > self.world.now:
                continue
            attempt = ContactAttempt(
                missed=missed,
                at=contact.at,
                by=contact.by,
                means=contact.means,
                was_reached=contact.reached,
                reason=contact.reason,
                agreed=contact.agreed,
            )
            self.world.book.add(attempt)
            kind = "contact_reached" if contact.reached else "contact_tried"
            self.timeline.tell(
                case,
                kind,
                contact.at,
                contact.by,
                body="\n".join(filter(None, [contact.reason, contact.agreed])),
                url=task.url,
                day=slot.day.isoformat(),
            )
            if contact.reached:
                self.close(missed, task, contact.at, contact.by)
        if missed.followed_up_at is None and (is_old or case.told is not None):
            # Nobody got through; the next day in the workshop settled it.
            at = min(self.world.at(self.world.working_day(slot.day + timedelta(days=1)), time(9, 10)), self.world.now)
            self.close(missed, task, at, by)

    def close(self, missed: MissedAttendance, task: Task, at: datetime, by: User) -> None:
        missed.followed_up_at = task.done_at = at
        missed.followed_up_by = task.done_by = by

    def invent_contacts(self, case: Case, slot: ExpectedAttendance, by: User) -> list[Contact]:
        world = self.world
        at = world.at(slot.day, plus(slot.starts, world.random.randint(25, 90)))
        contacts = []
        if world.chance(0.35):
            contacts.append(Contact(at, by, ContactAttempt.Means.PHONE, False))
            at += timedelta(minutes=world.random.randint(60, 180))
        if contacts and world.chance(0.12):
            return contacts
        said = world.pick(everyday(world, case.type, "contacts", "reached"))
        means = world.weighted({ContactAttempt.Means.PHONE: 4, ContactAttempt.Means.MESSAGE: 1})
        who = world.weighted({by: 3, case.caseworker: 2})
        contacts.append(
            Contact(at, who, means, True, fill(said["reason"], case.citizen), fill(said["agreed"], case.citizen))
        )
        return contacts
