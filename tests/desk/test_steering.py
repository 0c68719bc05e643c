"""The steering group's figures: right, defined, and never a person or a group under five (F2, experience 22)."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from audit.acting import System, acting
from audit.models import Access
from desk.figures.masking import grouped
from desk.figures.steering import Quarter, figures_of
from plans import shares
from programmes.models import Programme
from tests.factories.accounts import CentreFactory, MembershipFactory, user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.programmes import PlacementFactory, ProgrammeFactory, ProgrammeTypeFactory
from tests.test_url_matrix import KINDS

pytestmark = pytest.mark.django_db
Q4 = Quarter(2026, 4)
NOVEMBER = datetime.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def december():
    with time_machine.travel("2026-12-18 09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def centre():
    return CentreFactory(name="The centre")


def type_called(key: str):
    definition = {**ProgrammeTypeFactory().definition, "name": dict.fromkeys(("da", "sv", "en"), key.title())}
    return ProgrammeTypeFactory(key=key, definition=definition)


def started(centre, count: int, **fields) -> list[Programme]:
    return [ProgrammeFactory(centre=centre, **{"starts_on": NOVEMBER} | fields) for _ in range(count)]


def ended(centre, count: int, outcome: str = "job", **fields) -> list[Programme]:
    programmes = started(
        centre, count, starts_on=datetime.date(2026, 6, 1), status="completed",
        ended_on=datetime.date(2026, 11, 20), **fields,
    )  # fmt: skip
    for programme in programmes:
        ClosingNoteFactory(programme=programme, delivered=True, outcome=outcome)
    return programmes


def rows_of(centre, key: str, quarter: Quarter = Q4) -> dict[str, list[str]]:
    found = next((one for one in figures_of(centre, quarter).measures if one.key == key), None)
    return {label: [str(cell) for cell in cells] for label, cells in found.rows} if found else {}


def tiles_of(centre, quarter: Quarter = Q4) -> dict[str, str]:
    return {tile.label: "masked" if tile.masked else tile.number for tile in figures_of(centre, quarter).tiles}


def test_counts_of_a_quarter(centre):
    started(centre, 6)
    started(centre, 5, starts_on=datetime.date(2026, 7, 1))
    started(centre, 1, starts_on=datetime.date(2027, 1, 4), status="planned")
    started(CentreFactory(), 9)
    ended(centre, 5)
    assert tiles_of(centre) == {
        "In a programme today": "11", "Started": "6", "Ended": "5", "Attended share": "–", "Step forward": "0%",
    }  # fmt: skip
    assert tiles_of(centre, Quarter(2026, 3))["Started"] == "5"


def test_a_type_that_is_too_small_stands_with_the_next_smallest(centre):
    started(centre, 8, type=type_called("large"))
    started(centre, 6, type=type_called("middle"))
    started(centre, 3, type=type_called("small"))
    assert rows_of(centre, "running") == {"Large": ["8"], "Other types together": ["9"]}


def test_when_all_is_small_nothing_is_told(centre):
    started(centre, 3)
    assert rows_of(centre, "running") == {"All types together": ["fewer than five"]}
    assert tiles_of(centre)["In a programme today"] == "masked"


def test_who_started_cannot_be_worked_out_from_who_ended(centre):
    """By subtraction: one of the two too small masks both."""
    started(centre, 2)
    ended(centre, 9)
    assert tiles_of(centre)["Started"] == tiles_of(centre)["Ended"] == "masked"
    assert rows_of(centre, "flow") == {"All types together": ["fewer than five", "fewer than five"]}


def test_one_citizen_in_two_programmes_is_one_person(centre):
    first, *_others = started(centre, 4)
    ProgrammeFactory(centre=centre, citizen=first.citizen, starts_on=NOVEMBER)
    assert tiles_of(centre)["In a programme today"] == "masked"


def test_outcomes_with_the_unknown_and_no_small_group(centre):
    """F2: what has no note is unknown, so that nothing is left over when the parts are taken from the whole."""
    ended(centre, 7, "job")
    ended(centre, 6, "education")
    ended(centre, 2, "pension_clarification")
    started(centre, 3, status="interrupted", ended_on=datetime.date(2026, 12, 1))
    assert rows_of(centre, "outcomes") == {"Job": ["7"], "Education": ["6"], "Other outcomes together": ["5"]}


def test_the_attended_share_has_numerator_and_denominator(centre):
    for programme in started(centre, 5):
        placement = PlacementFactory(programme=programme)
        SlotFactory(placement=placement, day=datetime.date(2026, 11, 23), state="present")
        SlotFactory(placement=placement, day=datetime.date(2026, 11, 24), state="ill")
        SlotFactory(placement=placement, day=datetime.date(2026, 11, 25))
    assert list(rows_of(centre, "attended").values()) == [["50%", "20", "40"]]
    assert tiles_of(centre)["Attended share"] == "50%"


def test_the_share_of_fewer_than_five_is_masked(centre):
    for programme in started(centre, 4):
        SlotFactory(placement=PlacementFactory(programme=programme), day=datetime.date(2026, 11, 23), state="present")
    assert tiles_of(centre)["Attended share"] == "masked"
    assert rows_of(centre, "attended") == {"All types together": ["fewer than five"] * 3}


def test_every_figure_says_what_it_means(centre):
    ended(centre, 5)
    started(centre, 5)
    measures = figures_of(centre, Q4).measures
    assert {one.key for one in measures} == {"running", "flow", "steps", "outcomes"}
    assert all(one.definition and one.columns for one in measures)


@pytest.mark.parametrize("last", [2, 8])
def test_a_step_forward_of_a_few_is_masked_and_so_is_all_but_a_few(centre, last, monkeypatch):
    programmes = ended(centre, 10)
    steps = {programme.pk: number < last for number, programme in enumerate(programmes)}
    count = shares.count
    monkeypatch.setattr(
        shares,
        "count",
        lambda *args, **kwargs: [row._replace(has_step=steps[row.programme]) for row in count(*args, **kwargs)],
    )
    assert tiles_of(centre)["Step forward"] == "masked"
    assert rows_of(centre, "steps") == {}


def test_the_page_shows_one_centre_of_several_and_no_other(signed_in, centre):
    started(centre, 7)
    second, foreign = CentreFactory(name="The second"), CentreFactory(name="The foreign")
    started(second, 5)
    member = user_with_role("steering_group", centre)
    MembershipFactory(user=member, organisation=second, role="steering_group")
    client = signed_in(member)
    html = client.get("/").text
    assert "The centre" in html
    assert f"?centre={second.pk}" in html
    assert "The foreign" not in client.get(f"/?centre={foreign.pk}").text


@pytest.mark.parametrize("query", ["quarter=2026-3", "quarter=x", "quarter=9999-4", "centre=x", "centre=²", "quarter="])
def test_any_address_gives_a_page_of_figures(signed_in, centre, query):
    assert signed_in(user_with_role("steering_group", centre)).get(f"/?{query}").status_code == 200


def test_no_person_stands_on_the_page(signed_in, centre):
    for programme in ended(centre, 6) + started(centre, 6):
        SlotFactory(placement=PlacementFactory(programme=programme), day=datetime.date(2026, 11, 23), state="present")
    html = signed_in(user_with_role("steering_group", centre)).get("/").text
    for programme in Programme.objects.select_related("citizen", "caseworker"):
        for told in (programme.citizen.last_name, programme.reference, programme.caseworker.name):
            assert told not in html


def test_no_other_page_exists_for_the_steering_group(signed_in, centre):
    """T1: also none that would be empty; and the try is logged (T5)."""
    client = signed_in(user_with_role("steering_group", centre))
    for name in ("desk:cases", "desk:search", "desk:tasks", "closing_notes:list", "referrals:list", "desk:own_plan"):
        assert client.get(reverse(name)).status_code == 404
    assert Access.objects.filter(kind=Access.Kind.DENIED).count() == 6
    assert client.get(reverse("profile")).status_code == 200
    assert "desk:cases" in KINDS


def test_who_also_works_there_keeps_the_other_pages(signed_in, centre):
    member = user_with_role("steering_group", centre)
    MembershipFactory(user=member, organisation=centre, role="team_leader")
    assert signed_in(member).get(reverse("desk:cases")).status_code == 200


def test_a_membership_that_has_ended_shows_nothing(signed_in, centre):
    member = user_with_role("steering_group", centre)
    with acting(System("test")):
        member.memberships.update(ends_on=datetime.date(2026, 12, 17))
    assert "The centre" not in signed_in(member).get("/").text


def test_the_page_takes_as_many_queries_for_one_as_for_many(signed_in, centre, django_assert_max_num_queries):
    client = signed_in(user_with_role("steering_group", centre))
    ended(centre, 1)
    client.get("/")
    with django_assert_max_num_queries(40) as few:
        client.get("/")
    ended(centre, 6, "education")
    started(centre, 6)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/")


def test_quarters_follow_each_other():
    assert [one.key for one in Quarter(2026, 2).and_before()] == ["2026-2", "2026-1", "2025-4", "2025-3", "2025-2"]
    assert (Quarter(2026, 4).first, Quarter(2026, 4).last) == (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
    assert Quarter(2028, 1).last == datetime.date(2028, 3, 31)
    assert Quarter.of(datetime.date(2026, 9, 30)) == Quarter(2026, 3)


def people(*numbers: int) -> set[int]:
    return set(numbers)


def test_groups_are_gathered_by_persons_and_not_by_rows():
    same = people(1, 2, 3)
    found = grouped({"a": same, "b": same, "c": set(range(10, 20))})
    assert (found.shown, set(found.together), found.may_show) == ([], {"a", "b", "c"}, True)


def test_a_group_small_in_one_figure_stands_in_none():
    begun = {"a": set(range(10)), "b": set(range(20, 26))}
    over = {"a": set(range(10)), "b": {30}}
    found = grouped(begun, over)
    assert (found.shown, set(found.together), found.may_show) == ([], {"a", "b"}, True)


def test_steps_are_split_by_type_and_gender_only_where_no_group_is_small(centre, monkeypatch):
    """F2: of ten women five have a step; the men are too few to stand apart from them, so nobody is split."""
    programmes = ended(centre, 20)
    count = shares.count
    women = {programme.pk for programme in programmes[:10]}
    with_step = {programme.pk for programme in programmes[::2]}

    def told(men_with_step):
        rows = {"f": women, "m": {one.pk for one in programmes} - women}
        left = list(rows["m"])[:men_with_step]

        def counted(*args, **kwargs):
            return [
                row._replace(
                    gender="f" if row.programme in women else "m",
                    has_step=row.programme in (with_step & women) or row.programme in left,
                )
                for row in count(*args, **kwargs)
            ]

        monkeypatch.setattr(shares, "count", counted)
        found = rows_of(centre, "steps")
        monkeypatch.setattr(shares, "count", count)
        return found

    assert told(5) == {
        "All together": ["50%", "10", "20"],
        "Woman": ["50%", "5", "10"],
        "Man": ["50%", "5", "10"],
    }
    assert told(2) == {"All together": ["35%", "7", "20"]}


def test_no_type_is_worked_out_from_two_tables_that_gather_types_otherwise(centre, monkeypatch):
    """F2: of the small type two have ended. Were it with the large one there and with the middle one here, taking away
    the large one would tell it."""
    kinds = {key: type_called(key) for key in ("large", "middle", "small")}
    over = {"large": 20, "middle": 10, "small": 2}
    rows = [one for key, number in over.items() for one in ended(centre, number, type=kinds[key])]
    started(centre, 3, type=kinds["large"])
    started(centre, 3, type=kinds["small"])
    with_step = {programme.pk for programme in rows[::2]}
    count = shares.count
    monkeypatch.setattr(
        shares,
        "count",
        lambda *args, **more: [row._replace(has_step=row.programme in with_step) for row in count(*args, **more)],
    )
    assert rows_of(centre, "flow") == {"Middle": ["0", "10"], "Other types together": ["6", "22"]}
    assert rows_of(centre, "steps") == {
        "All together": ["50%", "16", "32"],
        "Middle": ["50%", "5", "10"],
        "Other types together": ["50%", "11", "22"],
    }
