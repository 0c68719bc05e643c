"""When the demo's data are made anew: never over what somebody did there, unless asked."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime

from devstack.output import say
from devstack.project import django, note, owner, write_note

CITIZENS, WEEKS = 400, 26
# The note about the seed lies on the demo's own table, so a database without it was never seeded.
TABLE = "demo_mail"


def seed(environment: Mapping[str, str]) -> None:
    """Catalogue and demo cases, if there are none, another size is asked for, or nobody touched an earlier day's.

    `DEMO_CITIZENS` and `DEMO_WEEKS` set the size, `FRESH=1` asks for new data.
    """
    kept = json.loads(note(environment, TABLE) or "{}")
    wanted = {
        "citizens": number("DEMO_CITIZENS", kept.get("citizens", CITIZENS)),
        "weeks": number("DEMO_WEEKS", kept.get("weeks", WEEKS)),
    }
    if kept and not reason_to_renew(environment, kept, wanted):
        return
    django(environment, "load_catalogue")
    say(f"Making demo data: {wanted['citizens']} citizens, {wanted['weeks']} weeks ...")
    # Half a seed is none.
    write_note(environment, TABLE, "")
    django(environment, "demo_data", "--citizens", str(wanted["citizens"]), "--weeks", str(wanted["weeks"]))
    when = {"day": date.today().isoformat(), "ended": datetime.now(UTC).isoformat()}
    write_note(environment, TABLE, json.dumps({**wanted, **when}))


def reason_to_renew(environment: Mapping[str, str], kept: dict, wanted: dict) -> bool:
    if os.environ.get("FRESH") == "1":
        return True
    if any(kept[name] != value for name, value in wanted.items()):
        return True
    if kept["day"] == date.today().isoformat():
        return False
    if touched(environment, datetime.fromisoformat(kept["ended"])):
        say(f"The demo shows the data of {kept['day']} and what you did since; `make demo FRESH=1` begins anew.")
        return False
    return True


def touched(environment: Mapping[str, str], since: datetime) -> bool:
    """Somebody, not the programme itself, did something after the data were made."""
    with owner(environment) as connection:
        query = "SELECT EXISTS (SELECT FROM audit_event WHERE actor_id IS NOT NULL AND at > %s)"
        row = connection.execute(query, [since]).fetchone()
        return bool(row and row[0])


def number(name: str, otherwise: int) -> int:
    value = os.environ.get(name) or str(otherwise)
    if not value.isdigit() or int(value) < 1:
        raise SystemExit(f"{name} must be a whole number above zero, not {value!r}.")
    return int(value)
