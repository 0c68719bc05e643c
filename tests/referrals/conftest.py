import pytest
import time_machine

from tests.referrals.cast import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def monday_morning():
    """Monday 23 November 2026, a little after eight."""
    with time_machine.travel("2026-11-23T08:12:00+01:00", tick=True):
        yield
