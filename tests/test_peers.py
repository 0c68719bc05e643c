"""What `make bench-peers` writes, and what it compares us with."""

import re

from bench.peers import locked, report
from devstack.paths import ROOT


def test_the_report_tells_each_page_as_multiples_of_its_own_floor_and_of_ours() -> None:
    ours = {"hello-auth": 5.0, "mark one person": 12.5}
    theirs = {"hello-auth": 10.0, "redeem one ticket": 80.0}
    page = report(ours, theirs, {"tickets": 1000, "lists": 34, "check_ins": 250_135, "slots": 210_000})
    assert "| Trinvis | mark one person | 12.5 ms | 2.5x | 2.5x |" in page
    assert "| pretix | hello-auth | 10.0 ms | 1.0x | 2.0x |" in page
    assert "| pretix | redeem one ticket | 80.0 ms | 8.0x | 16.0x |" in page
    assert f"The peer is pretix {locked('pretix')}," in page
    assert "1,000 tickets, 34 check-in lists and 250,135 check-ins." in page
    assert "210,000 slots of attendance." in page


def test_pretix_is_served_by_the_web_server_that_serves_us() -> None:
    ours = re.search(r"^gunicorn==(\S+)", (ROOT / "requirements" / "base.txt").read_text(), re.MULTILINE)
    assert ours
    assert locked("gunicorn") == ours[1]
