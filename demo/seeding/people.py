"""Invented citizens: names by background, replacement numbers, telephone numbers that nobody has."""

from collections import Counter
from datetime import date, timedelta

from stdnum import luhn

from citizens.identity import Kind, Number, parse_number, set_number
from citizens.models import Citizen, Gender
from demo.seeding.world import World, content

YOUNGEST, OLDEST = 18, 64
# First names of the storylines: nobody else is called that.
TOLD = {
    "Jonas", "Anne-Mette", "Lasse", "Samira", "Mariam", "Øjvind", "Malik", "Karen-Margrethe", "Tarek", "Freja", "Edina",
    "Linnéa", "Christoffer", "Nasrin",
}  # fmt: skip
MIXES = {"DK": "denmark", "SE": "sweden"}
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
        self.random = world.random
        self.serials: Counter[date] = Counter()
        self.births: set[date] = set()
        self.hard = [name for name in content("people")["hard_names"] if name["first"] not in TOLD]
        self.made = 0

    def invent(self, world: World, municipality: str, backgrounds: dict[str, float] | None = None) -> Citizen:
        """Somebody aged 18 to 64; a few have protected names, a few no number yet."""
        self.made += 1
        background = world.weighted(backgrounds or mix(world))
        first, last, gender = invented_name(world, background)
        reasons = content("people")["identity_numbers"]["without_number"][f"reasons_{world.language}"]
        if self.hard and not backgrounds and world.language == "da":
            name = self.hard.pop(0)
            first, last, gender, background = name["first"], name["last"], name["gender"], ""
        age_in_days = world.random.randrange(YOUNGEST * 366, (OLDEST + 1) * 365)
        without = self.made % 41 == 0
        return self.enrol(
            world,
            first,
            last,
            gender,
            world.today - timedelta(days=age_in_days),
            municipality,
            protected=self.made % 37 == 0,
            interpreter=interpreter(world, background) if world.chance(0.25) else "",
            no_number_reason=world.pick([reasons[0], reasons[2]]) if without else "",
        )

    def enrol(
        self,
        world: World,
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
        country = world.centre.country
        if country == "SE":
            born = self.a_day_of_ones_own(born)
        streets = content("people")["addresses"][f"streets_{world.language}"]
        citizen = Citizen(
            id=world.uuid(),
            first_name=first,
            last_name=last,
            gender=gender,
            birth_date=born,
            no_number_reason=no_number_reason,
            phone=phone(world),
            address="" if protected else f"{world.pick(streets)} {world.random.randint(1, 98)}, {municipality}",
            municipality=municipality,
            language=world.language,
            interpreter=interpreter,
            is_protected=protected,
        )
        if not no_number_reason:
            set_number(citizen, self.number(country, born, gender))
        return world.book.add(citizen)

    def number(self, country: str, born: date, gender: str) -> Number:
        """A number that belongs to nobody: ValueError for any other."""
        if country == "SE":
            return nobodys(unused_number(born), country, born)
        self.serials[born] += 1
        return nobodys(replacement_number(born, gender, self.serials[born] - 1), country, born)

    def a_day_of_ones_own(self, born: date) -> date:
        """The day of birth or the first one after it that nobody in Sweden has yet: serial 000 is there once a day."""
        while born in self.births:
            born += timedelta(days=1)
        self.births.add(born)
        return born


def nobodys(text: str, country: str, born: date) -> Number:
    """The number read as the system reads it, if it is one of the kinds that no living person has.

    Denmark: 60 added to the day. Sweden: serial 000 with its check digit, never 60 added. ValueError otherwise.
    """
    number = parse_number(text, country)
    is_ours = number.kind == Kind.REPLACEMENT
    if country == "SE":
        is_ours = number.kind == Kind.PERSONNUMMER and number.digits[8:11] == "000"
    if not is_ours or number.birth_date != born:
        raise ValueError("A demo citizen has a number that belongs to nobody, and no other.")
    return number


def unused_number(born: date) -> str:
    """YYYYMMDD-000C: serial 000 is issued to nobody; C is the check digit over YYMMDD000."""
    return f"{born:%Y%m%d}-000{luhn.calc_check_digit(f'{born:%y%m%d}000')}"


def replacement_number(born: date, gender: str, serial: int) -> str:
    """DDMMYY-SSSS with 60 added to the day; the last digit even for women, odd for men.

    Digits 8 and 9 count up; the first of the serial is 0, or 4 for those born in 2000 or later.
    """
    century = "4" if born.year >= 2000 else "0"
    last = 1 if gender == Gender.MALE else 0
    return f"{born.day + 60:02}{born:%m%y}-{century}{serial:02}{last}"


def mix(world: World) -> dict[str, float]:
    """How often each background occurs in the centre's country."""
    return content("people")["about"]["mix"][MIXES[world.centre.country]]


def interpreter(world: World, background: str) -> str:
    language = INTERPRETERS.get(background, "")
    return f"{language}a" if world.language == "sv" and language.endswith("sk") else language


def invented_name(world: World, background: str = "") -> tuple[str, str, str]:
    """First name, family name and gender; in one of five cases the family name is from elsewhere."""
    people = content("people")
    background = background or world.language
    gender = world.weighted({Gender.FEMALE.value: 0.5, Gender.MALE.value: 0.48, Gender.OTHER.value: 0.02})
    names = people["first_names"][background]
    if gender not in names:
        gender = Gender.FEMALE.value
    family = background
    if world.chance(0.2):
        family = world.weighted(mix(world))
    first = world.pick([name for name in names[gender] if name not in TOLD])
    return first, world.pick(people["last_names"][family]), gender


def phone(world: World) -> str:
    """A number that nobody can have: in Denmark it begins with 00, in Sweden it is set aside for invented people."""
    if world.language == "sv":
        return f"070-174 06 {world.random.randint(5, 99):02}"
    digits = f"{world.random.randrange(10**6):06}"
    return f"00 {digits[:2]} {digits[2:4]} {digits[4:]}"
