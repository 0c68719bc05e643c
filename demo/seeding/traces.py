"""What a centre at work leaves behind: looks in the access log, and mail."""

from datetime import time, timedelta

from audit.models import Access
from demo.models import Mail
from demo.seeding.case import Case
from demo.seeding.world import World, content
from demo.users import address

LOOKED_BACK_DAYS = 10
LOOKS_A_DAY = 25


def write_traces(world: World, cases: list[Case]) -> None:
    write_looks(world, cases)
    write_mail(world)


def write_looks(world: World, cases: list[Case]) -> None:
    """Who looked at which case in the last days, and one look that was refused (T5)."""
    running = [case for case in cases if case.is_running]
    if not running:
        return
    day = world.today
    for _ in range(LOOKED_BACK_DAYS):
        day = world.working_day_before(day)
        for case in world.random.sample(running, min(LOOKS_A_DAY, len(running))):
            readers = {case.caseworker: 5, world.leader: 1}
            if case.workshop:
                readers[world.contact_persons[case.workshop]] = 2
            user = world.weighted(readers)
            world.book.add(
                Access(
                    at=world.office_hours(day),
                    user_id=user.pk,
                    user_name=user.name,
                    kind=Access.Kind.VIEW,
                    what=f"case {case.programme.reference}",
                    citizen_id=case.citizen.pk,
                )
            )
    referrer = next(case.referrer for case in running)
    strangers = [case for case in running if case.organisation != running[0].organisation]
    if not strangers:
        return
    stranger, other = referrer, strangers[0]
    world.book.add(
        Access(
            at=world.at(world.last_working_day, time(9, 12)),
            user_id=stranger.pk,
            user_name=stranger.name,
            kind=Access.Kind.DENIED,
            what=f"desk:case {other.programme.reference}",
        )
    )


def write_mail(world: World) -> None:
    """Mails of the last days to the demo's own users; none names a citizen (T10)."""
    day = world.today
    files = [name for text in world.place["types"].values() for name in text["texts"][:1]]
    for number, text in enumerate(content(files[0]).get("mails", [])):
        day = world.working_day_before(day) if number % 2 == 0 else day
        world.book.add(
            Mail(
                to=address(text["to"]),
                subject=text["subject"],
                body=text["body"],
                at=world.at(day, time(8, 5)) + timedelta(minutes=37 * number),
            )
        )
