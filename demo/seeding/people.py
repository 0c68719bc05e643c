"""Invented citizens: names by background, replacement numbers, telephone numbers that nobody has."""

from collections import Counter
from datetime import date, timedelta

from citizens.identity import Kind, parse_number, set_number
from citizens.models import Citizen, Gender
from demo.seeding.world import World, content

YOUNGEST, OLDEST = 18, 64
# First names of the storylines: nobody else is called that.
TOLD = {"Jonas", "Anne-Mette", "Lasse", "Samira", "Mariam", "Øjvind", "Malik", "Karen-Margrethe"}
INTERPRETERS = {
    "arabic": "arabisk",
    "turkish_kurdish": "kurdisk",
    "somali": "somali",
    "persian_dari": "dari",
    "polish_ukrainian": "polsk",
    "tamil_vietnamese": "vietnamesisk",
}


class People:
    """Makes citizens one after the other; the names that are hard to sort and to fit come first."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.serials: Counter[date] = Counter()
        self.reasons = content("people")["identity_numbers"]["without_number"]["reasons_da"]
        self.streets = content("people")["addresses"]["streets_da"]
        self.hard = [name for name in content("people")["hard_names"] if name["first"] not in TOLD]
        self.made = 0

    def invent(self, municipality: str) -> Citizen:
        """Somebody aged 18 to 64; a few have protected names, a few no number yet."""
        world = self.world
        self.made += 1
        background = world.weighted(content("people")["about"]["mix"]["denmark"])
        first, last, gender = invented_name(world, background)
        if self.hard:
            name = self.hard.pop(0)
            first, last, gender, background = name["first"], name["last"], name["gender"], ""
        age_in_days = world.random.randrange(YOUNGEST * 366, (OLDEST + 1) * 365)
        without = self.made % 41 == 0
        return self.enrol(
            first,
            last,
            gender,
            world.today - timedelta(days=age_in_days),
            municipality,
            protected=self.made % 37 == 0,
            interpreter=INTERPRETERS.get(background, "") if world.chance(0.25) else "",
            no_number_reason=world.pick([self.reasons[0], self.reasons[2]]) if without else "",
        )

    def enrol(
        self,
        first: str,
        last: str,
        gender: str,
        born: date,
        municipality: str,
        *,
        protected: bool = False,
        interpreter: str = "",
        no_number_reason: str = "",
    ) -> Citizen:
        world = self.world
        citizen = Citizen(
            id=world.uuid(),
            first_name=first,
            last_name=last,
            gender=gender,
            birth_date=born,
            no_number_reason=no_number_reason,
            phone=phone(world),
            address="" if protected else f"{world.pick(self.streets)} {world.random.randint(1, 98)}, {municipality}",
            municipality=municipality,
            interpreter=interpreter,
            is_protected=protected,
        )
        if not no_number_reason:
            number = parse_number(replacement_number(born, gender, self.serials[born]), "DK")
            self.serials[born] += 1
            if number.kind != Kind.REPLACEMENT or number.birth_date != born:
                raise ValueError("A demo citizen has a replacement number and no other.")
            set_number(citizen, number)
        return world.book.add(citizen)


def replacement_number(born: date, gender: str, serial: int) -> str:
    """DDMMYY-SSSS with 60 added to the day; the last digit even for women, odd for men.

    Digits 8 and 9 count up; the first of the serial is 0, or 4 for those born in 2000 or later.
    """
    century = "4" if born.year >= 2000 else "0"
    last = 1 if gender == Gender.MALE else 0
    return f"{born.day + 60:02}{born:%m%y}-{century}{serial:02}{last}"


def invented_name(world: World, background: str = "da") -> tuple[str, str, str]:
    """First name, family name and gender; in one of five cases the family name is from elsewhere."""
    people = content("people")
    gender = world.weighted({Gender.FEMALE.value: 0.5, Gender.MALE.value: 0.48, Gender.OTHER.value: 0.02})
    names = people["first_names"][background]
    if gender not in names:
        gender = Gender.FEMALE.value
    family = background
    if world.chance(0.2):
        family = world.weighted(people["about"]["mix"]["denmark"])
    first = world.pick([name for name in names[gender] if name not in TOLD])
    return first, world.pick(people["last_names"][family]), gender


def phone(world: World) -> str:
    """A number that no Danish subscriber can have: it begins with 00."""
    digits = f"{world.random.randrange(10**6):06}"
    return f"00 {digits[:2]} {digits[2:4]} {digits[4:]}"
