"""The report of `make bench` says which goals were missed (the measuring itself is no test: clocks differ)."""

from attendance.follow_up.flagging import Count
from bench.flagging import Flagging
from bench.run import World, report


def world(slots: int, *, floor: float, page: float, plain: float) -> World:
    pages = {"hello-auth": (floor, None), "register": (page, 6.0)}
    flagging = Flagging(plain, 150.0, Count(1000, 100, 0), Count(1000, 0, 100))
    return World(slots, pages, {"hello-auth": None, "register": 1.2}, flagging)


def test_the_report_tells_multiples_growth_and_what_was_missed():
    small = world(200_000, floor=10, page=50, plain=100)
    large = world(10_000_000, floor=20, page=130, plain=75)
    lines = report(small, large).splitlines()
    assert "| hello-auth | 10.0 ms | 1.0x | 20.0 ms | 1.0x |  |  | 1.00x |  |  |" in lines
    # 5 and 6.5 times the floor: too much when large, and more than a fifth slower than before.
    assert "| register | 50.0 ms | 5.0x | 130.0 ms | 6.5x | 6x | missed | 1.30x | 1.2x | missed |" in lines
    assert "| 1,000 | 100 | 150 ms | 150.0 ms | 100 ms | 1.50x | 1.5x | reached | 0 |" in lines
    assert "| 1,000 | 100 | 150 ms | 150.0 ms | 75 ms | 2.00x | 1.5x | missed | 0 |" in lines
