"""Demo data in tests: seeded as the owner, as `manage.py demo_data` does; looked at as the web role."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from config.database import WEB_ROLE
from demo.seeding import seed
from tests.conftest import run_sql

# A Monday, mid-morning: some registers are half marked.
NOW = datetime(2026, 11, 23, 10, 40, tzinfo=ZoneInfo("Europe/Copenhagen"))
Seed = Callable[..., None]


@pytest.fixture
def seeded(db: None) -> Iterator[Seed]:
    """`seeded(citizens=60)`: fill the database; time stands still until the test ends."""

    def fill(*, citizens: int = 60, weeks: int = 20, number: int = 1, documents: int = 0) -> None:
        run_sql("SET ROLE NONE")
        seed(citizens=citizens, weeks=weeks, seed=number, documents=documents)
        run_sql("SELECT set_config('trinvis.actor', '', true)")
        run_sql(f"SET ROLE {WEB_ROLE}")

    with time_machine.travel(NOW, tick=False):
        yield fill
