"""Real workers and schedulers that are killed at any moment: no flag is lost, none is doubled (A4, T11)."""

import datetime
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from attendance.follow_up.flagging import LOCK
from attendance.models import ExpectedAttendance, MissedAttendance, RegisterDay
from attendance.tasks import flag_missed_attendance
from audit.acting import System, acting
from config.celery import app
from tests.browser.stack import another_broker
from tests.factories.programmes import PlacementFactory, WorkshopFactory
from worklist.models import Task

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

SEED = 20261123
CITIZENS, A_DAY, MISSED = 40, 50, 5_000
# Four days that nobody has looked at; of a citizen's fifty moments of a day most are missed, the others are not.
DAYS = 4
NOT_MISSED = ["present", "late", "ill", "treatment", "leave"]
# A flag's own row takes this long: a look takes seconds, fewer than a statement may, and can be killed in the middle.
SLOW = """
CREATE FUNCTION storm_slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END $$;
CREATE TRIGGER storm_slow BEFORE INSERT ON attendance_missedattendance
    FOR EACH ROW EXECUTE FUNCTION storm_slow();
"""
FAST = "DROP TRIGGER IF EXISTS storm_slow ON attendance_missedattendance; DROP FUNCTION IF EXISTS storm_slow()"


class Storm:
    """Two workers and two schedulers on the test's database and a broker of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parts = urlsplit(os.environ["DATABASE_URL"])
        self.broker = another_broker(os.environ["REDIS_URL"], first=5)
        self.environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
            "DATABASE_OWNER_URL": "",
            "REDIS_URL": self.broker,
            "TRINVIS_DATABASE_ROLE": "web",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "FLAGGING_SECONDS": "1",
            "PYTHONPATH": os.getcwd(),
        }
        self.children: dict[str, subprocess.Popen] = {}
        self.killed = self.hit = 0

    def start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--app", "config"]
        if name.startswith("worker"):
            command = ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--hostname", name]
        else:
            schedule = self.folder / f"{name}.schedule"
            command = ["beat", "--max-interval", "1", "--pidfile", "", "--schedule", str(schedule)]
        log = (self.folder / f"{name}.log").open("ab")
        self.children[name] = subprocess.Popen(
            [*celery, *command, "--loglevel", "INFO"],
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()

    def kill(self, name: str) -> None:
        """The whole process group at once, as a machine that loses its power."""
        child = self.children[name]
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(timeout=10)
            self.killed += 1

    def stop(self) -> None:
        for name in self.children:
            self.kill(name)

    def words(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))


@pytest.fixture
def storm(tmp_path):
    found = Storm(tmp_path)
    yield found
    found.stop()
    as_owner(FAST)


def as_owner(statement: str) -> int | None:
    """Run it outside the web role; the first figure of what it answers."""
    with connection.cursor() as cursor:
        # A look that was killed holds its locks until the server notices.
        cursor.execute("SET ROLE NONE; SET lock_timeout = '60s'")
        cursor.execute(statement)
        found = cursor.fetchone() if cursor.description else None
        cursor.execute("SET ROLE trinvis_web; RESET lock_timeout")
        return found[0] if found else None


def expect(day: datetime.date, placements: list, chance: random.Random, missed: int) -> list[int]:
    """Fifty moments a citizen on that day, `missed` of all of them blank, the others marked or excused; the ids of the
    blank ones."""
    states = ["" for _ in range(missed)]
    states += [chance.choice(NOT_MISSED) for _ in range(len(placements) * A_DAY - missed)]
    chance.shuffle(states)
    begins = datetime.datetime.combine(day, datetime.time(0, 0))
    slots = []
    for number, state in enumerate(states):
        placement = placements[number % len(placements)]
        start = begins + datetime.timedelta(minutes=number // len(placements))
        slots.append(
            ExpectedAttendance(
                citizen=placement.programme.citizen,
                programme=placement.programme,
                placement=placement,
                workshop=placement.workshop,
                day=day,
                starts=start.time(),
                ends=(start + datetime.timedelta(minutes=1)).time(),
                state=state,
                came_at=start.time() if state == "late" else None,
                marked_at=timezone.make_aware(start) if state else None,
            )
        )
    with acting(System("test")):
        ExpectedAttendance.objects.bulk_create(slots)
        RegisterDay.objects.bulk_create(
            [
                RegisterDay(workshop=workshop, day=day, closes=datetime.time(23, 59))
                for workshop in {placement.workshop for placement in placements}
            ],
            ignore_conflicts=True,
        )
    return [slot.pk for slot in slots if not slot.state]


def test_every_missed_slot_of_five_thousand_has_one_flag_and_one_task(storm):
    """A4, T11: `kill -9` at random moments, two schedulers, the job twice at once, three days off"""
    chance = random.Random(SEED)
    workshops = [WorkshopFactory() for _ in range(4)]
    placements = [
        PlacementFactory(
            programme__centre=workshops[number % 4].unit.organisation,
            programme__starts_on=timezone.localdate() - datetime.timedelta(days=14),
            workshop=workshops[number % 4],
        )
        for number in range(CITIZENS)
    ]
    today = timezone.localdate()
    missed: list[int] = []
    for back in range(1, DAYS):
        missed += expect(today - datetime.timedelta(days=back), placements, chance, MISSED // DAYS)
    as_owner(SLOW)
    names = ["worker1", "worker2", "beat1", "beat2"]
    for name in names:
        storm.start(name)
    until(lambda: MissedAttendance.objects.exists() or busy(), storm)
    last = MISSED - len(missed)
    limit = time.monotonic() + 90
    while storm.killed < 16 and time.monotonic() < limit:
        twice_at_once(storm)
        if storm.hit < 2:
            # The first are killed in the middle of a look whatever the machine's speed, the others at any moment.
            until(busy, storm)
            chosen = [name for name in names if name.startswith("worker")]
        else:
            threading.Event().wait(chance.uniform(0.05, 1.5))
            chosen = chance.sample(names, chance.randint(1, 3))
        storm.hit += busy() and any(name.startswith("worker") for name in chosen)
        for name in chosen:
            storm.kill(name)
            storm.start(name)
        if last and storm.killed >= 6:
            # While they fall another day comes that nobody has looked at.
            missed += expect(today - datetime.timedelta(days=DAYS), placements, chance, last)
            last = 0
    assert storm.killed >= 16
    assert storm.hit >= 2, "none was killed in the middle"
    assert len(missed) == MISSED
    as_owner(FAST)
    twice_at_once(storm)
    until(lambda: MissedAttendance.objects.count() >= MISSED and not busy(), storm)
    twice_at_once(storm)
    until(lambda: not RegisterDay.objects.filter(judged_at__isnull=True).exists() and not busy(), storm)
    flags = Counter(MissedAttendance.objects.values_list("slot", flat=True))
    assert set(flags) == set(missed)
    assert set(flags.values()) == {1}
    assert not MissedAttendance.objects.exclude(slot__state="").exists()
    tasks = Counter(Task.objects.filter(kind="contact_absent_citizen").values_list("source", flat=True))
    assert set(tasks) == {f"attendance.missed:{pk}" for pk in MissedAttendance.objects.values_list("pk", flat=True)}
    assert set(tasks.values()) == {1}


def twice_at_once(storm: Storm) -> None:
    """The job is asked for twice in the same moment, beside what the schedulers ask for."""
    with app.connection_for_write(storm.broker) as line:
        for _ in range(2):
            flag_missed_attendance.apply_async(connection=line)


def busy() -> bool:
    """Whether a worker is in the middle of a look; a killed one's goes on in the server until it notices."""
    # By the lock that a look holds: which statement another role runs is not everybody's to see.
    return bool(
        as_owner(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            f" WHERE datname = current_database() AND locktype = 'advisory' AND objid = {LOCK} AND granted"
        )
    )


def until(done, storm: Storm, seconds: float = 120) -> None:
    """Wait for other processes; there is no event to wait for but their rows."""
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, f"it did not happen\n{storm.words()}"
        threading.Event().wait(0.2)
