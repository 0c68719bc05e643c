"""The plan as the citizen is shown it on the tablet of the staff: one subgoal at a time, large and calm (L5)."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.roles import Role
from core.life_areas import LifeArea
from plans.models import LAST_STEP, Plan
from plans.permissions import Reading, reading
from plans.progress import SubgoalProgress, progress
from plans.requests import KEPT, number_in
from plans.steps import STEPS

SIGNS = {
    LifeArea.WORK: "briefcase",
    LifeArea.EDUCATION: "building",
    LifeArea.HEALTH: "heart-pulse",
    LifeArea.SOCIAL: "people",
    LifeArea.HOUSING: "house-door",
    LifeArea.LANGUAGE: "chat-left-text",
}
# The citizen's taps until staff keeps them with a follow-up: `own=<number of the subgoal>-<step>`.
OWN, GOAL = "own", "goal"


@dataclass(frozen=True)
class Step:
    """One of the five steps, to tap."""

    number: int
    words: str
    is_chosen: bool
    url: str


@dataclass
class Card:
    """One subgoal, alone on the page."""

    number: int
    total: int
    one: SubgoalProgress
    sign: str
    steps: list[Step]
    before: str = ""
    after: str = ""
    chosen: int | None = None

    @property
    def target(self) -> int:
        return LAST_STEP

    @property
    def wording(self) -> str:
        return self.one.wordings[self.one.step - 1]


@dataclass
class Tablet:
    card: Card | None = None
    kept: list[tuple[str, int]] = field(default_factory=list)  # the citizen's taps by the subgoals' keys
    taps: dict[int, int] = field(default_factory=dict)

    @property
    def keep(self) -> str:
        """The query that takes the citizen's taps along to the follow-up."""
        return "?" + urlencode(self.kept) if self.kept else ""


def citizens_reading(own: Reading) -> Reading:
    """What is shown: what the citizen reads of the plan, and of that only what the one who shows it may read."""
    of_citizen = reading({Role.CITIZEN})
    return replace(of_citizen, drafts=False, health=own.health)


def tablet(plan: Plan, *, own: Reading, asked: QueryDict, may_rate: bool) -> Tablet:
    """The subgoal that the address names, the first unless said; in two queries. GET keeps nothing: the taps travel
    in the address until staff keeps them."""
    subgoals = [one for one in progress(plan, citizens_reading(own)).subgoals if one.is_current]
    taps = taps_of(asked, len(subgoals)) if may_rate else {}
    found = Tablet(taps=taps)
    if not subgoals:
        return found
    number = min(max(number_in(asked.get(GOAL, "")) or 1, 1), len(subgoals))
    one = subgoals[number - 1]

    def address(goal: int, changed: dict[int, int] | None = None) -> str:
        return "?" + urlencode([(GOAL, goal), *pairs(taps | (changed or {}))])

    found.card = Card(
        number=number,
        total=len(subgoals),
        one=one,
        sign=SIGNS.get(LifeArea(one.subgoal.goal.life_area), "flag"),
        steps=[
            Step(step, words, taps.get(number) == step, address(number, {number: step}))
            for step, words in zip(STEPS, one.wordings, strict=True)
        ]
        if may_rate
        else [],
        before=address(number - 1) if number > 1 else "",
        after=address(number + 1) if number < len(subgoals) else "",
        chosen=taps.get(number),
    )
    found.kept = [(f"{KEPT}{subgoals[place - 1].subgoal.key}", step) for place, step in taps.items()]
    return found


def pairs(taps: dict[int, int]) -> list[tuple[str, str]]:
    return [(OWN, f"{place}-{step}") for place, step in sorted(taps.items())]


def taps_of(asked: QueryDict, total: int) -> dict[int, int]:
    """The steps that were tapped, by the number of the subgoal; whatever else stands there is no tap."""
    found = {}
    for text in asked.getlist(OWN)[:total]:
        place, _dash, step = text.partition("-")
        number, value = number_in(place), number_in(step)
        if number and value and number <= total and value in STEPS:
            found[number] = value
    return found
